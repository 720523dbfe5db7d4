"""Making an installation, or migrating it: its folder, its secrets, its tables."""

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
from server.config import Config
from server.context import store_of
from server.store import settings

SECRET_BYTES = 32


def initialise(config: Config) -> str | None:
    """Makes the folder, the secret and the tables, or migrates them; gives the revision that was there.

    Raises `VerilapError` with the codes schema-newer and database-encoding. May be run again and again.
    """
    os.umask(0o077)
    make_folder(config.data)
    make_secret(config.secret_file)
    if config.is_sqlite:
        make_folder(Path(make_url(config.database_url).database or "").parent)
    app = create_app(config)
    with app.app_context():
        before = _revision(app)
        _migrate(app)
    return before


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
