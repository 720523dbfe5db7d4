"""The queue of submissions: the newest first, narrowed by what stands beside their documents.

What is asked for is found among slim rows (`SubmissionFact`); only what is shown has its document read.
A submission has a row for each of its villages, of which one counts: the first that is asked for.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, not_, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.operations import SUBMISSION
from domain.review import ReviewState
from server.models import RecordRow
from server.models_office import AlarmRow, LateFact, PartFact, RoundFact, SubmissionFact
from server.store.finding import Wanted
from server.store.restrictions import is_set_aside
from server.store.sealing import DOCUMENT, opened

_KECAMATAN_LENGTH = len("64.02.18")
_LATEST = 1000
WAITING_STATES = (ReviewState.PENDING.value, ReviewState.STALE.value)


class Flag(StrEnum):
    """What a list can be narrowed to beside states, conflicts and problems."""

    DANGER = "danger"
    """Somebody in it was said to be in danger now."""
    NOT_FOUND = "not-found"
    PART_WAITS = "part-waits"
    """A restricted part of it waits for its review."""
    LATE = "late"
    """It came after its author had lost the case."""


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which submissions are asked for.

    `areas` are codes of villages or of what they lie in; no `states` means all of them;
    no `form` means any. Problems are counted for those who read the restricted answers
    (`is_whole`), or for those who do not; those `without_problems` are examined. What is set aside is listed
    only `with_set_aside`. `officer` entered answers last; `received_since` and `updated_before` are
    milliseconds. Of all these `only` some records, where they are named.
    """

    areas: tuple[str, ...]
    form: str | None = None
    states: tuple[str, ...] = ()
    in_conflict: bool = False
    with_problems: bool = False
    is_whole: bool = False
    wanted: Wanted | None = None
    with_set_aside: bool = False
    without_problems: bool = False
    officer: str | None = None
    round: str | None = None
    flag: Flag | None = None
    received_since: int | None = None
    updated_before: int | None = None
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the queue, by the time of a record's last change and its id."""

    updated: int
    record: str


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A submission in the queue, with its document; `problems` are unknown until it is examined."""

    record: str
    state: str
    conflicts: int
    problems: int | None
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_submissions(
    connection: Connection, choice: Choice, after: Position | None, limit: int
) -> list[QueuedRecord]:
    """Up to `limit` submissions behind a place in the queue, or from its beginning."""
    fact = SubmissionFact
    problems = _problems(choice)
    query = select(fact.record, fact.state, fact.conflicts, problems, fact.updated)
    found = connection.execute(_ordered(query.where(*_conditions(choice)), after).limit(limit)).all()
    documents = _documents(connection, [row.record for row in found])
    return [
        QueuedRecord(one, state, conflicts, counted, updated, documents[one])
        for one, state, conflicts, counted, updated in found
        if one in documents
    ]


def read_places(
    connection: Connection, choice: Choice, place: Position | None, limit: int, *, is_backwards: bool = False
) -> list[Position]:
    """Up to `limit` places behind a place in the queue, or before it, the nearest first; else the first."""
    fact = SubmissionFact
    query = select(fact.updated, fact.record).where(*_conditions(choice))
    query = _ordered(query, place, is_backwards=is_backwards).limit(limit)
    return [Position(*row) for row in connection.execute(query)]


def count_states(connection: Connection, choice: Choice) -> dict[str, int]:
    """How many submissions there are in each state; those of the choice make no difference."""
    conditions = _conditions(replace(choice, states=()))
    # Without groups nothing is sorted for them.
    counts = (func.count(case((SubmissionFact.state == one.value, 1))).label(one.name) for one in ReviewState)
    found = connection.execute(select(*counts).where(*conditions)).one()
    return {state.value: count for state, count in zip(ReviewState, found, strict=True) if count}


def officers_in(connection: Connection, areas: Collection[str], most: int) -> list[str]:
    """Up to `most` of those who entered answers last in the latest submissions in these areas, by name."""
    fact = SubmissionFact
    latest = select(fact.officer).where(_within(fact, areas), fact.officer != "")
    latest = latest.order_by(fact.updated.desc(), fact.record.desc()).limit(_LATEST)
    names = connection.execute(select(latest.subquery().c.officer).distinct().limit(most))
    return sorted(names.scalars())


def rounds_in(
    connection: Connection, areas: Collection[str], most: int, named: str | None = None
) -> list[tuple[str, str]]:
    """(id, title) of up to `most` rounds somewhere in these areas, the latest first; and of the one named."""
    fact = RoundFact
    query = select(fact.round, func.max(fact.title)).where(_is_in(fact.village, areas)).group_by(fact.round)
    query = query.order_by(func.max(fact.begins).desc(), fact.round).limit(most)
    found = [(row[0], row[1]) for row in connection.execute(query)]
    known = {one for one, _ in found}
    return found if not named or named in known else [*found, (named, "")]


def _ordered(
    query: Select[*tuple[Any, ...]], place: Position | None, *, is_backwards: bool = False
) -> Select[*tuple[Any, ...]]:
    columns = (SubmissionFact.updated, SubmissionFact.record)
    if place:
        here, there = tuple_(*columns), (place.updated, place.record)
        query = query.where(here > there if is_backwards else here < there)
    return query.order_by(*(one.asc() if is_backwards else one.desc() for one in columns))


def _documents(connection: Connection, ids: Collection[str]) -> dict[str, bytes]:
    query = select(RecordRow.id, RecordRow.document).where(RecordRow.id.in_(ids))
    rows = connection.execute(query) if ids else ()
    return {row.id: opened(connection, DOCUMENT, row.id, row.document) for row in rows}


def _conditions(choice: Choice) -> Sequence[ColumnElement[bool]]:
    fact = SubmissionFact
    conditions = [_within(fact, choice.areas), _is_first(choice.areas)]
    if not choice.with_set_aside:
        conditions.append(~is_set_aside(fact.record))
    if choice.wanted:
        conditions += choice.wanted.conditions(fact.record)
    if choice.form:
        conditions.append(fact.form == choice.form)
    if choice.states:
        conditions.append(fact.state.in_(choice.states))
    if choice.in_conflict:
        conditions.append(fact.conflicts > 0)
    if choice.with_problems:
        conditions.append(_problems(choice) > 0)
    if choice.without_problems:
        conditions.append(_problems(choice) == 0)
    if choice.officer:
        conditions.append(fact.officer == choice.officer)
    if choice.round:
        conditions.append(fact.round == choice.round)
    if choice.received_since is not None:
        conditions.append(fact.received >= choice.received_since)
    if choice.updated_before is not None:
        conditions.append(fact.updated < choice.updated_before)
    if choice.only is not None:
        conditions.append(fact.record.in_(choice.only))
    if choice.flag:
        conditions.append(_is_flagged(choice.flag))
    return conditions


def _is_flagged(flag: Flag) -> ColumnElement[bool]:
    match flag:
        case Flag.DANGER:
            return SubmissionFact.record.in_(select(AlarmRow.submission))
        case Flag.NOT_FOUND:
            return SubmissionFact.is_not_found.expression
        case Flag.PART_WAITS:
            waiting = select(PartFact.submission).where(PartFact.state.in_(WAITING_STATES))
            return SubmissionFact.record.in_(waiting)
        case Flag.LATE:
            return SubmissionFact.record.in_(select(LateFact.submission))


def _is_first(areas: Collection[str]) -> ColumnElement[bool]:
    """Whether no other village of the submission in these areas comes before this one."""
    other = aliased(SubmissionFact)
    earlier = select(other.record).where(
        other.record == SubmissionFact.record, other.place < SubmissionFact.place, _within(other, areas)
    )
    return or_(SubmissionFact.place == 0, not_(earlier.exists()))


def _within(fact: type[SubmissionFact], areas: Collection[str]) -> ColumnElement[bool]:
    """Whether a row's village lies in any of the areas, by the index of kecamatan unless one is larger."""
    if any(len(area) < _KECAMATAN_LENGTH for area in areas):
        return _is_in(fact.village, areas)
    kecamatan = sorted({area[:_KECAMATAN_LENGTH] for area in areas})
    here = fact.kecamatan == kecamatan[0] if len(kecamatan) == 1 else fact.kecamatan.in_(kecamatan)
    return and_(here, _is_in(fact.village, areas))


def _is_in(village: InstrumentedAttribute[str], areas: Collection[str]) -> ColumnElement[bool]:
    """Whether a village lies in any of the areas."""
    lengths = sorted({len(area) for area in areas})  # each is a code up to one of its dots
    return or_(
        False,
        *(func.substr(village, 1, n).in_(sorted(a for a in areas if len(a) == n)) for n in lengths),
    )


def _problems(choice: Choice) -> ColumnElement[int | None]:
    fact = SubmissionFact
    return (fact.problems_whole if choice.is_whole else fact.problems_open).expression


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission's document, and when the server last took something in for it."""

    record: str
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_of_form(
    connection: Connection, form_id: str, after: Position | None, limit: int
) -> list[StoredSubmission]:
    """Submissions of a form in any village, the latest changed first, behind a place among them."""
    query = select(RecordRow.id, RecordRow.updated, RecordRow.document).where(*_of_form(form_id))
    if after:
        query = query.where(tuple_(RecordRow.updated, RecordRow.id) < (after.updated, after.record))
    query = query.order_by(RecordRow.updated.desc(), RecordRow.id.desc()).limit(limit)
    return [
        StoredSubmission(*row[:-1], opened(connection, DOCUMENT, row.id, row.document))
        for row in connection.execute(query)
    ]


def count_of_form(connection: Connection, form_id: str) -> int:
    """How many there are."""
    found = connection.execute(select(func.count()).select_from(RecordRow).where(*_of_form(form_id)))
    return int(found.scalar_one())


def _of_form(form_id: str) -> Sequence[ColumnElement[bool]]:
    return RecordRow.kind == SUBMISSION, RecordRow.form == form_id
