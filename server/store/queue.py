"""What the office reads of the log: held and void operations, and everything that happened to a record."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select

from server.models import OperationRecord, OperationRow, RecordRow
from server.store.chunks import chunks
from server.store.log import OK, LoggedOperation, logged

_operations = OperationRow.__table__
_links = OperationRecord.__table__


class Place(NamedTuple):
    """A place in a list that is ordered by time, the newest first, and then by id. `at` are milliseconds."""

    at: int
    id: str


def updated_of(connection: Connection, record: str) -> int:
    """When the server last took something in for a record."""
    query = select(RecordRow.updated).where(RecordRow.id == record)
    return int(connection.execute(query).scalar_one())


def list_waiting(
    connection: Connection, statuses: Collection[str], after: Place | None, limit: int
) -> list[LoggedOperation]:
    """Up to `limit` operations with any of the statuses (not ``ok``), behind a place, the newest first."""
    query = select(_operations).where(_operations.c.status != OK, _operations.c.status.in_(sorted(statuses)))
    if after is not None:
        older = and_(_operations.c.received == after.at, _operations.c.id < after.id)
        query = query.where(or_(_operations.c.received < after.at, older))
    query = query.order_by(_operations.c.received.desc(), _operations.c.id.desc()).limit(limit)
    return [logged(connection, row) for row in connection.execute(query)]


def operations_on(
    connection: Connection, records: Collection[str], statuses: Collection[str] | None = None
) -> list[LoggedOperation]:
    """The operations that speak of any of the records, in the order of receipt."""
    found: dict[str, LoggedOperation] = {}
    for some in chunks(sorted(records)):
        query = select(_operations).join(_links, _links.c.operation == _operations.c.id)
        query = query.where(_links.c.record.in_(some))
        if statuses is not None:
            query = query.where(_operations.c.status.in_(sorted(statuses)))
        for row in connection.execute(query):
            found[row.id] = logged(connection, row)
    return sorted(found.values(), key=lambda one: (one.received, one.replica, one.n, one.id))
