"""
Who settles what people disagree on: one rule, asked by the server and, before it saves, by the device.

An operation settles a conflict where it names several of the values that stand side by side, and a contested
removal where it takes the removal back or repeats it with what it had not seen. Whoever reviews may always.
An officer may where the case is his, or nobody's, and as long as nobody has settled it before: disputed
again, it is for those who review. Two values of one's own are no dispute between people.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from domain.dossier import REMOVAL
from domain.merge import RecordState, Survivor, is_removal_marker, view
from domain.operations import (
    ALIVE,
    DEAD,
    OPERATION_ID,
    RESTRICTED,
    REVIEW,
    SUBMISSION,
    Change,
    Operation,
    Part,
    is_marker,
)
from domain.planning import ASSIGNED, read_assignment

NOT_ASSIGNED: Final = "not-assigned"
SETTLED_BEFORE: Final = "settled-before"


def may_settle_something(part: Part) -> bool:
    """Whether a part could settle anything: it names several values at once, or speaks of a removal."""
    return any(
        len(preds) > 1 or (bool(preds) and is_removal_marker(value))
        for value, preds in zip(part.values, part.preds, strict=True)
    )


def settled_in(state: RecordState | None, part: Part, author: str) -> list[str]:
    """
    Where a part settles a dispute of the record as it is before; a contested removal at ``PATH#removal``.

    Only what survives counts: who had not seen that somebody settled it meanwhile makes it disputed again,
    and that is told as a conflict.
    """
    if state is None or state.is_simple or not may_settle_something(part):
        return []
    return [path for change in part.changes for path in _settled_by(state, change, author)]


def _settled_by(state: RecordState, change: Change, author: str) -> Iterator[str]:
    named = [survivor for survivor in state.at(change.path) if survivor.id in change.preds]
    if is_removal_marker(change.value):
        removals = [one for one in named if is_marker(one.value, DEAD)]
        if (
            removals
            and change.path in view(state).removals
            and not _takes_back_own(state, change, removals, author)
        ):
            yield change.path + REMOVAL
        return
    values = [one for one in named if not is_removal_marker(one.value) and one.value != RESTRICTED]
    if change.path != REVIEW and _are_different(values) and not _are_of(state, values, author):
        yield change.path


def _takes_back_own(state: RecordState, change: Change, removals: list[Survivor], author: str) -> bool:
    """Whether somebody only takes back what he removed himself: nobody else loses anything by it."""
    return is_marker(change.value, ALIVE) and _are_of(state, removals, author)


def _are_different(values: list[Survivor]) -> bool:
    return any(one.value != values[0].value for one in values)


def _are_of(state: RecordState, values: Iterable[Survivor], author: str) -> bool:
    return all(state.origins[one.id].author == author for one in values)


def parts_that_decide(operation: Operation) -> Iterator[Part]:
    """
    The parts in which settling is a decision between people.

    What a form says of its case is none: it was found at a visit, and a visit is not kept waiting because
    of two older answers.
    """
    has_form = any(part.kind == SUBMISSION for part in operation.parts)
    for part in operation.parts:
        if not (has_form and part.kind.startswith("case:")):
            yield part


def assigned_in(assignments: Iterable[RecordState]) -> frozenset[str]:
    """
    Whose a case is by its assignments: those who have it, and with them those who had it before.

    Work that was begun before a case was given to somebody else is taken in, and marked late. Where several
    people assigned differently it is everybody's whom they named. Nobody's: none.
    """
    now: set[str] = set()
    before: set[str] = set()
    for state in assignments:
        if read := read_assignment(state):
            now |= {one for one in state.values_at(ASSIGNED) if isinstance(one, str) and one}
            before |= read.earlier
    return frozenset(now | before) if now else frozenset()


def why_not(
    author: str, assigned: Collection[str], *, is_reviewer: bool, is_settled_before: bool
) -> str | None:
    """
    Why `author` may not settle a dispute, as a verdict's code; nothing where he may.

    `assigned` are the officers who have the case of the record in a round that is open, or had it in one;
    none where it is nobody's.
    """
    if is_reviewer:
        return None
    if assigned and author not in assigned:
        return NOT_ASSIGNED
    return SETTLED_BEFORE if is_settled_before else None


# --- taking a settlement back --------------------------------------------------------------------

UNDOES: Final = "undoes"
"""In an operation's `meta`: the operation by which the dispute had been settled that this one opens again."""


def undone_by(operation: Operation) -> str | None:
    """The settlement that an operation takes back, as it says."""
    meta = json.loads(operation.raw).get("meta") or {}
    told = meta.get(UNDOES)
    return told if isinstance(told, str) and OPERATION_ID.fullmatch(told) else None
