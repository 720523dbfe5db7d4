"""One transaction for each request, on SQLite and PostgreSQL alike.

SQLite has one writer: transactions that write take the lock at their beginning
(``BEGIN IMMEDIATE``) and queue inside the process on a lock of our own, since
contending connections that sleep and try again are ten times slower. Commands may
write beside a running server; they meet at SQLite's own lock.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, Final, TypeVar

import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Connection, Engine, event, exc

from domain.errors import VerilapError
from server.store.sealing import OPTION, Opened
from server.vault import Vault

T = TypeVar("T")

FIRST_SOUND_SQLITE: Final = (3, 51, 3)
"""Older ones (but 3.50.7 and 3.44.6) can lose committed rows when two connections share a WAL file."""
CRASH_SAFE: Final = ("fsync", "full_page_writes")
"""Settings of PostgreSQL that only its administrator turns on; a commit is on the disk with them only."""
UNSAFE_VARIABLE: Final = "VERILAP_TEST_UNSAFE_POSTGRES"
"""``yes`` lets them be off. No setting of an installation: for the throw-away servers of tests."""
BUSY_TIMEOUT_MS: Final = 20_000
ATTEMPTS: Final = 6
_RETRIED_STATES: Final = {"40001", "40P01", "55P03"}  # serialization failure, deadlock, lock not available


class StoreUnsoundError(VerilapError):
    """The database is not set up so that an acknowledged answer is surely kept."""

    code = "store-unsound"


class StoreBusyError(VerilapError):
    """Other transactions came in between each time: nothing was taken, and another try will do."""

    code = "database-busy"


class Store:
    """The server's database: `write` and `read` give a connection inside a transaction."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits durably at its end, or leaves nothing behind."""
        with self._writer or nullcontext(), self.engine.connect() as connection:
            connection = connection.execution_options(**{"verilap_write": True, OPTION: Opened(self.vault)})
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one snapshot, whatever is committed meanwhile."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(**{OPTION: Opened(self.vault)})
            if not self.is_sqlite:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin():
                yield connection

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """SQLite's own connection outside of all transactions, while nobody else of this process writes."""
        with self._writer or nullcontext():
            connection = self.engine.raw_connection()
            try:
                yield connection.cursor()
            finally:
                connection.close()

    def transact(self, work: Callable[[Connection], T]) -> T:
        """The result of `work` inside `write`; run again when another transaction came in between.

        Two devices may begin the same record, or a batch may arrive twice, at one
        moment: the second one meets the first one's rows, and sees them when it runs
        again. `work` must therefore change nothing but the database.

        Raises `StoreBusyError` when it lost every time.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.write() as connection:
                    return work(connection)
            except (exc.IntegrityError, exc.OperationalError) as error:
                if not _is_worth_another_try(error):
                    raise
                if attempt == ATTEMPTS:
                    raise StoreBusyError("other transactions came in between each time") from error
        raise AssertionError("unreachable")


def _is_worth_another_try(error: exc.DBAPIError) -> bool:
    if isinstance(error, exc.IntegrityError):
        return True
    return getattr(error.orig, "sqlstate", None) in _RETRIED_STATES or "locked" in str(error.orig)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs for `url`: for SQLite the library of the wheel, not the interpreter's."""
    if url.startswith("sqlite"):
        return {"module": sqlite, "pool_size": 20, "max_overflow": 20, "connect_args": {"timeout": 20}}
    return {"pool_size": 20, "max_overflow": 20, "pool_pre_ping": True}


def prepare_engine(engine: Engine) -> None:
    """Makes every connection of `engine` sound; where that cannot be, it raises `StoreUnsoundError`."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _set_up_postgres)
        return
    check_sqlite_version(sqlite.sqlite_version_info)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def check_sqlite_version(version: tuple[int, ...]) -> None:
    """Raises `StoreUnsoundError` for a library with the WAL-reset fault."""
    if version < FIRST_SOUND_SQLITE:
        text = ".".join(map(str, version))
        raise StoreUnsoundError(f"SQLite {text} can lose committed rows; 3.51.3 or newer is needed")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, in `_begin_sqlite`
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    is_memory = not connection.execute("PRAGMA database_list").fetchone()[2]
    for name, value in wanted.items():
        connection.execute(f"PRAGMA {name} = {value}")
        got = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if got != value and not (is_memory and name == "journal_mode"):
            raise StoreUnsoundError(f"SQLite keeps {name} at {got}, {value} is needed")


def _begin_sqlite(connection: Connection) -> None:
    is_writing = connection.get_execution_options().get("verilap_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _set_up_postgres(connection: Any, _record: object) -> None:
    """Makes commits wait for the disk, whatever server, database, role or address say; or refuses."""
    wanted = (*CRASH_SAFE, "synchronous_commit")
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION jit = off")  # compiling takes longer than any query of ours
        connection.commit()
        if _shown(cursor, wanted)["synchronous_commit"] == "off":
            cursor.execute("SET SESSION synchronous_commit = on")
            connection.commit()  # a SET that is rolled back has never been
        off = [name for name, value in _shown(cursor, wanted).items() if value == "off"]
    connection.commit()
    if os.environ.get(UNSAFE_VARIABLE) == "yes":
        off = [name for name in off if name not in CRASH_SAFE]
    if off:
        names = ", ".join(off)
        raise StoreUnsoundError(
            f"PostgreSQL can lose what was committed: {names} must be on",
            code="commits-unsafe",
            settings=names,
        )


def _shown(cursor: Any, names: Sequence[str]) -> dict[str, str]:
    columns = ", ".join(f"current_setting('{name}')" for name in names)
    return dict(zip(names, cursor.execute(f"SELECT {columns}").fetchone(), strict=True))
