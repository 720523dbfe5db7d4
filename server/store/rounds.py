"""Rounds and how far they have come: cases of the form's list, who has them, who was visited."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    tuple_,
)

from server.models import FeedRow, RecordRow, VillageRow
from server.models_office import AssignmentFact, RoundFact, SubmissionFact
from server.store.areas import within
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside

REJECTED: Final = "rejected"
APPROVED: Final = "approved"


@dataclass(frozen=True, slots=True)
class Place:
    """A round in one of its villages; `digest` is the version of its record."""

    record: str
    round: str
    village: str
    form: str
    title: str
    begins: str
    due: str
    is_closed: bool
    digest: str


def places(connection: Connection, areas: Collection[str], round_id: str | None = None) -> list[Place]:
    """Of all rounds, or of one, the villages that lie in `areas`, by round and village."""
    columns = (
        RoundFact.record,
        RoundFact.round,
        RoundFact.village,
        RoundFact.form,
        RoundFact.title,
        RoundFact.begins,
        RoundFact.due,
        RoundFact.is_closed,
        RecordRow.digest,
    )
    query = select(*columns).join(RecordRow, RecordRow.id == RoundFact.record)
    query = query.join(VillageRow, VillageRow.code == RoundFact.village).where(within(areas))
    if round_id is not None:
        query = query.where(RoundFact.round == round_id)
    rows = connection.execute(query.order_by(RoundFact.round, RoundFact.village))
    return [Place(*row[:7], bool(row[7]), row[8]) for row in rows]


def is_known(connection: Connection, round_id: str) -> bool:
    """Whether there is such a round in any village."""
    query = select(RoundFact.record).where(RoundFact.round == round_id).limit(1)
    return connection.execute(query).first() is not None


def plans(connection: Connection, round_id: str) -> set[tuple[str, str, str, str]]:
    """What a round says in all of its villages: (form, title, first day, last day)."""
    query = select(RoundFact.form, RoundFact.title, RoundFact.begins, RoundFact.due)
    rows = connection.execute(query.where(RoundFact.round == round_id).distinct())
    return {(row[0], row[1], row[2], row[3]) for row in rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Which cases of a round are asked for: those of `kind` in the villages of the round that lie in `areas`.

    `begins` are the days on which it begins, each with its first millisecond: from then on a submission of
    the form counts although it names no round. `today` tells what is overdue. `officer` narrows to the cases
    that somebody has, the empty name to those that nobody has. What is set aside is left out.
    """

    round: str
    kind: str
    form: str
    areas: tuple[str, ...]
    begins: tuple[tuple[str, int], ...]
    today: str
    officer: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a village, an officer or a round has come, in numbers of cases."""

    name: str
    cases: int = 0
    assigned: int = 0
    visited: int = 0
    approved: int = 0
    overdue: int = 0
    not_found: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        numbers = {name: getattr(self, name) + getattr(other, name) for name in NUMBERS}
        return Tally(self.name, **numbers)

    @property
    def unassigned(self) -> int:
        return self.cases - self.assigned

    @property
    def unvisited(self) -> int:
        return self.cases - self.visited


NUMBERS: Final = ("cases", "assigned", "visited", "approved", "overdue", "not_found")


@dataclass(frozen=True, slots=True)
class Stop:
    """A case in a list of a round. No `officer` stands for nobody; `due` is the day that counts for it."""

    village: str
    case: str
    officer: str
    is_disputed: bool
    due: str
    is_visited: bool
    is_approved: bool
    is_not_found: bool
    is_overdue: bool

    @property
    def place(self) -> tuple[str, str]:
        """Where it stands in the list."""
        return self.village, self.case


def tallies(connection: Connection, asked: Asked) -> list[tuple[str, str, Tally]]:
    """
    (village, officer, how far) of the cases that somebody (or nobody) has in each village.

    A case in two villages counts in both.
    """
    rows = _stops(asked)
    row, told = rows.c, _told(rows, asked)
    query = select(
        row.village,
        row.officer,
        func.count(),
        _count(row.officer != ""),
        _count(told.is_visited),
        _count(row.is_approved),
        _count(told.is_overdue),
        _count(told.is_not_found),
    )
    query = query.group_by(row.village, row.officer).order_by(row.village, row.officer)
    return [(one[0], one[1], Tally("", *map(int, one[2:]))) for one in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


LISTS: Final = ("all", "unassigned", "unvisited", "overdue", "not-found")
"""The lists of a round."""


def stops(
    connection: Connection, asked: Asked, which: str, after: tuple[str, str] | None, limit: int
) -> list[Stop]:
    """Up to `limit` cases of one of `LISTS` behind a place, by village."""
    rows = _stops(asked)
    row, told = rows.c, _told(rows, asked)
    wanted: dict[str, ColumnElement[bool]] = {
        "unassigned": row.officer == "",
        "unvisited": ~told.is_visited,
        "overdue": told.is_overdue,
        "not-found": told.is_not_found,
    }
    query = select(
        *(row.village, row.case_id, row.officer, row.is_disputed, row.due, row.is_approved),
        told.is_visited.label("is_visited"),
        func.coalesce(told.is_not_found, false()).label("is_not_found"),
        told.is_overdue.label("is_overdue"),
    )
    if which in wanted:
        query = query.where(wanted[which])
    if after:
        query = query.where(tuple_(row.village, row.case_id) > after)
    found = connection.execute(query.order_by(row.village, row.case_id).limit(limit))
    return [
        Stop(
            village=one.village,
            case=one.case_id,
            officer=one.officer,
            is_disputed=bool(one.is_disputed),
            due=one.due,
            is_visited=bool(one.is_visited),
            is_approved=bool(one.is_approved),
            is_not_found=bool(one.is_not_found),
            is_overdue=bool(one.is_overdue),
        )
        for one in found
    ]


def _stops(asked: Asked) -> FromClause:
    """
    A row for each case, with what is known of it in this round.

    From the cases outwards: so it costs what the round is large, whatever else was ever sent in. The visits
    of a case are looked for once, not at every mention, with each of which PostgreSQL would reckon.
    """
    # The latest visit, its flag behind its time; nothing where there is none.
    visit = func.max(SubmissionFact.received * 2 + case((SubmissionFact.is_not_found, 1), else_=0))
    latest = select(visit).where(*_is_visit(asked)).scalar_subquery()
    is_approved = exists().where(*_is_visit(asked), SubmissionFact.state == APPROVED)
    query = (
        select(
            FeedRow.feed.label("village"),
            FeedRow.record.label("case_id"),
            func.coalesce(AssignmentFact.officer, "").label("officer"),
            func.coalesce(AssignmentFact.is_disputed, false()).label("is_disputed"),
            case((AssignmentFact.due > "", AssignmentFact.due), else_=RoundFact.due).label("due"),
            RoundFact.is_closed.label("is_closed"),
            latest.label("latest"),
            is_approved.label("is_approved"),
        )
        .select_from(RoundFact)
        .join(VillageRow, VillageRow.code == RoundFact.village)
        .join(FeedRow, and_(FeedRow.feed == RoundFact.village, FeedRow.present))
        .join(RecordRow, and_(RecordRow.id == FeedRow.record, _unindexed(RecordRow.kind) == asked.kind))
        .outerjoin(
            AssignmentFact,
            and_(AssignmentFact.case_id == FeedRow.record, _unindexed(AssignmentFact.round) == asked.round),
        )
        .where(RoundFact.round == asked.round, within(asked.areas), ~is_set_aside(FeedRow.record))
    )
    if asked.officer is not None:
        query = query.where(func.coalesce(AssignmentFact.officer, "") == asked.officer)
    return query.cte("stop").prefix_with("MATERIALIZED")


@dataclass(frozen=True)
class _Told:
    """What follows from the columns of `_stops`, for conditions and counts."""

    is_visited: ColumnElement[bool]
    is_not_found: ColumnElement[bool]
    is_overdue: ColumnElement[bool]


def _told(rows: FromClause, asked: Asked) -> _Told:
    row = rows.c
    is_late = and_(~row.is_closed, row.due > "", row.due < asked.today)
    return _Told(row.latest.is_not(None), row.latest % 2 == 1, and_(is_late, row.latest.is_(None)))


def _unindexed(column: Any) -> ColumnElement[str]:
    """Hides a column from SQLite's planner: by its index it would go through the whole round for each row."""
    return func.coalesce(column, "")


def _is_visit(asked: Asked) -> list[ColumnElement[bool]]:
    """What `domain.planning.is_visit` says, of a submission and the case of the row."""
    since = [and_(RoundFact.begins == day, SubmissionFact.received >= moment) for day, moment in asked.begins]
    unnamed = and_(SubmissionFact.round.is_(None), SubmissionFact.form == asked.form, or_(false(), *since))
    return [
        SubmissionFact.case_id == FeedRow.record,
        SubmissionFact.place == 0,
        SubmissionFact.state != REJECTED,
        or_(SubmissionFact.round == asked.round, unnamed),
    ]


def count_set_aside(connection: Connection, asked: Asked) -> int:
    """How many cases of the round are left out because they are set aside."""
    query = select(func.count()).select_from(RoundFact)
    query = query.join(VillageRow, VillageRow.code == RoundFact.village)
    query = query.join(FeedRow, and_(FeedRow.feed == RoundFact.village, FeedRow.present))
    query = query.join(
        RecordRow, and_(RecordRow.id == FeedRow.record, _unindexed(RecordRow.kind) == asked.kind)
    )
    query = query.where(RoundFact.round == asked.round, within(asked.areas), is_set_aside(FeedRow.record))
    return int(connection.execute(query).scalar_one())


def unassigned(connection: Connection, asked: Asked) -> dict[str, str]:
    """The cases that nobody has, each with its village; of several the smallest code."""
    rows = _stops(replace(asked, officer="")).c
    query = select(rows.case_id, func.min(rows.village)).group_by(rows.case_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def assigned(connection: Connection, round_id: str, officers: Collection[str]) -> list[tuple[str, str]]:
    """(officer, village) of every case that one of the officers has in a round, wherever it is."""
    found: list[tuple[str, str]] = []
    for some in chunks(sorted(officers)):
        query = select(AssignmentFact.officer, AssignmentFact.village)
        query = query.where(AssignmentFact.round == round_id, AssignmentFact.officer.in_(some))
        found += [(row[0], row[1]) for row in connection.execute(query)]
    return found
