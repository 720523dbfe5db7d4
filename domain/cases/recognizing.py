"""
Members who are entered anew and are cases already: so that a second visit does not begin them twice.

A member is somebody whom the office knows by the same number (NIK), or where one of the two has none by the
same name and birth date, and only among the cases that name the form's own case: the children of the family.
Where exactly one fits and no other member is it, the member names it; that is an answer like any other, and
whoever clears it says that it is somebody else. Everything less certain is told and left to people.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

from domain.cases.aims import Member, aims_of, members_of
from domain.cases.entities import BIRTH_DATE, CASE_ID, NAME, NIK, Entity, entities_of, link_of
from domain.cases.following import Filing
from domain.cases.naming import begun_by, case_kind, folded
from domain.compose import Piece
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, is_under
from domain.operations import SUBMISSION, Change, Value


@dataclass(frozen=True)
class Recognition:
    """
    The members of a form who are known, with their cases.

    `known` name one from now on; of `doubtful` members it is for people to say. `questions` are the paths
    where members say it, `dropped` those members that a case filled in, that nobody touched, and that another
    one is.
    """

    known: Mapping[str, RecordState] = field(default_factory=dict)
    doubtful: Mapping[str, Sequence[RecordState]] = field(default_factory=dict)
    questions: Mapping[str, str] = field(default_factory=dict)
    dropped: Collection[str] = ()

    @property
    def named(self) -> dict[str, str]:
        """The answers that say so, by path."""
        return {self.questions[member]: case.record for member, case in self.known.items()}

    def applied(self, filing: Filing) -> Filing:
        """The filing with what was recognized."""
        return replace(
            filing,
            answers={**self._without_dropped(filing.answers), **self.named},
            entered={*filing.entered, *self.named},
            untouched=self._without_dropped(dict.fromkeys(filing.untouched, "")).keys(),
        )

    def pieces(self, record: str) -> list[Piece]:
        """The same as changes of the submission `record`, in which nobody has said it so far."""
        return [Piece(record, SUBMISSION, Change(path, case, ())) for path, case in self.named.items()]

    def _without_dropped(self, answers: Mapping[str, Value]) -> dict[str, Value]:
        return {
            path: value
            for path, value in answers.items()
            if not any(is_under(path, member) for member in self.dropped)
        }


class Fit(Enum):
    """How well a case fits a member."""

    SAME = "same"
    PERHAPS = "perhaps"
    NONE = "none"


def lists_persons(words: FormDefinition) -> bool:
    """Whether the cases of a list are persons: it knows birth dates. One person has several deliveries."""
    return bool(words.with_role(BIRTH_DATE))


def may_be_one(words: FormDefinition, one: RecordState, other: RecordState) -> bool:
    """
    Whether two cases of a list of persons may be the same one: by number, or by name and birth date.

    `words` is the list's definition, which knows what its properties are (`case_definition`).
    """
    alike = {role: _is_alike(words, role, one, other) for role in (NIK, NAME, BIRTH_DATE)}
    return one.record != other.record and (alike[NIK] or (alike[NAME] and alike[BIRTH_DATE]))


def _is_alike(words: FormDefinition, role: str, one: RecordState, other: RecordState) -> bool:
    return any(_told(one, found.path) & _told(other, found.path) for found in words.with_role(role))


def _told(state: RecordState, name: str) -> set[str]:
    return {folded(value) for value in state.values_at(name) if isinstance(value, str)} - {""}


def lists_of_members(definition: FormDefinition) -> set[str]:
    """The lists of which the members of a form may be cases already."""
    return {one.list_name for one in entities_of(definition) if link_of(definition, one)}


def _marks_of(filing: Filing) -> set[str]:
    marks = {filing.form.case} if filing.form.case else set()
    for field_ in filing.form.definition.with_role(NIK):
        at = field_.path
        marks |= {
            value
            for path, value in filing.answers.items()
            if isinstance(value, str) and value and filing.form.definition.definition_path(path) == at
        }
    return marks


def recognize(filing: Filing, find: Callable[[set[str]], Iterable[RecordState]]) -> Recognition:
    """
    Who the members of a form are that is about to be saved.

    `find` gives the cases in view of `lists_of_members`: at least those that say one of the texts somewhere,
    which are the form's case and the members' numbers. It is asked only where it has to be.
    """
    return _Search(filing, find).result() if lists_of_members(filing.form.definition) else Recognition()


class _Search:
    def __init__(self, filing: Filing, find: Callable[[set[str]], Iterable[RecordState]]) -> None:
        self._filing, self._definition, self._find = filing, filing.form.definition, find
        self._members = [
            one for one in members_of(filing.form, filing.answers) if link_of(self._definition, one.entity)
        ]
        self._before = aims_of(filing.form, filing.before).keys() if filing.before is not None else ()
        self._claims: dict[str, set[str]] = {}
        for one in self._members:
            for case in self._claimed(one):
                self._claims.setdefault(case, set()).add(one.path)

    @cached_property
    def _known(self) -> dict[str, RecordState]:
        return {one.record: one for one in self._find(_marks_of(self._filing))}

    def _claimed(self, member: Member) -> list[str]:
        """The cases that a member is already: the one that it names, and the one that it began."""
        named = self._filing.answers.get(self._question(member))
        begun = self._begun(member)
        return [*([named] if isinstance(named, str) and named else []), begun]

    def _question(self, member: Member) -> str:
        question = member.entity.question(self._definition, CASE_ID)
        return member.entity.member_path(question or "", member.path)

    def _begun(self, member: Member) -> str:
        return begun_by(self._filing.form.record, member.path, member.entity.list_name)

    def result(self) -> Recognition:
        known: dict[str, RecordState] = {}
        doubtful: dict[str, list[RecordState]] = {}
        for one in filter(self._is_open, self._members):
            same, perhaps = self._candidates(one)
            free = [case for case in same if all(map(self._is_untouched, self._claims.get(case, ())))]
            if len(free) == 1:
                (case,) = free
                known[one.path] = self._known[case]
                self._claims.setdefault(case, set()).add(one.path)
            elif (same or perhaps) and self._begins(one):
                doubtful[one.path] = [self._known[case] for case in (*same, *perhaps)]
        questions = {one.path: self._question(one) for one in self._members}
        return Recognition(known, doubtful, questions, self._dropped())

    def _dropped(self) -> set[str]:
        """Untouched members whose case somebody has entered beside them."""
        shared = [claimers for claimers in self._claims.values() if len(claimers) > 1]
        return {one for claimers in shared for one in claimers if self._is_untouched(one)}

    def _is_open(self, member: Member) -> bool:
        """Whether it is still to be said who a member is: nobody said so, and it began no case before."""
        begun = self._begun(member)
        if self._question(member) in self._filing.answers or begun in self._before:
            return False
        is_new = self._filing.before is None or self._begins(member)
        is_entered = is_new or any(is_under(path, member.path) for path in self._filing.entered)
        return is_entered and begun not in self._known

    def _begins(self, member: Member) -> bool:
        return member.aim is not None and member.aim.is_begun

    def _is_untouched(self, member: str) -> bool:
        """Whether a member is as its case filled it in, with nothing entered."""
        return all(path in self._filing.untouched for path in self._filing.answers if is_under(path, member))

    def _candidates(self, member: Member) -> tuple[list[str], list[str]]:
        """Cases of the family that are the member, and those of which one may think so."""
        same, perhaps = [], []
        link = link_of(self._definition, member.entity)
        for case, state in sorted(self._known.items()):
            if state.kind != case_kind(member.entity.list_name):
                continue
            fit = _fit(self._definition, member, state)
            is_family = self._filing.form.case in state.values_at(link or "")
            if fit is Fit.SAME and is_family:
                same.append(case)
            elif (fit is not Fit.NONE and is_family) or _has_number(self._definition, member, state):
                perhaps.append(case)
        return same, perhaps


def _fit(definition: FormDefinition, member: Member, state: RecordState) -> Fit:
    by_number = _agrees(definition, member, state, NIK)
    by_name = _agrees(definition, member, state, NAME)
    by_date = _agrees(definition, member, state, BIRTH_DATE)
    if by_number or (by_number is None and by_name and by_date):
        return Fit.SAME
    is_other = not by_name or (by_number is False and by_date is False)
    return Fit.NONE if is_other else Fit.PERHAPS


def _has_number(definition: FormDefinition, member: Member, state: RecordState) -> bool:
    return _agrees(definition, member, state, NIK) is True


def _agrees(definition: FormDefinition, member: Member, state: RecordState, role: str) -> bool | None:
    """Whether a member and a case say the same of a role; none where one of them says nothing."""
    name = _property(definition, member.entity, role)
    said = folded(member.said[name].value) if name in member.said else ""
    there = _told(state, name)
    return said in there if said and there else None


def _property(definition: FormDefinition, entity: Entity, role: str) -> str:
    path = entity.question(definition, role)
    return entity.save_to.get(path or "", "")
