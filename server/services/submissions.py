"""The queue: what waits for the office, told by village, subject and officer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, reach_of
from domain.areas import Village, covers
from domain.forms.definition import FormDefinition
from domain.forms.fields import Text
from domain.forms.subject import Subject, subject_of
from domain.merge import RecordState, view
from domain.review import officers_of as officers_of  # the record's page asks for it here
from server.services.forms import definition_of
from server.store import areas, submissions
from server.store.records import villages_of
from server.store.submissions import Choice, Position, QueuedRecord


@dataclass(frozen=True)
class Entry:
    """A submission in the queue; `officers` entered what is in it now, the latest first.

    `problems` is how many there are, unknown until it is examined; `document` is its state.
    """

    record: str
    form: Text
    subject: Subject
    villages: tuple[Village, ...]
    officers: tuple[str, ...]
    state: str
    conflicts: int
    problems: int | None
    position: Position
    document: RecordState


@dataclass(frozen=True)
class Queue:
    """A page of the queue; `counts` are of all states, `following` says where the next page begins."""

    entries: tuple[Entry, ...]
    counts: Mapping[str, int]
    following: Position | None


def narrowed(actor: Actor, area: str | None) -> tuple[str, ...]:
    """Where the actor reads records, or what of it lies in `area`."""
    areas = reach_of(actor, Action.READ).areas
    if not area:
        return areas
    if any(area == own or covers(own, area) for own in areas):
        return (area,)
    return tuple(own for own in areas if covers(area, own))


def read_queue(
    connection: Connection, actor: Actor, choice: Choice, after: Position | None, limit: int
) -> Queue:
    """A page of the queue; `choice.areas` must come from `narrowed`."""
    authorize(actor, Action.READ)
    rows = submissions.read_submissions(connection, choice, after, limit + 1)
    shown = rows[:limit]
    return Queue(
        entries=tuple(_entries(connection, shown)),
        counts=submissions.count_states(connection, choice),
        following=shown[-1].position if len(rows) > limit else None,
    )


def entries_of(connection: Connection, actor: Actor, records: Collection[str]) -> list[Entry]:
    """Those of the submissions that the actor reads, as the queue tells them."""
    authorize(actor, Action.READ)
    reach = reach_of(actor, Action.READ)
    choice = Choice(
        reach.areas, is_whole=reach.is_whole, with_set_aside=reach.has_set_aside, only=tuple(records)
    )
    return _entries(connection, submissions.read_submissions(connection, choice, None, len(records)))


def next_in_queue(connection: Connection, choice: Choice, after: Position, but: str) -> str | None:
    """The record behind a place in the queue, else the first one; never `but`."""
    behind = submissions.read_places(connection, choice, after, 2)
    return _another(behind, but) or _another(submissions.read_places(connection, choice, None, 2), but)


def previous_in_queue(connection: Connection, choice: Choice, before: Position, but: str) -> str | None:
    """The record before a place in the queue, if there is one; never `but`."""
    return _another(submissions.read_places(connection, choice, before, 2, is_backwards=True), but)


def _another(places: Sequence[Position], but: str) -> str | None:
    return next((place.record for place in places if place.record != but), None)


def _entries(connection: Connection, rows: Sequence[QueuedRecord]) -> list[Entry]:
    states = [RecordState.from_bytes(row.document) for row in rows]
    codes = {code for state in states for code in villages_of(state)}
    villages = {village.code: village for village in areas.villages_in(connection, codes)}
    return [
        _entry(row, state, definition_of(connection, state.form), villages)
        for row, state in zip(rows, states, strict=True)
    ]


def _entry(
    row: QueuedRecord, state: RecordState, definition: FormDefinition | None, villages: Mapping[str, Village]
) -> Entry:
    return Entry(
        record=row.record,
        form=definition.title if definition else {"id": state.form or ""},
        subject=subject_of(definition, view(state).answers),
        villages=tuple(villages[code] for code in sorted(villages_of(state)) if code in villages),
        officers=officers_of(state),
        state=row.state,
        conflicts=row.conflicts,
        problems=row.problems,
        position=row.position,
        document=state,
    )
