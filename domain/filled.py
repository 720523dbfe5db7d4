"""
When a form was filled: the moment that `today()` and `now()` mean, whoever looks at it and whenever.

It is that of the latest answer that stands in it, as whoever entered that saw the form: by the clock of the
device, corrected by what it was known to be behind. Nothing else moves it: not the sync, nor a decision.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from domain.merge import RecordState
from domain.operations import is_reserved

FIRST_MS: Final = 1_767_225_600_000
"""1 January 2026, UTC: there was no such program before, so an earlier clock is wrong."""
DRIFT_MS: Final = 5 * 60 * 1000
"""Clocks that differ by less mislead nobody."""


class Entered(NamedTuple):
    """
    An operation as far as its moment matters. `offset` is what the device's clock was behind, as it knew;
    `received` is when the server took it in (here: now, where it has not).
    """

    time: int
    offset: int
    received: int

    @property
    def moment(self) -> int:
        """When it was entered; when it was received, where the clock says what cannot be."""
        told = self.time + self.offset
        return told if FIRST_MS <= told <= self.received + DRIFT_MS else self.received

    @property
    def is_clock_wrong(self) -> bool:
        """Whether the operation's time says little about when it was entered.

        It came before its time or long before there was this program; or the device
        itself says how wrong its clock was when it had last met the server.
        """
        is_impossible = self.time > self.received + DRIFT_MS or self.time < FIRST_MS
        return is_impossible or abs(self.offset) > DRIFT_MS


def operations_behind(states: Iterable[RecordState]) -> set[str]:
    """The ids of the operations whose answers stand in a submission and its restricted parts."""
    return {one.id for state in states for one in state.survivors if not is_reserved(one.path)}


def begun_at(entered: Iterable[Entered], otherwise: int) -> int:
    """The moment of the earliest answer that stands in a form: of two rounds it tells which came first."""
    return min((one.moment for one in entered), default=otherwise)


def filled_at(entered: Iterable[Entered], otherwise: int) -> int:
    """The moment of the latest answer; `otherwise` where there is none."""
    return max((one.moment for one in entered), default=otherwise)
