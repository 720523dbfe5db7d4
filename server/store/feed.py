"""Feeds: what each village's devices have yet to hear of, one row for each record at its latest number.

The numbers of a feed have no gaps and are given under the lock of its head, as the
last thing before the commit; so no reader can pass a number that is not there yet.
Each batch leaves a random tag: a cursor that the server does not recognise comes from
a future that was lost with a restored backup. Tags are kept for 400 days; a cursor that
is older is taken for such a one, which costs its device one comparison of digests.
"""

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, insert, or_, select, text, true, update
from sqlalchemy.sql import ColumnElement

from domain.access import Reach
from server.models import FeedHead, FeedRow, FeedTag, OperationRow, RecordRow
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside
from server.store.sealing import BODY, DOCUMENT, MESSAGE, opened, opened_text

TAGS_KEPT_MS = 400 * 24 * 3600 * 1000
PRUNE_EVERY = 256
"""Numbers of a feed after which its old tags are looked for."""

_UPSERT = text(
    "INSERT INTO feed_row (feed, record, seq, present, owner) VALUES (:feed, :record, :seq, :present, :owner)"
    " ON CONFLICT (record, feed) DO UPDATE SET seq = excluded.seq, present = excluded.present,"
    " owner = excluded.owner"
)

# The newest of the old tags stays: it was the feed's newest until a younger one came, so whoever has read up
# to it may have missed nothing for most of that time. The feed's newest is never below it.
_PRUNE = text(
    "DELETE FROM feed_tag WHERE feed = :feed AND last <"
    " (SELECT max(old.last) FROM feed_tag old WHERE old.feed = :feed AND old.written < :before)"
)


class Cursor(NamedTuple):
    """How far somebody has read a feed, and the tag of the batch that wrote that number.

    Readers of restricted parts have cursors of their own class: to them the same
    number means more records.
    """

    seq: int
    tag: str = ""
    restricted: bool = False

    def __str__(self) -> str:
        return f"{self.seq}.{self.tag}{'.r' if self.restricted else ''}" if self.seq else "0"


START = Cursor(0)


def read_cursor(sent: str) -> Cursor | None:
    """The cursor in a text, or nothing when it is none of ours."""
    seq, _, rest = sent.partition(".")
    tag, _, reading = rest.partition(".")
    if not seq.isdecimal() or not seq.isascii() or len(seq) > 18 or reading not in ("", "r"):
        return None
    return Cursor(int(seq), tag, reading == "r") if int(seq) else START


class Entry(NamedTuple):
    """A record that enters, changes in, or leaves a feed. `owner` restricts who hears of it."""

    record: str
    present: bool
    owner: str | None = None


def give(connection: Connection, owners: Mapping[str, str | None]) -> None:
    """Makes restricted parts another owner's in all feeds that have or had them."""
    for record, owner in owners.items():
        connection.execute(update(FeedRow).where(FeedRow.record == record).values(owner=owner))


def append(connection: Connection, entries: Mapping[str, Collection[Entry]], now: int) -> None:
    """Gives each entry the next number of its feed. Must be the last statements of the transaction."""
    feeds = sorted(entries)
    heads = _lock_heads(connection, feeds)
    tag = secrets.token_urlsafe(5)
    rows = [
        {"feed": feed, "seq": heads[feed] + i, **entry._asdict()}
        for feed in feeds
        for i, entry in enumerate(entries[feed], 1)
    ]
    if not rows:
        return
    connection.execute(_UPSERT, rows)
    ends = [{"feed": f, "last": heads[f] + len(entries[f]), "tag": tag, "written": now} for f in feeds]
    connection.execute(insert(FeedTag), ends)
    connection.execute(
        text("UPDATE feed_head SET seq = :last, tag = :tag WHERE feed = :feed"),
        [{k: end[k] for k in ("feed", "last", "tag")} for end in ends],
    )
    if due := [f for f in feeds if heads[f] // PRUNE_EVERY != (heads[f] + len(entries[f])) // PRUNE_EVERY]:
        connection.execute(_PRUNE, [{"feed": feed, "before": now - TAGS_KEPT_MS} for feed in due])


def _lock_heads(connection: Connection, feeds: list[str]) -> dict[str, int]:
    heads: dict[str, int] = {}
    for some in chunks(feeds):  # in order across the chunks too, or two batches could wait for each other
        query = select(FeedHead.feed, FeedHead.seq).where(FeedHead.feed.in_(some)).order_by(FeedHead.feed)
        heads |= {row.feed: row.seq for row in connection.execute(query.with_for_update())}
    for feed in feeds:
        if feed not in heads:  # a private feed begins with its first row
            connection.execute(insert(FeedHead).values(feed=feed, seq=0, tag=""))
            heads[feed] = 0
    return heads


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a feed at the moment of reading."""

    seq: int
    tag: str


def heads_of(connection: Connection, feeds: Collection[str]) -> dict[str, Head]:
    """The ends of those of the feeds that have begun."""
    heads: dict[str, Head] = {}
    for some in chunks(feeds):
        query = select(FeedHead.feed, FeedHead.seq, FeedHead.tag).where(FeedHead.feed.in_(some))
        heads |= {row.feed: Head(row.seq, row.tag) for row in connection.execute(query)}
    return heads


def tag_at(connection: Connection, feed: str, seq: int) -> str | None:
    """The tag of the batch that wrote number `seq` of a feed, if it is still known."""
    query = select(FeedTag.tag).where(FeedTag.feed == feed, FeedTag.last >= seq)
    return connection.execute(query.order_by(FeedTag.last).limit(1)).scalar()


def is_recognised(connection: Connection, feed: str, cursor: Cursor, head: Head) -> bool:
    """Whether this server, in this life, gave out `cursor`."""
    if cursor.seq == 0:
        return True
    if cursor.seq > head.seq:
        return False
    known = head.tag if cursor.seq == head.seq else tag_at(connection, feed, cursor.seq)
    return known == cursor.tag


class Listed(NamedTuple):
    """A feed's row with what a page needs of its record; an erased one has neither digest nor document."""

    record: str
    seq: int
    present: bool
    digest: str | None
    document: bytes | None


def read_page(connection: Connection, feed: str, after: int, reach: Reach, limit: int) -> list[Listed]:
    """
    Up to `limit` rows after a number, in order, of what is within `reach`.

    What is set aside is not there for those who do not get it, so that their devices drop it.
    """
    query = (
        select(
            FeedRow.record,
            FeedRow.seq,
            _present(reach).label("present"),
            RecordRow.digest,
            RecordRow.document,
        )
        .outerjoin(RecordRow, RecordRow.id == FeedRow.record)
        .where(FeedRow.feed == feed, FeedRow.seq > after, _readable(reach))
        .order_by(FeedRow.seq)
        .limit(limit)
    )
    return [Listed(*row[:-1], _document(connection, row)) for row in connection.execute(query)]


def _document(connection: Connection, row: Any) -> bytes | None:
    return None if row.document is None else opened(connection, DOCUMENT, row.record, row.document)


def _readable(reach: Reach) -> ColumnElement[bool]:
    if reach.part_owners is None:
        return true()
    return or_(FeedRow.owner.is_(None), FeedRow.owner.in_(sorted(reach.part_owners)))


def _present(reach: Reach) -> ColumnElement[bool]:
    if reach.has_set_aside:
        return FeedRow.present.expression
    return and_(FeedRow.present, ~is_set_aside(FeedRow.record))


def digests_in(connection: Connection, feed: str, reach: Reach) -> list[tuple[str, str]]:
    """(record, digest) of everything that is in a feed now within `reach`, as `read_page`."""
    query = (
        select(FeedRow.record, RecordRow.digest)
        .join(RecordRow, RecordRow.id == FeedRow.record)
        .where(FeedRow.feed == feed, _present(reach), _readable(reach))
        .order_by(FeedRow.record)
    )
    return [(row.record, row.digest) for row in connection.execute(query)]


class Decided(NamedTuple):
    """An operation in a private feed: its latest verdict, and its body where something of it is erased."""

    operation: str
    status: str
    code: str | None
    message: str | None
    redacted: bytes | None


def read_decisions(connection: Connection, feed: str, after: int) -> Iterator[Decided]:
    """What a private feed tells, in order."""
    redacted = case((OperationRow.erased.is_not(None), OperationRow.body)).label("redacted")
    query = (
        select(FeedRow.record, OperationRow.status, OperationRow.code, OperationRow.message, redacted)
        .join(OperationRow, OperationRow.id == FeedRow.record)
        .where(FeedRow.feed == feed, FeedRow.seq > after)
        .order_by(FeedRow.seq)
    )
    for row in connection.execute(query):
        message = opened_text(connection, MESSAGE, row.record, row.message)
        body = None if row.redacted is None else opened(connection, BODY, row.record, row.redacted)
        yield Decided(row.record, row.status, row.code, message, body)


class Membership(NamedTuple):
    """A record's row in a feed, present or not; in a private feed an operation's."""

    feed: str
    record: str
    owner: str | None


def rows_of(connection: Connection, records: Iterable[str]) -> list[Membership]:
    """The rows of records in all feeds that have or had them."""
    found: list[Membership] = []
    for some in chunks(records):
        query = select(FeedRow.feed, FeedRow.record, FeedRow.owner).where(FeedRow.record.in_(some))
        found += [
            Membership(*row) for row in connection.execute(query.order_by(FeedRow.feed, FeedRow.record))
        ]
    return found


def places_of(connection: Connection, records: Iterable[str]) -> dict[str, dict[str, int]]:
    """For each record the feeds that list it as present, with its number there."""
    found: dict[str, dict[str, int]] = {}
    for some in chunks(records):
        query = select(FeedRow.feed, FeedRow.record, FeedRow.seq)
        query = query.where(FeedRow.record.in_(some), FeedRow.present)
        for row in connection.execute(query):
            found.setdefault(row.record, {})[row.feed] = row.seq
    return found


def begin_feeds(connection: Connection, feeds: Iterable[str]) -> None:
    """Makes the heads of feeds that have none yet, such as those of new villages."""
    wanted = set(feeds)
    new = sorted(wanted - heads_of(connection, wanted).keys())
    missing = [{"feed": feed, "seq": 0, "tag": ""} for feed in new]
    if missing:
        connection.execute(insert(FeedHead), missing)
