"""Which conflicts were settled by which operation: noted when it is taken in, like its verdict."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select

from domain.access import Reach
from domain.dossier import REMOVAL
from domain.merge import is_under
from domain.operations import RESTRICTED_PART
from server.models import FeedRow, RecordRow, VillageRow
from server.models_office import AssignmentFact, RoundFact, SettledRow
from server.store.areas import within
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside


@dataclass(frozen=True, slots=True)
class Settlement:
    """An operation of `account` that settled what people disagreed on; a removal at ``PATH#removal``."""

    record: str
    path: str
    operation: str
    account: str
    settled: int = 0


def note(connection: Connection, settlements: Iterable[Settlement], now: int) -> None:
    """Keeps those that are not kept yet."""
    fresh = {(one.record, one.path, one.operation): one for one in settlements}
    known = {
        (one.record, one.path, one.operation)
        for one in of_records(connection, {record for record, _, _ in fresh})
    }
    rows = [
        {
            "record": one.record,
            "path": one.path,
            "operation": one.operation,
            "account": one.account,
            "settled": now,
        }
        for key, one in fresh.items()
        if key not in known
    ]
    if rows:
        connection.execute(insert(SettledRow), rows)


def of_records(connection: Connection, records: Collection[str]) -> list[Settlement]:
    """What was settled in these records, the latest first."""
    found: list[Settlement] = []
    for some in chunks(sorted(records)):
        query = select(SettledRow.__table__).where(SettledRow.record.in_(some))
        found += [Settlement(*row) for row in connection.execute(query)]
    return sorted(found, key=lambda one: (-one.settled, one.record, one.path, one.operation))


def recent(
    connection: Connection, reach: Reach, areas: Collection[str], before: Settlement | None, most: int
) -> list[Settlement]:
    """The latest settlements in records within `areas`, behind one of them."""
    table = SettledRow.__table__.c
    listed = exists().where(FeedRow.record == table.record, FeedRow.present, FeedRow.feed == VillageRow.code)
    query = select(SettledRow.__table__).join(RecordRow, RecordRow.id == table.record)
    query = query.where(listed.where(within(areas)))
    if reach.part_owners is not None:
        is_own = RecordRow.owner.in_(sorted(reach.part_owners))
        query = query.where(or_(RecordRow.kind != RESTRICTED_PART, is_own))
    if not reach.has_set_aside:
        query = query.where(~is_set_aside(table.record))
    if before:
        same = and_(table.settled == before.settled, table.operation > before.operation)
        query = query.where(or_(table.settled < before.settled, same))
    order = (table.settled.desc(), table.operation, table.record, table.path)
    return [Settlement(*row) for row in connection.execute(query.order_by(*order).limit(most))]


def forget(connection: Connection, records: Collection[str], members: Collection[tuple[str, str]]) -> None:
    """Keeps nothing of whole records, and of what lay at or below `members` (record, path) of others."""
    for some in chunks(sorted(records)):
        connection.execute(delete(SettledRow).where(SettledRow.record.in_(some)))
    for one in of_records(connection, {record for record, _ in members}):
        place = one.path.removesuffix(REMOVAL)
        if any(record == one.record and is_under(place, path) for record, path in members):
            table = SettledRow.__table__.c
            here = and_(table.record == one.record, table.path == one.path)
            connection.execute(delete(SettledRow).where(here))


# --- whose the cases are -------------------------------------------------------------------------


def assignments_of(connection: Connection, cases: Collection[str]) -> dict[str, list[str]]:
    """The records of the assignments of each case in rounds that are open where it lies."""
    found: dict[str, list[str]] = {}
    table = AssignmentFact.__table__.c
    is_closed = exists().where(
        RoundFact.round == table.round, RoundFact.village == table.village, RoundFact.is_closed
    )
    for some in chunks(sorted(cases)):
        query = select(table.case_id, table.record).where(table.case_id.in_(some), ~is_closed)
        for case, record in connection.execute(query.order_by(table.record)):
            found.setdefault(case, []).append(record)
    return found
