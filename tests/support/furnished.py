"""
What every office of a test begins with, its tables and villages: made once in each process, then copied.

Making them takes longer than most tests do with them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from server.models import Base, VillageRow
from server.services.load_areas import read_areas_file, renew_areas_digest
from server.store import areas, feed
from server.store.transactions import Store, engine_options, prepare_engine
from tests.support.vaults import vault_at

VILLAGES: Final = Path(__file__).parents[2] / "forms" / "kukar_areas.csv"


def furnish(store: Store, most: int | None = None) -> None:
    """Tables, and villages where there are none; at most so many of the 237."""
    if inspect(store.engine).has_table(VillageRow.__tablename__):
        with store.read() as connection:
            if areas.is_area(connection, "64"):
                return
    Base.metadata.create_all(store.engine)
    loaded = read_areas_file(VILLAGES.read_bytes())[:most]
    with store.write() as connection:
        areas.save(connection, loaded, ())
        feed.begin_feeds(connection, [village.code for village in loaded])
        renew_areas_digest(connection)


def furnish_at(url: str) -> None:
    """The same for a database by its URL, to which nobody is connected afterwards."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    furnish(Store(engine, vault_at(url)))
    engine.dispose()


def lay_copy(url: str) -> None:
    """A furnished database where a URL of SQLite has none yet."""
    if url.startswith("sqlite") and not (file := Path(make_url(url).database or "")).exists():
        file.write_bytes(_furnished_sqlite())


@cache
def _furnished_sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "verilap.db"
        furnish_at(f"sqlite:///{file}")
        return file.read_bytes()
