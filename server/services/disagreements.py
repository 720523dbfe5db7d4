"""
How the values came about that stand side by side in a record: what one needs to choose between them.

Of each value: when it arrived and from which device, how far its author's clock is to be trusted, and which
answer he had before him when he entered his own. All of it is read from the log.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import Connection

from domain.access import Actor
from domain.clocks import ClockTrust, clock_trust, offset_of
from domain.dossier import REMOVAL, Dossier, Seen
from domain.errors import MalformedOperation
from domain.merge import is_removal_marker
from domain.operations import RESTRICTED, Operation, Part, Value, parse_raw
from domain.settling import undone_by
from server.services.restricted import Withholding
from server.store import log, settled
from server.store.devices import names_of
from server.store.log import OK, LoggedOperation
from server.store.records import StoredRecord


class Place(NamedTuple):
    """A value on the screen: its record, path, and the operation behind it."""

    record: str
    path: str
    id: str


@dataclass(frozen=True, slots=True)
class Entered:
    """
    How a value was entered. `received` is the server's time, `offset` what the device's clock was behind.

    `had_seen` are the answers that it named; `is_more_seen`: it named some that cannot be told here.
    `is_removal`: a member was removed, or taken back. `origin` is set where the office brought a value back:
    who had entered it at first, and when.
    """

    received: int
    device: str
    is_of_office: bool
    trust: ClockTrust
    offset: int | None
    had_seen: tuple[Value, ...] = ()
    is_more_seen: bool = False
    is_removal: bool = False
    origin: tuple[str, int] | None = None


Evidence: TypeAlias = Mapping[Place, Entered]


@dataclass(frozen=True)
class Background:
    """
    What stands behind the open conflicts of one record.

    By path: `settled` says who settled one before, and when; `since` from when on it is open, where told.
    """

    evidence: Evidence = field(default_factory=dict)
    settled: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)


NOTHING_KNOWN: Final = Background()


def background_of(connection: Connection, actor: Actor, stored: StoredRecord, dossier: Dossier) -> Background:
    """That of one record; nothing is looked for where nobody disagrees."""
    if dossier.is_settled:
        return NOTHING_KNOWN
    evidence = evidence_of(connection, actor, [(stored, dossier)])
    received = {place.id: entered.received for place, entered in evidence.items()}
    since = {path: since_when(sides, received) for path, sides in dossier.disputes.items()}
    return Background(evidence, settled_before(connection, [dossier]).get(dossier.record, {}), since)


def settled_before(
    connection: Connection, dossiers: Iterable[Dossier]
) -> dict[str, dict[str, tuple[str, int]]]:
    """For each record who last settled something in it, and when, by path."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    owners = {one: dossier.record for dossier in dossiers for one in dossier.records}
    for one in settled.of_records(connection, owners):
        found.setdefault(owners[one.record], {}).setdefault(one.path, (one.account, one.settled))
    return found


def evidence_of(
    connection: Connection, actor: Actor, shown: Iterable[tuple[StoredRecord, Dossier]]
) -> Evidence:
    """That of every value in an open conflict or a contested removal of these records."""
    places = {place: stored for stored, dossier in shown for place in _places_in(dossier)}
    rows = log.rows_of(connection, {place.id for place in places})
    operations = _read(rows)
    named = {one for place in places for one in _preds_at(operations.get(place.id), place)}
    undone = {one for operation in operations.values() if (one := undone_by(operation))}
    earlier_rows = log.rows_of(connection, (named | undone) - rows.keys())
    earlier = operations | _read(earlier_rows)
    further = {one for place in places for one in _preds_at(earlier.get(_undone(operations, place)), place)}
    further_rows = log.rows_of(connection, further - earlier.keys())
    told = _Telling(
        Withholding(connection, actor),
        {**rows, **earlier_rows, **further_rows},
        {**earlier, **_read(further_rows)},
        names_of(connection, {row.device for row in rows.values() if row.device}),
    )
    return {place: told.entered(place, stored) for place, stored in places.items() if place.id in operations}


def _places_in(dossier: Dossier) -> Iterator[Place]:
    for path, sides in dossier.disputes.items():
        member = path.removesuffix(REMOVAL)
        for seen in sides:
            yield Place(seen.record, member, seen.id)
        if path != member:
            yield from (Place(one.record, one.path, one.id) for one in dossier.overlooked(member))


def _read(rows: Mapping[str, LoggedOperation]) -> dict[str, Operation]:
    """Those that are taken in and of which anything is left."""
    found = {}
    for one, row in rows.items():
        if row.status == OK and row.body:
            try:
                found[one] = parse_raw(row.body)
            except MalformedOperation:
                continue
    return found


def _part_of(operation: Operation | None, record: str) -> Part | None:
    parts = operation.parts if operation else ()
    return next((part for part in parts if part.record == record), None)


def _preds_at(operation: Operation | None, place: Place) -> tuple[str, ...]:
    part = _part_of(operation, place.record)
    return part.preds[part.paths.index(place.path)] if part and place.path in part.paths else ()


def _said_at(operation: Operation, place: Place) -> "Value | None":
    part = _part_of(operation, place.record)
    return part.value_at(place.path) if part else None


def _undone(operations: Mapping[str, Operation], place: Place) -> str:
    operation = operations.get(place.id)
    return (undone_by(operation) or "") if operation else ""


@dataclass(frozen=True)
class _Telling:
    """What one reader is told of values; `rows` and `operations` are those behind them, and before them."""

    withholding: Withholding
    rows: Mapping[str, LoggedOperation]
    operations: Mapping[str, Operation]
    devices: Mapping[str, str]

    def entered(self, place: Place, stored: StoredRecord) -> Entered:
        row, operation = self.rows[place.id], self.operations[place.id]
        offset = offset_of(operation)
        had_seen, is_more = self._had_seen(place, operation, stored)
        return Entered(
            received=row.received,
            device=self.devices.get(row.device or "", ""),
            is_of_office=row.is_made_in_office,
            trust=ClockTrust.MEASURED
            if row.is_made_in_office
            else clock_trust(operation.time, offset, row.received),
            offset=offset,
            had_seen=had_seen,
            is_more_seen=is_more,
            is_removal=is_removal_marker(_said_at(operation, place) or ""),
            origin=self._origin(place, operation),
        )

    def _had_seen(
        self, place: Place, operation: Operation, stored: StoredRecord
    ) -> tuple[tuple[Value, ...], bool]:
        """The distinct answers that were named there, and whether others were that are not told."""
        values: list[Value] = []
        is_more = False
        for one in _preds_at(operation, place):
            found = self._value_at(one, place, stored)
            if found is None:
                is_more = True
            elif found not in values and not is_removal_marker(found):
                values.append(found)
        return tuple(values), is_more and not values

    def _value_at(self, one: str, place: Place, stored: StoredRecord) -> "Value | None":
        """What an operation says there; nothing where that is not known, or kept from the reader."""
        operation = self.operations.get(one)
        part = _part_of(operation, place.record)
        value = part.value_at(place.path) if part else None
        if operation is None or part is None or value is None or value == RESTRICTED:
            return None
        return None if place.path in self.withholding.in_open(operation, part, stored) else value

    def _origin(self, place: Place, operation: Operation) -> tuple[str, int] | None:
        """Of a value that was brought back: who had entered it before the settlement that was undone."""
        if not self.rows[place.id].is_made_in_office:
            return None
        undone = self.operations.get(undone_by(operation) or "")
        value = _said_at(operation, place)
        for one in _preds_at(undone, place) if undone else ():
            before = self.operations.get(one)
            if before and _said_at(before, place) == value:
                return before.author, before.time
        return None


# --- since when ----------------------------------------------------------------------------------


def since_when(sides: Collection[Seen], received: Mapping[str, int]) -> int:
    """When a conflict began by the server's clock: when the second of its values arrived."""
    first: dict[str, int] = {}
    for seen in sides:
        key = repr(seen.value)
        at = received.get(seen.id, seen.time)
        first[key] = min(at, first.get(key, at))
    arrivals = sorted(first.values())
    return arrivals[1] if len(arrivals) > 1 else arrivals[0]
