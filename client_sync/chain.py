"""
What a device keeps of its batches: where its chain stands, and what it has tried since.

Each attempt is in the store before it is sent. So whatever was lost on the way, or killed, the next batch
names what may have arrived, and is told from the batch of a copy of this device.
"""

from dataclasses import dataclass

from domain.batches import MOST_TRIED
from domain.canonical import Json


@dataclass(frozen=True)
class Attempt:
    """A batch that was signed and not answered yet; `core` is the same for two that say the same."""

    digest: str
    core: str


@dataclass(frozen=True)
class SentChain:
    """The last batch that was answered, and the attempts since, the oldest first."""

    seq: int = 0
    digest: str = ""
    tried: tuple[Attempt, ...] = ()

    def after(self, seq: int, digest: str) -> "SentChain":
        """The chain once it is known to end with this batch; one that we never tried changes nothing."""
        for place, one in enumerate(self.tried):
            if one.digest == digest:
                return SentChain(seq, digest, self.tried[place + 1 :])
        return self

    def earlier(self, core: str) -> tuple[str, ...]:
        """What an attempt names: those before it. Who says the same as before sends the very same again."""
        cores = [one.core for one in self.tried]
        before = self.tried[: cores.index(core)] if core in cores else self.tried
        return tuple(one.digest for one in before)

    def trying(self, attempt: Attempt) -> "SentChain":
        """The chain with an attempt that is about to be sent."""
        if attempt in self.tried:
            return self
        return SentChain(self.seq, self.digest, (*self.tried, attempt)[-MOST_TRIED:])

    def to_json(self) -> Json:
        """As the store keeps it."""
        return [self.seq, self.digest, [[one.digest, one.core] for one in self.tried]]


def read_chain(kept: list[object] | None) -> SentChain:
    """The chain as it was kept; an empty one if there is none yet."""
    match kept:
        case [int(seq), str(digest), list(tried)]:
            return SentChain(seq, digest, tuple(Attempt(*one) for one in tried))
    return SentChain()
