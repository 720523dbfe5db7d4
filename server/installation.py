"""Making an installation, or migrating it: its folder, its secrets, its tables, and sealing what is plain."""

import os
import secrets
from pathlib import Path

from alembic import command
from alembic.util import CommandError
from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from domain.errors import VerilapError
from server.app import create_app
from server.clock import now_ms
from server.config import Config
from server.context import context_of, store_of
from server.key_file import make_key_file
from server.services import noting_files
from server.services.indexing import index_everything, is_whole
from server.services.keys import make_first_keys, seal_everything
from server.store import cleaning, files, keys, settings
from server.store.sealing import COLUMNS, vault_in
from server.store.transactions import Store, StoreBusyError

SECRET_BYTES = 32


def initialise(config: Config) -> str | None:
    """
    Makes the folder, the secrets and the tables, or migrates them; gives the revision that was there.

    What an earlier version stored as it came is sealed then, and which files it names is noted, some of it at
    a time. May be run again and again. Raises `VerilapError` with the codes schema-newer and
    database-encoding, and `VaultError` before anything is changed; and at last what the storage of files
    raises, when all else is done.
    """
    os.umask(0o077)
    make_folder(config.data)
    make_secret(config.secret_file)
    if config.is_sqlite:
        make_folder(Path(make_url(config.database_url).database or "").parent)
    app = create_app(config)
    with app.app_context():
        before = _revision(app)
        _unlock(app)
        _migrate(app)
    _seal(store_of(app))
    with store_of(app).read() as connection:
        is_new = not files.are_there(connection)
    context_of(app).blobs.prepare(is_new=is_new)
    return before


def _unlock(app: Flask) -> None:
    """A key is made only where there is nothing yet that another one could have sealed."""
    source = context_of(app).config.key_source
    with store_of(app).read() as connection:
        if keys.are_there(connection):
            vault_in(connection).keyring(connection)
            return
    if source.is_file:
        make_key_file(source.file)
    source.read()


def _seal(store: Store) -> None:
    store.transact(lambda connection: make_first_keys(connection, store.vault, now_ms()))
    with store.read() as connection:
        is_any_plain = vault_in(connection).keyring(connection, fresh=True).admits_plain
    if is_any_plain:
        seal_everything(store)
        if not cleaning.rewrite(store, {column.table for column in COLUMNS}):
            raise StoreBusyError("others use the database; what was plain may still stand in its file")
    with store.read() as connection:
        is_found, is_noted = is_whole(connection), noting_files.is_noted(connection)
    if not is_found:
        index_everything(store)
    if not is_noted:
        noting_files.note_everything(store)


def make_folder(folder: Path) -> None:
    """A folder that only its owner reads; one that is there stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_secret(file: Path) -> None:
    """A new secret, unless there is one. A killed `init` leaves none or a whole one."""
    if file.exists():
        return
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(secrets.token_urlsafe(SECRET_BYTES))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _revision(app: Flask) -> str | None:
    store = store_of(app)
    with store.read() as connection:
        if not store.is_sqlite:
            _check_encoding(connection.execute(text("SHOW server_encoding")).scalar())
        return settings.revision(connection) if inspect(connection).has_table("alembic_version") else None


def _check_encoding(encoding: object) -> None:
    if encoding != "UTF8":
        raise VerilapError(
            f"the database keeps texts in {encoding}, UTF8 is needed", code="database-encoding"
        )


def _migrate(app: Flask) -> None:
    settings_of_alembic = app.extensions["migrate"].migrate.get_config()
    try:
        command.upgrade(settings_of_alembic, "head")
    except CommandError:
        raise VerilapError(
            "the database was made by a newer version of the server", code="schema-newer"
        ) from None
