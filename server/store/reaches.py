"""What lies in some villages and not in others: what an account gets or loses with its areas, in numbers."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from domain.access import Reach
from domain.areas import Village
from domain.cases import list_of
from domain.operations import SUBMISSION
from server.models import FeedRow, RecordRow, VillageRow
from server.models_office import AlarmRow, AlarmVillageRow, AssignmentFact, RoundFact
from server.store.areas import within
from server.store.restrictions import is_set_aside


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases and submissions there are, and how many bytes all that a device holds of them has."""

    cases: int = 0
    submissions: int = 0
    bytes: int = 0


def villages_without(
    connection: Connection, areas: Collection[str], others: Collection[str]
) -> tuple[Village, ...]:
    """The villages in `areas` that lie in none of `others`, by code."""
    query = select(VillageRow.code, VillageRow.name, VillageRow.kecamatan).where(
        within(areas), not_(within(others))
    )
    return tuple(Village(*row) for row in connection.execute(query.order_by(VillageRow.code)))


def tally(connection: Connection, reach: Reach, others: Reach) -> Tally:
    """
    What is within a reach and not within the other one: its records in the feeds of its villages.

    Bytes are those of the documents as they are stored, before anything is packed; files are left out.
    """
    here, there = aliased(FeedRow), aliased(FeedRow)
    inside = RecordRow.id.in_(select(here.record).where(_holds(here, reach)))
    also = exists().where(there.record == RecordRow.id, _holds(there, others))
    query = select(RecordRow.kind, func.count(), func.sum(func.length(RecordRow.document)))
    query = query.where(inside, not_(also))
    if not reach.has_set_aside:
        query = query.where(not_(is_set_aside(RecordRow.id)))
    cases = submissions = size = 0
    for kind, number, length in connection.execute(query.group_by(RecordRow.kind)):
        cases += number if list_of(kind) is not None else 0
        submissions += number if kind == SUBMISSION else 0
        size += int(length or 0)
    return Tally(cases, submissions, size)


def conflicts_in(connection: Connection, areas: Collection[str]) -> dict[str, int]:
    """How many records with a conflict each village in `areas` has that has any."""
    query = select(FeedRow.feed, func.count()).join(RecordRow, RecordRow.id == FeedRow.record)
    query = query.where(RecordRow.conflicts > 0, FeedRow.present, FeedRow.feed.in_(_codes(areas)))
    return {row[0]: row[1] for row in connection.execute(query.group_by(FeedRow.feed))}


def alarms_in(connection: Connection, areas: Collection[str]) -> dict[str, int]:
    """How many alarms that nobody has taken care of each village in `areas` has that has any."""
    query = select(AlarmVillageRow.village, func.count())
    query = query.join(AlarmRow, AlarmRow.id == AlarmVillageRow.alarm)
    query = query.where(AlarmRow.acknowledged.is_(None), AlarmVillageRow.village.in_(_codes(areas)))
    return {row[0]: row[1] for row in connection.execute(query.group_by(AlarmVillageRow.village))}


def open_assignments(connection: Connection, officer: str, villages: Collection[str]) -> dict[str, int]:
    """How many cases somebody is assigned in each of the villages, in rounds that are not closed."""
    is_open = exists().where(
        RoundFact.round == AssignmentFact.round,
        RoundFact.village == AssignmentFact.village,
        not_(RoundFact.is_closed),
    )
    query = select(AssignmentFact.village, func.count()).where(AssignmentFact.officer == officer, is_open)
    rows = connection.execute(query.group_by(AssignmentFact.village))
    found = {row[0]: row[1] for row in rows}
    return {village: found[village] for village in villages if village in found}


def _holds(row: type[FeedRow], reach: Reach) -> ColumnElement[bool]:
    """That a row of a feed is a record within the reach that is still there."""
    own = row.owner.is_(None)
    if reach.part_owners is None:
        whose: ColumnElement[bool] = or_(own, row.owner.is_not(None))
    else:
        whose = or_(own, row.owner.in_(sorted(reach.part_owners)))
    return and_(row.feed.in_(_codes(reach.areas)), row.present, whose)


def _codes(areas: Collection[str]) -> Select[str]:
    return select(VillageRow.code).where(within(areas))
