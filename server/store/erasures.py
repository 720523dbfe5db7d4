"""What is erased: asked of everything that comes in, and told to whoever may still hold it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, insert, or_, select, text, update

from domain.erasing import Erased
from server.models import FeedRow
from server.models_evidence import ErasedRow, ErasureRow
from server.store.chunks import chunks

WHOLE: Final = ""
_LOCK: Final = 0x7665726D
"""Of PostgreSQL's advisory locks: that of the erasures."""
_PUT = text(
    "INSERT INTO erased (record, path, time) VALUES (:record, :path, :time)"
    " ON CONFLICT (record, path) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, in ids: whose case, when, who asked, and all that went."""

    id: str
    time: int
    subject: str
    account: str
    erased: Erased


def share(connection: Connection) -> None:
    """
    Keeps what is erased as it is until the transaction ends: what looked at it may be written.

    SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LOCK})


def lock(connection: Connection) -> None:
    """Waits until nobody writes what he compared with the erasures before this one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def among(connection: Connection, records: Collection[str]) -> Erased:
    """What of these records is erased."""
    places: list[Sequence[str]] = []
    for some in chunks(sorted(records)):
        query = select(ErasedRow.record, ErasedRow.path).where(ErasedRow.record.in_(some))
        places += [(r.record, r.path) if r.path else (r.record,) for r in connection.execute(query)]
    return Erased.of(places)


def put(connection: Connection, erased: Erased, now: int) -> None:
    """Notes what is erased; what is noted already stays so."""
    rows = [{"record": place[0], "path": place[1] if place[1:] else WHOLE} for place in erased.places]
    if rows:
        connection.execute(_PUT, [{**row, "time": now} for row in rows])


def add(connection: Connection, erasure: Erasure) -> None:
    """Notes an erasure. Raises SQLAlchemy's `IntegrityError` where it is noted already."""
    told = {"id": erasure.id, "time": erasure.time, "subject": erasure.subject, "account": erasure.account}
    connection.execute(insert(ErasureRow).values(**told))


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the erasures that this database has."""
    found: set[str] = set()
    for some in chunks(sorted(ids)):
        found.update(connection.execute(select(ErasureRow.id).where(ErasureRow.id.in_(some))).scalars())
    return found


def of_subject(connection: Connection, case: str) -> int | None:
    """When a case was erased."""
    query = select(ErasedRow.time).where(ErasedRow.record == case, ErasedRow.path == WHOLE)
    return connection.execute(query).scalar()


def in_feed(connection: Connection, feed: str, owners: Collection[str] | None, after: int = 0) -> Erased:
    """
    What a feed's devices may still hold that have read it up to a number: for those that do not read on.

    Of restricted parts only those of `owners`, else all.
    """
    query = select(ErasedRow.record, ErasedRow.path)
    query = query.join(FeedRow, FeedRow.record == ErasedRow.record)
    query = query.where(FeedRow.feed == feed, FeedRow.seq > after)
    if owners is not None:
        query = query.where(or_(FeedRow.owner.is_(None), FeedRow.owner.in_(sorted(owners))))
    return Erased.of([(r.record, r.path) if r.path else (r.record,) for r in connection.execute(query)])


def uncleaned(connection: Connection) -> list[str]:
    """The erasures after which the freed pages have yet to be written over."""
    return list(connection.execute(select(ErasureRow.id).where(ErasureRow.cleaned.is_(None))).scalars())


def mark_cleaned(connection: Connection, ids: Collection[str], now: int) -> None:
    connection.execute(update(ErasureRow).where(ErasureRow.id.in_(sorted(ids))).values(cleaned=now))
