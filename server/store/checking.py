"""Everything that is stored, some of it at a time, for whoever checks it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, func, or_, select

from server.models import FeedHead, FeedRow, FeedTag, OperationRecord, OperationRow, RecordRow, Replica
from server.models_evidence import ErasedRow
from server.store.log import OK, LoggedOperation, logged
from server.store.replicas import Have
from server.store.sealing import BODY, DOCUMENT, opened

CHUNK = 500

_operations = OperationRow.__table__
_links = OperationRecord.__table__
_records = RecordRow.__table__


class Accepted(NamedTuple):
    """An accepted operation of a record, and when it took effect."""

    record: str
    body: bytes
    since: int


class Membership(NamedTuple):
    """A record's row in a feed."""

    feed: str
    record: str
    present: bool
    owner: str | None


class FeedEnd(NamedTuple):
    """A feed's head, beside what its rows and tags say of its end."""

    feed: str
    seq: int
    tag: str
    greatest: int | None
    rows: int
    numbers: int
    last_tag: str | None


def record_chunks(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """All rows of records, in the order of their ids."""
    last: str | None = None
    while True:
        query = select(_records).order_by(_records.c.id).limit(CHUNK)
        if last is not None:
            query = query.where(_records.c.id > last)
        rows = [
            {**row._mapping, "document": opened(connection, DOCUMENT, row.id, row.document)}
            for row in connection.execute(query)
        ]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def operation_chunks(connection: Connection) -> Iterator[list[LoggedOperation]]:
    """The whole log, in the order of ids."""
    last: str | None = None
    while True:
        query = select(_operations).order_by(_operations.c.id).limit(CHUNK)
        if last is not None:
            query = query.where(_operations.c.id > last)
        rows = [logged(connection, row) for row in connection.execute(query)]
        if not rows:
            return
        yield rows
        last = rows[-1].id


def accepted_of(connection: Connection, records: Sequence[str]) -> dict[str, list[Accepted]]:
    """The accepted operations of records."""
    query = (
        select(
            _links.c.record,
            _operations.c.id,
            _operations.c.body,
            func.coalesce(_operations.c.decided, _operations.c.received),
        )
        .join(_operations, _operations.c.id == _links.c.operation)
        .where(_links.c.record.in_(records), _operations.c.status == OK)
    )
    found: dict[str, list[Accepted]] = {record: [] for record in records}
    for row in connection.execute(query):
        found[row[0]].append(Accepted(row[0], opened(connection, BODY, row[1], row[2]), row[3]))
    return found


def memberships_of(connection: Connection, records: Sequence[str]) -> dict[str, list[Membership]]:
    """The feed rows of records."""
    query = select(FeedRow.feed, FeedRow.record, FeedRow.present, FeedRow.owner)
    found: dict[str, list[Membership]] = {record: [] for record in records}
    for row in connection.execute(query.where(FeedRow.record.in_(records))):
        found[row.record].append(Membership(*row))
    return found


def links_of(connection: Connection, operations: Sequence[str]) -> dict[str, set[str]]:
    """Which records each operation is linked to."""
    found: dict[str, set[str]] = {one: set() for one in operations}
    query = select(_links.c.operation, _links.c.record).where(_links.c.operation.in_(operations))
    for one, record in connection.execute(query):
        found[one].add(record)
    return found


def records_without_row(connection: Connection) -> Iterator[str]:
    """Records of accepted operations that have no document."""
    query = (
        select(_links.c.record)
        .join(_operations, _operations.c.id == _links.c.operation)
        .where(_operations.c.status == OK, ~exists().where(_records.c.id == _links.c.record))
        .distinct()
    )
    yield from connection.execute(query).scalars()


def feed_rows_without_target(connection: Connection) -> Iterator[tuple[str, str]]:
    """(feed, record) of rows whose record, or in private feeds whose operation, is not there."""
    is_private = FeedRow.feed.startswith("~")
    is_erased = exists().where(ErasedRow.record == FeedRow.record, ErasedRow.path == "")
    has_record = or_(exists().where(_records.c.id == FeedRow.record), is_erased)
    has_operation = exists().where(_operations.c.id == FeedRow.record)
    query = select(FeedRow.feed, FeedRow.record).where(
        (is_private & ~has_operation) | (~is_private & ~has_record)
    )
    for row in connection.execute(query):
        yield row.feed, row.record


def feed_ends(connection: Connection) -> Iterator[FeedEnd]:
    """Each feed's head and what its rows and tags say."""
    rows = (
        select(
            FeedRow.feed,
            func.max(FeedRow.seq).label("greatest"),
            func.count().label("rows"),
            func.count(FeedRow.seq.distinct()).label("numbers"),
        )
        .group_by(FeedRow.feed)
        .subquery()
    )
    query = (
        select(
            FeedHead.feed,
            FeedHead.seq,
            FeedHead.tag,
            rows.c.greatest,
            rows.c.rows,
            rows.c.numbers,
            FeedTag.tag,
        )
        .outerjoin(rows, rows.c.feed == FeedHead.feed)
        .outerjoin(FeedTag, (FeedTag.feed == FeedHead.feed) & (FeedTag.last == FeedHead.seq))
        .order_by(FeedHead.feed)
    )
    for row in connection.execute(query):
        yield FeedEnd(row[0], row[1], row[2], row[3], row[4] or 0, row[5] or 0, row[6])


def feeds_without_head(connection: Connection) -> Iterator[str]:
    """Feeds that have rows but no head."""
    query = select(FeedRow.feed).where(~exists().where(FeedHead.feed == FeedRow.feed)).distinct()
    yield from connection.execute(query).scalars()


def replicas(connection: Connection) -> Iterator[tuple[str, str, Have]]:
    """(device store, its account, its digest), as they are stored."""
    query = select(Replica.id, Replica.account, Replica.have_count, Replica.have_xor).order_by(Replica.id)
    for row in connection.execute(query):
        yield row[0], row[1], Have(row[2], row[3])
