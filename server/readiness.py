"""Finding an installation that `init` has made, and nothing but one that is ready."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from domain.errors import VerilapError
from server.clock import now_ms
from server.config import Config
from server.erasures_file import ErasuresFile
from server.migrations import HEAD
from server.store import settings
from server.store.sealing import vault_in
from server.store.transactions import Store, engine_options, prepare_engine
from server.vault import Vault


class NotInitialisedError(VerilapError):
    """There is no store here, or one of another version; `init` makes or migrates it."""

    code = "not-initialised"


@contextmanager
def open_store(config: Config) -> Iterator[Store]:
    """The store of an installation that is ready, for commands. Raises `NotInitialisedError`."""
    check_ready(config)
    engine = create_engine(config.database_url, **engine_options(config.database_url), hide_parameters=True)
    try:
        prepare_engine(engine)
        store = Store(engine, Vault(config.key_source.read))
        check_schema(store)
        repeat_erasures(store, config)
        yield store
    finally:
        engine.dispose()


def repeat_erasures(store: Store, config: Config) -> None:
    """Erases again what a database from a backup brought back, before anybody sees it."""
    if config.erasures_file.exists():
        from server.services.erasures import replay  # not above: few commands need it

        replay(store, ErasuresFile(config.erasures_file).read(), now_ms())


def check_ready(config: Config) -> None:
    """Raises `NotInitialisedError` before anything is made by opening it."""
    database = Path(make_url(config.database_url).database or "") if config.is_sqlite else None
    for file in (config.secret_file, database):
        if file and not file.exists():
            raise NotInitialisedError("there is no store here yet", data=str(file.parent))


def check_schema(store: Store) -> None:
    """Raises `NotInitialisedError` unless the tables are this version's, `VaultError` unless they open."""
    with store.read() as connection:
        there = inspect(connection).has_table("alembic_version")
        if not there or settings.revision(connection) != HEAD:
            raise NotInitialisedError("the tables are not those of this version", code="schema-outdated")
        vault_in(connection).keyring(connection, fresh=True)
