"""
What a device showed of records while nobody else could see it: how that is told, and when it was.

A device notes each showing before it shows, and reports it later. Its clock may be decades off, so the moment
is worked out from what it says and by how much it knew itself to be wrong.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.canonical import Json
from domain.operations import RECORD_ID

MOST_RECORDS: Final = 500
"""Names of records that travel in one report."""
MOST_TIMES: Final = 1_000_000
HOUR_MS: Final = 3_600_000
EARLIEST: Final = 1_577_836_800_000
"""2020-01-01: no device showed anything before there was one."""
FUTURE_MS: Final = 60_000
"""Two clocks that agree may differ by that."""

ACTION: Final = re.compile(r"[a-z][a-z-]{0,31}")
AUTHOR: Final = re.compile("[^\x00-\x1f\x7f\ud800-\udfff]{0,64}")
_FARTHEST: Final = 2**53 - 1


class Opened(StrEnum):
    """In which way a record was shown."""

    READ = "read"
    EDIT = "edit"
    EXPORT = "export"
    LIST = "list"

    @property
    def together_ms(self) -> int | None:
        """For how long showings of a record are counted as one; `None`: until they are reported."""
        return None if self is Opened.LIST else HOUR_MS


@dataclass(frozen=True, slots=True)
class OpenedAct:
    """
    Some records that were shown equally often in one way, from `first` to `last` by the device's clock.

    `offset` is by how much that clock was known to be behind the server's (milliseconds; nothing where it
    never met one), `author` whose device it was. `action` may be one that a newer device knows.
    """

    records: tuple[str, ...]
    action: str
    author: str
    first: int
    last: int
    offset: int | None
    count: int

    def as_json(self) -> list[Json]:
        """As it travels."""
        return [
            *(self.action, self.author, self.first, self.last, self.offset, self.count),
            list[Json](self.records),
        ]


@dataclass(frozen=True)
class OpenedReport:
    """What a device reports at once. It sends the same again until the server says that it has this batch."""

    batch: str
    acts: tuple[OpenedAct, ...]

    def as_json(self) -> dict[str, Json]:
        """As it travels."""
        return {"batch": self.batch, "acts": [act.as_json() for act in self.acts]}


def read_act(sent: object) -> OpenedAct:
    """An act as it travelled; a count is brought into its bounds. Raises `ValueError`."""
    match sent:
        case [str(action), str(author), first, last, offset, count, list(records)] if (
            records and ACTION.fullmatch(action) and AUTHOR.fullmatch(author)
        ):
            return OpenedAct(
                records=tuple(map(_record, records)),
                action=action,
                author=author,
                first=_whole(first),
                last=_whole(last),
                offset=None if offset is None else _whole(offset),
                count=min(max(_whole(count), 1), MOST_TIMES),
            )
    raise ValueError("an act is [action, author, first, last, offset, count, records]")


def _whole(value: object) -> int:
    if type(value) is not int or abs(value) > _FARTHEST:
        raise ValueError("not a whole number")
    return value


def _record(value: object) -> str:
    if not isinstance(value, str) or not RECORD_ID.fullmatch(value):
        raise ValueError("not a record id")
    return value


def moment_of(said: int, offset: int | None, offset_now: int | None, received: int) -> int | None:
    """
    When something was, in milliseconds since 1970 by the server's clock; nothing where it cannot be told.

    A device said `said`; its clock was behind by `offset` when it did and by `offset_now` when that arrived,
    as far as is known. The first of both that gives a possible moment counts: its clock may have been set
    right, or wrong, in between.
    """
    for correction in (offset, offset_now):
        if correction is not None and EARLIEST <= said + correction <= received + FUTURE_MS:
            return min(said + correction, received)
    return None
