"""
How cases follow the forms that speak of them.

Only what differs from what was on the screen changes a case, and it replaces only that. So two officers who
change different properties of one case do not disturb each other, two who change the same one make a conflict
in it, and a prefilled answer that nobody touched overwrites nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.cases.aims import Aim, Form, Said, aims_of, ids_in, is_silent, targets_of
from domain.cases.entities import CASE_ID, CASE_NAME, CASE_VILLAGE, NAME
from domain.cases.naming import CASE, LABEL, case_kind, folded
from domain.compose import Piece
from domain.merge import RecordState, preds_of_edit
from domain.operations import SUBMISSION, VILLAGE, Change, Value

Seen = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By path, the ids of the values that were on the screen when it was answered, by record."""


@dataclass(frozen=True)
class Filing:
    """
    A submission as it is about to be saved.

    `answers` are all of them then, `before` those until now (none: the submission is new), `entered` the
    paths that somebody answers now, `untouched` those that are as the case filled them in. `cases` are the
    cases of `cases_concerned` that are in view, `own` the ids of what the submission shows by path. `seen`
    says for the answers of a draft what was on the screen when they were typed; all others are answered on
    what is in view now. What `void` operations said stands in view, and has to be said anew.
    """

    form: Form
    village: str
    answers: Mapping[str, Value]
    before: Mapping[str, Value] | None = None
    entered: Collection[str] = ()
    untouched: Collection[str] = ()
    cases: Mapping[str, RecordState] = field(default_factory=dict)
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Seen = field(default_factory=dict)
    void: Collection[str] = ()


def cases_concerned(form: Form, answers: Mapping[str, Value]) -> set[str]:
    """The ids of all cases that a submission with these answers might change."""
    return ids_in(form, answers)


def pieces_for_cases(filing: Filing) -> list[Piece]:
    """What the submission changes in cases, and `$case` in itself where it has one from now on."""
    before = aims_of(filing.form, filing.before) if filing.before is not None else {}
    is_unknown = filing.before is not None and not before and is_silent(filing.form, filing.before)
    opened = filing.form.case if filing.before is None else None
    pieces: list[Piece] = []
    for aim in aims_of(filing.form, filing.answers).values():
        earlier = before.get(aim.case)
        earlier = earlier if earlier and earlier.member == aim.member else None
        found = list(_changes(filing, aim, earlier, is_unknown=is_unknown))
        pieces += found
        if found and aim.is_begun and not aim.member and filing.form.case is None:
            opened = aim.case
    if opened:
        pieces.append(Piece(filing.form.record, SUBMISSION, Change(CASE, opened, ())))
    return pieces


def seen_in_cases(
    form: Form,
    path: str,
    answers: Mapping[str, Value],
    cases: Mapping[str, RecordState],
    own: Collection[str] = (),
) -> dict[str, tuple[str, ...]]:
    """
    What an answer that is typed at a path now would replace, by case.

    `answers` are what the submission says until now; what a draft says at the path itself is not among them.
    """
    found: dict[str, tuple[str, ...]] = {}
    old = answers.get(path)
    old = old if isinstance(old, str) else ""
    for case, name in targets_of(form, path, answers):
        state = cases.get(case)
        preds = _in_view(state, name, old, own) if state else None
        if preds is not None:
            found[case] = preds
    return found


def _changes(filing: Filing, aim: Aim, earlier: Aim | None, *, is_unknown: bool) -> Iterator[Piece]:
    """
    `is_unknown`: the rules could not be applied until now. Then what nobody enters now may have been said
    long ago, or not at all; it stands beside what the case says by now.
    """
    kind, state = case_kind(aim.entity.list_name), filing.cases.get(aim.case)
    is_new = not (earlier and earlier.is_named) if state is None else state.origins.keys() <= set(filing.void)
    if aim.is_begun and is_new:
        said = {VILLAGE: Said("", filing.village), **aim.said} if aim.is_named else {}
        for name, one in said.items():
            if one.value:
                yield Piece(aim.case, kind, Change(name, one.value, preds_of_edit(state, name)))
    # A case that is not in view is left alone: nobody can say what would be replaced there.
    elif state is not None and state.kind == kind:
        is_blind = _is_blind(filing, aim, earlier)
        for name, one in aim.said.items():
            is_seen = not is_blind or (name == VILLAGE and filing.form.case)
            if not is_seen or (is_unknown and one.path not in filing.entered):
                preds = _beside(filing, state, name, one)
            else:
                preds = _replaced(filing, state, aim, name, earlier.said.get(name) if earlier else None)
            if preds is not None:
                yield Piece(aim.case, kind, Change(name, one.value, preds))


def _is_blind(filing: Filing, aim: Aim, earlier: Aim | None) -> bool:
    """Whether a member comes to its case only now, so that nobody answered with the case on the screen."""
    if not aim.member or aim.is_begun or earlier:
        return False
    question = aim.entity.question(filing.form.definition, CASE_ID)
    return question is None or aim.entity.member_path(question, aim.member) not in filing.untouched


def _beside(filing: Filing, state: RecordState, name: str, said: Said) -> tuple[str, ...] | None:
    """
    What is said without having seen the case stands beside what is there: a person chooses.

    What is there already is not said again, nor a name that is spelt a little differently.
    """
    asked = filing.form.definition.field_at(said.path)
    alike = folded if name == LABEL or (asked and asked.role == NAME) else str.strip
    there = {alike(one.value) for one in state.at(name) if isinstance(one.value, str)}
    return None if not said.value or alike(said.value) in there else ()


def _replaced(
    filing: Filing, state: RecordState, aim: Aim, name: str, old: Said | None
) -> tuple[str, ...] | None:
    """The ids that a value replaces in a case; none when it changes nothing there."""
    said, there = aim.said[name], state.at(name)
    if not _is_news(filing, said, old) or (not there and not said.value):
        return None
    if there and all(one.value == said.value and one.id not in filing.void for one in there):
        return None
    # Where the family was is on the screen, and not where each of its members is.
    if said.path in filing.seen and not (aim.member and name == VILLAGE):
        return filing.seen[said.path].get(state.record)
    return _in_view(state, name, _old_value(filing, aim, name, old), filing.own.get(said.path, ()))


def _is_news(filing: Filing, said: Said, old: Said | None) -> bool:
    """Whether this filing says it: a new form all that it holds, a correction what is entered or follows."""
    if said.path in filing.untouched:
        return False
    return filing.before is None or said.path in filing.entered or old is None or old.value != said.value


def _old_value(filing: Filing, aim: Aim, name: str, old: Said | None) -> str:
    """What was on the screen in the form: the earlier answer, or what the case said at opening."""
    if old:
        return old.value
    path: str | None = None
    if name == LABEL and (question := aim.entity.question(filing.form.definition, CASE_NAME)):
        path = aim.entity.member_path(question, aim.member)
    elif name == VILLAGE and aim.member:
        villages = filing.form.definition.with_role(CASE_VILLAGE)
        path = next((one.path for one in villages if "*" not in one.path), None)
    told = filing.answers.get(path or "")
    return told if isinstance(told, str) else ""


def _in_view(state: RecordState, name: str, old: str, own: Collection[str]) -> tuple[str, ...] | None:
    """
    What somebody replaces who saw `old` in the form, or nothing there but the case itself.

    None when the case says something else by now: a later visit did, and a correction of an earlier one does
    not undo that.
    """
    there = state.at(name)
    if not there:
        return ()
    newest = max(there, key=lambda one: (state.origins[one.id].time, one.id))
    wanted = old or newest.value
    return tuple(one.id for one in there if one.value == wanted or one.id in own) or None
