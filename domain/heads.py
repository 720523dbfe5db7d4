"""
The ends of the audit's chains as devices keep and compare them.

Whoever holds the end of a chain holds, by its digest, everything before it. A device tells what it knows of
each kecamatan in their order, in a few characters, and hears of those that have moved on.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

KECAMATAN: Final = len("64.02.18")
DIGEST: Final = 16
"""Characters of a digest that travel and are kept: 96 bits, which nobody can match with another past."""
TAG: Final = 3
"""Characters that tell whether a chain has moved on; enough for that, and for nothing else."""

_HEAD: Final = re.compile(r"(0|[1-9][0-9]{0,15})\.((?:[A-Za-z0-9_-]{16})?)")


class Head(NamedTuple):
    """A place in a chain, and the beginning of the digest that was told for it. Place 0: there is none."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}.{self.digest[:DIGEST]}"

    def is_of(self, seq: int, digest: str | None) -> bool:
        """Whether it is this place with this digest, which may be a longer form of it."""
        return self.seq == seq and digest is not None and digest[:DIGEST] == self.digest[:DIGEST] != ""

    def contradicts(self, later: "Head") -> bool:
        """Whether a chain that ends at `later` cannot have gone through here."""
        return later.seq < self.seq or (later.seq == self.seq and not self.is_of(later.seq, later.digest))


NO_CHAIN: Final = Head(0, "")


def read_head(piece: str) -> Head | None:
    """A head that was spelt out; nothing for a tag, or for what is neither."""
    found = _HEAD.fullmatch(piece)
    return Head(int(found[1]), found[2]) if found and (found[1] == "0") == (found[2] == "") else None


def kecamatan_of(villages: Iterable[str]) -> list[str]:
    """The chains that a device is told of, in the order in which both sides name them."""
    return sorted({village[:KECAMATAN] for village in villages})
