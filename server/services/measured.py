"""How one form was filled, measured for its page: against its village, its last round, other forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, covered_villages, is_authorized
from domain.cases import CASE, case_of
from domain.evidence import (
    UsualPlace,
    accuracy_of,
    duration_of,
    edits_after_finishing,
    place_of,
    same_place,
)
from domain.forms.xpath.geo import metres_between
from domain.merge import RecordState
from domain.operations import OFFICE, RESTRICTED_PART, SUBMISSION
from server.services.earlier_rounds import EarlierRound
from server.services.history import Event
from server.services.pictures import named_in
from server.services.read_record import RecordReading
from server.services.usual import SAMPLE, Places, read_usual
from server.store import field_evidence, file_uses, records
from server.store.log import OK
from server.store.planned_cases import late_among
from server.store.records import StoredRecord, parent_of

MOST_LOOKED_AT: Final = 200
MOST_SHARED: Final = 20
"""
Places of one file that are looked at, and forms that are told of them: the picture of an empty page may
stand in all forms there are.
"""


@dataclass(frozen=True)
class MeasuredPlace:
    """
    Where a form says that it was filled.

    `accuracy` in metres, `usual` where forms of its village are filled, `metres` how far that is; `moved` how
    far it is from the place of the last round. `same` are other forms that say exactly the same place.
    """

    accuracy: int | None
    usual: UsualPlace | None
    metres: int | None
    moved: int | None
    same: tuple[str, ...]


@dataclass(frozen=True)
class WrongClock:
    """Whose device had a wrong clock; `offset` is what it knew to be behind (ms), 0 of an impossible time."""

    author: str
    offset: int


@dataclass(frozen=True)
class SharedFile:
    """A file at a path that other cases' forms have too; `is_cut`: more of them than are told."""

    path: str
    records: tuple[str, ...]
    is_cut: bool = False


@dataclass(frozen=True)
class Measured:
    """
    What is known of a filling. Durations are in milliseconds by the device's clock.

    `edits` are counted by person, since the form was first sent; `case_villages` are told where the case lies
    in none of the form's villages. `is_late`: it came after its author had lost the case to somebody else.
    """

    place: MeasuredPlace | None = None
    duration: int | None = None
    usual_duration: int | None = None
    edits: Mapping[str, int] | None = None
    clocks: tuple[WrongClock, ...] = ()
    shared: tuple[SharedFile, ...] = ()
    case_villages: tuple[str, ...] = ()
    is_late: bool = False

    @property
    def beside(self) -> frozenset[str]:
        """The other records of which something is told by it."""
        places = self.place.same if self.place else ()
        return frozenset({*places, *(one for file in self.shared for one in file.records)})


def measure(
    connection: Connection,
    actor: Actor,
    reading: RecordReading,
    events: Sequence[Event],
    last: EarlierRound | None,
) -> Measured:
    """What the filling of a submission says, as far as its reader may know; nothing of other records."""
    if reading.kind != SUBMISSION:
        return Measured()
    state = reading.stored.state
    own = [one for one in events if one.row.status == OK and reading.record in one.operation.records]
    villages = covered_villages(actor, reading.villages)
    places = Places(connection)
    usual = read_usual(connection, places, villages, {state.form})
    return Measured(
        place=_place(connection, state, places, usual.place(villages, state.record), villages, last),
        duration=next((told for one in own if (told := duration_of(one.meta)) is not None), None),
        usual_duration=usual.duration(state.form, state.record),
        edits=edits_after_finishing([one.operation for one in own], reading.record),
        clocks=_wrong_clocks(own),
        shared=_shared(connection, actor, reading),
        case_villages=_case_villages(connection, actor, reading),
        is_late=reading.record in late_among(connection, [reading.record]),
    )


def _place(
    connection: Connection,
    state: RecordState,
    places: Places,
    usual: UsualPlace | None,
    villages: Sequence[str],
    last: EarlierRound | None,
) -> MeasuredPlace | None:
    text = places.of(state)
    point = place_of(text) if text else None
    if text is None or point is None:
        return None
    before = places.point_of(last.dossier.submission) if last else None
    around = field_evidence.latest_in(connection, villages, SAMPLE)
    same = {
        one.record
        for some in around.values()
        for one in some
        if not _is_of_same_case(one, state) and (other := places.of(one)) and same_place(text, other)
    }
    return MeasuredPlace(
        accuracy=accuracy_of(text),
        usual=usual,
        metres=usual.metres_to(point) if usual else None,
        moved=round(metres_between(before, point)) if before else None,
        same=tuple(sorted(same)),
    )


def _is_of_same_case(one: RecordState, other: RecordState) -> bool:
    """Also one that is the other: a visit to the same house is no copy."""
    return one.record == other.record or bool(set(_cases(one)) & set(_cases(other)))


def _cases(state: RecordState) -> list[str]:
    return [one for one in state.values_at(CASE) if isinstance(one, str) and one]


def _wrong_clocks(events: Sequence[Event]) -> tuple[WrongClock, ...]:
    """One a person, the worst: what was entered in the office goes by the server's clock."""
    found: dict[str, int] = {}
    for event in events:
        if event.is_clock_wrong and event.row.replica != OFFICE:
            author = event.operation.author
            found[author] = max(found.get(author, 0), event.offset, key=abs)
    return tuple(WrongClock(author, offset) for author, offset in sorted(found.items()))


def _shared(connection: Connection, actor: Actor, reading: RecordReading) -> tuple[SharedFile, ...]:
    """The files that forms about other cases have too, as far as the reader may read these."""
    named = {file.answer.hash: file.path for file in named_in(reading.dossier)}
    own = {reading.record, *(part.state.record for part in reading.parts)}
    places = file_uses.some_vouched_of(connection, named, own, MOST_LOOKED_AT)
    if not places:
        return ()
    naming = records.load(connection, {record for record, _ in places})
    wholes = records.load(connection, {parent_of(one.state) or "" for one in naming.values()})
    forms = {one: _submission(stored, wholes) for one, stored in naming.items() if _may(actor, stored)}
    told: dict[str, set[str]] = {}
    for record, file in places:
        form = forms.get(record)
        if form and _may(actor, form) and not _is_of_same_case(form.state, reading.stored.state):
            told.setdefault(named[file], set()).add(form.state.record)
    return tuple(
        SharedFile(path, tuple(sorted(others)[:MOST_SHARED]), len(others) > MOST_SHARED)
        for path, others in sorted(told.items())
    )


def _may(actor: Actor, stored: StoredRecord) -> bool:
    return is_authorized(actor, Action.READ, stored.subject)


def _submission(stored: StoredRecord, wholes: Mapping[str, StoredRecord]) -> StoredRecord | None:
    """The form that a record is, or is a restricted part of; none for what is no form."""
    if stored.state.kind == RESTRICTED_PART:
        return wholes.get(parent_of(stored.state) or "")
    return stored if stored.state.kind == SUBMISSION else None


def _case_villages(connection: Connection, actor: Actor, reading: RecordReading) -> tuple[str, ...]:
    case = case_of(reading.dossier)
    stored = records.load(connection, [case]).get(case) if case else None
    if stored is None or not _may(actor, stored) or stored.villages & reading.stored.villages:
        return ()
    return tuple(sorted(stored.villages))
