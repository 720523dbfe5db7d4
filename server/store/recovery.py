"""The office's public keys for recovering unsent work; the private ones are no server's."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from server.models import RecoveryKey


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A public key, and when it was made."""

    id: str
    public: bytes
    created: int


_COLUMNS = (RecoveryKey.id, RecoveryKey.public, RecoveryKey.created)


def add(connection: Connection, key: StoredKey) -> None:
    """Keeps a key that is not there yet."""
    connection.execute(insert(RecoveryKey).values(id=key.id, public=key.public, created=key.created))


def find(connection: Connection, key: str) -> StoredKey | None:
    """A key by its id."""
    row = connection.execute(select(*_COLUMNS).where(RecoveryKey.id == key)).one_or_none()
    return StoredKey(*row) if row else None


def all_keys(connection: Connection) -> list[StoredKey]:
    """Every key, oldest first."""
    rows = connection.execute(select(*_COLUMNS).order_by(RecoveryKey.created, RecoveryKey.id))
    return [StoredKey(*row) for row in rows]
