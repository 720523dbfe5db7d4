"""Somebody whose answers are marked wherever they can be, and looking for the marks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from client_sync.device import Device
from server.erasures_file import ErasuresFile
from server.models import Base
from server.services import second_person
from server.services.erasures import Erasing, ask_for_erasure, erase_confirmed
from server.store import Store
from server.store.sealing import COLUMNS, opened, opened_text
from tests.support.filings import REGENCY
from tests.support.office import NOW, Office

CANARY = "Kenari"
"""Every answer about the person begins so, and no other."""


def erase(office: Office, folder: Path, case: str, now: int = NOW) -> Erasing:
    """What a head of field asked for and another confirmed."""
    asker, other = (office.person(name, "head", REGENCY) for name in ("kepala", "wakil"))
    with office.store.write() as connection:
        asked = ask_for_erasure(connection, asker, case, "asked by the family", now)
        second_person.confirm(connection, other, asked, now)
    return erase_confirmed(office.store, kept_in(folder).append, asked, now)


def kept_in(folder: Path) -> ErasuresFile:
    """The file of the erasures of an office in a folder."""
    return ErasuresFile(folder / "erasures.jsonl")


def rows_with(store: Store, mark: str = CANARY) -> set[str]:
    """The tables with a row that says it, whatever the column, sealed or plain."""
    found = set()
    with store.read() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                if any(mark.encode() in _bytes(value) for value in _opened(connection, table.name, row)):
                    found.add(table.name)
    return found


def _opened(connection: Connection, table: str, row: Row[Any]) -> Iterator[object]:
    told = row._mapping
    sealed = {one.column: one for one in COLUMNS if one.table == table and not one.only}
    for name, value in told.items():
        column = sealed.get(str(name))
        if column is None or value is None:
            yield value
        elif column.is_text:
            yield opened_text(connection, column, tuple(told[key] for key in column.key), value)
        else:
            yield opened(connection, column, tuple(told[key] for key in column.key), value)


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def says(device: Device, mark: str = CANARY) -> bool:
    """Whether anything in a device's store says it."""
    connection = device.store.database._connection
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = (row for table in tables for row in connection.execute(f"SELECT * FROM {table}"))
    return any(mark.encode() in _bytes(value) for row in rows for value in row)
