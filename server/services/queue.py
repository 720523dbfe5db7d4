"""The queue as integrators read it: submissions with their versions, the newest change first."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, reach_of
from domain.areas import is_covered
from domain.merge import RecordState, view
from domain.operations import VILLAGE
from domain.review import ReviewState
from server.services.record_files import waiting_files
from server.services.submissions import narrowed
from server.store import submissions
from server.store.finding import Wanted
from server.store.submissions import Choice, Position, QueuedRecord


@dataclass(frozen=True)
class QueueItem:
    """A submission in the list, the areas of whoever lists it, and whether a file of it is on its way."""

    row: QueuedRecord
    areas: tuple[str, ...]
    is_waiting: bool = False

    @cached_property
    def state(self) -> RecordState:
        return RecordState.from_bytes(self.row.document)

    @property
    def village(self) -> str | None:
        """The village that is shown; of several the reader's own."""
        shown = view(self.state).answers.get(VILLAGE)
        surviving = [shown, *self.state.values_at(VILLAGE)]
        codes = [one for one in surviving if isinstance(one, str)]
        return next((code for code in codes if is_covered(code, self.areas)), None)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue; `following` is empty at the end."""

    items: tuple[QueueItem, ...]
    following: Position | None


def list_records(
    connection: Connection,
    actor: Actor,
    *,
    form: str | None = None,
    area: str | None = None,
    state: ReviewState | None = None,
    with_problems: bool = False,
    wanted: Wanted | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> QueuePage:
    """The submissions that `actor` may read: of a form (with a version or not), in an area, in a state.

    `with_problems` leaves out those without, and those that are not examined yet.
    """
    authorize(actor, Action.READ)
    reach = reach_of(actor, Action.READ)
    form_id, _, version = (form or "").partition("@")
    choice = Choice(
        narrowed(actor, area),
        form_id or None,
        (state.value,) if state else (),
        with_problems=with_problems,
        is_whole=reach.is_whole,
        wanted=wanted,
        with_set_aside=reach.has_set_aside,
    )
    items: list[QueueItem] = []
    while True:
        rows = submissions.read_submissions(connection, choice, after, limit + 1)
        found = (QueueItem(row, reach.areas) for row in rows)
        items += [item for item in found if not version or item.state.form == form]
        if len(items) > limit:
            return QueuePage(_with_files(connection, items[:limit]), items[limit - 1].row.position)
        if len(rows) <= limit:
            return QueuePage(_with_files(connection, items), None)
        after = rows[-1].position


def _with_files(connection: Connection, items: Sequence[QueueItem]) -> tuple[QueueItem, ...]:
    """The same, with those marked of which a file is on its way."""
    waiting = waiting_files(connection, {item.row.record for item in items})
    return tuple(replace(item, is_waiting=item.row.record in waiting) for item in items)
