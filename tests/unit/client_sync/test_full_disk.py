"""The disk is full at the n-th statement, for every n: what is saved or told is there in whole or not at all.

The connection is real; only the statement that is due does not come through, a COMMIT as well as a write. A
sync after it makes up for everything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from client_sync.errors import StoreFailed
from client_sync.writer import Saved
from tests.support.devices import OTHER_VILLAGE, VILLAGE, Fleet, Phone, stored

LEAST = 5
"""Statements without which none of these can be done: begin, commit, and a few between them."""


class FullDisk:
    """A connection whose n-th statement that writes finds no room."""

    def __init__(self, connection: Any, at: int) -> None:
        self._connection = connection
        self._left = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        self._count(sql)
        return self._connection.execute(sql, *parameters)

    def executemany(self, sql: str, rows: Any) -> Any:
        self._count(sql)
        return self._connection.executemany(sql, rows)

    def _count(self, sql: str) -> None:
        if "SELECT" in sql.lstrip()[:6].upper() or sql == "ROLLBACK":
            return
        self._left -= 1
        if self._left < 0:
            raise dbapi2.OperationalError("database or disk is full")


@contextmanager
def full_disk(phone: Phone, at: int) -> Iterator[None]:
    database = phone.store.database
    real = database._connection
    database._connection = FullDisk(real, at)
    try:
        yield
    finally:
        database._connection = real


def contents(phone: Phone) -> dict[str, list[Any]]:
    """Every row of the store."""
    connection = phone.store.database._connection
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    ).fetchall()
    return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables}


def test_an_answer_is_taken_in_whole_or_not_at_all(fleet: Fleet) -> None:
    """
    Invariants 2, 4 and 11: a new record, a changed one, one that leaves, and a verdict in one answer.

    Broken on purpose: cursors committed apart from the records.
    """
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    changed = budi.new("anak", VILLAGE, {"nama": "0"}).record
    budi.sync()
    asha.sync()
    for at in range(300):
        budi.new("anak", VILLAGE, {"nama": f"new {at}"})
        budi.set(changed, {"nama": str(at), "$village": [VILLAGE, OTHER_VILLAGE][at % 2]})
        budi.sync()
        asha.new("anak", OTHER_VILLAGE, {"nama": f"own {at}"})
        try:
            with full_disk(asha, at):
                asha.sync()
            is_done = True
        except StoreFailed:
            is_done = False
        assert asha.sync().is_quiet, at
        assert stored(asha) == fleet.server.state.records, at
        assert asha.store.feeds.villages_of(changed) == {[VILLAGE, OTHER_VILLAGE][at % 2]}
        if is_done:
            break
    assert LEAST < at < 299


def new(asha: Phone, record: str) -> Saved:
    return asha.new("anak", VILLAGE, {"nama": "b", "luka": "memar"})


def change(asha: Phone, record: str) -> Saved:
    return asha.set(record, {"nama": "b", "luka": "memar"}, remove=["anggota/m_1"])


def finish(asha: Phone, record: str) -> Saved:
    return asha.drafts.finish_draft(asha.store.drafts.all()[0].id)


@pytest.mark.parametrize("save", [new, change, finish])
def test_what_is_filled_in_is_saved_in_whole_or_plainly_refused(
    fleet: Fleet, save: Callable[[Phone, str], Saved]
) -> None:
    """
    Invariant 2: a refusal leaves every row as it was, restricted parts, counter and draft among them.

    Broken on purpose: the draft removed after its transaction.
    """
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a", "anggota/m_1/nama": "Ani"}).record
    draft = asha.drafts.start_correction(record)
    asha.drafts.type_answer(draft.id, "nama", "c")
    before = contents(asha)
    for at in range(300):
        try:
            with full_disk(asha, at):
                save(asha, record)
            break
        except StoreFailed:
            assert contents(asha) == before, at
    assert LEAST < at < 299
    assert [one.n for one in asha.operations()] == [*range(1, len(asha.operations()) + 1)]
    asha.sync()
    assert stored(asha) == fleet.server.state.records
