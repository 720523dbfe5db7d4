"""Writing over what deleted and replaced rows leave behind in the database's files."""

from collections.abc import Collection
from typing import Final

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import text

from server.store.transactions import Store

TABLES: Final = (
    "operation",
    "record",
    "problem",
    "examination",
    "find_token",
    "confirmation",
    "file",
    "file_view",
    "file_holder",
    "file_use",
    "upload",
    "upload_piece",
)
"""Those that hold answers, or what was found in them, is found by, was said of them, or opens their files."""
BUSY: Final = (sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED)
SEEN: Final = """
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND age(backend_xmin) > 0)
"""


def is_past_seen(store: Store) -> bool:
    """
    Whether a transaction of PostgreSQL may still see what is deleted by now: it would stay in the tables.

    SQLite tells by itself, see `rewrite`.
    """
    if store.is_sqlite:
        return False
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return bool(connection.execute(text(SEEN)).scalar())


def rewrite(store: Store, tables: Collection[str] = TABLES) -> bool:
    """
    Writes tables anew without what was deleted or replaced; false where somebody else uses them.

    SQLite: the whole file, and the write-ahead log is emptied. PostgreSQL: each of the tables, locked
    meanwhile, and the statistics, which hold samples of what was there.
    """
    if not store.is_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM (FULL, ANALYZE) {', '.join(sorted(tables))}"))
            connection.execute(text("VACUUM (FULL) pg_statistic"))  # passed over where that is not allowed
        return True
    with store.alone() as cursor:
        try:
            cursor.execute("VACUUM")
        except sqlite.OperationalError as error:
            if error.sqlite_errorcode in BUSY:
                return False
            raise  # such as a full disk: somebody has to hear of it
    return empty_write_ahead_log(store)


def empty_write_ahead_log(store: Store) -> bool:
    """Empties SQLite's write-ahead log, which repeats what was written; false while somebody reads in it."""
    if not store.is_sqlite:
        return True
    with store.alone() as cursor:
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
