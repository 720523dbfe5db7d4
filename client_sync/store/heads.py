"""The ends of the audit's chains that the server told this device."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from client_sync.database import Database
from domain.heads import Head

KNOWN: Final = "known"
UNPROVEN: Final = "unproven"
DIFFERS: Final = "differs"
DAY_MS: Final = 24 * 3_600_000
KEPT_MS: Final = 400 * DAY_MS


class KeptHead(NamedTuple):
    """An end of a chain; `told` by the server's clock, `state` as the schema says."""

    kecamatan: str
    head: Head
    told: int
    state: str

    @property
    def is_current(self) -> bool:
        """Whether it is of the chain that the server has, as far as is known."""
        return self.state in (KNOWN, UNPROVEN)


class Heads:
    """For each kecamatan the newest, and the last of each day for 400 days."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self) -> list[KeptHead]:
        """By kecamatan, in the order in which they were told."""
        return [KeptHead(row[0], Head(row[1], row[2]), row[3], row[4]) for row in self._db.rows("heads")]

    def newest(self) -> dict[str, Head]:
        """By kecamatan, of chains that are not known to be gone."""
        return newest_of(self.all())

    def add(self, kecamatan: str, head: Head, told: int) -> None:
        """Keeps a new end. That the one before it lies in the same chain is yet to be asked."""
        self._db.run("leave_head_unproven", kecamatan)
        self._db.run("add_head", kecamatan, head.seq, head.digest, told)
        self._db.run("prune_heads", told - KEPT_MS)

    def prove(self, kecamatan: str, head: Head) -> None:
        """Notes that the server says that a head lies in its chain."""
        self._db.run("prove_head", kecamatan, head.seq, head.digest)

    def end(self, kecamatan: str, now: Head, noticed: int, is_told: bool) -> bool:
        """
        Notes that what is known of a chain is not in the one that ends at `now`; whether that is news.

        With `is_told` it was the server that found it; else it is to hear of the newest.
        """
        if not is_told:
            self._db.run("tell_of_newest_head", kecamatan)
        ended = self._db.run("end_chain", kecamatan, noticed, *now)
        return self._db.run("notice_head", kecamatan, noticed) + ended > 0

    def settle(self, kecamatan: str) -> None:
        """Notes that the server has heard of what differs."""
        self._db.run("settle_heads", kecamatan)

    def differing(self, since: int) -> dict[str, int]:
        """When it came out, by kecamatan, that its chain is another one; not before `since`."""
        return dict(self._db.rows("chains_that_differ", since))

    def forget(self) -> None:
        """Of another server they say nothing."""
        self._db.run("drop_heads")


def newest_of(kept: list[KeptHead]) -> dict[str, Head]:
    """The newest of each kecamatan."""
    return {one.kecamatan: one.head for one in kept if one.is_current}


Newest = Mapping[str, Head]
