"""The keys in the database, wrapped by the master key, and the lock under which they are changed."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update

from server.models import DataKey
from server.vault import DATA, WrappedKey

_LOCK: Final = 0x766B6579  # a number of our own for PostgreSQL's advisory locks
_NEWEST: Final = select(func.max(DataKey.number)).where(DataKey.purpose == DATA)


def are_there(connection: Connection) -> bool:
    """Whether the database has the table, and any key in it."""
    return inspect(connection).has_table(DataKey.__tablename__) and bool(read_all(connection))


def read_all(connection: Connection) -> list[WrappedKey]:
    """All keys, the oldest first."""
    names = WrappedKey.__slots__
    query = select(*(getattr(DataKey, name) for name in names)).order_by(DataKey.number)
    return [WrappedKey(*row) for row in connection.execute(query)]


def newest(connection: Connection) -> int | None:
    """The number of the data key that seals from now on; it stays so until this transaction ends."""
    if connection.dialect.name == "postgresql":  # on SQLite nobody else writes meanwhile
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK})
    return connection.execute(_NEWEST).scalar()


def lock(connection: Connection) -> None:
    """Waits until nobody seals any more; whoever will waits for the end of this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def add(connection: Connection, keys: Iterable[WrappedKey]) -> None:
    rows = [{name: getattr(one, name) for name in WrappedKey.__slots__} for one in keys]
    connection.execute(insert(DataKey), rows)


def replace(connection: Connection, key: WrappedKey) -> None:
    """The same key, wrapped anew."""
    values = {"master": key.master, "admits_plain": key.admits_plain, "wrapped": key.wrapped}
    connection.execute(update(DataKey).where(DataKey.number == key.number).values(**values))


def remove(connection: Connection, numbers: Iterable[int]) -> None:
    connection.execute(delete(DataKey).where(DataKey.number.in_(list(numbers))))
