"""The device store: everything that a device keeps, in one encrypted file.

The only place with SQL (see `client_sync.sql`). A step that must not come apart is one
`Store.transaction`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from client_sync.database import Database, open_database
from client_sync.store.drafts import Drafts
from client_sync.store.feeds import Feeds
from client_sync.store.files import Files
from client_sync.store.forms import Forms
from client_sync.store.heads import Heads
from client_sync.store.openings import Openings
from client_sync.store.outbox import Outbox
from client_sync.store.records import Records
from client_sync.store.settings import Settings
from domain.operations import Operation

__all__ = ["Store", "open_store"]


@dataclass(frozen=True)
class Store:
    """The parts of the device store, over one connection."""

    database: Database
    settings: Settings
    outbox: Outbox
    feeds: Feeds
    records: Records
    forms: Forms
    drafts: Drafts
    openings: Openings
    heads: Heads
    files: Files

    @classmethod
    def over(cls, database: Database) -> "Store":
        outbox, feeds, files = Outbox(database), Feeds(database), Files(database)
        return cls(
            database,
            Settings(database),
            outbox,
            feeds,
            Records(database, outbox, feeds, files),
            Forms(database),
            Drafts(database),
            Openings(database),
            Heads(database),
            files,
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and durable when it ends."""
        with self.database.transaction():
            yield

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads of one and the same state."""
        return self.database.snapshot()

    def save(self, operation: Operation, created: int, is_urgent: bool = False) -> None:
        """Keeps an own operation and shows it; `created` is the device's clock."""
        with self.transaction():
            self.outbox.add(operation, created, is_urgent)
            self.files.use(operation)
            self.records.add_own(operation)

    def close(self) -> None:
        self.database.close()


def open_store(home: Path, key: str, now: int) -> Store:
    """The store in the folder `home`; see `client_sync.database.open_database` for what may go wrong."""
    return Store.over(open_database(home, key, now))
