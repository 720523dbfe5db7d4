"""
Erasing somebody's data: from records, log, feeds and what was found; told to every device that may hold them.

What is erased is worked out from the log (`subject_of`), then taken out in one transaction (`take_out`).
What comes in later is looked through before anything else is done with it (`screen`).
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.erasing import ERASED, Erased, ids_named, reach, redact
from domain.errors import MalformedOperation
from domain.merge import fold
from domain.operations import OFFICE, RECORD_ID, Operation, parse_raw
from server.services.indexing import index_records
from server.store import (
    alarms,
    checking,
    confirmations,
    erasures,
    examinations,
    facts,
    feed,
    file_uses,
    files,
    finding,
    jobs,
    log,
    queue,
    records,
    restrictions,
    settled,
)
from server.store.log import HELD, VOID, LoggedOperation
from server.store.records import StoredRecord

AT_ONCE: Final = 500
_ID: Final = re.compile(RECORD_ID.pattern.encode())


# --- whose data ----------------------------------------------------------------------------------


def subject_of(connection: Connection, case: str, known: Erased | None = None) -> Erased:
    """
    All that is kept of the person or family behind a case, `known` to be that among it.

    The case, the forms about it and those that began it, their restricted parts, deliveries to it with their
    forms, held and void work about any of them, and its members in forms about others.
    """
    named = {state.record for state in records.saying(connection, case)}
    seen: set[str] = set()
    erased = Erased(frozenset({case})) | (known or Erased())
    operations: dict[str, Operation] = {one.id: one for one in _waiting(connection)}
    while wanted := (erased.touched | named) - seen:
        seen |= wanted
        wanted |= _parts_of(connection, wanted)
        found = _read(queue.operations_on(connection, wanted))
        operations |= {one.id: one for one in found}
        further = reach(operations.values(), erased)
        for record in further.records - erased.records:
            named |= {state.record for state in records.saying(connection, record)}
        erased = further
    return erased


def _parts_of(connection: Connection, wanted: Collection[str]) -> set[str]:
    found = {stored.state.record for one in wanted for stored in records.restricted_parts_of(connection, one)}
    return found - set(wanted)


def _waiting(connection: Connection) -> list[Operation]:
    """What is held or void, and can be read."""
    return _read(_all_waiting(connection))


def _all_waiting(connection: Connection) -> list[LoggedOperation]:
    found: list[LoggedOperation] = []
    after = None
    while rows := queue.list_waiting(connection, (HELD, VOID), after, AT_ONCE):
        found += rows
        after = queue.Place(rows[-1].received, rows[-1].id)
    return found


def _read(rows: Iterable[LoggedOperation]) -> list[Operation]:
    return [one for row in rows if (one := operation_of(row)) is not None]


def operation_of(row: LoggedOperation) -> Operation | None:
    """The operation, if it can be read."""
    try:
        return parse_raw(row.body)
    except (MalformedOperation, ValueError, RecursionError):
        return None


# --- taking out ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class TakenOut:
    """
    What an erasure did: operations emptied and redacted, records removed and folded anew; `dropped` files.
    """

    emptied: frozenset[str]
    redacted: frozenset[str]
    removed: frozenset[str]
    refolded: frozenset[str]
    dropped: frozenset[str] = frozenset()


def take_out(connection: Connection, erased: Erased, now: int) -> TakenOut:
    """
    Takes what is erased out of everything; must be the last statements of the transaction.

    May be done again and again: what is gone stays gone.
    """
    erasures.lock(connection)
    stored = records.lock(connection, erased.touched)
    rows = _rows_about(connection, erased)
    named = file_uses.of_operations(connection, [row.id for row in rows])
    emptied, redacted = _rewrite(connection, rows, erased, now)
    dropped = _drop_files(connection, {file for places in named.values() for _, file in places}, now)
    removed = erased.records & stored.keys()
    refolded = {record for record, _ in erased.members} & stored.keys() - removed
    examinations.forget(connection, erased.touched)
    confirmations.forget(connection, erased.records, now)
    alarms.forget(connection, erased.records, refolded)
    records.remove(connection, erased.records)
    restrictions.forget(connection, erased.records)
    jobs.forget(connection, now)
    finding.write(connection, dict.fromkeys(erased.records, ()), erased.records)
    facts.remove(connection, erased.records)
    settled.forget(connection, erased.records, erased.members)
    anew = {record: _fold_anew(connection, record) for record in sorted(refolded)}
    index_records(connection, anew, anew.keys())
    erasures.put(connection, erased, now)
    _tell(connection, erased, anew, [row for row in rows if row.id in emptied | redacted], now)
    ids = (frozenset(one) for one in (emptied, redacted, removed, refolded, dropped))
    return TakenOut(*ids)


def _drop_files(connection: Connection, named: Collection[str], now: int) -> set[str]:
    """
    Drops those of the files that no operation names any more, with what is on its way of them.

    Their keys go with the commit; the storage deletes what nobody can open then (`doomed_object`).
    """
    dropped = set(named) - file_uses.named_at_all(connection, named)
    for file in sorted(dropped):
        files.remove(connection, file, now)
    files.remove_uploads(connection, dropped)
    return dropped


def _rows_about(connection: Connection, erased: Erased) -> list[LoggedOperation]:
    """The operations on what is erased, and those that could not be read but name it."""
    found = {row.id: row for row in queue.operations_on(connection, erased.touched)}
    names = [one.encode() for one in sorted(erased.records)]
    for row in _all_waiting(connection):
        if row.id not in found and any(name in row.body for name in names):
            found[row.id] = row
    return list(found.values())


def _rewrite(
    connection: Connection, rows: Sequence[LoggedOperation], erased: Erased, now: int
) -> tuple[set[str], set[str]]:
    """Empties and redacts; gives the ids of both."""
    emptied, redacted = set(), set()
    for row in rows:
        operation = operation_of(row)
        left = redact(operation, erased) if operation else None
        if left is None:
            log.empty(connection, row.id, row.status, ERASED, now)
            emptied.add(row.id)
        elif left is not operation:
            log.redact(connection, left, row.code if row.status == HELD else None, now)
            redacted.add(row.id)
    return emptied, redacted


def _fold_anew(connection: Connection, record: str) -> StoredRecord:
    """The record as the log tells it now, written; its time is that of the latest operation that is left."""
    accepted = checking.accepted_of(connection, [record])[record]
    state = fold(None, [parse_raw(one.body) for one in accepted], record)
    stored = StoredRecord(state, records.owner_of(state))
    records.replace(connection, stored, max(one.since for one in accepted))
    return stored


def _tell(
    connection: Connection,
    erased: Erased,
    anew: Mapping[str, StoredRecord],
    rows: Sequence[LoggedOperation],
    now: int,
) -> None:
    """
    Leaves a row in each feed that had a record, at a new number, so that its devices hear of it.

    Of operations those stores hear that they were made in, and those that were told of them before: their
    devices may have lost the village since.
    """
    entries: dict[str, list[feed.Entry]] = {}
    for row in feed.rows_of(connection, erased.records):
        entries.setdefault(row.feed, []).append(feed.Entry(row.record, False, row.owner))
    for record, stored in sorted(anew.items()):
        for village in sorted(stored.villages):
            entries.setdefault(village, []).append(feed.Entry(record, True, stored.owner))
    told = feed.rows_of(connection, [row.id for row in rows])
    private = {(row.feed, row.record) for row in told}
    private |= {(f"~{row.replica}", row.id) for row in rows if row.replica not in ("", OFFICE)}
    for name, one in sorted(private):
        entries.setdefault(name, []).append(feed.Entry(one, True))
    feed.append(connection, entries, now)


# --- what comes later ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Screened:
    """What comes in without what is erased: each as it was, redacted, or nothing; and what that is."""

    left: tuple[Operation | bytes | None, ...]
    erased: Erased


def screen(connection: Connection, came: Sequence[Operation | bytes], now: int) -> Screened:
    """
    Operations, and the bytes of what could not be read, without what is erased.

    What turns out to belong to it, such as a new form about an erased person, is erased from now on.
    """
    named = {one for operation in came for one in _named(operation)}
    known = erasures.among(connection, named)
    if not known:
        return Screened(tuple(came), known)
    erased = reach([one for one in came if isinstance(one, Operation)], known)
    if further := erased - known:
        if queue.operations_on(connection, further.touched):
            take_out(connection, further, now)
        else:
            erasures.put(connection, further, now)
    return Screened(tuple(_left_of(one, erased) for one in came), erased)


def _named(operation: Operation | bytes) -> set[str]:
    if isinstance(operation, Operation):
        return ids_named(operation)
    return {found.decode() for found in _ID.findall(operation)}


def _left_of(one: Operation | bytes, erased: Erased) -> Operation | bytes | None:
    if isinstance(one, Operation):
        return redact(one, erased)
    return None if any(name.encode() in one for name in erased.records) else one


def are_known(connection: Connection, operation: Operation) -> bool:
    """Whether all that a redacted operation lacks is erased here too."""
    claimed = Erased.of(operation.without)
    return not claimed - erasures.among(connection, claimed.touched)
