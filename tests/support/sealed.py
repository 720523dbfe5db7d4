"""Looking for words in a database's bytes, and a store as it was before anything was sealed."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, and_, select, text, update
from zstandard import ZstdDecompressor, ZstdError

from server.models import Base
from server.store import sealing
from server.store.sealing import COLUMNS, DETAIL, SealedColumn
from server.store.transactions import Store


def spellings(canary: str) -> list[bytes]:
    """A word as it may stand in bytes: in three encodings of texts, and in base64 wherever it begins."""
    plain = canary.encode()
    found = [plain, canary.encode("utf-16-le"), canary.encode("utf-16-be"), plain.hex().encode()]
    for start in range(3):
        encoded = base64.b64encode(b"\0" * start + plain)
        inner = encoded[4 if start else 0 : len(encoded) - 4]  # what does not depend on what stands around it
        found += [inner, inner.replace(b"+", b"-").replace(b"/", b"_")]
    return found


def found_in(data: bytes, canaries: list[str]) -> set[str]:
    """Those of the words that stand in bytes, as they are or unpacked."""
    told = {one for one in canaries for spelt in spellings(one) if spelt in data}
    return told | {one for unpacked in _unpacked(data) for one in canaries if one.encode() in unpacked}


def _unpacked(data: bytes) -> Iterator[bytes]:
    for wbits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            yield zlib.decompressobj(wbits).decompress(data)
        except zlib.error:
            continue
    try:
        yield ZstdDecompressor().decompress(data, max_output_size=1 << 20)
    except ZstdError:
        return


def values_of(engine: Engine) -> Iterator[tuple[str, bytes]]:
    """Every value of every table, with its column, as whoever has stolen the database reads it."""
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for name, value in row._mapping.items():
                    yield f"{table.name}.{name}", value if isinstance(value, bytes) else str(value).encode()


def columns_with(engine: Engine, canaries: list[str]) -> dict[str, set[str]]:
    """Which of the words stand in which columns."""
    told: dict[str, set[str]] = {}
    for column, value in values_of(engine):
        if found := found_in(value, canaries):
            told.setdefault(column, set()).update(found)
    return told


def files_with(folder: Path, canaries: list[str]) -> dict[str, set[str]]:
    """Which of the words stand in which files below a folder."""
    told = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (
            found := {c for c in canaries for s in spellings(c) if s in path.read_bytes()}
        ):
            told[str(path.relative_to(folder))] = found
    return told


def detail_of(store: Store, row: Any) -> dict[str, Any]:
    """What a row of the audit says beside its columns."""
    with store.read() as connection:
        told: dict[str, Any] = json.loads(sealing.opened(connection, DETAIL, row.id, row.detail))
        return told


def lay_open(store: Store) -> None:
    """Puts every value there as it was before anything was sealed, and takes the keys away."""
    with store.write() as connection:
        for column in COLUMNS:
            table = Base.metadata.tables[column.table]
            names = [table.c[one] for one in column.key]
            for *key, stored in connection.execute(select(*names, table.c[column.column])).all():
                if stored is None or (column.only and key[0] not in column.only):
                    continue
                where = and_(*(name == one for name, one in zip(names, key, strict=True)))
                plain = _opened(connection, column, tuple(key), stored)
                connection.execute(update(table).where(where).values({column.column: plain}))
        connection.execute(text("DELETE FROM data_key"))
    store.vault.keyring = None


def _opened(connection: Any, column: SealedColumn, row: Any, stored: Any) -> Any:
    opened = sealing.opened_text if column.is_text else sealing.opened
    return opened(connection, column, row, stored)


def downgrade(app: Flask, revision: str) -> None:
    """Takes the tables back to those of an earlier version."""
    from alembic import command

    with app.app_context():
        command.downgrade(app.extensions["migrate"].migrate.get_config(), revision)
