"""What lists and counts ask of submissions, rounds and assignments, beside their documents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from server.models import Base, OperationRecord, OperationRow
from server.models_office import AssignmentFact, LateFact, RoundFact, SubmissionFact
from server.store.chunks import chunks

RULES: Final = 1
"""Of what is kept here; with another number all of it is worked out anew."""
TABLES: Final[tuple[type[Base], ...]] = (SubmissionFact, RoundFact, AssignmentFact, LateFact)


@dataclass(frozen=True, slots=True)
class AboutSubmission:
    """A submission in one of its villages, see `SubmissionFact`; when it was received, the store knows."""

    record: str
    village: str
    place: int
    form: str
    state: str
    conflicts: int
    updated: int
    officer: str
    round: str | None
    case_id: str | None
    is_not_found: bool


@dataclass(frozen=True, slots=True)
class AboutRound:
    """A round in a village, see `RoundFact`."""

    record: str
    round: str
    village: str
    form: str
    title: str
    begins: str
    due: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class AboutAssignment:
    """Who is to visit a case, see `AssignmentFact`."""

    record: str
    village: str
    round: str
    case_id: str
    officer: str
    due: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class AboutLate:
    """A submission that an assignment tells to be late, see `LateFact`."""

    record: str
    submission: str
    author: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is to be kept of some records."""

    submissions: Sequence[AboutSubmission] = ()
    rounds: Sequence[AboutRound] = ()
    assignments: Sequence[AboutAssignment] = ()
    late: Sequence[AboutLate] = ()


def write(connection: Connection, facts: Facts, about: Collection[str], existing: Collection[str]) -> None:
    """Puts the facts in the place of what is kept of the records `about`; `existing` may have some."""
    old = sorted(set(about) & set(existing))
    received = _received(connection, {one.record for one in facts.submissions} & set(old))
    remove(connection, old)
    if facts.submissions:
        rows = [
            {**asdict(one), "received": received.get(one.record, one.updated)} for one in facts.submissions
        ]
        connection.execute(insert(SubmissionFact), rows)
    if facts.rounds:
        connection.execute(insert(RoundFact), [asdict(one) for one in facts.rounds])
    if facts.assignments:
        connection.execute(insert(AssignmentFact), [asdict(one) for one in facts.assignments])
    if facts.late:
        connection.execute(insert(LateFact), [asdict(one) for one in facts.late])


def remove(connection: Connection, records: Collection[str]) -> None:
    """Keeps nothing of these records."""
    for some in chunks(sorted(records)):
        for table in TABLES:
            column = table.__table__.c.record
            connection.execute(delete(table).where(column.in_(some)))


def _received(connection: Connection, records: Collection[str]) -> Mapping[str, int]:
    """When the server first took in something of each; by the log where nothing is kept of it yet."""
    found: dict[str, int] = {}
    for some in chunks(sorted(records)):
        query = select(SubmissionFact.record, func.min(SubmissionFact.received))
        query = query.where(SubmissionFact.record.in_(some)).group_by(SubmissionFact.record)
        found.update((row[0], row[1]) for row in connection.execute(query))
    for some in chunks(sorted(set(records) - found.keys())):
        query = select(OperationRecord.record, func.min(OperationRow.received))
        query = query.join(OperationRow, OperationRow.id == OperationRecord.operation)
        query = query.where(OperationRecord.record.in_(some), OperationRow.status == "ok")
        rows = connection.execute(query.group_by(OperationRecord.record))
        found.update((row[0], row[1]) for row in rows)
    return found
