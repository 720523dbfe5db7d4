"""Lists of cases: the newest change first, by list, village and open conflicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from domain.cases import case_kind, list_of
from server.models import FeedRow, RecordRow, VillageRow
from server.store.areas import within
from server.store.finding import Wanted
from server.store.restrictions import is_set_aside
from server.store.sealing import DOCUMENT, opened
from server.store.submissions import Position

ALL_CASES: Final = case_kind("%")


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """
    Which cases are asked for; `areas` are codes of villages or of areas, no `kind` means all lists.

    What is set aside is listed only `with_set_aside`.
    """

    areas: tuple[str, ...]
    kind: str | None = None
    in_conflict: bool = False
    wanted: Wanted | None = None
    with_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case in a list, with its document."""

    record: str
    conflicts: int
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_cases(
    connection: Connection, choice: CaseChoice, after: Position | None, limit: int
) -> list[ListedCase]:
    """Up to `limit` cases behind a place."""
    query = select(RecordRow.id, RecordRow.conflicts, RecordRow.updated, RecordRow.document)
    query = query.where(*_conditions(choice))
    if after:
        query = query.where(tuple_(RecordRow.updated, RecordRow.id) < (after.updated, after.record))
    query = query.order_by(RecordRow.updated.desc(), RecordRow.id.desc()).limit(limit)
    return [
        ListedCase(*row[:-1], opened(connection, DOCUMENT, row.id, row.document))
        for row in connection.execute(query)
    ]


def read_in_order(connection: Connection, choice: CaseChoice, after: str, limit: int) -> list[ListedCase]:
    """Up to `limit` cases behind an id, in the order of ids: a change meanwhile moves none of them."""
    query = select(RecordRow.id, RecordRow.conflicts, RecordRow.updated, RecordRow.document)
    query = query.where(*_conditions(choice), RecordRow.id > after).order_by(RecordRow.id).limit(limit)
    return [
        ListedCase(*row[:-1], opened(connection, DOCUMENT, row.id, row.document))
        for row in connection.execute(query)
    ]


def count_cases(connection: Connection, choice: CaseChoice) -> int:
    """How many there are."""
    query = select(func.count()).select_from(RecordRow).where(*_conditions(choice))
    return int(connection.execute(query).scalar_one())


def count_lists(connection: Connection, choice: CaseChoice) -> dict[str, int]:
    """How many cases there are in each list, in the areas of the choice."""
    unbound = CaseChoice(choice.areas, with_set_aside=choice.with_set_aside)
    query = select(RecordRow.kind, func.count()).where(*_conditions(unbound))
    found = connection.execute(query.group_by(RecordRow.kind)).all()
    return {list_of(kind) or "": count for kind, count in found}


def _conditions(choice: CaseChoice) -> Sequence[ColumnElement[bool]]:
    listed = (
        select(FeedRow.record)
        .join(VillageRow, VillageRow.code == FeedRow.feed)
        .where(FeedRow.present, within(choice.areas))
    )
    conditions: list[ColumnElement[bool]] = [RecordRow.id.in_(listed)]
    if choice.kind:
        conditions.append(RecordRow.kind == choice.kind)
    else:
        conditions.append(RecordRow.kind.like(ALL_CASES))
    if not choice.with_set_aside:
        conditions.append(~is_set_aside(RecordRow.id))
    if choice.wanted:
        conditions += choice.wanted.conditions()
    if choice.in_conflict:
        conditions.append(RecordRow.conflicts > 0)
    return conditions
