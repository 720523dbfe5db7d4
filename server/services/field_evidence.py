"""What speaks against approving forms unseen, for many at once: the queue's marks, and its bulk approval."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, covered_villages, is_authorized
from domain.dossier import Dossier
from domain.evidence import duration_of, in_order, is_short, says_danger
from domain.filled import Entered
from domain.merge import RecordState
from domain.planning import is_not_found
from server.services.record_files import waiting_files
from server.services.usual import Places, Usual, read_usual
from server.store import alarms, field_evidence, log, planned_cases, records
from server.store.field_evidence import ListedSubmission
from server.store.records import StoredRecord, villages_of


@dataclass(frozen=True)
class Told:
    """What an operation says of its making: by which clock, and how long it took where that is said."""

    entered: Entered
    duration: int | None

    @classmethod
    def read(cls, received: int, body: bytes) -> "Told":
        """Of its bytes."""
        sent = json.loads(body)
        meta = sent.get("meta") or {}
        offset = meta.get("offset_ms")
        return cls(
            Entered(sent["time"], offset if isinstance(offset, int) else 0, received), duration_of(meta)
        )


def flags_of(
    connection: Connection, actor: Actor, submissions: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """
    Of each of these submissions (up to 50) what speaks against approving it unseen, see `domain.evidence`.

    Whether the actor may read them is for whoever lists them; of restricted answers nothing is told that he
    may not know. Those that are not there are left out.
    """
    listed = field_evidence.submissions_of(connection, submissions)
    parts = _readable_parts(connection, actor, listed)
    measure = _Measure.of(connection, actor, [one.state for one in listed.values()])
    awaited = waiting_files(connection, [*listed, *(p.state.record for some in parts.values() for p in some)])
    late = planned_cases.late_among(connection, listed)
    # An answer that is taken back ends no alarm.
    alarmed = alarms.open_among(connection, listed) if actor.reads_restricted else set()
    found = {}
    for one, entry in listed.items():
        with_parts = {one, *(part.state.record for part in parts.get(one, ()))}
        codes = {*_of_answers(actor, entry, parts.get(one, ())), *measure.flags(entry.state)}
        codes |= {"late"} if one in late else set()
        codes |= {"danger"} if one in alarmed else set()
        found[one] = in_order(codes | ({"file-awaited"} if with_parts & awaited else set()))
    return found


def _readable_parts(
    connection: Connection, actor: Actor, listed: Mapping[str, ListedSubmission]
) -> dict[str, list[StoredRecord]]:
    """The restricted parts that the actor may read, by their submission."""
    found: dict[str, list[StoredRecord]] = {}
    for submission, part in records.parts_among(connection, listed):
        if is_authorized(actor, Action.READ, part.subject):
            found.setdefault(submission, []).append(part)
    return found


def _of_answers(actor: Actor, entry: ListedSubmission, parts: Sequence[StoredRecord]) -> Iterator[str]:
    """What the answers say, and what was found in them."""
    states = [entry.state, *(part.state for part in parts)]
    problems = entry.problems_whole if actor.reads_restricted else entry.problems_open
    if entry.conflicts or not _is_settled(states[0], states[1:]):
        yield "conflict"
    if problems is None:
        yield "unexamined"
    elif problems:
        yield "problems"
    if any(map(is_not_found, states)):
        yield "not-found"
    if any(map(says_danger, states)):
        yield "danger"


def _is_settled(submission: RecordState, parts: Sequence[RecordState]) -> bool:
    """Whether nobody disagrees in the restricted answers; mostly that is seen without a closer look."""
    if not parts:
        return True
    if len(parts) == 1 and parts[0].is_simple:
        paths, _, _ = parts[0].columns
        if not any(
            isinstance(one, str) for path in paths if path[0] != "$" for one in submission.values_at(path)
        ):
            return True
    return Dossier(submission, tuple(parts)).is_settled


@dataclass(frozen=True)
class _Measure:
    """What submissions are measured by: what is usual where the actor reads, and their own operations."""

    actor: Actor
    places: Places
    usual: Usual
    told: Mapping[str, Told]

    @classmethod
    def of(cls, connection: Connection, actor: Actor, states: Sequence[RecordState]) -> "_Measure":
        places = Places(connection)
        villages = {code for one in states for code in covered_villages(actor, villages_of(one))}
        behind = {one for state in states for one in state.origins}
        told = {one: Told.read(at, body) for one, at, body in log.bodies_of(connection, behind)}
        return cls(actor, places, read_usual(connection, places, villages, {s.form for s in states}), told)

    def flags(self, state: RecordState) -> Iterator[str]:
        """Where, how long, by which clock."""
        told = [self.told[one] for one in state.origins if one in self.told]
        if any(one.entered.is_clock_wrong for one in told):
            yield "clock"
        if self._is_far(state):
            yield "far"
        timed = [(one.entered.received, one.duration) for one in told if one.duration is not None]
        usual = self.usual.duration(state.form, state.record)
        if timed and usual is not None and is_short(min(timed)[1], usual):
            yield "short"

    def _is_far(self, state: RecordState) -> bool:
        place = self.places.point_of(state)
        usual = self.usual.place(covered_villages(self.actor, villages_of(state)), state.record)
        return usual is not None and place is not None and usual.is_far(usual.metres_to(place))
