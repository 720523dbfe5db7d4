"""Device stores that write operations: whose they are, and what the server ever took through them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from domain.canonical import to_bytes, to_text, xor_digest
from server.models import Replica
from server.store.chunks import chunks

"""Of values in one statement's IN list."""


@dataclass(frozen=True, slots=True)
class Have:
    """A digest of a set of operation ids: how many, and the xor of their first 64 bits as text."""

    count: int = 0
    xor: str = "AAAAAAAAAAA"

    def including(self, ids: Collection[str]) -> "Have":
        """The digest with further ids, none of which is in it yet."""
        folded = int.from_bytes(to_bytes(self.xor), "big") ^ xor_digest(ids)
        return Have(self.count + len(ids), to_text(folded.to_bytes(8, "big")))


@dataclass(frozen=True, slots=True)
class StoredReplica:
    """A device store's row."""

    id: str
    account: str
    have: Have
    cursors: bytes | None
    cursors_digest: str | None


_COLUMNS = (
    Replica.id,
    Replica.account,
    Replica.have_count,
    Replica.have_xor,
    Replica.cursors,
    Replica.cursors_digest,
)


def find(connection: Connection, replica: str) -> StoredReplica | None:
    """The row of a device store."""
    row = connection.execute(select(*_COLUMNS).where(Replica.id == replica)).one_or_none()
    return StoredReplica(row[0], row[1], Have(row[2], row[3]), row[4], row[5]) if row else None


def lock(connection: Connection, replica: str, account: str, now: int) -> StoredReplica:
    """The same, locked; a store that was never seen is bound to `account` now."""
    query = select(*_COLUMNS).where(Replica.id == replica).with_for_update()
    row = connection.execute(query).one_or_none()
    if row:
        return StoredReplica(row[0], row[1], Have(row[2], row[3]), row[4], row[5])
    connection.execute(insert(Replica).values(**_new(replica, account, now)))
    return StoredReplica(replica, account, Have(), None, None)


def _new(replica: str, account: str, now: int) -> dict[str, object]:
    return {
        "id": replica,
        "account": account,
        "created": now,
        "have_count": 0,
        "have_xor": Have().xor,
    }


def bind(connection: Connection, replicas: Collection[str], account: str, now: int) -> Mapping[str, str]:
    """To whom each device store belongs; those never seen belong to `account` from now on."""
    if not replicas:
        return {}
    query = select(Replica.id, Replica.account).where(Replica.id.in_(list(replicas)))
    owners = {row.id: row.account for row in connection.execute(query)}
    for replica in sorted(set(replicas) - owners.keys()):
        connection.execute(insert(Replica).values(**_new(replica, account, now)))
        owners[replica] = account
    return owners


def of_account(connection: Connection, account: str, replicas: Collection[str]) -> set[str]:
    """Those of the device stores that are bound to the account."""
    found: set[str] = set()
    for some in chunks(sorted(replicas)):
        query = select(Replica.id).where(Replica.account == account, Replica.id.in_(some))
        found.update(connection.execute(query).scalars())
    return found


def count(connection: Connection, replica: StoredReplica, ids: Collection[str]) -> None:
    """Adds operations that came through this store for the first time."""
    if ids:
        set_have(connection, replica.id, replica.have.including(ids))


def set_have(connection: Connection, replica: str, have: Have) -> None:
    """Replaces the digest, as after a reconciliation."""
    connection.execute(
        update(Replica).where(Replica.id == replica).values(have_count=have.count, have_xor=have.xor)
    )


def set_cursors(connection: Connection, replica: str, cursors: bytes, digest: str) -> None:
    """Keeps a whole cursor map, for which its digest may stand from now on."""
    connection.execute(
        update(Replica).where(Replica.id == replica).values(cursors=cursors, cursors_digest=digest)
    )
