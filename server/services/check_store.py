"""Checks that what is stored follows from the log: documents, columns, feeds, digests.

Everything is read from one snapshot, some of it at a time, beside a running server.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection

from domain.canonical import digest_of, to_bytes
from domain.errors import InvalidRequest, MalformedOperation
from domain.merge import RecordState, fold
from domain.operations import OPERATION_ID, Operation, parse_raw
from domain.urgency import may_be_urgent
from server.services import alarms
from server.store import checking, file_uses, records
from server.store.checking import Accepted, FeedEnd, Membership
from server.store.log import HELD, OK, LoggedOperation, links_of
from server.store.records import StoredRecord
from server.store.replicas import Have

XOR_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """Something stored that does not follow from the log. `key` is its sentence in the catalogue."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Checked:
    """How much was looked at so far."""

    records: int = 0
    operations: int = 0
    unexamined: int = 0
    """Records that no worker has come to yet."""
    sent: dict[str, Have] = field(default_factory=dict)
    """The digest of everything that each account's devices sent."""


def check_store(connection: Connection, checked: Checked) -> Iterator[Difference]:
    """Every difference, as it is found; `checked` counts along."""
    yield from _check_log(connection, checked)
    yield from _check_records(connection, checked)
    for record in checking.records_without_row(connection):
        yield Difference("check-no-document", {"record": record})
    yield from _check_feeds(connection)
    yield from _check_digests(connection, checked.sent)


# --- the log -------------------------------------------------------------------------------------


def _check_log(connection: Connection, checked: Checked) -> Iterator[Difference]:
    for rows in checking.operation_chunks(connection):
        ids = [row.id for row in rows]
        links = checking.links_of(connection, ids)
        named = file_uses.of_operations(connection, ids)
        for row in rows:
            checked.operations += 1
            if problem := _problem_of(row, links[row.id]):
                yield Difference(problem, {"operation": row.id})
            if named[row.id] != _files_of(row):
                yield Difference("check-operation-files", {"operation": row.id})
            if OPERATION_ID.fullmatch(row.id) and not row.is_made_in_office:
                sent = checked.sent.get(row.account, Have())
                checked.sent[row.account] = sent.including([row.id])


def _problem_of(row: LoggedOperation, linked: set[str]) -> str | None:
    if row.erased is not None and row.body == b"":
        return "check-operation-links" if linked else None
    operation = _read(row.body)
    is_redacted = bool(operation and operation.without and operation.id == row.id)
    is_whole = isinstance(row.body, bytes) and digest_of(row.body) == row.id
    if not is_redacted if row.erased is not None else not is_whole:
        return "check-operation-changed"
    if operation is None:
        return "check-operation-unreadable" if row.status == OK or linked else None
    if (row.replica, row.n, row.author) != (operation.replica, operation.n, operation.author):
        # What was void or of a newer version when it came may have become readable since.
        return "check-operation-columns" if row.status == OK or row.replica else None
    expected = links_of(operation, row.code if row.status == HELD else None)
    return None if linked == expected else "check-operation-links"


def _files_of(row: LoggedOperation) -> set[tuple[str, str]]:
    """What it is to be noted to name; of what could not be read when it came, by its bytes."""
    if operation := _read(row.body) if row.replica else None:
        return file_uses.named_in(operation)
    return file_uses.named_in_bytes(row.body) if isinstance(row.body, bytes) else set()


def _read(body: object) -> Operation | None:
    try:
        return parse_raw(body) if isinstance(body, bytes) else None
    except (MalformedOperation, ValueError, RecursionError):
        return None


# --- records -------------------------------------------------------------------------------------


def _check_records(connection: Connection, checked: Checked) -> Iterator[Difference]:
    for rows in checking.record_chunks(connection):
        ids = [row["id"] for row in rows]
        accepted = checking.accepted_of(connection, ids)
        memberships = checking.memberships_of(connection, ids)
        for row in rows:
            checked.records += 1
            found = _check_record(row, accepted[row["id"]], memberships[row["id"]])
            yield from _as_far_as_it_goes(found, Difference("check-record-types", {"record": row["id"]}))
        for submission in sorted(alarms.missing(connection, _saying_danger(rows))):
            yield Difference("check-alarm-missing", {"record": submission})


def _saying_danger(rows: Sequence[Mapping[str, Any]]) -> Iterator[StoredRecord]:
    """Those of the records that may; one that cannot be read is told of elsewhere."""
    for row in rows:
        if isinstance(row["document"], bytes) and may_be_urgent(row["document"]):
            with suppress(ValueError):
                yield StoredRecord(RecordState.from_bytes(row["document"]), None)


def _as_far_as_it_goes(found: Iterator[Difference], otherwise: Difference) -> Iterator[Difference]:
    """SQLite takes a value of any type into any column; then this is a difference, and the next row comes."""
    try:
        yield from found
    except (TypeError, ValueError, InvalidRequest):
        yield otherwise


def _check_record(
    row: Mapping[str, Any], accepted: Sequence[Accepted], memberships: Sequence[Membership]
) -> Iterator[Difference]:
    about = {"record": row["id"]}
    operations = [operation for one in accepted if (operation := _read(one.body))]
    if not operations:
        yield Difference("check-no-operations", about)
        return
    state = fold(None, operations, row["id"])
    if state.to_bytes() != row["document"]:
        yield Difference("check-document", about)
    if row["updated"] not in {one.since for one in accepted}:
        # Not the latest: of two transactions the one that began first may have come last to the record.
        yield Difference("check-column", {**about, "column": "updated"})
    derived = records.derived_row(StoredRecord(state, records.owner_of(state)), row["updated"])
    for column, value in derived.items():
        if column != "document" and row[column] != value:
            yield Difference("check-column", {**about, "column": column})
    yield from _check_memberships(row, state, memberships)


def _check_memberships(
    row: Mapping[str, Any], state: RecordState, memberships: Sequence[Membership]
) -> Iterator[Difference]:
    villages = records.villages_of(state)
    listed = {one.feed for one in memberships if one.present}
    for village in sorted(villages - listed):
        yield Difference("check-not-listed", {"record": row["id"], "village": village})
    for village in sorted(listed - villages):
        yield Difference("check-listed", {"record": row["id"], "village": village})
    for one in memberships:
        if one.owner != row["owner"]:
            yield Difference("check-feed-owner", {"record": row["id"], "village": one.feed})


# --- feeds and digests ---------------------------------------------------------------------------


def _check_feeds(connection: Connection) -> Iterator[Difference]:
    for feed, record in checking.feed_rows_without_target(connection):
        yield Difference("check-feed-target", {"feed": feed, "record": record})
    for feed in checking.feeds_without_head(connection):
        yield Difference("check-feed-head", {"feed": feed})
    for end in checking.feed_ends(connection):
        if not _is_sound(end):
            yield Difference("check-feed-numbers", {"feed": end.feed})


def _is_sound(end: FeedEnd) -> bool:
    """Numbers are given once, up to the head's, and the head knows the tag of its last batch."""
    if end.greatest is None:
        return end.seq == 0
    return end.greatest == end.seq and end.rows == end.numbers and end.tag == end.last_tag


def _check_digests(connection: Connection, sent: Mapping[str, Have]) -> Iterator[Difference]:
    """
    A digest is that of some of what its account's devices sent; of all of it, when it counts as many.

    Of which some, the log cannot tell: it does not say through which store an operation came (after a fork
    there are several), and a reconciliation sets the digest to that of what the device still keeps and
    offers. Whatever else stands there costs one more reconciliation, never an answer.
    """
    for replica, account, have in checking.replicas(connection):
        found = _check_digest(replica, have, sent.get(account, Have()))
        yield from _as_far_as_it_goes(found, Difference("check-replica", {"replica": replica}))


def _check_digest(replica: str, have: Have, sent: Have) -> Iterator[Difference]:
    is_told_wholly = have.count in (0, sent.count)
    expected = sent if have.count else Have()
    is_some = 0 <= have.count <= sent.count and len(to_bytes(have.xor)) == XOR_BYTES
    if not is_some or (is_told_wholly and have != expected):
        yield Difference("check-replica", {"replica": replica})
