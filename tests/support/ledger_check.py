"""An independent judge of a server's database: it folds the log by the specification, not by the product."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from domain.access import TABLE, Action
from domain.merge import RecordState, fold
from domain.operations import Operation, parse_raw
from server.models import FeedHead, FeedRow, FeedTag, OperationRow, RecordRow
from server.models_devices import DeviceChain
from server.services.waiting import STATUSES, list_waiting
from server.store import accounts
from server.store.sealing import BODY, DOCUMENT, opened
from tests.support import reference_merge as reference


@dataclass(frozen=True)
class Log:
    """The accepted operations of each record, and every id that ever arrived with its verdict."""

    by_record: dict[str, list[Operation]]
    statuses: dict[str, str]
    codes: dict[str, str]


def read_log(connection: Connection) -> Log:
    by_record: dict[str, list[Operation]] = {}
    statuses: dict[str, str] = {}
    codes: dict[str, str] = {}
    query = select(OperationRow.id, OperationRow.status, OperationRow.code, OperationRow.body)
    for row in connection.execute(query):
        statuses[row.id] = row.status
        codes[row.id] = row.code or ""
        body = opened(connection, BODY, row.id, row.body)
        if row.status == "ok" and body:  # of what was erased nothing but the id is kept
            for part in (operation := parse_raw(body)).parts:
                by_record.setdefault(part.record, []).append(operation)
    return Log(by_record, statuses, codes)


def assert_unbroken(connection: Connection) -> None:
    """No device's chain of signed batches was broken: none was copied, and no server came from a backup."""
    rows = connection.execute(select(DeviceChain.seq, DeviceChain.breaches)).all()
    assert rows
    assert [row.breaches for row in rows] == [0] * len(rows)
    assert any(row.seq for row in rows)


def for_reference(operation: Operation, record: str) -> dict[str, Any]:
    """The operation's part for a record as the specification reads it."""
    spelt = {"dead": reference.DEAD, "alive": reference.ALIVE}
    changes = []
    for path, value, preds in operation.part_of(record).changes:
        text = value if isinstance(value, str) else spelt.get(str(value.get("$")), str(value))
        changes.append((path, text, preds))
    return {"id": operation.id, "t": operation.time, "c": changes}


def assert_sound(connection: Connection) -> Log:
    """Documents are the fold of the log, nothing was lost in silence, feeds have no gaps.

    Where anybody decides on what was refused, each refusal is listed for somebody.
    """
    log = read_log(connection)
    rows = {row.id: row for row in connection.execute(select(RecordRow))}
    documents = {one: opened(connection, DOCUMENT, one, row.document) for one, row in rows.items()}
    assert rows.keys() == log.by_record.keys()
    for record, operations in log.by_record.items():
        _assert_record(rows[record], documents[record], operations)
    _assert_feeds(connection, {one: RecordState.from_bytes(document) for one, document in documents.items()})
    _assert_listed(connection, {one for one, status in log.statuses.items() if status != "ok"})
    return log


def _assert_record(row: Any, document: bytes, operations: list[Operation]) -> None:
    again = fold(None, operations, row.id)
    assert document == again.to_bytes(), "a document is not the fold of its log"
    assert (row.etag, row.digest) == (again.etag, again.digest)
    spelt = [for_reference(op, row.id) for op in operations]
    _, conflicts, contested, pairs = reference.state_of(spelt)
    assert [(s.path, s.id) for s in again.survivors] == pairs
    named = {(path, pred) for op in spelt for path, _, preds in op["c"] for pred in preds}
    surviving = set(pairs)
    for op in spelt:
        for path, _, _ in op["c"]:
            assert (path, op["id"]) in surviving | named, "a value is gone that nobody named"
    conflicts.pop("$review", None)
    assert row.conflicts == len(conflicts) + len(contested)
    _assert_approval(row, again, bool(conflicts or contested))


def _assert_approval(row: Any, state: RecordState, is_open: bool) -> None:
    """Invariant 7, from the reviews themselves."""
    reviews = [v for v in state.values_at("$review") if isinstance(v, dict)]
    is_alone = len(reviews) == len(state.values_at("$review")) == 1
    counts = is_alone and reviews[0].get("decision") == "approve"
    is_current = counts and reviews[0].get("etag") == state.etag and not is_open
    assert (row.state == "approved") == bool(is_current)
    assert (row.state == "stale") == bool(counts and not is_current)


def _assert_listed(connection: Connection, refused: set[str]) -> None:
    """Every held or void row stands in the list of somebody who may decide."""
    people = accounts.with_roles(connection, TABLE[Action.DECIDE_HELD])
    seen = {
        one.row.id
        for person in people
        for one in list_waiting(connection, person, STATUSES, None, len(refused)).operations
    }
    assert seen == (refused if people else set()), "nobody in the office sees what was refused"


def _assert_feeds(connection: Connection, states: dict[str, RecordState]) -> None:
    heads = {row.feed: row for row in connection.execute(select(FeedHead)).all()}
    listed: dict[str, set[str]] = {}
    last: dict[str, int] = {}
    for row in connection.execute(select(FeedRow)):
        last[row.feed] = max(last.get(row.feed, 0), row.seq)
        if row.present and not row.feed.startswith("~"):
            listed.setdefault(row.record, set()).add(row.feed)
    for feed, head in heads.items():
        assert last.get(feed, 0) == head.seq, "the newest number of a feed has no row"
    ends = {(row.feed, row.last): row.tag for row in connection.execute(select(FeedTag))}
    assert all(ends[feed, head.seq] == head.tag for feed, head in heads.items() if head.seq)
    villages = {one: {v for v in s.values_at("$village") if isinstance(v, str)} for one, s in states.items()}
    assert listed == {one: found for one, found in villages.items() if found}
