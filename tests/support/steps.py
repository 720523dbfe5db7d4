"""Transactions driven step by step, each by a thread of its own, to be laid over each other at will.

A `Player` works on a store of his own. He stops at the statements that he was told to
stop at, and goes on when he is told to; whether he waits for another one's lock is
asked of PostgreSQL. Nothing here sleeps, and every wait has a bound.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from server.store.transactions import Store, engine_options, prepare_engine
from tests.support.vaults import vault_at

T = TypeVar("T")

PATIENCE_S: Final = 30.0
ON_RECORD: Final = "INSERT INTO audit "
"""How a transaction begins that puts something on record."""
OF_KEYS: Final = ("data_key", "pg_advisory_xact_lock")
"""In what whoever seals something asks for the key."""
COMMIT: Final = "COMMIT"
"""Stops before the commit: everything is written and nothing is seen."""


class Abandoned(Exception):
    """What a player's transaction ends with when the test ends it."""


class Player(Generic[T]):
    """One who does `work` on the database at `url`, stopping where the test says.

    `stop_at` is `COMMIT` or a piece of SQL; each place stops him once.
    """

    def __init__(self, url: str, work: Callable[[Store], T]) -> None:
        self.engine = _engine(url)
        self._work, self._vault = work, vault_at(url)
        self._places: list[str] = []
        self._is_stopped = threading.Event()
        self._may_go = threading.Event()
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._result: list[T] = []
        self._fault: BaseException | None = None
        self.backend = 0
        self.begun = 0
        """
        How many transactions he has begun that write: more than one means that he ran again. One that only
        puts on record what he was told does not count.
        """
        self._has_written = False
        event.listen(self.engine, "before_cursor_execute", self._before_statement)
        event.listen(self.engine, "commit", self._before_commit)
        event.listen(self.engine, "begin", self._note_begin)

    # --- what the test says ---

    def stop_at(self, *places: str) -> Player[T]:
        """He will stop before the first statement that contains a place, once for each, in this order."""
        self._places += places
        return self

    def start(self) -> Player[T]:
        """Lets him begin."""
        self._thread.start()
        return self

    def start_and_stop(self, *places: str) -> Player[T]:
        """Lets him begin, and returns when he has come to the first of the places."""
        return self.stop_at(*places).start().until_stopped()

    def until_stopped(self) -> Player[T]:
        """Returns when he has come to his next place."""
        if not self._is_stopped.wait(PATIENCE_S):
            raise AssertionError(f"never came to {self._places[:1]}") from self._fault
        return self

    def until_waiting_for(self, other: Player[Any]) -> Player[T]:
        """Returns when PostgreSQL says that he waits for a lock that the other one holds."""
        watcher = create_engine(self.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        deadline = time.monotonic() + PATIENCE_S
        with watcher.connect() as connection:
            while time.monotonic() < deadline and self._thread.is_alive():
                if self.backend and other.backend in blockers_of(connection, self.backend):
                    return self
        raise AssertionError("he does not wait") from self._fault

    def go_on(self) -> Player[T]:
        """Lets him go on to his next place, or to his end."""
        self._is_stopped.clear()
        self._may_go.set()
        return self

    def finish(self) -> T:
        """Lets him go on to his end; gives his result, or raises what he raised."""
        self._places.clear()
        self.go_on()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "he never ends"
        self.engine.dispose()
        if self._fault:
            raise self._fault
        return self._result[0]

    def abandon(self) -> None:
        """Makes his transaction fail where he stands, so that it is rolled back."""
        self._abandoned = True
        try:
            self.finish()
        except Abandoned:
            return
        raise AssertionError("he ended all the same")

    # --- what he does ---

    def _run(self) -> None:
        try:
            self._result.append(self._work(Store(self.engine, self._vault)))
        except BaseException as fault:  # noqa: BLE001 (raised again by `finish`)
            self._fault = fault

    def _note_begin(self, connection: Connection) -> None:
        self.begun += connection.get_execution_options().get("verilap_write", False)
        self._has_written = False
        if connection.dialect.name == "postgresql":
            self.backend = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]

    def _before_statement(self, _c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not (statement.startswith("BEGIN") or any(one in statement for one in OF_KEYS)):
            self.begun -= not self._has_written and statement.startswith(ON_RECORD)
            self._has_written = True
        if self._places and self._places[0] != COMMIT and self._places[0] in statement:
            self._stop()

    def _before_commit(self, connection: Connection) -> None:
        is_writing = connection.get_execution_options().get("verilap_write", False)
        if is_writing and self._places and self._places[0] == COMMIT:
            self._stop()

    def _stop(self) -> None:
        self._places.pop(0)
        self._may_go.clear()
        self._is_stopped.set()
        went_on = self._may_go.wait(PATIENCE_S)
        if self._abandoned or not went_on:
            raise Abandoned


def _engine(url: str) -> Engine:
    options: dict[str, Any] = engine_options(url)
    if not url.startswith("sqlite"):
        # A ring of waiters is noticed at once.
        options["connect_args"] = {"options": "-c deadlock_timeout=50ms"}
    engine = create_engine(url, **options)
    prepare_engine(engine)
    return engine


def blockers_of(connection: Connection, backend: int) -> set[int]:
    """The server processes that one of them waits for."""
    found = connection.execute(text("SELECT pg_blocking_pids(:one)"), {"one": backend}).scalar()
    return set(found or ())
