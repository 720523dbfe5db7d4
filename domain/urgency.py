"""Which filled forms cannot wait: those that say that somebody is in danger now."""

from collections.abc import Iterable
from typing import Final

from domain.merge import RecordState
from domain.operations import RESTRICTED_PART, SUBMISSION, Change, Operation

DANGER: Final = "bahaya_segera"
"""The question whether the child is in danger now, in whatever group a form asks it."""
YES: Final = "1"


def is_urgent(states: Iterable[RecordState]) -> bool:
    """
    Whether a submission, or one of its restricted parts, says so.

    One voice is enough: not all of those who disagree need to have said it, and a member that was removed may
    have been removed by mistake.
    """
    return any(
        survivor.value == YES and survivor.path.rpartition("/")[2] == DANGER
        for state in states
        for survivor in state.survivors
    )


def says_danger(change: Change) -> bool:
    """Whether it is this that somebody enters."""
    return change.value == YES and change.path.rpartition("/")[2] == DANGER


def records_in_danger(operation: Operation) -> set[str]:
    """The submissions, and their restricted parts, of which an operation says so."""
    return {
        part.record
        for part in operation.parts
        if part.kind in (SUBMISSION, RESTRICTED_PART) and any(map(says_danger, part.changes))
    }
