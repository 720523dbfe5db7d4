"""Rows that are not sealed by the newest data key: plain ones, and those of a key that is to be given up."""

from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, select, tuple_, update

from server.models import Base
from server.store import sealing
from server.store.sealing import SealedColumn, beginning
from server.vault import UNREADABLE

AT_ONCE: Final = 200
"""Rows that one transaction seals anew; whoever writes meanwhile waits for so many at most."""
Key = tuple[object, ...]


class Batch(NamedTuple):
    """What became of some rows; `last` is where to go on, and nothing at the end."""

    sealed: int
    unreadable: int
    last: Key | None


def count_others(connection: Connection, column: SealedColumn, number: int) -> int:
    """How many values of a column another key has sealed, or none."""
    table = _table(column)
    query = select(func.count()).select_from(table).where(_is_another(table, column, number))
    return connection.execute(query).scalar_one()


def reseal_some(connection: Connection, column: SealedColumn, number: int, after: Key | None) -> Batch:
    """Seals the next values behind a row's key by the newest data key, whose number is given."""
    table = _table(column)
    names, value = [table.c[one] for one in column.key], table.c[column.column]
    query = select(*names, value).where(_is_another(table, column, number)).order_by(*names).limit(AT_ONCE)
    if after is not None:
        query = query.where(tuple_(*names) > tuple_(*(bindparam(None, one) for one in after)))
    rows = connection.execute(query.with_for_update()).all()
    changed, unreadable = [], 0
    for *key, stored in rows:
        made = _sealed_anew(connection, column, tuple(key), stored)
        if made is None:
            unreadable += 1
        else:
            changed.append({"new_value": made, **{f"key_{i}": one for i, one in enumerate(key)}})
    if changed:
        is_row = and_(*(one == bindparam(f"key_{i}") for i, one in enumerate(names)))
        statement = update(table).where(is_row).values({value: bindparam("new_value")})
        connection.execute(statement, changed)
    return Batch(len(changed), unreadable, tuple(rows[-1][:-1]) if rows else None)


def _sealed_anew(
    connection: Connection, column: SealedColumn, row: Key, stored: bytes | str
) -> bytes | str | None:
    if column.is_text:
        text = sealing.opened_text(connection, column, row, str(stored))
        return None if text is None else sealing.sealed_text(connection, column, row, text)
    plain = sealing.opened(connection, column, row, stored)
    return None if plain == UNREADABLE else sealing.sealed(connection, column, row, plain)


def _is_another(table: Table, column: SealedColumn, number: int) -> ColumnElement[bool]:
    value, head = table.c[column.column], beginning(column, number)
    others = [value.is_not(None), func.substr(value, 1, len(head)) != bindparam(None, head, type_=value.type)]
    if column.only:
        others.append(table.c[column.key[0]].in_(column.only))
    return and_(*others)


def _table(column: SealedColumn) -> Table:
    return Base.metadata.tables[column.table]
