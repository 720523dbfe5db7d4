"""Which filled forms cannot wait: those that say that somebody is in danger now."""

from collections.abc import Iterable
from typing import Final

from domain.merge import RecordState
from domain.operations import RESTRICTED_PART, SUBMISSION, Change, Operation, Value

DANGER: Final = "bahaya_segera"
"""The question whether the child is in danger now, in whatever group a form asks it."""
YES: Final = "1"
_DANGER: Final = DANGER.encode()


def is_urgent(states: Iterable[RecordState]) -> bool:
    """
    Whether a submission, or one of its restricted parts, says so.

    One voice is enough: not all of those who disagree need to have said it, and a member that was removed may
    have been removed by mistake.
    """
    return any(is_said(one.path, one.value) for state in states for one in state.survivors)


def is_said(path: str, value: Value) -> bool:
    """Whether an answer says so."""
    return value == YES and path.rpartition("/")[2] == DANGER


def says_danger(change: Change) -> bool:
    """Whether somebody enters it."""
    return is_said(change.path, change.value)


def may_be_urgent(raw: bytes) -> bool:
    """Whether it is worth reading an operation, or the document of a record, for it."""
    return _DANGER in raw


def records_in_danger(operation: Operation) -> set[str]:
    """The submissions, and their restricted parts, of which an operation says so."""
    if not may_be_urgent(operation.raw):  # as nearly all: the server asks this of every operation
        return set()
    return {
        part.record
        for part in operation.parts
        if part.kind in (SUBMISSION, RESTRICTED_PART) and any(map(says_danger, part.changes))
    }
