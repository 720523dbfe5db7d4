"""What the line to the server bears: how much at once, how hard to compress, when to give up.

Batches begin small, double while things go well and are halved when they do not, so
that a bad line loses little to a cut and a good one is not held up by round trips.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from client_sync.errors import Unreachable

FIRST_BATCH: Final = 8 * 1024
LARGEST_BATCH: Final = 64 * 1024
LEAST_BATCH: Final = 1024
MOST_OPERATIONS: Final = 500
MOST_RAW: Final = 1024 * 1024 - 16 * 1024
"""Of a request before compression; the server takes 1 MiB."""

USUAL_LIMIT: Final = 256 * 1024
LARGEST_LIMIT: Final = 2 * 1024 * 1024
LEAST_LIMIT: Final = 32 * 1024

QUICK: Final = 0.25
"""Seconds: an exchange as short as this says that the line bears more."""
FAST: Final = 100_000
SLOW: Final = 20_000
"""Bytes a second upwards: above the one bytes are cheaper than computing, below the other they are dear."""


@dataclass
class Line:
    """What was learnt in this sync; `target` are compressed bytes up, `limit` inflated bytes down."""

    target: int = FIRST_BATCH
    most: int = MOST_OPERATIONS
    limit: int = USUAL_LIMIT
    ratio: float = 0.14
    speed: float | None = None

    @classmethod
    def remembered(cls, target: int | None) -> "Line":
        """Begins with half of what went well the last time: lines change between two syncs."""
        return cls(target=min(max((target or 0) // 2, FIRST_BATCH), LARGEST_BATCH))

    @property
    def budget(self) -> int:
        """How many bytes of operations, before compression, make a batch of the target size."""
        return min(int(self.target / self.ratio), MOST_RAW)

    @property
    def level(self) -> int:
        """
        The zstd level for the next body.

        Of 100 new records of 2.3 KB each takes, at level 9, 10, 12, 15 and 19: 311, 308,
        302, 282 and 276 bytes, in 25, 28, 75, 250 and 930 µs.
        """
        if self.speed is None or SLOW <= self.speed <= FAST:
            return 15
        return 10 if self.speed > FAST else 19

    def succeeded(self, raw: int, sent: int, seconds: float, has_more: bool) -> None:
        """An exchange went well: `raw` bytes of operations (0: none) travelled in `sent` bytes."""
        if raw:
            self.ratio = min(1.0, max(0.02, sent / raw))
            if sent > FIRST_BATCH // 4:
                self.speed = sent / max(seconds, 0.001)
        if seconds < QUICK or sent >= self.target // 2:
            self.target = min(self.target * 2, LARGEST_BATCH)
        if has_more and seconds < 4 * QUICK:
            self.limit = min(self.limit * 2, LARGEST_LIMIT)
        self.most = min(self.most * 2, MOST_OPERATIONS)

    def timed_out(self) -> None:
        """Nothing moved for too long: less at once, in both directions."""
        self.target = max(self.target // 2, LEAST_BATCH)
        self.limit = max(self.limit // 2, LEAST_LIMIT)

    def was_too_large(self, operations: int) -> None:
        """The server did not take as many operations at once."""
        self.most = max(operations // 2, 1)
        self.target = max(self.target // 2, LEAST_BATCH)


@dataclass
class Patience:
    """
    How often and how long to try again after a failure: exponential back-off with jitter.

    `attempts` in a row without success, within `seconds` since the first of them; clock
    and sleep are given from outside, so that no test waits.
    """

    attempts: int = 4
    seconds: float = 45.0
    first_pause: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    _failures: int = field(default=0, init=False)
    _since: float = field(default=0.0, init=False)

    def begin(self) -> None:
        """A fresh start: things went well, or nothing was tried yet."""
        self._failures = 0
        self._since = self.clock()

    def bear(self, error: Unreachable) -> None:
        """Waits before the next attempt, or raises `error` when enough was tried."""
        self._failures += 1
        if self._failures >= self.attempts or self.clock() - self._since >= self.seconds:
            raise error
        longest = self.first_pause * 2.0 ** (self._failures - 1)
        self.sleep(longest * (0.5 + self.chance() / 2))
