"""The log of operations: what was sent, by whom, and what became of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, insert, not_, or_, select, update

from domain.operations import OFFICE, Operation, parse_raw
from server.models import OperationRecord, OperationRow
from server.store import file_uses
from server.store.chunks import chunks
from server.store.sealing import BODY, MESSAGE, REASON, opened, opened_text, sealed, sealed_text

OK, HELD, VOID = "ok", "held", "void"
UNKNOWN_VERSION = "unknown-version"
UNKNOWN_RECORD = "unknown-record"
"""The code of what waits for a record, and is judged again by itself when it comes."""

_operations = OperationRow.__table__
_links = OperationRecord.__table__


class Verdict(NamedTuple):
    """What became of one operation. `code` says why it is held or void."""

    status: str
    code: str | None = None
    message: str | None = None


ACCEPTED = Verdict(OK)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """
    One operation with its verdict, ready for the log; `operation` is empty when it could not be read.

    Of one that `is_erased` something is not kept.
    """

    id: str
    body: bytes
    verdict: Verdict
    operation: Operation | None
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class LoggedOperation:
    """A row of the log."""

    id: str
    replica: str
    n: int
    author: str
    account: str
    received: int
    status: str
    code: str | None
    message: str | None
    body: bytes
    decided: int | None
    decided_by: str | None
    reason: str | None
    device: str | None
    erased: int | None = None

    @property
    def is_made_in_office(self) -> bool:
        """Whether the server made it itself; what a device sends in the office's name was held first."""
        return self.replica == OFFICE and self.status == OK and self.decided is None


def verdicts_of(
    connection: Connection, ids: Collection[str], account: str | None = None
) -> dict[str, Verdict]:
    """
    The verdicts of those of `ids` that have arrived before.

    If an account is named: of those that came from its devices, or that it made. The store of a device that
    changed hands was handed in by somebody else.
    """
    found: dict[str, Verdict] = {}
    for some in chunks(ids):
        query = select(OperationRow.id, OperationRow.status, OperationRow.code, OperationRow.message)
        if account is not None:
            in_office = and_(
                OperationRow.replica == OFFICE, OperationRow.status == OK, OperationRow.decided.is_(None)
            )
            is_own = or_(OperationRow.account == account, OperationRow.author == account)
            query = query.where(is_own, not_(in_office))
        for row in connection.execute(query.where(OperationRow.id.in_(some))):
            message = opened_text(connection, MESSAGE, row.id, row.message)
            found[row.id] = Verdict(row.status, row.code, message)
    return found


def bodies_of(connection: Connection, ids: Collection[str]) -> Iterator[tuple[str, int, bytes]]:
    """(id, received, body) of operations."""
    query = select(OperationRow.id, OperationRow.received, OperationRow.body)
    for some in chunks(sorted(ids)):
        for row in connection.execute(query.where(OperationRow.id.in_(some))):
            yield row.id, row.received, opened(connection, BODY, row.id, row.body)


def rows_of(connection: Connection, ids: Collection[str]) -> dict[str, LoggedOperation]:
    """The log's rows of operations, by id; those that never arrived are left out."""
    found: dict[str, LoggedOperation] = {}
    for some in chunks(sorted(ids)):
        for row in connection.execute(select(_operations).where(_operations.c.id.in_(some))):
            found[row.id] = logged(connection, row)
    return found


def received_of(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """When each of these operations arrived; their bodies stay closed."""
    query = select(OperationRow.id, OperationRow.received)
    return {
        row.id: row.received
        for some in chunks(sorted(ids))
        for row in connection.execute(query.where(OperationRow.id.in_(some)))
    }


def ids_at(connection: Connection, counters: Collection[tuple[str, int]]) -> dict[tuple[str, int], set[str]]:
    """The ids that each (replica, n) has been used for."""
    found: dict[tuple[str, int], set[str]] = {}
    for replica, numbers in _by_replica(counters).items():
        for some in chunks(numbers):
            query = select(OperationRow.n, OperationRow.id)
            query = query.where(OperationRow.replica == replica, OperationRow.n.in_(some))
            for row in connection.execute(query):
                found.setdefault((replica, row.n), set()).add(row.id)
    return found


def _by_replica(counters: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    grouped: dict[str, list[int]] = {}
    for replica, n in counters:
        grouped.setdefault(replica, []).append(n)
    return grouped


def accepted_among(connection: Connection, wanted: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """For each record, those of the wanted operations that it has accepted."""
    found: dict[str, set[str]] = {record: set() for record in wanted}
    pairs = [(record, one) for record, ids in wanted.items() for one in ids]
    for some in chunks(pairs):
        query = (
            select(_links.c.record, _links.c.operation)
            .join(_operations, _operations.c.id == _links.c.operation)
            .where(_operations.c.status == OK)
            .where(_links.c.record.in_({record for record, _ in some}))
            .where(_links.c.operation.in_({one for _, one in some}))
        )
        for record, one in connection.execute(query):
            if one in wanted[record]:
                found[record].add(one)
    return found


def append(
    connection: Connection, entries: Collection[LogEntry], account: str, device: str, now: int
) -> None:
    """Writes operations that are new, and which records they speak of; `device` is empty for the office."""
    if not entries:
        return
    handed_in = {"account": account, "device": device or None, "received": now}
    rows = [{**_row(connection, entry), **handed_in, "erased": _erased(entry, now)} for entry in entries]
    connection.execute(insert(OperationRow), rows)
    links = [
        {"record": record, "operation": entry.id}
        for entry in entries
        if entry.operation
        for record in links_of(entry.operation, entry.verdict.code)
    ]
    if links:
        connection.execute(insert(OperationRecord), links)
    file_uses.put(connection, {entry.id: _files_of(entry) for entry in entries})


def _files_of(entry: LogEntry) -> set[tuple[str, str]]:
    if entry.operation:
        return file_uses.named_in(entry.operation)
    return file_uses.named_in_bytes(entry.body)


def _erased(entry: LogEntry, now: int) -> int | None:
    return now if entry.is_erased or (entry.operation and entry.operation.without) else None


def links_of(operation: Operation, code: str | None) -> set[str]:
    """The records under which an operation is found.

    While it waits for a record, the submissions of its restricted parts as well: one of them may be it.
    """
    return {*operation.records, *(operation.submissions if code == UNKNOWN_RECORD else ())}


def unlink_awaited(connection: Connection, operation: Operation) -> None:
    """Ends the waiting for a submission of which the operation changes nothing itself."""
    if awaited := set(operation.submissions) - set(operation.records):
        statement = delete(OperationRecord).where(OperationRecord.operation == operation.id)
        connection.execute(statement.where(OperationRecord.record.in_(awaited)))


def _row(connection: Connection, entry: LogEntry) -> dict[str, object]:
    operation, verdict = entry.operation, entry.verdict
    return {
        "id": entry.id,
        "replica": operation.replica if operation else "",
        "n": operation.n if operation else 0,
        "author": operation.author if operation else "",
        "status": verdict.status,
        "code": verdict.code,
        "message": sealed_text(connection, MESSAGE, entry.id, verdict.message),
        "body": sealed(connection, BODY, entry.id, entry.body),
    }


def decide(
    connection: Connection, one: str, verdict: Verdict, decided_by: str | None, reason: str | None, now: int
) -> None:
    """Ends the waiting of a held operation. `decided_by` is empty when no person was needed."""
    connection.execute(
        update(OperationRow)
        .where(OperationRow.id == one)
        .values(
            status=verdict.status,
            code=verdict.code,
            message=sealed_text(connection, MESSAGE, one, verdict.message),
            decided=now,
            decided_by=decided_by,
            reason=sealed_text(connection, REASON, one, reason),
        )
    )


def complete(connection: Connection, operation: Operation, code: str | None) -> None:
    """Fills in what the log does not know of an operation that could not be read when it came."""
    told = {"replica": operation.replica, "n": operation.n, "author": operation.author}
    connection.execute(update(OperationRow).where(OperationRow.id == operation.id).values(**told))
    links = [{"record": record, "operation": operation.id} for record in links_of(operation, code)]
    connection.execute(insert(OperationRecord), links)
    file_uses.replace(connection, operation)


def held_for(connection: Connection, records: Collection[str], code: str) -> list[tuple[Operation, str]]:
    """Held operations with this code that speak of any of `records`, oldest first, each with its sender.

    They are locked: one that is being decided now, by a person or by another record that it waits for, is
    waited for, and left out if it is decided.
    """
    found: dict[str, tuple[Operation, str]] = {}
    for some in chunks(records):
        query = (
            select(_operations.c.id, _operations.c.body, _operations.c.account)
            .join(_links, _links.c.operation == _operations.c.id)
            .where(_operations.c.status == HELD, _operations.c.code == code, _links.c.record.in_(some))
            .order_by(_operations.c.received, _operations.c.id)
            .with_for_update(of=_operations)
        )
        for row in connection.execute(query):
            found.setdefault(row.id, (parse_raw(opened(connection, BODY, row.id, row.body)), row.account))
    return list(found.values())


def lock_held_of(
    connection: Connection, ids: Collection[str], author: str, codes: Collection[str]
) -> dict[str, Operation]:
    """Those of `ids` that their `author` made and that are held with one of these codes; they are locked."""
    found: dict[str, Operation] = {}
    for some in chunks(ids):
        query = (
            select(_operations.c.id, _operations.c.body)
            .where(_operations.c.id.in_(some), _operations.c.author == author)
            .where(_operations.c.status == HELD, _operations.c.code.in_(codes))
            .order_by(_operations.c.id)
            .with_for_update()
        )
        for row in connection.execute(query):
            found[row.id] = parse_raw(opened(connection, BODY, row.id, row.body))
    return {one: found[one] for one in ids if one in found}


def hand_over(connection: Connection, ids: Collection[str], account: str, device: str) -> None:
    """Makes operations those of the account and device that hand them in now."""
    told = {"account": account, "device": device or None}
    for some in chunks(ids):
        connection.execute(update(OperationRow).where(OperationRow.id.in_(some)).values(**told))


def row_of(connection: Connection, one: str, lock: bool = False) -> LoggedOperation | None:
    """The log's row of one operation."""
    query = select(_operations).where(_operations.c.id == one)
    if lock:
        query = query.with_for_update()
    row = connection.execute(query).one_or_none()
    return logged(connection, row) if row else None


def logged(connection: Connection, row: Row[Any]) -> LoggedOperation:
    """A whole row of the log, opened."""
    told = dict(row._mapping)
    told["body"] = opened(connection, BODY, row.id, row.body)
    for column in (MESSAGE, REASON):
        told[column.column] = opened_text(connection, column, row.id, told[column.column])
    return LoggedOperation(**told)


def redact(connection: Connection, operation: Operation, code: str | None, now: int) -> None:
    """
    Puts a redacted operation in the place of the whole one. What a person wrote beside it goes too.
    """
    told: dict[str, object] = {"message": None, "reason": None, "erased": now}
    told["body"] = sealed(connection, BODY, operation.id, operation.raw)
    connection.execute(update(OperationRow).where(OperationRow.id == operation.id).values(**told))
    links = [{"record": record, "operation": operation.id} for record in links_of(operation, code)]
    connection.execute(delete(OperationRecord).where(OperationRecord.operation == operation.id))
    connection.execute(insert(OperationRecord), links)
    file_uses.replace(connection, operation)


def empty(connection: Connection, one: str, status: str, code: str, now: int) -> None:
    """Leaves nothing of an operation but its id, who sent it, and what became of it."""
    told: dict[str, object] = {"message": None, "reason": None, "erased": now, "code": code}
    told["body"] = sealed(connection, BODY, one, b"")
    told["status"] = VOID if status == HELD else status
    connection.execute(update(OperationRow).where(OperationRow.id == one).values(**told))
    connection.execute(delete(OperationRecord).where(OperationRecord.operation == one))
    file_uses.forget(connection, one)
