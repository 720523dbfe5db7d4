"""Assignments by the cases that they are of, beside what late work they tell of."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, false, func, select

from server.models import FeedRow, RecordRow, VillageRow
from server.models_office import AssignmentFact, LateFact, RoundFact
from server.store.areas import within
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside


@dataclass(frozen=True, slots=True)
class PlannedCase:
    """
    An assignment: who has it (nobody's name where nobody has), the form of its round, whether that is closed.

    Of a round that has no record where the assignment is no form is known, and it counts as open.
    """

    record: str
    village: str
    round: str
    case: str
    officer: str
    is_disputed: bool
    form: str
    is_closed: bool


_COLUMNS = (
    AssignmentFact.record,
    AssignmentFact.village,
    AssignmentFact.round,
    AssignmentFact.case_id,
    AssignmentFact.officer,
    AssignmentFact.is_disputed,
    RoundFact.form,
    RoundFact.is_closed,
)


def of_cases(connection: Connection, cases: Collection[str]) -> list[PlannedCase]:
    """The assignments of these cases in all rounds, by record."""
    here = and_(RoundFact.round == AssignmentFact.round, RoundFact.village == AssignmentFact.village)
    query = select(*_COLUMNS).outerjoin(RoundFact, here).order_by(AssignmentFact.record)
    found: list[PlannedCase] = []
    for some in chunks(sorted(cases)):
        rows = connection.execute(query.where(AssignmentFact.case_id.in_(some)))
        found += [PlannedCase(*row[:-2], row.form or "", bool(row.is_closed)) for row in rows]
    return found


def late_among(connection: Connection, submissions: Collection[str]) -> set[str]:
    """Those of the submissions that came after their author had lost the case."""
    found: set[str] = set()
    for some in chunks(sorted(submissions)):
        query = select(LateFact.submission).where(LateFact.submission.in_(some))
        found.update(connection.execute(query).scalars())
    return found


# --- whose they are --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Whose:
    """Which assignments in open rounds: an officer's, in these areas; of one round or village, if named."""

    officer: str
    areas: tuple[str, ...]
    round: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class HeldCase:
    """An assignment that somebody has: its record with its digest, the case, where it is, of which round."""

    record: str
    digest: str
    case: str
    village: str
    round: str


def loads(connection: Connection, areas: Collection[str]) -> dict[str, int]:
    """How many cases of open rounds in these areas each officer has, by name."""
    query = select(AssignmentFact.officer, func.count()).where(AssignmentFact.officer != "")
    query = _in_open_rounds(query, areas).group_by(AssignmentFact.officer)
    rows = connection.execute(query.order_by(AssignmentFact.officer))
    return {row[0]: row[1] for row in rows}


def open_rounds(connection: Connection, areas: Collection[str]) -> dict[str, str]:
    """The titles of the rounds that are open in these areas, by round."""
    query = select(RoundFact.round, func.min(RoundFact.title).label("title"))
    query = query.join(VillageRow, VillageRow.code == RoundFact.village)
    query = query.where(within(tuple(areas)), ~RoundFact.is_closed).group_by(RoundFact.round)
    return {row.round: row.title for row in connection.execute(query.order_by("title", RoundFact.round))}


def of_officer(connection: Connection, whose: Whose) -> list[HeldCase]:
    """Somebody's assignments, by village; without those that are set aside."""
    columns = (AssignmentFact.record, RecordRow.digest, AssignmentFact.case_id, AssignmentFact.village)
    query = select(*columns, AssignmentFact.round).join(RecordRow, RecordRow.id == AssignmentFact.record)
    query = query.where(AssignmentFact.officer == whose.officer, ~is_set_aside(AssignmentFact.record))
    if whose.round:
        query = query.where(AssignmentFact.round == whose.round)
    if whose.village:
        query = query.where(AssignmentFact.village == whose.village)
    order = (AssignmentFact.village, AssignmentFact.case_id, AssignmentFact.record)
    rows = connection.execute(_in_open_rounds(query, whose.areas).order_by(*order))
    return [HeldCase(*row) for row in rows]


def _in_open_rounds(query: Any, areas: Collection[str]) -> Any:
    here = and_(RoundFact.round == AssignmentFact.round, RoundFact.village == AssignmentFact.village)
    query = query.join(VillageRow, VillageRow.code == AssignmentFact.village).outerjoin(RoundFact, here)
    return query.where(within(tuple(areas)), func.coalesce(RoundFact.is_closed, false()).is_(False))


def bytes_since(connection: Connection, villages: Collection[str], since: int | None) -> int:
    """How many bytes the documents of these villages have that changed since then, or all of them."""
    total = 0
    for some in chunks(sorted(villages)):
        query = select(func.coalesce(func.sum(func.length(RecordRow.document)), 0))
        query = query.join(FeedRow, FeedRow.record == RecordRow.id)
        query = query.where(FeedRow.feed.in_(some), FeedRow.present)
        if since is not None:
            query = query.where(RecordRow.updated > since)
        total += int(connection.execute(query).scalar_one())
    return total
