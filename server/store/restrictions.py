"""Whose processing is restricted, and which records are set aside for it; the cut of every list by it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Connection, delete, exists, insert, select

from server.models_evidence import RestrictionRow, SetAsideRow
from server.store.chunks import chunks
from server.store.sealing import WHY_RESTRICTED, opened_text, sealed_text


@dataclass(frozen=True, slots=True)
class Restriction:
    """Of which case, since when (milliseconds), by whose account, and why."""

    case: str
    since: int
    account: str
    reason: str


def is_set_aside(record: ColumnExpressionArgument[str]) -> ColumnElement[bool]:
    """For a query: whether the record in this column is set aside."""
    return exists().where(SetAsideRow.record == record)


def among(connection: Connection, records: Collection[str]) -> frozenset[str]:
    """Those of the records that are set aside."""
    found: set[str] = set()
    for some in chunks(sorted(records)):
        query = select(SetAsideRow.record).where(SetAsideRow.record.in_(some))
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def find(connection: Connection, case: str) -> Restriction | None:
    """That of a case."""
    row = connection.execute(select(RestrictionRow.__table__).where(RestrictionRow.record == case)).first()
    if row is None:
        return None
    why = opened_text(connection, WHY_RESTRICTED, case, row.reason) or ""
    return Restriction(row.record, row.since, row.account, why)


def of_record(connection: Connection, record: str) -> list[Restriction]:
    """All for which a record is set aside."""
    query = select(SetAsideRow.restriction).where(SetAsideRow.record == record)
    cases = connection.execute(query.order_by(SetAsideRow.restriction)).scalars().all()
    return [found for case in cases if (found := find(connection, case))]


def records_of(connection: Connection, case: str) -> frozenset[str]:
    """The records that are set aside for a case."""
    query = select(SetAsideRow.record).where(SetAsideRow.restriction == case)
    return frozenset(connection.execute(query).scalars())


def add(connection: Connection, restriction: Restriction, records: Collection[str]) -> None:
    """Sets records aside. Raises SQLAlchemy's `IntegrityError` where they are so already for this case."""
    why = sealed_text(connection, WHY_RESTRICTED, restriction.case, restriction.reason)
    told = {"record": restriction.case, "since": restriction.since, "account": restriction.account}
    connection.execute(insert(RestrictionRow).values(**told, reason=why))
    connection.execute(
        insert(SetAsideRow),
        [{"record": record, "restriction": restriction.case} for record in sorted(records)],
    )


def remove(connection: Connection, case: str) -> None:
    """Ends the restriction of a case; what is set aside for another one stays so."""
    connection.execute(delete(SetAsideRow).where(SetAsideRow.restriction == case))
    connection.execute(delete(RestrictionRow).where(RestrictionRow.record == case))


def forget(connection: Connection, records: Collection[str]) -> None:
    """Takes out what is erased."""
    for some in chunks(sorted(records)):
        connection.execute(delete(SetAsideRow).where(SetAsideRow.record.in_(some)))
        connection.execute(delete(SetAsideRow).where(SetAsideRow.restriction.in_(some)))
        connection.execute(delete(RestrictionRow).where(RestrictionRow.record.in_(some)))
