"""The queue of submissions: the newest first, by village, form, state and open conflicts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select, tuple_

from domain.operations import SUBMISSION
from server.models import FeedRow, RecordRow, VillageRow
from server.store.areas import within


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which submissions are asked for.

    `areas` are codes of villages or of what they lie in; no `states` means all of them;
    no `form` means any.
    """

    areas: tuple[str, ...]
    form: str | None = None
    states: tuple[str, ...] = ()
    in_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the queue, by the time of a record's last change and its id."""

    updated: int
    record: str


@dataclass(frozen=True, slots=True)
class QueuedRecord:
    """A submission in the queue, with its document."""

    record: str
    state: str
    conflicts: int
    updated: int
    document: bytes

    @property
    def position(self) -> Position:
        return Position(self.updated, self.record)


def read_submissions(
    connection: Connection, choice: Choice, after: Position | None, limit: int
) -> list[QueuedRecord]:
    """Up to `limit` submissions behind a place in the queue, or from its beginning."""
    query = select(
        RecordRow.id, RecordRow.state, RecordRow.conflicts, RecordRow.updated, RecordRow.document
    ).where(*_conditions(choice))
    if after:
        query = query.where(tuple_(RecordRow.updated, RecordRow.id) < (after.updated, after.record))
    query = query.order_by(RecordRow.updated.desc(), RecordRow.id.desc()).limit(limit)
    return [QueuedRecord(*row) for row in connection.execute(query)]


def count_states(connection: Connection, choice: Choice) -> dict[str, int]:
    """How many submissions there are in each state; those of the choice make no difference."""
    unbound = Choice(choice.areas, choice.form, (), choice.in_conflict)
    query = select(RecordRow.state, func.count()).where(*_conditions(unbound)).group_by(RecordRow.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def _conditions(choice: Choice) -> Sequence[ColumnElement[bool]]:
    listed = (
        select(FeedRow.record)
        .join(VillageRow, VillageRow.code == FeedRow.feed)
        .where(FeedRow.present, within(choice.areas))
    )
    conditions = [RecordRow.kind == SUBMISSION, RecordRow.id.in_(listed)]
    if choice.form:
        conditions.append(RecordRow.form == choice.form)
    if choice.states:
        conditions.append(RecordRow.state.in_(choice.states))
    if choice.in_conflict:
        conditions.append(RecordRow.conflicts > 0)
    return conditions
