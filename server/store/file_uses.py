"""
Which operation names which file, whatever became of the operation; and what of that somebody vouches for.

The log writes and takes out these rows together with its own (`server.store.log`).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, or_, select, text, union_all
from sqlalchemy.orm import InstrumentedAttribute

from domain.errors import MalformedOperation
from domain.files import FILE_HASH, files_named
from domain.operations import OFFICE, Operation, parse_raw
from server.models import OperationRow
from server.models_files import FileHolder, FileUse
from server.store.chunks import chunks
from server.store.sealing import BODY, opened

OK: Final = "ok"
_BEGINS_AN_OBJECT: Final = b'"{'
"""Stands in an operation's bytes wherever a text in it begins like a file's value, and hardly elsewhere."""
_NAMED: Final = re.compile(rb'\\"(?:hash|thumbnail)\\":\\"(' + FILE_HASH.pattern.encode() + rb')\\"')
NO_RECORD: Final = ""
_PUT: Final = text(
    "INSERT INTO file_use (record, file, operation) VALUES (:record, :file, :operation)"
    " ON CONFLICT (record, file, operation) DO NOTHING"
)


def named_in(operation: Operation) -> set[tuple[str, str]]:
    """(record, hash) of the files that an operation names; costs nearly nothing where there is none."""
    return set(files_named(operation)) if may_name(operation.raw) else set()


def may_name(body: bytes) -> bool:
    """Whether to look any closer: false for nearly all operations that name no file."""
    return _BEGINS_AN_OBJECT in body


def named_in_bytes(body: bytes) -> set[tuple[str, str]]:
    """
    The same of what cannot be read, in no record: a newer version wrote it, and it will be read some day.

    Then its files have to be there still.
    """
    return {(NO_RECORD, found.decode()) for found in _NAMED.findall(body)}


def put(connection: Connection, named: Mapping[str, Collection[tuple[str, str]]]) -> None:
    """Notes what operations of the log name, by their ids; what is noted already stays so."""
    rows = [
        {"record": record, "file": file, "operation": one}
        for one, places in named.items()
        for record, file in sorted(places)
    ]
    if rows:
        connection.execute(_PUT, rows)


def replace(connection: Connection, operation: Operation) -> None:
    """Notes what an operation names now, and nothing that it named before."""
    forget(connection, operation.id)
    put(connection, {operation.id: named_in(operation)})


def forget(connection: Connection, operation: str) -> None:
    """Takes out what an operation names."""
    connection.execute(delete(FileUse).where(FileUse.operation == operation))


def lock_bodies(connection: Connection, after: str, most: int) -> list[tuple[str, bytes, bool]]:
    """
    (id, bytes, whether it could be read) of the next operations behind an id.

    Locked, so that nothing is erased of them meanwhile.
    """
    query = select(OperationRow.id, OperationRow.body, OperationRow.replica).where(OperationRow.id > after)
    rows = connection.execute(query.order_by(OperationRow.id).limit(most).with_for_update())
    return [(row.id, opened(connection, BODY, row.id, row.body), bool(row.replica)) for row in rows]


def of_operations(connection: Connection, operations: Collection[str]) -> dict[str, set[tuple[str, str]]]:
    """The (record, file) that each of the operations is noted to name."""
    found: dict[str, set[tuple[str, str]]] = {one: set() for one in operations}
    query = select(FileUse.operation, FileUse.record, FileUse.file)
    for row in _in_chunks(connection, query, FileUse.operation, operations):
        found[row[0]].add((row[1], row[2]))
    return found


def named_at_all(connection: Connection, files: Collection[str]) -> set[str]:
    """Those of the files that any operation names."""
    query = select(FileUse.file).distinct()
    return {row[0] for row in _in_chunks(connection, query, FileUse.file, files)}


def named_by_others(connection: Connection, files: Collection[str], operations: Collection[str]) -> set[str]:
    """Those of the files that any other operation names than these."""
    query = select(FileUse.file, FileUse.operation)
    return {row[0] for row in _in_chunks(connection, query, FileUse.file, files) if row[1] not in operations}


def accepted_in(connection: Connection, records: Collection[str]) -> set[tuple[str, str]]:
    """(record, file) for all that accepted operations name in these records."""
    query = select(FileUse.record, FileUse.file).distinct()
    query = query.join(OperationRow, OperationRow.id == FileUse.operation).where(OperationRow.status == OK)
    return {(row[0], row[1]) for row in _in_chunks(connection, query, FileUse.record, records)}


def vouched_in(connection: Connection, records: Collection[str]) -> set[tuple[str, str]]:
    """(record, file) for all in these records that somebody vouches for, see `_vouched`."""
    return {(row[0], row[1]) for row in _in_chunks(connection, _vouched(), FileUse.record, records)}


def vouched_of(connection: Connection, files: Collection[str]) -> set[tuple[str, str]]:
    """(record, file) for all places of these files that somebody vouches for."""
    return {(row[0], row[1]) for row in _in_chunks(connection, _vouched(), FileUse.file, files)}


def some_vouched_of(
    connection: Connection, files: Collection[str], but: Collection[str], most: int
) -> set[tuple[str, str]]:
    """(record, file) for up to `most` vouched places of each of these files, in other records than `but`."""
    found: set[tuple[str, str]] = set()
    for some in chunks(sorted(files)):
        each = (
            _vouched()
            .where(FileUse.file == file, FileUse.record.not_in(sorted(but)))
            .order_by(FileUse.record)
            .limit(most)
            .subquery()
            for file in some
        )
        rows = connection.execute(union_all(*(select(one.c.record, one.c.file) for one in each)))
        found.update((row[0], row[1]) for row in rows)
    return found


def vouching(connection: Connection, places: Collection[tuple[str, str]]) -> dict[str, list[Operation]]:
    """By record, the operations by which somebody vouches for any of these (record, file)."""
    query = _vouched().add_columns(FileUse.operation, OperationRow.body)
    found: dict[str, list[Operation]] = {}
    for some in chunks(sorted({record for record, _ in places})):
        for record, file, one, body in connection.execute(query.where(FileUse.record.in_(some))):
            if (record, file) in places:
                with suppress(MalformedOperation, ValueError):  # damaged: `check` tells of it
                    found.setdefault(record, []).append(parse_raw(opened(connection, BODY, one, body)))
    return found


def without_holding(connection: Connection, files: Collection[str]) -> set[tuple[str, str]]:
    """(file, account) of those who name a file that others hold, and do not hold it themselves."""
    query = select(FileUse.file, OperationRow.account).distinct()
    query = query.join(OperationRow, OperationRow.id == FileUse.operation).where(_is_handed_in())
    holds = exists().where(FileHolder.file == FileUse.file)
    query = query.where(holds, ~holds.where(FileHolder.account == OperationRow.account))
    return {(row[0], row[1]) for row in _in_chunks(connection, query, FileUse.file, files)}


def held_by_senders(connection: Connection, operations: Collection[str]) -> set[str]:
    """The files that these operations name and that whoever handed them in holds."""
    query = select(FileUse.file).distinct().join(OperationRow, OperationRow.id == FileUse.operation)
    holds = exists().where(FileHolder.file == FileUse.file, FileHolder.account == OperationRow.account)
    query = query.where(holds, _is_handed_in())
    return {row[0] for row in _in_chunks(connection, query, FileUse.operation, operations)}


def _vouched() -> Select[str, str]:
    """What accepted operations name that came from an account which holds it."""
    query = select(FileUse.record, FileUse.file).distinct()
    query = query.join(OperationRow, OperationRow.id == FileUse.operation)
    holds = exists().where(FileHolder.file == FileUse.file, FileHolder.account == OperationRow.account)
    return query.where(OperationRow.status == OK, _is_handed_in(), holds)


def _is_handed_in() -> ColumnElement[bool]:
    """
    Whether the account of an operation has shown by a token or a session that it handed it in.

    An author is only what an operation says, and so is the account of a file that no device of his wrote.
    """
    is_made_here = (OperationRow.replica == OFFICE) & OperationRow.decided.is_(None)
    return or_(OperationRow.device.is_not(None), is_made_here)


def _in_chunks(
    connection: Connection,
    query: Select[*tuple[str, ...]],
    column: InstrumentedAttribute[str],
    keys: Collection[str],
) -> Iterator[tuple[str, ...]]:
    for some in chunks(sorted(keys)):
        for row in connection.execute(query.where(column.in_(some))):
            yield tuple(row)
