"""Writing over what deleted rows leave behind in the database's files."""

from typing import Final

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import text

from server.store.transactions import Store

TABLES: Final = ("operation", "record", "problem", "examination")
"""Those that hold answers, or what was found in them."""


def rewrite(store: Store) -> bool:
    """
    Writes the tables anew without what was deleted; false where somebody else uses them.

    SQLite: the whole file, and the write-ahead log is emptied. PostgreSQL: the tables that hold answers, each
    locked meanwhile.
    """
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in TABLES:
                connection.execute(text(f"VACUUM FULL {table}"))
        return True
    with store.alone() as cursor:
        try:
            cursor.execute("VACUUM")
        except sqlite.OperationalError:  # it is busy
            return False
    return empty_write_ahead_log(store)


def empty_write_ahead_log(store: Store) -> bool:
    """Empties SQLite's write-ahead log, which repeats what was written; false while somebody reads in it."""
    if not store.is_sqlite:
        return True
    with store.alone() as cursor:
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
