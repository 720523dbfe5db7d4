"""An acknowledgement implies a durable commit: the settings of SQLite that it rests on (invariant 5)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlcipher3.dbapi2 as sqlite
from sqlalchemy import Engine, create_engine, text

from server.store.transactions import Store, StoreUnsoundError, engine_options, prepare_engine
from tests.conftest import sqlite_url
from tests.support.vaults import vault_at

WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


class Stubborn(sqlite.Connection):  # type: ignore[misc]
    """A real connection whose library keeps one setting at a value of its own, without a word."""

    kept: ClassVar = ("", "")

    def execute(self, sql: str, *parameters: Any) -> Any:
        name, value = self.kept
        return super().execute(f"PRAGMA {name} = {value}" if f"PRAGMA {name} =" in sql else sql, *parameters)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    url = sqlite_url(tmp_path / "verilap.db")
    options = engine_options(url)
    options["connect_args"] |= {"factory": Stubborn}
    made = create_engine(url, **options)
    prepare_engine(made)
    yield made
    made.dispose()


def test_every_transaction_waits_for_the_disk_and_keeps_references(engine: Engine) -> None:
    """Broken on purpose: `synchronous` NORMAL; foreign keys left as they were; the WAL left out."""
    store = Store(engine, vault_at(engine.url))
    for using in (store.write, store.read, store.write):
        with using() as connection:
            got = {name: connection.scalar(text(f"PRAGMA {name}")) for name in WANTED}
        assert got == WANTED


@pytest.mark.parametrize("kept", [("journal_mode", "delete"), ("synchronous", "1"), ("foreign_keys", "0")])
def test_a_library_that_ignores_a_setting_is_refused(
    engine: Engine, kept: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: the settings not read back."""
    monkeypatch.setattr(Stubborn, "kept", kept)
    with pytest.raises(StoreUnsoundError, match=kept[0]), Store(engine, vault_at(engine.url)).read():
        pass
