"""How far the device has read each feed, which villages list which record, and what it has yet to ask for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from client_sync.database import Database

NEVER_READ: Final = "0"


class Feeds:
    def __init__(self, database: Database) -> None:
        self._db = database

    def cursors(self) -> dict[str, str]:
        return dict(self._db.rows("cursors"))

    def set_cursors(self, cursors: Mapping[str, str]) -> None:
        self._db.run_many("set_cursor", cursors.items())

    def forget_cursors(self) -> None:
        self._db.run("drop_cursors")

    def forget_feed(self, feed: str) -> None:
        self._db.run("drop_cursor", feed)

    # --- memberships ---

    def villages_of(self, record: str) -> set[str]:
        return {row[0] for row in self._db.rows("memberships_of_record", record)}

    def records_in(self, village: str) -> set[str]:
        return {row[0] for row in self._db.rows("members_of_village", village)}

    def member_villages(self) -> set[str]:
        return {row[0] for row in self._db.rows("member_villages")}

    def place(self, places: Mapping[str, Sequence[str]]) -> None:
        """Each of these records is in exactly these villages."""
        known = {(village, record) for record, village in self._db.among("memberships_of_records", places)}
        wanted = {(village, record) for record, villages in places.items() for village in villages}
        self._db.run_many("add_membership", wanted - known)
        self._db.run_many("drop_membership", known - wanted)

    def add_membership(self, village: str, record: str) -> None:
        self._db.run("add_membership", village, record)

    def leave(self, village: str, record: str) -> bool:
        """Ends a membership; whether it was there and was the last one."""
        return self._db.run("drop_membership", village, record) > 0 and not self.villages_of(record)

    def leave_all(self, record: str) -> None:
        self._db.run("drop_memberships_of_record", record)

    # --- wanted ---

    def want(self, records: Iterable[str]) -> None:
        self._db.run_many("want", [(record,) for record in records])

    def unwant(self, records: Iterable[str]) -> None:
        self._db.run_many("unwant", [(record,) for record in records])

    def wanted(self, most: int) -> tuple[str, ...]:
        return tuple(row[0] for row in self._db.rows("wanted", most))

    def count_wanted(self) -> int:
        return int(self._db.value("count_wanted"))

    def want_nothing(self) -> None:
        self._db.run("drop_wanted")
