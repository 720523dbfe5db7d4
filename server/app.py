"""Puts the server together."""

from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from server import logs
from server.api import register_api
from server.blobs.opening import open_blobs
from server.config import Config, read_config
from server.context import Context
from server.migrations import FOLDER
from server.models import Base
from server.store.transactions import Store, engine_options, prepare_engine
from server.vault import Vault
from server.web import register_web

db = SQLAlchemy(metadata=Base.metadata)
MAX_BODY = 2 * 1024 * 1024
"""Bytes of a request's body, as they travel. What a body may unpack to is up to each endpoint."""


def create_app(config: Config | None = None) -> Flask:
    """The WSGI application for `config`, or for the environment's settings.

    Raises `StoreUnsoundError` when the database cannot keep answers safely.
    """
    config = config or read_config()
    app = Flask("server", static_folder="static", template_folder="web/templates")
    _configure(app, config)
    logs.configure(config.log_format)
    app.extensions["verilap"] = Context(config, _connect(app, config), open_blobs(config))
    logs.log_requests(app)
    register_api(app)
    register_web(app)
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        SECRET_KEY=read_secret(config),
        MAX_CONTENT_LENGTH=MAX_BODY,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        # Parameters in error messages would carry answers into logs.
        SQLALCHEMY_ENGINE_OPTIONS={**engine_options(config.database_url), "hide_parameters": True},
    )


def _connect(app: Flask, config: Config) -> Store:
    db.init_app(app)
    Migrate(app, db, directory=str(FOLDER), render_as_batch=False)
    with app.app_context():
        prepare_engine(db.engine)
        return Store(db.engine, Vault(config.key_source.read))


def read_secret(config: Config) -> str | None:
    """The key that signs sessions, once `init` has made it."""
    return config.secret_file.read_text().strip() if config.secret_file.exists() else None
