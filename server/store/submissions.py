"""The queue of submissions: the newest first, by village, form, state, open conflicts and problems."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Connection, case, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from domain.operations import SUBMISSION
from server.models import ExaminationRow, FeedRow, RecordRow, VillageRow
from server.store.areas import within
from server.store.finding import Wanted
from server.store.restrictions import is_set_aside
from server.store.sealing import DOCUMENT, opened


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which submissions are asked for.

    `areas` are codes of villages or of what they lie in; no `states` means all of them;
    no `form` means any. Problems are counted for those who read the restricted answers
    (`is_whole`), or for those who do not. What is set aside is listed only `with_set_aside`.
    """

    areas: tuple[str, ...]
    form: str | None = None
    states: tuple[str, ...] = ()
    in_conflict: bool = False
    with_problems: bool = False
    is_whole: bool = False
    wanted: Wanted | None = None
    with_set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the queue, by the time of a record's last change and its id."""

    updated: int
    record: str


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A submission in the queue, with its document; `problems` are unknown until it is examined."""

    record: str
    state: str
    conflicts: int
    problems: int | None
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_submissions(
    connection: Connection, choice: Choice, after: Position | None, limit: int
) -> list[QueuedRecord]:
    """Up to `limit` submissions behind a place in the queue, or from its beginning."""
    problems = case((RecordRow.examined == RecordRow.digest, _counted(choice)))
    query = select(
        RecordRow.id, RecordRow.state, RecordRow.conflicts, problems, RecordRow.updated, RecordRow.document
    )
    query = query.outerjoin(ExaminationRow, ExaminationRow.record == RecordRow.id)
    query = query.where(*_conditions(choice))
    if after:
        query = query.where(tuple_(RecordRow.updated, RecordRow.id) < (after.updated, after.record))
    query = query.order_by(RecordRow.updated.desc(), RecordRow.id.desc()).limit(limit)
    return [
        QueuedRecord(row[0], row[1], row[2], row[3], row[4], opened(connection, DOCUMENT, row[0], row[5]))
        for row in connection.execute(query)
    ]


def count_states(connection: Connection, choice: Choice) -> dict[str, int]:
    """How many submissions there are in each state; those of the choice make no difference."""
    unbound = replace(choice, states=())
    query = select(RecordRow.state, func.count()).where(*_conditions(unbound)).group_by(RecordRow.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def _conditions(choice: Choice) -> Sequence[ColumnElement[bool]]:
    listed = (
        select(FeedRow.record)
        .join(VillageRow, VillageRow.code == FeedRow.feed)
        .where(FeedRow.present, within(choice.areas))
    )
    conditions = [RecordRow.kind == SUBMISSION, RecordRow.id.in_(listed)]
    if not choice.with_set_aside:
        conditions.append(~is_set_aside(RecordRow.id))
    if choice.wanted:
        conditions += choice.wanted.conditions()
    if choice.form:
        conditions.append(RecordRow.form == choice.form)
    if choice.states:
        conditions.append(RecordRow.state.in_(choice.states))
    if choice.in_conflict:
        conditions.append(RecordRow.conflicts > 0)
    if choice.with_problems:
        found = aliased(ExaminationRow)
        has_some = exists().where(found.record == RecordRow.id, _counted(choice, found) > 0)
        conditions += [RecordRow.examined == RecordRow.digest, has_some]
    return conditions


def _counted(choice: Choice, found: type[ExaminationRow] = ExaminationRow) -> ColumnElement[int]:
    return (found.problems_whole if choice.is_whole else found.problems_open).expression


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission's document, and when the server last took something in for it."""

    record: str
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_of_form(
    connection: Connection, form_id: str, after: Position | None, limit: int
) -> list[StoredSubmission]:
    """Submissions of a form in any village, the latest changed first, behind a place among them."""
    query = select(RecordRow.id, RecordRow.updated, RecordRow.document).where(*_of_form(form_id))
    if after:
        query = query.where(tuple_(RecordRow.updated, RecordRow.id) < (after.updated, after.record))
    query = query.order_by(RecordRow.updated.desc(), RecordRow.id.desc()).limit(limit)
    return [
        StoredSubmission(*row[:-1], opened(connection, DOCUMENT, row.id, row.document))
        for row in connection.execute(query)
    ]


def count_of_form(connection: Connection, form_id: str) -> int:
    """How many there are."""
    found = connection.execute(select(func.count()).select_from(RecordRow).where(*_of_form(form_id)))
    return int(found.scalar_one())


def _of_form(form_id: str) -> Sequence[ColumnElement[bool]]:
    return RecordRow.kind == SUBMISSION, RecordRow.form == form_id
