"""
Taking back how a conflict was settled: it is open again, with the values that stood there.

What an operation named cannot stand up again; so the office enters each value anew, in an operation of its
own that names the settlement and says in its `meta` which one it undoes. Two such operations have not seen
each other, and so stand side by side as the two values did. See docs/decisions/0049.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized
from domain.compose import Piece
from domain.dossier import REMOVAL
from domain.errors import InvalidRequest, MalformedOperation, Outdated
from domain.merge import RecordState, is_removal_marker
from domain.operations import (
    DEAD,
    RESTRICTED,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    Change,
    Operation,
    Part,
    Value,
    parse_raw,
)
from domain.settling import UNDOES
from server.services.audit import Act, Audited, put
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_office_operations
from server.services.read_record import find_readable, parts_of
from server.store import log, records
from server.store.log import OK
from server.store.records import StoredRecord


@dataclass(frozen=True)
class Settled:
    """
    A settlement in the log: its operation, those that it named, and its records as they are now.
    """

    operation: Operation
    named: Mapping[str, Operation]
    stored: Mapping[str, StoredRecord]


def undo(connection: Connection, actor: Actor, record: str, settlement: str, now: int) -> list[Operation]:
    """
    Opens again what an operation settled in a record, as far as it still stands there.

    Raises `NotFound`, `NotAllowed`, and `Outdated` (code settled-since) where somebody has entered something
    else there meanwhile.
    """
    stored = find_readable(connection, actor, record, lock=True)
    for action in (Action.WRITE, Action.REVIEW):
        authorize(actor, action, stored.subject)
    found = _read(connection, actor, stored, settlement)
    pieces = list(_pieces(found, record))
    if not any(pieces):
        raise Outdated("something else stands there by now", code="settled-since")
    form = stored.state.form
    made = [make_operation(actor, form, some, now, **{UNDOES: settlement}) for some in pieces]
    ledger = Ledger(connection, now)
    for operation in made:
        (verdict,) = apply_office_operations(ledger, actor, [operation])
        if verdict.status != OK:
            raise InvalidRequest(verdict.message or "it cannot be undone", code=verdict.code or "not-undone")
        detail = {"operation": operation.id, UNDOES: settlement}
        village = min(stored.villages, default="")
        put(connection, Act(actor.name, Audited.CHANGE, operation.records, village, detail=dict(detail)), now)
    ledger.write()
    return made


def is_standing(state: RecordState, path: str, settlement: str) -> bool:
    """Whether what was settled by that operation is what the record says now, and nothing else."""
    return [survivor.id for survivor in state.at(path.removesuffix(REMOVAL))] == [settlement]


def _read(connection: Connection, actor: Actor, stored: StoredRecord, settlement: str) -> Settled:
    """The settlement, with those of its records that the actor may write."""
    row = log.row_of(connection, settlement)
    operation = _operation_of(row.body) if row and row.status == OK else None
    if operation is None or stored.state.record not in operation.records:
        raise Outdated("there is no such settlement", code="settled-since")
    locked = records.lock(
        connection, {*operation.records, *(one.state.record for one in parts_of(connection, stored))}
    )
    written = {one: locked[one] for one in operation.records if one in locked}
    allowed = {one: it for one, it in written.items() if is_authorized(actor, Action.WRITE, it.subject)}
    preds = {one for part in operation.parts for named in part.preds for one in named}
    rows = log.rows_of(connection, preds)
    named = {one: read for one, it in rows.items() if it.status == OK and (read := _operation_of(it.body))}
    return Settled(operation, named, allowed)


def _operation_of(body: bytes) -> Operation | None:
    try:
        return parse_raw(body) if body else None
    except MalformedOperation:
        return None


# --- what is entered again -----------------------------------------------------------------------


@dataclass(frozen=True)
class Again:
    """What stands again at a path of one of the records: `values`, the earliest first, naming `preds`."""

    part: Part
    path: str
    preds: tuple[str, ...]
    values: list[Value]

    def piece(self, value: Value) -> Piece:
        return Piece(self.part.record, self.part.kind, Change(self.path, value, self.preds))


def _pieces(found: Settled, record: str) -> Iterator[list[Piece]]:
    """The pieces of the operations that open it again: as many as a path has values."""
    every = [one for parts in _groups(found, record) for one in _opened(found, parts)]
    for turn in range(max((len(one.values) for one in every), default=0)):
        pieces = [one.piece(one.values[turn]) for one in every if turn < len(one.values)]
        answered = {piece.change.path for piece in pieces if piece.kind == RESTRICTED_PART}
        # Every restricted answer goes with a marker in its submission.
        pieces += [
            one.piece(RESTRICTED)
            for one in every
            if turn >= len(one.values) and one.part.kind == SUBMISSION and one.path in answered
        ]
        yield pieces


def _groups(found: Settled, record: str) -> Iterator[list[Part]]:
    """The parts whose values are one question's: those of the submission together, each case by itself."""
    parts = [part for part in found.operation.parts if part.record in found.stored]
    yield [part for part in parts if part.record == record or part.kind == RESTRICTED_PART]
    yield from ([part] for part in parts if part.record != record and part.kind != RESTRICTED_PART)


def _opened(found: Settled, parts: list[Part]) -> Iterator[Again]:
    """What stands again at each path where these parts settled something that still stands."""
    settlement = found.operation.id
    for path in dict.fromkeys(path for part in parts for path in part.paths):
        there = [part for part in parts if path in part.paths]
        if path == REVIEW or not all(
            is_standing(found.stored[p.record].state, path, settlement) for p in there
        ):
            continue
        removal = _removal_before(found, there[0], path)
        if removal is not None:
            yield Again(there[0], path, (*removal, settlement), [dict(DEAD)])
            continue
        before = {part.record: _values_before(found, part, path) for part in there}
        answers = {repr(value) for values in before.values() for value in values if value != RESTRICTED}
        for part in there if len(answers) > 1 else ():
            # In a part that was only begun to settle it nothing stood: there the marker says so.
            yield Again(part, path, (settlement,), before[part.record] or [dict(RESTRICTED)])


def _preds(part: Part, path: str) -> tuple[str, ...]:
    return part.preds[part.paths.index(path)]


def _named(found: Settled, part: Part, path: str) -> Iterator[Part]:
    """What the operations that a part names at a path say of the same record, the earliest first."""
    named = [found.named[one] for one in _preds(part, path) if one in found.named]
    for operation in sorted(named, key=lambda one: (one.time, one.id)):
        yield from (one for one in operation.parts if one.record == part.record and path in one.paths)


def _values_before(found: Settled, part: Part, path: str) -> list[Value]:
    """The distinct answers that a settlement named, the earliest first; a marker only where no other was."""
    values: list[Value] = []
    for one in _named(found, part, path):
        value = one.value_at(path)
        if value is not None and value not in values and not is_removal_marker(value):
            values.append(value)
    texts = [value for value in values if value != RESTRICTED]
    return texts or values


def _removal_before(found: Settled, part: Part, path: str) -> tuple[str, ...] | None:
    """What the removals had seen that a part brought to an end; nothing where it ended none."""
    if not is_removal_marker(part.value_at(path) or ""):
        return None
    removals = [one for one in _named(found, part, path) if one.value_at(path) == DEAD]
    if not removals:
        return None
    return tuple(sorted({one for removal in removals for one in _preds(removal, path)}))
