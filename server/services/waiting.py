"""Held and void operations, as the people see them whom they concern."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.canonical import Json
from domain.cases import case_definition, list_of
from domain.consequences import Consequences, consequences
from domain.errors import MalformedOperation, NotFound
from domain.forms.definition import FormDefinition
from domain.operations import OF, RESTRICTED_PART, VILLAGE, Operation, Part, Value, is_reserved, parse_raw
from domain.restricting import processed_by
from server.services.audit import Act, Audited, put
from server.services.concern import Concerns, villages_concerned
from server.services.forms import definition_of, newest_definitions
from server.services.judge import CANNOT_ACCEPT, villages_set
from server.services.push import decide_held
from server.services.restricted import Withholding
from server.store import feed, queue, records, restrictions
from server.store.log import HELD, UNKNOWN_VERSION, VOID, LoggedOperation, Verdict, row_of
from server.store.queue import Place
from server.store.records import StoredRecord

STATUSES: Final = (HELD, VOID)
UNTOLD: Final = Consequences({})
ROWS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class WaitingPart:
    """
    What an operation wants of one record. `withheld` are the paths whose values the reader may not see.

    `consequences` are what taking it in would do, where the reader may read the record as it is; `words` is
    the form by which it reads.
    """

    record: str
    kind: str
    changes: tuple[tuple[str, Value], ...]
    withheld: tuple[str, ...] = ()
    consequences: Consequences = UNTOLD
    words: FormDefinition | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An operation that was not applied: held until somebody decides, or void.

    `account` sent it, `author` is whom it names (empty when it could not be read).
    `villages` are those that its records have and those that it puts them into.
    """

    row: LoggedOperation
    villages: tuple[str, ...]
    parts: tuple[WaitingPart, ...]

    @property
    def records(self) -> tuple[str, ...]:
        return tuple(part.record for part in self.parts)

    @property
    def is_open(self) -> bool:
        """Whether it waits for somebody."""
        return self.row.status == HELD

    @property
    def can_be_accepted(self) -> bool:
        """Whether accepting it is possible: its record can be placed and read."""
        if self.row.code == UNKNOWN_VERSION:
            return self.is_open and bool(self.parts)  # it may have become readable since
        return self.is_open and self.row.code not in CANNOT_ACCEPT


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """A page of the list; `following` is empty at the end."""

    operations: tuple[Waiting, ...]
    following: Place | None


def list_waiting(
    connection: Connection, actor: Actor, statuses: Collection[str], after: Place | None, limit: int
) -> WaitingPage:
    """The held and void operations that concern the actor, the newest first."""
    found: list[Waiting] = []
    while True:
        rows = queue.list_waiting(connection, statuses, after, ROWS_AT_ONCE)
        for one in _read(connection, actor, rows):
            if len(found) == limit:
                return WaitingPage(tuple(found), _place(found[-1]))
            found.append(one)
        if len(rows) < ROWS_AT_ONCE:
            return WaitingPage(tuple(found), None)
        after = Place(rows[-1].received, rows[-1].id)


def _place(one: Waiting) -> Place:
    return Place(one.row.received, one.row.id)


def waiting_on(connection: Connection, actor: Actor, record_ids: Sequence[str]) -> list[Waiting]:
    """The held and void operations that speak of any of these records and that the actor is told of."""
    return told_of(connection, actor, queue.operations_on(connection, record_ids, STATUSES))


def told_of(connection: Connection, actor: Actor, rows: Sequence[LoggedOperation]) -> list[Waiting]:
    """Those of held and void operations that concern the actor, and his own.

    To read a record is not enough: an operation may speak of others, and is nobody's answer yet.
    """
    return _read(connection, actor, rows, with_own=True)


def decide(
    connection: Connection, actor: Actor, operation_id: str, decision: str, reason: str, now: int
) -> Verdict:
    """Ends the waiting of a held operation. Raises `NotFound`, `NotAllowed` and `Outdated`."""
    row = row_of(connection, operation_id)
    if row is None or not _read(connection, actor, [row]):
        raise NotFound("there is no such operation waiting")
    verdict = decide_held(connection, actor, operation_id, decision, reason, now)
    operation = _operation_of(row)
    named = operation.records if operation else ()
    told: dict[str, Json] = {"operation": operation_id, "decision": decision}
    put(
        connection, Act(actor.name, Audited.DECIDE_HELD, named, next(iter(actor.areas), ""), detail=told), now
    )
    return verdict


# --- reading -------------------------------------------------------------------------------------


def _read(
    connection: Connection, actor: Actor, rows: Sequence[LoggedOperation], with_own: bool = False
) -> list[Waiting]:
    """Those of the rows that concern the actor, with what he may see of them."""
    operations = {row.id: _operation_of(row) for row in rows}
    named = {record for one in operations.values() if one for record in one.records}
    places = feed.places_of(connection, named)
    stored = records.load(connection, named)
    action = Action.READ if with_own else Action.READ_HELD
    withholding = Withholding(connection, actor, action)
    villages = {one: _villages_of(operation, places) for one, operation in operations.items()}
    processed = {
        one: processed_by(operation) if operation else frozenset() for one, operation in operations.items()
    }
    aside = restrictions.among(connection, frozenset().union(*processed.values()))
    concerns = Concerns(connection)
    listed = []
    for row in rows:
        operation = operations[row.id]
        is_own = with_own and row.author == actor.name
        concern = concerns.of(row.account, villages[row.id], bool(aside & processed[row.id]))
        if not (is_own or is_authorized(actor, Action.READ_HELD, concern)):
            continue
        parts = _parts(withholding, operation, stored, villages[row.id]) if operation else ()
        listed.append(Waiting(row, tuple(sorted(villages[row.id])), parts))
    return listed


def _villages_of(operation: Operation | None, places: Mapping[str, Mapping[str, int]]) -> set[str]:
    had = {village for record in operation.records for village in places.get(record, ())} if operation else ()
    return villages_concerned(operation, had)


def _operation_of(row: LoggedOperation) -> Operation | None:
    """The operation, unless it could never be read."""
    try:
        return parse_raw(row.body)
    except (MalformedOperation, ValueError, RecursionError):
        return None


def _parts(
    withholding: Withholding,
    operation: Operation,
    stored: Mapping[str, StoredRecord],
    villages: Collection[str],
) -> tuple[WaitingPart, ...]:
    is_near = withholding.covered(villages) and operation.author != withholding.actor.name
    told = []
    for part in operation.parts:
        one = stored.get(part.record)
        if is_near and _is_elsewhere(withholding, part, one):
            told.append(_part_elsewhere(part))
        else:
            read = _part(withholding, operation, part, one)
            told.append(replace(read, words=_words(withholding.connection, operation, part, one)))
    return tuple(told)


def _words(
    connection: Connection, operation: Operation, part: Part, stored: StoredRecord | None
) -> FormDefinition | None:
    """By what the part reads: a case by its list; else the form that the operation names, or its record."""
    if list_name := list_of(part.kind):
        return case_definition(list_name, newest_definitions(connection))
    return definition_of(connection, operation.form or (stored.state.form if stored else None))


def _is_elsewhere(withholding: Withholding, part: Part, stored: StoredRecord | None) -> bool:
    """Whether the record is in villages and stays in such as the actor has nothing to do with."""
    villages = {*(stored.villages if stored else ()), *villages_set(part)}
    return bool(villages) and not withholding.covered(villages)


def _part_elsewhere(part: Part) -> WaitingPart:
    """That there is something, and where: the operation concerns the reader by another part."""
    shown = tuple((c.path, c.value) for c in part.changes if c.path in (VILLAGE, OF))
    return WaitingPart(part.record, part.kind, shown, tuple(p for p in part.paths if not is_reserved(p)))


def _part(
    withholding: Withholding, operation: Operation, part: Part, stored: StoredRecord | None
) -> WaitingPart:
    owner = stored.owner if stored and part.kind == RESTRICTED_PART else operation.author
    is_closed = part.kind == RESTRICTED_PART and not withholding.reach.has_part_of(owner)
    closed = set(part.paths) if is_closed else withholding.in_open(operation, part, stored)
    withheld = tuple(path for path in part.paths if path in closed and not is_reserved(path))
    shown = tuple((c.path, c.value) for c in part.changes if c.path not in withheld)
    return WaitingPart(
        part.record, part.kind, shown, withheld, _consequences(withholding.actor, operation, part, stored)
    )


def _consequences(
    actor: Actor, operation: Operation, part: Part, stored: StoredRecord | None
) -> Consequences:
    """What it would do; nothing of a record that the reader may not read, or that is of another kind."""
    if stored is None:
        return consequences(None, operation, part.record)
    if stored.state.kind != part.kind or not is_authorized(actor, Action.READ, stored.subject):
        return UNTOLD
    return consequences(stored.state, operation, part.record)
