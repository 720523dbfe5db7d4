"""What the parts of a running server share."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from server.config import Config
from server.store.transactions import Store


@dataclass(frozen=True)
class Context:
    """One server's settings and store."""

    config: Config
    store: Store


def context_of(app: Flask) -> Context:
    """What `create_app` has put together for this app."""
    return cast(Context, app.extensions["verilap"])


def store_of(app: Flask) -> Store:
    """The store of an app."""
    return context_of(app).store


def current_store() -> Store:
    """The store of the app that answers the current request."""
    return store_of(current_app)
