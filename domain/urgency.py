"""Which filled forms cannot wait: those that say that somebody is in danger now."""

from collections.abc import Iterable
from typing import Final

from domain.merge import RecordState

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
