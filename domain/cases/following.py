"""
How cases follow the forms that speak of them.

Only what differs from what was on the screen changes a case, and it replaces only that. So two officers who
change different properties of one case do not disturb each other, two who change the same one make a conflict
in it, and a prefilled answer that nobody touched overwrites nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from domain.cases.aims import Aim, Form, Said, aims_of, ids_in, targets_of
from domain.cases.naming import CASE, LABEL, case_kind
from domain.cases.opening import CASE_NAME
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
    opened = filing.form.case if filing.before is None else None
    pieces: list[Piece] = []
    for aim in aims_of(filing.form, filing.answers).values():
        found = list(_changes(filing, aim, before.get(aim.case)))
        pieces += found
        if found and aim.is_begun and not aim.member and filing.form.case is None:
            opened = aim.case
    if opened:
        pieces.append(Piece(filing.form.record, SUBMISSION, Change(CASE, opened, ())))
    return pieces


def seen_in_cases(
    form: Form, path: str, old: str, cases: Mapping[str, RecordState], own: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """What an answer that is typed at a path now would replace, by case; `old` is what it says until now."""
    found: dict[str, tuple[str, ...]] = {}
    for case, name in targets_of(form, path):
        state = cases.get(case)
        preds = _in_view(state, name, old, own) if state else None
        if preds is not None:
            found[case] = preds
    return found


def _changes(filing: Filing, aim: Aim, earlier: Aim | None) -> Iterator[Piece]:
    kind, state = case_kind(aim.list_name), filing.cases.get(aim.case)
    is_new = earlier is None if state is None else state.origins.keys() <= set(filing.void)
    if aim.is_begun and is_new:
        said = {VILLAGE: Said("", filing.village), **aim.said}
        for name, one in said.items():
            if one.value:
                yield Piece(aim.case, kind, Change(name, one.value, preds_of_edit(state, name)))
    # A case that is not in view is left alone: nobody can say what would be replaced there.
    elif state is not None and state.kind == kind:
        for name, one in aim.said.items():
            preds = _replaced(filing, state, name, one, earlier.said.get(name) if earlier else None)
            if preds is not None:
                yield Piece(aim.case, kind, Change(name, one.value, preds))


def _replaced(
    filing: Filing, state: RecordState, name: str, said: Said, old: Said | None
) -> tuple[str, ...] | None:
    """The ids that a value replaces in a case; none when it changes nothing there."""
    there = state.at(name)
    if not _is_news(filing, said, old) or (not there and not said.value):
        return None
    if there and all(one.value == said.value and one.id not in filing.void for one in there):
        return None
    if said.path in filing.seen:
        return filing.seen[said.path].get(state.record)
    return _in_view(state, name, _old_value(filing, name, old), filing.own.get(said.path, ()))


def _is_news(filing: Filing, said: Said, old: Said | None) -> bool:
    """Whether this filing says it: a new form all that it holds, a correction what is entered or follows."""
    if said.path in filing.untouched:
        return False
    return filing.before is None or said.path in filing.entered or old is None or old.value != said.value


def _old_value(filing: Filing, name: str, old: Said | None) -> str:
    """What was on the screen in the form: the earlier answer, or the name that the case had at opening."""
    if old is None and name == LABEL:
        named = [filing.answers.get(found.path) for found in filing.form.definition.with_role(CASE_NAME)]
        return next((name for name in named if isinstance(name, str)), "")
    return old.value if old else ""


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
