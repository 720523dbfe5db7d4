"""Which records have open conflicts or contested removals, as far as somebody reads them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, TextClause, exists, func, or_, select, text

from domain.access import Reach
from domain.operations import RESTRICTED_PART
from server.models import IN_CONFLICT, FeedRow, RecordRow, VillageRow
from server.store.areas import within
from server.store.restrictions import is_set_aside


@dataclass(frozen=True, slots=True)
class DisputedRecord:
    """A record with open conflicts; of a restricted part `record` is its submission."""

    record: str
    updated: int


def read_disputed(
    connection: Connection, reach: Reach, areas: Collection[str], most: int
) -> list[DisputedRecord]:
    """
    Up to `most` records in conflict within `areas`, those first that have not changed for longest.

    Parts of one submission that different people began may disagree although none is in conflict by itself:
    where the reader reads everybody's, submissions with several parts are given as well.
    """
    found = _disputed(connection, [_in_conflict(), *_within(reach, areas)], most)
    if reach.is_whole:
        parts = select(RecordRow.parent).where(RecordRow.parent.is_not(None))
        several = parts.group_by(RecordRow.parent).having(func.count() > 1)
        found += _disputed(connection, [RecordRow.parent.in_(several), *_within(reach, areas)], most)
    first = {one.record: one for one in sorted(found, key=lambda one: one.updated, reverse=True)}
    return sorted(first.values(), key=lambda one: (one.updated, one.record))[:most]


def _disputed(
    connection: Connection, conditions: Sequence[ColumnElement[bool] | TextClause], most: int
) -> list[DisputedRecord]:
    place = func.coalesce(RecordRow.parent, RecordRow.id)
    query = select(place.label("place"), func.min(RecordRow.updated).label("updated")).where(*conditions)
    query = query.group_by(place).order_by(func.min(RecordRow.updated), place).limit(most)
    return [DisputedRecord(row.place, row.updated) for row in connection.execute(query)]


def count_open(connection: Connection, reach: Reach, areas: Collection[str]) -> int:
    """How many conflicts and contested removals are open there, without opening a document."""
    query = select(func.coalesce(func.sum(RecordRow.conflicts), 0))
    query = query.where(_in_conflict(), *_within(reach, areas))
    return int(connection.execute(query).scalar_one())


def _in_conflict() -> TextClause:
    """Spelt as the index has it, so that both databases find that; a column would be compared with 1."""
    return text(IN_CONFLICT)


def _within(reach: Reach, areas: Collection[str]) -> Sequence[ColumnElement[bool]]:
    listed = (
        exists()
        .where(FeedRow.record == RecordRow.id, FeedRow.present, FeedRow.feed == VillageRow.code)
        .where(within(areas))
    )
    conditions: list[ColumnElement[bool]] = [listed]
    if reach.part_owners is not None:
        is_own = RecordRow.owner.in_(sorted(reach.part_owners))
        conditions.append(or_(RecordRow.kind != RESTRICTED_PART, is_own))
    if not reach.has_set_aside:
        conditions.append(~is_set_aside(RecordRow.id))
    return conditions
