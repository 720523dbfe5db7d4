"""
Handing cases over: who had an assignment before, and what is said in it of other people's work on its case.

An assignment travels to every phone of its village. So whoever has the case now learns there that work of
somebody else waits for a decision (``held/<operation>``), or came in after the case was handed on
(``late/<submission>``); each names the author.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.areas import is_covered
from domain.compose import Piece
from domain.merge import RecordState, preds_of_edit, view
from domain.operations import OPERATION_ID, RECORD_ID, VILLAGE, Change, Value
from domain.planning import (
    ASSIGNED,
    ASSIGNMENT,
    MOST_OF_A_NAME,
    earlier_path,
    line_of,
    read_assignment,
)

HELD: Final = "held"
LATE: Final = "late"
MOVED: Final = "$moved"
"""In a case: why it was moved the last time."""
MOST_NOTES: Final = 20
"""Of each kind at once in one assignment: whoever sends a thousand operations fills no phone with notes."""


@dataclass(frozen=True, slots=True)
class Notes:
    """Authors of work on the case: of held operations by their ids, of late submissions by theirs."""

    held: Mapping[str, str] = field(default_factory=dict)
    late: Mapping[str, str] = field(default_factory=dict)


def held_path(operation: str) -> str:
    """Where an assignment says that an operation on its case waits for a decision."""
    return f"{HELD}/{operation}"


def late_path(submission: str) -> str:
    """Where an assignment says that a submission came after its author had lost the case."""
    return f"{LATE}/{submission}"


def notes_of(state: RecordState) -> Notes:
    """What an assignment says of other people's work; nothing of what is decided by now."""
    answers = view(state).answers
    held = {one: name for one, name in _named(answers, HELD) if OPERATION_ID.fullmatch(one)}
    return Notes(held, {one: name for one, name in _named(answers, LATE) if RECORD_ID.fullmatch(one)})


def _named(answers: Mapping[str, Value], above: str) -> Iterator[tuple[str, str]]:
    for path, value in sorted(answers.items()):
        first, _, rest = path.partition("/")
        if first == above and (name := line_of(value, MOST_OF_A_NAME)):
            yield rest, name


def piece_of_note(state: RecordState, path: str, author: str, beside: Collection[str] = ()) -> Piece | None:
    """
    Says whose work it is, or with the empty name that nothing waits any more.

    None where that is known, or where too much is said already; `beside` are the paths of what else is said.
    """
    said = set(state.values_at(path))
    if said == {author} or not (said or author):
        return None
    above = path.partition("/")[0] + "/"
    known = {one for one, value in view(state).answers.items() if value} | set(beside)
    if author and sum(one.startswith(above) for one in known) >= MOST_NOTES:
        return None
    return Piece(state.record, ASSIGNMENT, Change(path, author, preds_of_edit(state, path)))


# --- who has it ------------------------------------------------------------------------------------


def officers_in(state: RecordState) -> set[str]:
    """Everybody who has an assignment: several while people disagree."""
    return {value for value in state.values_at(ASSIGNED) if isinstance(value, str) and value}


def is_late(state: RecordState, author: str) -> bool:
    """Whether work that comes in now is late: its author had the case, and somebody else or nobody has it."""
    assignment = read_assignment(state)
    return assignment is not None and author in assignment.earlier and author not in officers_in(state)


def pieces_of_handing_on(state: RecordState, officer: str) -> list[Piece]:
    """
    Gives an assignment to an officer (the empty name: to nobody), and keeps who had it before.

    Nothing where it is so already. Assigning in another way than somebody else did settles that.
    """
    if set(state.values_at(ASSIGNED)) == {officer}:
        return []
    return [_said(state, ASSIGNED, officer), *pieces_left_behind(state, officer)]


def pieces_left_behind(state: RecordState, officer: str) -> Iterator[Piece]:
    """Keeps who had an assignment where it becomes `officer`'s, also by settling whose it is."""
    for name in sorted(officers_in(state) - {officer}):
        if name not in state.values_at(earlier_path(name)):
            yield _said(state, earlier_path(name), name)


def pieces_of_move(state: RecordState, village: str, areas: Mapping[str, Collection[str]]) -> list[Piece]:
    """
    Takes an assignment to the village that its case moves to.

    `areas` are those of the officers who work there: whoever has the case and is not among them, or has not
    the village, loses it.
    """
    stay = {name for name in officers_in(state) if is_covered(village, areas.get(name, ()))}
    pieces = [_said(state, VILLAGE, village)] if set(state.values_at(VILLAGE)) != {village} else []
    return pieces if stay or not officers_in(state) else [*pieces, *pieces_of_handing_on(state, "")]


def _said(state: RecordState, path: str, value: str) -> Piece:
    return Piece(state.record, state.kind, Change(path, value, preds_of_edit(state, path)))
