"""What the parts of a running server share."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from server.blobs import Blobs
from server.config import Config
from server.store.transactions import Store


@dataclass(frozen=True)
class Context:
    """One server's settings, store and storage of files."""

    config: Config
    store: Store
    blobs: Blobs


def context_of(app: Flask) -> Context:
    """What `create_app` has put together for this app."""
    return cast(Context, app.extensions["verilap"])


def store_of(app: Flask) -> Store:
    """The store of an app."""
    return context_of(app).store


def current_store() -> Store:
    """The store of the app that answers the current request."""
    return store_of(current_app)


def current_blobs() -> Blobs:
    """The storage of files of the app that answers the current request."""
    return context_of(current_app).blobs
