"""What happened to a record: every operation on it, in the order of receipt."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.canonical import Json
from domain.filled import Entered
from domain.operations import RESTRICTED_PART, Change, Operation, Part, is_reserved, parse_raw
from server.services.judge import villages_set
from server.services.read_record import find_readable, readable_parts
from server.services.restricted import Withholding
from server.services.waiting import told_of
from server.store import queue, records
from server.store.log import OK, LoggedOperation
from server.store.records import StoredRecord


@dataclass(frozen=True)
class Event:
    """One operation on a record: its row in the log, what it says, and the changes that the reader may see.

    `withheld` are the paths of restricted answers in it that he may not.
    """

    row: LoggedOperation
    operation: Operation
    changes: tuple[Change, ...]
    withheld: tuple[str, ...]

    @property
    def is_clock_wrong(self) -> bool:
        """Whether the operation's time says little about when it was entered."""
        return Entered(self.operation.time, self.offset, self.row.received).is_clock_wrong

    @cached_property
    def meta(self) -> Mapping[str, Json]:
        """What the operation says of its making."""
        meta = json.loads(self.operation.raw).get("meta")
        return meta if isinstance(meta, dict) else {}

    @property
    def offset(self) -> int:
        """By how many milliseconds the device was behind when it last knew; 0 where it does not say."""
        offset = self.meta.get("offset_ms")
        return offset if isinstance(offset, int) else 0


def history_of(connection: Connection, actor: Actor, record: str) -> list[Event]:
    """What he is told of it; what was not taken in as in the list of held work.

    Raises `NotFound` also when the actor may not read the record.
    """
    stored = find_readable(connection, actor, record)
    ids = {record, *(part.state.record for part in readable_parts(connection, actor, stored))}
    rows = queue.operations_on(connection, sorted(ids))
    refused = told_of(connection, actor, [row for row in rows if row.status != OK])
    known = {one.row.id for one in refused}
    operations = [(row, parse_raw(row.body)) for row in rows if row.status == OK or row.id in known]
    beside = records.load(connection, {one for _, operation in operations for one in operation.records})
    told = _Telling(Withholding(connection, actor), stored, ids, beside)
    return [told.event(row, operation) for row, operation in operations]


@dataclass(frozen=True)
class _Telling:
    """What the reader of a submission is told; `ids` are it and those of its parts that he may read.

    `beside` are all records that its operations speak of, as far as they are stored.
    """

    withholding: Withholding
    stored: StoredRecord
    ids: Collection[str]
    beside: Mapping[str, StoredRecord]

    def event(self, row: LoggedOperation, operation: Operation) -> Event:
        changes: list[Change] = []
        withheld: list[str] = []
        for part in operation.parts:
            if part.record in self.ids or self._is_readable(operation, part):
                closed = self.withholding.in_open(operation, part, self.stored)
                changes += [change for change in part.changes if change.path not in closed]
                withheld += [path for path in part.paths if path in closed]
            elif part.kind == RESTRICTED_PART:
                withheld += [path for path in part.paths if not is_reserved(path)]
        return Event(row, operation, tuple(changes), tuple(withheld))

    def _is_readable(self, operation: Operation, part: Part) -> bool:
        """A restricted part that is another record's, or is not stored yet, since its operation waits.

        One operation may speak of villages that the reader has nothing to do with.
        """
        if part.kind != RESTRICTED_PART or not self.withholding.reach.has_part_of(operation.author):
            return False
        actor = self.withholding.actor
        if stored := self.beside.get(part.record):
            return is_authorized(actor, Action.READ, stored.subject)
        villages = villages_set(part)
        return operation.author == actor.name or not villages or bool(self.withholding.covered(villages))
