"""What the server in memory keeps, and one page of it for a device."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from domain.areas import is_covered
from domain.batches import Chain
from domain.merge import RecordState
from domain.operations import RESTRICTED_PART, VILLAGE, Operation


@dataclass
class User:
    name: str
    role: str = "officer"
    areas: tuple[str, ...] = ("64.02.18",)
    is_revoked: bool = False

    @property
    def reads_restricted(self) -> bool:
        return self.role in ("peksos", "head")


@dataclass
class Entry:
    """An operation in the log."""

    raw: bytes
    operation: Operation | None
    account: str
    status: str = "ok"
    code: str = ""

    def is_of(self, name: str) -> bool:
        """Whether the account handed it in, or made it."""
        return name in (self.account, self.operation.author if self.operation else "")

    @property
    def verdict(self) -> dict[str, str]:
        if self.status == "ok":
            return {"status": "ok"}
        return {"status": self.status, "code": self.code, "message": f"it was {self.status}"}

    @property
    def store(self) -> str | None:
        """The device store that it was made in."""
        return self.operation.replica if self.operation else None


@dataclass
class Feed:
    """Rows by record: the latest number and whether the record is there; tags by number."""

    rows: dict[str, tuple[int, bool]] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)

    @property
    def head(self) -> int:
        return max(self.tags, default=0)

    def write(self, rows: dict[str, bool], tag: str) -> None:
        head = self.head
        for i, (record, is_there) in enumerate(rows.items(), 1):
            self.rows[record] = (head + i, is_there)
        self.tags[head + len(rows)] = tag

    def cursor(self, at: int, is_restricted: bool) -> str:
        later = min(seq for seq in self.tags if seq >= at)
        return f"{at}.{self.tags[later]}{'.r' if is_restricted else ''}"

    def knows(self, cursor: str, is_restricted: bool) -> bool:
        seq, _, rest = cursor.partition(".")
        if int(seq) == 0:
            return True
        if not any(one >= int(seq) for one in self.tags):
            return False
        return self.cursor(int(seq), is_restricted) == f"{seq}.{rest}"


@dataclass
class State:
    """What a backup holds."""

    log: dict[str, Entry] = field(default_factory=dict)
    records: dict[str, RecordState] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, Feed] = field(default_factory=dict)
    haves: dict[str, tuple[int, int]] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)

    def may_read(self, user: User, record: str) -> bool:
        state = self.records.get(record)
        if state is None or not any(is_covered(v, user.areas) for v in villages_of(state)):
            return False
        return state.kind != RESTRICTED_PART or user.reads_restricted or self.owners.get(record) == user.name

    def rows_after(self, user: User, village: str, at: int) -> Iterator[tuple[int, str, bool]]:
        """What of a village's feed concerns a user."""
        feed = self.feeds.get(village, Feed())
        for record, (seq, is_there) in sorted(feed.rows.items(), key=lambda row: row[1]):
            is_open = self.records[record].kind != RESTRICTED_PART or user.reads_restricted
            if seq > at and (is_open or self.owners.get(record) == user.name):
                yield seq, record, is_there


def villages_of(state: RecordState | None) -> set[str]:
    return {str(value) for value in state.values_at(VILLAGE)} if state else set()


class Page:
    """An answer's share of the feeds; `touched` says of which records a digest is enough."""

    def __init__(self, state: State, user: User, touched: dict[str, bool], limit: int) -> None:
        self.state = state
        self.user = user
        self.touched = touched
        self.budget = limit
        self.told: dict[str, Any] = {}
        self.members: dict[str, Any] = {}

    def read_village(self, village: str, cursor: str) -> None:
        feed = self.state.feeds.get(village, Feed())
        if not feed.knows(cursor, self.user.reads_restricted):
            self.members.setdefault("reset", []).append(village)
            return
        at = int(cursor.partition(".")[0])
        for seq, record, is_there in self.state.rows_after(self.user, village, at):
            if self.budget <= 0:
                self.members["more"] = True
                break
            at = seq
            if is_there:
                self._tell(record)
            else:
                self.members.setdefault("left", []).append([village, record])
        else:
            at = feed.head
        self._move(village, feed, at, cursor, self.user.reads_restricted)

    def read_private(self, replica: str, cursor: str) -> None:
        name = f"~{replica}"
        feed = self.state.feeds.get(name, Feed())
        if not feed.knows(cursor, False):
            self.members.setdefault("reset", []).append(name)
            return
        at = int(cursor.partition(".")[0])
        for one, (seq, _) in sorted(feed.rows.items(), key=lambda row: row[1]):
            if seq > at:
                self.members.setdefault("decisions", []).append([one, self.state.log[one].verdict])
        self._move(name, feed, feed.head, cursor, False)

    def _move(self, name: str, feed: Feed, at: int, known: str, is_restricted: bool) -> None:
        if at and feed.cursor(at, is_restricted) != known:
            self.members.setdefault("cursors", {})[name] = feed.cursor(at, is_restricted)

    def read_by_id(self, want: list[str]) -> None:
        for record in self.touched:
            if self.state.may_read(self.user, record):
                self._tell(record)
        for position, record in enumerate(want):
            if not self.state.may_read(self.user, record):
                self.members.setdefault("unknown", []).append(record)
            elif self.budget > 0 or position == 0:
                self._tell(record)

    def _tell(self, record: str) -> None:
        if record in self.told:
            return
        state = self.state.records[record]
        places = sorted(v for v in villages_of(state) if is_covered(v, self.user.areas))
        if self.touched.get(record):
            self.told[record] = [record, state.digest, *places]
            self.budget -= 80
        else:
            data = state.to_bytes()
            self.told[record] = {**json.loads(data), "in": places}
            self.budget -= len(data)
