"""
What a filled form says of cases: which it begins or updates, and what it says of each.

Restricted answers are left out before anything is evaluated: whoever may read the village may read its cases,
so neither a property, nor a label, nor a condition is made from what he may not read.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.areas import is_covered, is_village
from domain.cases.entities import CASE_ID, Entity, entities_of
from domain.cases.naming import LABEL, begun_by, member_of
from domain.forms.definition import FormDefinition
from domain.forms.evaluation import Evaluation
from domain.forms.fields import Field
from domain.forms.program import Context, Program
from domain.forms.xpath.errors import XPathError
from domain.operations import RECORD_ID, VILLAGE, Value

MOVED_TO, OF_VISIT = "desa_baru", "desa"
"""Roles of the questions that say where the household is: the one it moved to goes first."""


@dataclass(frozen=True)
class Said:
    """A value for a property; `path` is the question that it is the answer of, empty for a label."""

    path: str
    value: str


@dataclass(frozen=True)
class Aim:
    """A case that a form is about, or a `member` of it. `is_begun` when this form is where it comes from."""

    case: str
    entity: Entity
    member: str
    is_begun: bool
    said: Mapping[str, Said]

    @property
    def is_named(self) -> bool:
        """Whether lists could show it: a case without a label is not begun before it has one."""
        return LABEL in self.said or not self.entity.label


@dataclass(frozen=True)
class Member:
    """A member of a form at its `path`: what it says, and which case it says that of, if of any."""

    entity: Entity
    path: str
    said: Mapping[str, Said]
    aim: Aim | None


@dataclass(frozen=True)
class Form:
    """A submission's answers under its form; `case` is what it was opened from, or began before."""

    definition: FormDefinition
    record: str
    case: str | None
    areas: tuple[str, ...]
    context: Context


def aims_of(form: Form, answers: Mapping[str, Value]) -> dict[str, Aim]:
    """
    By the case's id. Of several that mean the same case the form's own goes first, then members that somebody
    entered, then the one that the case filled in.
    """
    aims = [one.aim for one in _spoken_of(form, answers) if one.aim]
    found: dict[str, Aim] = {}
    for aim in sorted(aims, key=lambda one: one.member.endswith(f"/{member_of(one.case)}")):
        found.setdefault(aim.case, aim)
    return found


def members_of(form: Form, answers: Mapping[str, Value]) -> list[Member]:
    """The members of repeats that may be cases, in the order of their paths."""
    return [one for one in _spoken_of(form, answers) if one.path]


def is_silent(form: Form, answers: Mapping[str, Value]) -> bool:
    """Whether the form's rules cannot be applied to these answers: nobody knows what they say of cases."""
    return bool(entities_of(form.definition)) and _read(form, answers).evaluation.is_stopped


def _spoken_of(form: Form, answers: Mapping[str, Value]) -> Iterator[Member]:
    """The form itself, with an empty path, then its members."""
    entities = entities_of(form.definition)
    if entities:
        reading = _read(form, answers)
        for entity in entities:
            for member in entity.members(form.definition, reading.answers):
                yield reading.member(entity, member)


def _read(form: Form, answers: Mapping[str, Value]) -> "_Reading":
    open_answers = {
        path: value
        for path, value in answers.items()
        if isinstance(value, str) and not form.definition.is_restricted(path)
    }
    return _Reading(form, {**open_answers, **dict(own_case_ids(form, entities_of(form.definition)))})


def targets_of(form: Form, path: str, answers: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    """
    The cases that an answer at a path may go to, each with its property there.

    `answers` are those of the form: they name the cases of its members.
    """
    found = form.definition.field_at(path)
    for entity in entities_of(form.definition) if found else ():
        for member in entity.members(form.definition, [path]):
            case = case_meant(form, entity, member, answers)
            names = [name for one, name in entity.save_to.items() if entity.member_path(one, member) == path]
            names += [VILLAGE] if found and found.role in (MOVED_TO, OF_VISIT) else []
            yield from ((case, name) for name in names)


def case_meant(form: Form, entity: Entity, member: str, answers: Mapping[str, Value]) -> str:
    """The case that is named, else the one that would begin."""
    named: Value | None = form.case
    if member:
        question = entity.question(form.definition, CASE_ID)
        named = answers.get(entity.member_path(question, member)) if question else None
    is_case = isinstance(named, str) and RECORD_ID.fullmatch(named)
    return str(named) if is_case else begun_by(form.record, member, entity.list_name)


def ids_in(form: Form, answers: Mapping[str, Value]) -> set[str]:
    """Every case that the form could be about: so many have to be at hand to say what changes."""
    found = {form.case} if form.case else set()
    for entity in entities_of(form.definition):
        members = entity.members(form.definition, answers)
        found |= {begun_by(form.record, member, entity.list_name) for member in members}
        found |= {value for value in answers.values() if isinstance(value, str) and _names(value, entity)}
    return found


def _names(value: str, entity: Entity) -> bool:
    return bool(entity.path and entity.id and entity.update_if) and RECORD_ID.fullmatch(value) is not None


def own_case_ids(form: Form, entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    """
    By path, what calculations hold the id of the form's own case in: the one that it really has.

    The form would make one up by chance, on each device another.
    """
    for entity in entities:
        question = form.definition.field_at(entity.id_question or "")
        if not entity.path and question and question.logic.calculate:
            yield question.path, form.case or begun_by(form.record, "", entity.list_name)


class _Reading:
    """One evaluation of the answers, asked for each entity."""

    def __init__(self, form: Form, answers: Mapping[str, str]) -> None:
        self.form = form
        self.answers = answers
        self.evaluation: Evaluation = Program.of(form.definition).evaluate(answers, form.context)

    def member(self, entity: Entity, member: str) -> Member:
        said = self._said(entity, member)
        return Member(entity, member, said, self._aim(entity, member, said))

    def _aim(self, entity: Entity, member: str, said: Mapping[str, Said]) -> Aim | None:
        begun = begun_by(self.form.record, member, entity.list_name)
        is_update = self._holds(entity, member, entity.update_if)
        named = self._named(entity, member, begun, is_update)
        if named:
            return Aim(named, entity, member, named == begun, said) if is_update else None
        if self._holds(entity, member, entity.create_if):
            return Aim(begun, entity, member, True, said)
        return None

    def _named(self, entity: Entity, member: str, begun: str, is_update: bool) -> str | None:
        """
        The case that the form says it is about; its own from the beginning is none that it was opened from.

        A member's is an expression, which makes an id up where the member names none.
        """
        if entity.path:
            named = self._text(entity, member, entity.id) if is_update else ""
        else:
            named = self.form.case if self.form.case and self.form.case != begun else ""
        return named if RECORD_ID.fullmatch(named) else None

    def _said(self, entity: Entity, member: str) -> dict[str, Said]:
        said = {LABEL: Said("", label)} if (label := self._text(entity, member, entity.label)) else {}
        for pattern, name in entity.save_to.items():
            path = entity.member_path(pattern, member)
            value = self._value(path)
            if value is not None and name != LABEL:
                said[name] = Said(path, value)
        if place := self._place():
            said[VILLAGE] = place
        return said

    def _value(self, path: str) -> str | None:
        """What is answered or calculated where it is asked; none where nothing was said."""
        found = self.form.definition.field_at(path)
        if found is None or found.is_restricted or not self.evaluation.relevant(path):
            return None
        if found.logic.calculate:
            return self.evaluation.calculated.get(path) or None
        return self.answers.get(path)

    def _place(self) -> Said | None:
        """Where the household is by this form, if that is a village of whoever fills it in."""
        for role in (MOVED_TO, OF_VISIT):
            for found in self.form.definition.with_role(role):
                value = self._value(found.path)
                if value and self._is_own_village(found, value):
                    return Said(found.path, value)
        return None

    def _is_own_village(self, found: Field, value: str) -> bool:
        """Another one would hold the whole form back: there the office moves the case."""
        listed = self.form.definition.choices.get(found.choices or "")
        is_known = is_village(value) and (listed is None or value in listed)
        return is_known and is_covered(value, self.form.areas)

    def _text(self, entity: Entity, member: str, expression: str | None) -> str:
        at = f"{entity.member_path(entity.at, member)}/label"
        try:
            return self.evaluation.text_at(expression, at).strip() if expression else ""
        except XPathError:  # a stored form that this version cannot read
            return ""

    def _holds(self, entity: Entity, member: str, condition: str | None) -> bool:
        at = f"{entity.member_path(entity.at, member)}/label"
        try:
            return condition is not None and self.evaluation.is_true_at(condition, at)
        except XPathError:
            return False
