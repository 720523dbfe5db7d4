"""
How large the pieces are in which files travel: what the line takes in half a minute.

The server keeps what came of a piece that was cut, so a cut costs little however large they are, while each
piece costs a round trip.
"""

from dataclasses import dataclass
from typing import Final

LEAST: Final = 16 * 1024
LARGEST: Final = 256 * 1024
FIRST: Final = 64 * 1024
WANTED_S: Final = 30.0
BUFFERED: Final = 64 * 1024
"""Of what was handed to the system some may still be there while an answer is waited for."""
SHORTEST_WAIT_S: Final = 10.0
LONGEST_WAIT_S: Final = 60.0
LEAST_S: Final = 0.001
"""Nothing takes less time than this, whatever a clock says."""
REST: Final = 1.5
STEADY: Final = 0.5
"""The weight of what was just measured against what was known."""


@dataclass
class Pace:
    """
    What was learnt of the line in this sync.

    `round_trip` is the shortest time of a call with next to nothing in it (seconds), `rate` the bytes a
    second that travel beside it: how long an answer needs says nothing of how fast bytes are.
    """

    chunk: int = FIRST
    round_trip: float | None = None
    rate: float | None = None

    def piece(self, left: int) -> int:
        """How many of the bytes that are left go next: a short rest goes with the piece before it."""
        return left if left <= self.chunk * REST else self.chunk

    def answered(self, seconds: float) -> None:
        """A call with next to nothing in it went well."""
        self.round_trip = min(seconds, self.round_trip or seconds)

    def moved(self, size: int, seconds: float) -> None:
        """A piece of so many bytes went well: the next one has at most twice as many."""
        measured = size / max(seconds - (self.round_trip or 0), seconds / 10, LEAST_S)
        self.rate = measured if self.rate is None else STEADY * measured + (1 - STEADY) * self.rate
        wanted = min(int(self.rate * WANTED_S), 2 * max(self.chunk, size))
        # What did not fill a piece says little of how large one may be.
        if size >= self.chunk or wanted < self.chunk:
            self.chunk = min(max(wanted, LEAST), LARGEST)

    def wait(self, size: int) -> float | None:
        """How many seconds to wait for the answer to a piece, where enough is known of the line to say so."""
        if not self.rate:
            return None
        expected = min(size, BUFFERED) / self.rate + (self.round_trip or 0)
        return min(max(2 * expected, SHORTEST_WAIT_S), LONGEST_WAIT_S)

    def failed(self) -> None:
        """A piece did not get through: less at once."""
        self.chunk = max(self.chunk // 2, LEAST)
