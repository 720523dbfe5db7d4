"""What forms are measured against: the latest accepted submissions of villages, opened for a moment only.

Where people live stands in their documents, sealed, and nowhere else.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from domain.merge import RecordState
from domain.operations import SUBMISSION
from domain.review import ReviewState
from server.models import ExaminationRow, RecordRow
from server.models_office import SubmissionFact
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside
from server.store.sealing import DOCUMENT, opened


@dataclass(frozen=True, slots=True)
class ListedSubmission:
    """
    A submission with what lists say of it; `problems` are unknown until it is examined.

    They are counted for those who may not (`open`) and who may read the restricted answers (`whole`).
    """

    state: RecordState
    conflicts: int
    problems_open: int | None
    problems_whole: int | None


def submissions_of(connection: Connection, records: Collection[str]) -> dict[str, ListedSubmission]:
    """Those of the records that are submissions."""
    query = select(
        RecordRow.id,
        RecordRow.document,
        RecordRow.conflicts,
        (RecordRow.examined == RecordRow.digest).label("is_examined"),
        ExaminationRow.problems_open,
        ExaminationRow.problems_whole,
    )
    query = query.outerjoin(ExaminationRow, ExaminationRow.record == RecordRow.id)
    found = {}
    for some in chunks(sorted(records)):
        for row in connection.execute(query.where(RecordRow.id.in_(some), RecordRow.kind == SUBMISSION)):
            state = RecordState.from_bytes(opened(connection, DOCUMENT, row.id, row.document))
            counts = (row.problems_open, row.problems_whole) if row.is_examined else (None, None)
            found[row.id] = ListedSubmission(state, row.conflicts, *counts)
    return found


def accepted_in(connection: Connection, villages: Collection[str], most: int) -> dict[str, list[RecordState]]:
    """The latest `most` approved submissions of each village; without what is set aside."""
    return _latest(connection, villages, most, (ReviewState.APPROVED,))


def latest_in(connection: Connection, villages: Collection[str], most: int) -> dict[str, list[RecordState]]:
    """The same of all that were not rejected."""
    return _latest(connection, villages, most, tuple(s for s in ReviewState if s is not ReviewState.REJECTED))


def _latest(
    connection: Connection, villages: Collection[str], most: int, states: Collection[ReviewState]
) -> dict[str, list[RecordState]]:
    nth = func.row_number().over(
        partition_by=SubmissionFact.village,
        order_by=(SubmissionFact.updated.desc(), SubmissionFact.record.desc()),
    )
    listed = (
        select(SubmissionFact.village, SubmissionFact.record, nth.label("nth"))
        .where(
            # Of villages there is no index, but of what they lie in.
            SubmissionFact.kecamatan.in_(sorted({village.rpartition(".")[0] for village in villages})),
            SubmissionFact.village.in_(sorted(villages)),
            SubmissionFact.state.in_([one.value for one in states]),
            ~is_set_aside(SubmissionFact.record),
        )
        .subquery()
    )
    query = select(listed.c.village, RecordRow.id, RecordRow.document)
    query = query.join(RecordRow, RecordRow.id == listed.c.record).where(listed.c.nth <= most)
    found: dict[str, list[RecordState]] = {one: [] for one in villages}
    for row in connection.execute(query.order_by(listed.c.village, listed.c.nth)):
        found[row.village].append(RecordState.from_bytes(opened(connection, DOCUMENT, row.id, row.document)))
    return found
