"""What a device has yet to hear of: one page of its villages' feeds, from one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, Reach, covered_villages, is_authorized, reach_of
from domain.canonical import Json, encode_checked
from domain.erasing import ERASED, NOTHING_ERASED, Erased
from domain.operations import parse_raw
from server.store import erasures, feed, records
from server.store.feed import START, Cursor, Head, Listed
from server.store.log import Verdict
from server.store.records import StoredRecord

ROWS_AT_ONCE: Final = 500
USUAL_RECORD: Final = 2_500
"""Bytes of a record, to ask for about as many rows as a page will hold."""
NO_HEAD: Final = Head(0, "")
"""The end of a feed that has not begun."""


@dataclass
class Page:
    """An answer's share of the feeds.

    `whole` maps a record to its document's bytes, `short` to its digest; `places`
    tell which villages list a record. `cursors` are those that have moved. `erased` is what
    the device may still hold of what is on the page.
    """

    whole: dict[str, bytes] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    reset: list[str] = field(default_factory=list)
    decisions: list[tuple[str, Verdict]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    erased: Erased = NOTHING_ERASED
    has_more: bool = False


@dataclass(frozen=True)
class Wish:
    """What a device asks for: its cursors, records by id, and how many bytes it takes.

    `private` are its private feeds and `strange` those that it names although they are
    not its own here. `touched` maps the records of its own accepted operations to
    whether their digest is enough; `judged` are the verdicts that the answer has anyway.
    """

    actor: Actor
    villages: Sequence[str]
    private: Sequence[str]
    strange: Sequence[str]
    cursors: Mapping[str, Cursor]
    want: Sequence[str]
    touched: Mapping[str, bool]
    judged: Mapping[str, Verdict]
    limit: int

    @property
    def reach(self) -> Reach:
        """How far the feeds go for the actor."""
        return reach_of(self.actor, Action.READ)


def read_page(connection: Connection, wish: Wish) -> Page:
    """One page; the records that the device's own operations touched are always in it."""
    page = Page()
    heads = feed.heads_of(connection, [*wish.villages, *wish.private])
    _read_private(connection, wish, heads, page)
    budget = wish.limit
    for village in wish.villages:
        head = heads.get(village, NO_HEAD)
        cursor = wish.cursors.get(village, START)
        if not _is_recognised(connection, wish.reach, village, cursor, head):
            page.reset.append(village)
        elif cursor.seq < head.seq:
            budget = _read_village(connection, wish, page, village, head, budget)
    _read_by_id(connection, wish, page, budget)
    _complete_places(connection, wish, page)
    page.erased |= erasures.among(connection, {*page.places, *page.unknown})
    return page


def read_erased(connection: Connection, wish: Wish) -> Page:
    """
    Nothing but what is erased since the device read its feeds, for one that gets nothing to read.

    It goes on from the same cursors once it may read again, and hears of the same then. A record that lacks a
    member since has left its villages for so long: its document is not told. Villages count that the device
    has read of before, also where they are none of the account's by now.
    """
    page = Page()
    read = {name: one for name, one in wish.cursors.items() if one.seq and not name.startswith("~")}
    heads = feed.heads_of(connection, read)
    for village, cursor in sorted(read.items()):
        if feed.is_recognised(connection, village, cursor, heads.get(village, NO_HEAD)):
            erased = erasures.in_feed(connection, village, wish.reach.part_owners, cursor.seq)
            page.left += [(village, record) for record in sorted(erased.touched)]
            page.erased |= erased
    for name in wish.private:
        for one in feed.read_decisions(connection, name, wish.cursors.get(name, START).seq):
            if one.code == ERASED:
                page.decisions.append((one.operation, Verdict(one.status, one.code, one.message)))
            if one.redacted:
                page.erased |= Erased.of(parse_raw(one.redacted).without)
    return page


def _complete_places(connection: Connection, wish: Wish, page: Page) -> None:
    """Names all of the device's villages that list a record, also those whose page has not reached it."""
    if len(wish.villages) < 2:
        return
    villages = set(wish.villages)
    for record, places in feed.places_of(connection, page.places).items():
        page.places[record] = sorted(villages & places.keys())


def _is_recognised(connection: Connection, reach: Reach, village: str, cursor: Cursor, head: Head) -> bool:
    """Whether the cursor is one of ours and of the reader's class."""
    if cursor.seq and cursor.restricted != reach.is_whole:
        return False
    return feed.is_recognised(connection, village, cursor, head)


def _read_village(
    connection: Connection, wish: Wish, page: Page, village: str, head: Head, budget: int
) -> int:
    """Fills the page from one village; gives what is left of the budget."""
    at, tag = wish.cursors.get(village, START).seq, ""
    while budget > 0 and at < head.seq:
        limit = min(ROWS_AT_ONCE, budget // USUAL_RECORD + 1)
        rows = feed.read_page(connection, village, at, wish.reach, limit)
        for row in rows:
            budget -= _list(page, wish, village, row)
            at = row.seq
            if budget <= 0:
                break
        if len(rows) < limit and budget > 0:
            at = head.seq  # what lies between is not for this reader, and passed all the same
    if at < head.seq:
        page.has_more = True
        tag = feed.tag_at(connection, village, at) or ""
    page.cursors[village] = str(Cursor(at, tag or head.tag, wish.reach.is_whole))
    return budget


def _list(page: Page, wish: Wish, village: str, row: Listed) -> int:
    """Puts a row on the page; gives the bytes that it takes."""
    if not row.present:
        page.left.append((village, row.record))
        if row.document is None:
            page.erased |= Erased(frozenset({row.record}))
        return 60
    places = page.places.setdefault(row.record, [])
    places.append(village)
    if len(places) > 1:
        return 20
    if wish.touched.get(row.record):
        page.short[row.record] = row.digest or ""
        return 80
    page.whole[row.record] = row.document or b"{}"
    return len(page.whole[row.record])


def _read_by_id(connection: Connection, wish: Wish, page: Page, budget: int) -> None:
    """The records that were asked for or touched, and are not on the page yet.

    Touched ones go out whatever the budget; of the others at least one does, so that
    a wish is always fulfilled in the end.
    """
    touched = [record for record in wish.touched if record not in page.places]
    found = records.load(connection, touched)
    for record, stored in found.items():
        if is_authorized(wish.actor, Action.READ, stored.subject):
            budget -= _add(page, wish, record, stored)
    wanted = [record for record in wish.want if record not in page.places]
    for start in range(0, len(wanted), 50):
        some = wanted[start : start + 50]
        if budget <= 0 and start:
            page.has_more = True
            return
        found = records.load(connection, some)
        for record in some:
            stored_or_none = found.get(record)
            if stored_or_none and is_authorized(wish.actor, Action.READ, stored_or_none.subject):
                budget -= _add(page, wish, record, stored_or_none)
            else:
                page.unknown.append(record)


def _add(page: Page, wish: Wish, record: str, stored: StoredRecord) -> int:
    page.places[record] = covered_villages(wish.actor, stored.villages)
    if wish.touched.get(record):
        page.short[record] = stored.state.digest
        return 80
    page.whole[record] = stored.state.to_bytes()
    return len(page.whole[record])


def _read_private(connection: Connection, wish: Wish, heads: Mapping[str, Head], page: Page) -> None:
    """
    What became of operations that were not accepted at once.

    A cursor that is not recognised means, as in a village, that the device knows verdicts of a future that
    was lost: it compares them by `reconcile` and reads the feed from its beginning.
    """
    for name in (*wish.private, *wish.strange):
        head = heads.get(name, NO_HEAD)
        cursor = wish.cursors.get(name, START)
        if not feed.is_recognised(connection, name, cursor, head):
            page.reset.append(name)
        elif name in wish.private and cursor.seq < head.seq:
            for one in feed.read_decisions(connection, name, cursor.seq):
                verdict = Verdict(one.status, one.code, one.message)
                if verdict != wish.judged.get(one.operation):
                    page.decisions.append((one.operation, verdict))
                if one.redacted:
                    page.erased |= Erased.of(parse_raw(one.redacted).without)
            page.cursors[name] = str(Cursor(head.seq, head.tag))


def entries_bytes(page: Page) -> bytes:
    """The JSON list of the page's records; documents go in as the bytes that are stored."""
    entries = [
        b'{"in":' + encode_checked(list[Json](page.places[record])) + b"," + document[1:]
        for record, document in page.whole.items()
    ]
    entries += [
        encode_checked([record, digest, *page.places[record]]) for record, digest in page.short.items()
    ]
    return b"[" + b",".join(entries) + b"]"
