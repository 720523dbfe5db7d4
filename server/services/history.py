"""What happened to a record: every operation on it, in the order of receipt."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Actor
from domain.operations import RESTRICTED_PART, Change, Operation, Part, parse_raw
from server.services.read_record import find_readable, readable_parts
from server.store import queue
from server.store.log import LoggedOperation


@dataclass(frozen=True, slots=True)
class Event:
    """One operation on a record: its row in the log, what it says, and the changes that the reader may see.

    `withheld` are the paths of restricted answers in it that he may not.
    """

    row: LoggedOperation
    operation: Operation
    changes: tuple[Change, ...]
    withheld: tuple[str, ...]


def history_of(connection: Connection, actor: Actor, record: str) -> list[Event]:
    """Raises `NotFound` also when the actor may not read the record."""
    stored = find_readable(connection, actor, record)
    ids = {record, *(part.state.record for part in readable_parts(connection, actor, stored))}
    rows = queue.operations_on(connection, sorted(ids))
    return [_event(actor, row, parse_raw(row.body), ids) for row in rows]


def _event(actor: Actor, row: LoggedOperation, operation: Operation, ids: Collection[str]) -> Event:
    changes: list[Change] = []
    withheld: list[str] = []
    for part in operation.parts:
        if part.record in ids or _is_own(actor, operation, part):
            changes += part.changes
        elif part.kind == RESTRICTED_PART:
            withheld += [change.path for change in part.changes if not change.path.startswith("$")]
    return Event(row, operation, tuple(changes), tuple(withheld))


def _is_own(actor: Actor, operation: Operation, part: Part) -> bool:
    """A restricted part that is not stored yet, since its operation waits."""
    return part.kind == RESTRICTED_PART and (actor.reads_restricted or operation.author == actor.name)
