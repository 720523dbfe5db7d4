"""What this device showed to its person, until the server has it."""

import json
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Final

from client_sync.database import Database, Row
from domain.opened import MOST_RECORDS, Opened, OpenedAct, OpenedReport

EVER: Final = -(2**62)


class Openings:
    """Rows of one record each; showings of a record that belong together are counted in one."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, records: Iterable[str], action: Opened, author: str, offset: int | None, now: int) -> None:
        """Counts one showing of each record; `now` is the device's clock, `offset` how far it is behind."""
        window = action.together_ms
        since = EVER if window is None else now - window
        counted = (json.dumps(sorted(set(records))), action.value, author, offset, since, now)
        self._db.run("count_openings_again", *counted)
        self._db.run("add_openings", *counted)

    def any(self) -> bool:
        """Whether there is something to report."""
        return bool(self._db.value("has_openings"))

    def report(self, new_batch: Callable[[], str]) -> OpenedReport | None:
        """
        The next report: the one whose answer did not arrive, or a new one; nothing where nothing is new.

        It writes, so it stands in a transaction that ends before the report is sent: what is reported is
        counted no further, and a repeated report is the same.
        """
        batch = self._db.value("batch_of_openings")
        if batch is None:
            if not self.any():
                return None
            batch = new_batch()
            self._db.run("begin_batch_of_openings", batch, MOST_RECORDS)
        rows = self._db.rows("openings_of_batch", batch)
        acts = [OpenedAct(tuple(row[-1] for row in some), *said) for said, some in groupby(rows, _said)]
        return OpenedReport(batch, tuple(acts))

    def drop(self, batch: str) -> None:
        """Forgets what the server has put on record."""
        self._db.run("drop_batch_of_openings", batch)


def _said(row: Row) -> Row:
    return row[:-1]
