"""How a bad line treats packets: rate, delay, jitter, loss, a bounded queue, and cuts.

Pure: the time is given, chance comes from a seed, and nothing is sent. `benchmarks.tunnel`
carries the packets of a real connection by what is decided here.
"""

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

BITS: Final = 8


@dataclass(frozen=True)
class Quality:
    """What a line is like, the same in both directions. Without a rate (0) it is as fast as the machine."""

    bits_per_s: int = 64_000
    delay_ms: float = 300.0
    """One way: an answer takes twice as long."""
    jitter_ms: float = 40.0
    """A packet takes up to so much more or less than the delay; none overtakes another."""
    loss: float = 0.05
    """The share of packets that get lost, each by chance."""
    queue_bytes: int = 16_000
    """What waits for its turn before the line; a packet that finds no room in it is lost."""
    cut_every_s: float = 20.0
    """From the beginning of a cut to that of the next; the first begins so long after the start. 0: none."""
    cut_for_s: float = 4.0
    seed: int = 1

    def cuts_until(self, at: float) -> int:
        """How many cuts have begun `at` seconds after the start."""
        return int(at / self.cut_every_s) if self.cut_every_s else 0

    def is_down(self, at: float) -> bool:
        """Whether nothing passes `at` seconds after the start."""
        begun = self.cuts_until(at)
        return begun > 0 and at - begun * self.cut_every_s < self.cut_for_s

    @property
    def share_up(self) -> float:
        """The share of time in which something passes, over many cuts."""
        return 1 - self.cut_for_s / self.cut_every_s if self.cut_every_s else 1.0

    def ideal_s(self, size: int) -> float:
        """The least seconds for so many bytes: nothing lost or sent twice, no headers, nobody waiting."""
        return size * BITS / self.bits_per_s / self.share_up if self.bits_per_s else 0.0


class Lost(Enum):
    """Why a packet does not arrive."""

    DOWN = "down"
    QUEUE = "queue"
    CHANCE = "chance"


class OneWay:
    """One direction of a line. Packets are given in the order of time, in seconds since the start."""

    def __init__(self, quality: Quality, seed: str = "") -> None:
        self._quality = quality
        self._chance = Random(f"{quality.seed}{seed}")
        self._free_at = 0.0
        self._last_arrival = 0.0

    def arrival(self, now: float, size: int) -> float | Lost:
        """When a packet of `size` bytes that is sent now arrives, or why it does not.

        A lost packet has taken its time on the line all the same; one without room in the queue has not.
        """
        if self._quality.is_down(now):
            return Lost.DOWN
        sent = self._sent_at(now, size)
        if sent is None:
            return Lost.QUEUE
        if self._chance.random() < self._quality.loss:
            return Lost.CHANCE
        jitter = self._chance.uniform(-1, 1) * self._quality.jitter_ms
        at = max(sent + (self._quality.delay_ms + jitter) / 1000, self._last_arrival)
        if self._quality.is_down(at) or self._quality.cuts_until(at) > self._quality.cuts_until(now):
            return Lost.DOWN
        self._last_arrival = at
        return at

    def _sent_at(self, now: float, size: int) -> float | None:
        """When the last bit is on its way; None when there is no room to wait."""
        rate = self._quality.bits_per_s
        if not rate:
            return now
        waiting = max(0.0, self._free_at - now) * rate / BITS
        if waiting + size > self._quality.queue_bytes:
            return None
        self._free_at = max(now, self._free_at) + size * BITS / rate
        return self._free_at
