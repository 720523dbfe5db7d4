"""What lists and counts ask of submissions, rounds and assignments, beside their documents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import Connection, ScalarSelect, delete, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from domain.planning import Round
from server.models import Base, ExaminationRow, OperationRecord, OperationRow, RecordRow
from server.models_office import AssignmentFact, LateFact, PartFact, RoundFact, SubmissionFact
from server.store.chunks import chunks

RULES: Final = 1
"""Of what is kept here; with another number all of it is worked out anew."""
TABLES: Final[tuple[type[Base], ...]] = (SubmissionFact, PartFact, RoundFact, AssignmentFact, LateFact)
_KECAMATAN: Final = len("64.02.18")


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
class AboutPart:
    """A restricted part of a submission, see `PartFact`."""

    record: str
    submission: str
    state: str


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
    parts: Sequence[AboutPart] = ()
    rounds: Sequence[Round] = ()
    assignments: Sequence[AboutAssignment] = ()
    late: Sequence[AboutLate] = ()


def write(connection: Connection, facts: Facts, about: Collection[str], existing: Collection[str]) -> None:
    """Puts the facts in the place of what is kept of the records `about`; `existing` may have some."""
    old = sorted(set(about) & set(existing))
    received = _received(connection, {one.record for one in facts.submissions} & set(old))
    remove(connection, old)
    if facts.submissions:
        rows = [_submission_row(one, received.get(one.record, one.updated)) for one in facts.submissions]
        connection.execute(insert(SubmissionFact), rows)
        note_problems(connection, old)
    if facts.parts:
        connection.execute(insert(PartFact), [asdict(one) for one in facts.parts])
    if facts.rounds:
        connection.execute(insert(RoundFact), [asdict(one) for one in facts.rounds])
    if facts.assignments:
        connection.execute(insert(AssignmentFact), [asdict(one) for one in facts.assignments])
    if facts.late:
        connection.execute(insert(LateFact), [asdict(one) for one in facts.late])


def _submission_row(one: AboutSubmission, received: int) -> dict[str, Any]:
    return {
        "record": one.record,
        "village": one.village,
        "kecamatan": one.village[:_KECAMATAN],
        "place": one.place,
        "form": one.form,
        "state": one.state,
        "conflicts": one.conflicts,
        "updated": one.updated,
        "received": received,
        "officer": one.officer,
        "round": one.round,
        "case_id": one.case_id,
        "is_not_found": one.is_not_found,
        "problems_open": None,
        "problems_whole": None,
    }


def note_problems(connection: Connection, records: Collection[str]) -> None:
    """Takes the numbers of problems of these submissions from beside them, or that they are unexamined."""
    for some in chunks(sorted(records)):
        query = update(SubmissionFact).where(SubmissionFact.record.in_(some))
        connection.execute(query.values(problems_open=_OPEN, problems_whole=_WHOLE))


def forget_problems(connection: Connection, form: str) -> None:
    """Says of the submissions that were examined with this version of a form that they are unexamined."""
    those = select(ExaminationRow.record).where(ExaminationRow.form == form)
    query = update(SubmissionFact).where(SubmissionFact.record.in_(those))
    connection.execute(query.values(problems_open=None, problems_whole=None))


def _number_of(column: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    query = select(column).join(RecordRow, RecordRow.id == ExaminationRow.record)
    query = query.where(RecordRow.examined == RecordRow.digest)
    query = query.where(ExaminationRow.record == SubmissionFact.record)
    return query.correlate(SubmissionFact).scalar_subquery()


_OPEN = _number_of(ExaminationRow.problems_open)
_WHOLE = _number_of(ExaminationRow.problems_whole)


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
