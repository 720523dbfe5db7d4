"""A record as one person may read it: merged, with its restricted parts where he may see them.

Everybody who shows a record (the API, the pages, exports) shows this reading.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.forms.problems import Problem, find_problems
from domain.merge import view
from domain.operations import RECORD_ID, SUBMISSION, VILLAGE, Value
from domain.review import Review, review_of
from server.services.combine import REMOVAL, Candidate, combine
from server.services.forms import definition_of
from server.services.waiting import Waiting, waiting_on
from server.store import queue, records
from server.store.records import StoredRecord

__all__ = ["REMOVAL", "Candidate", "RecordReading", "find_readable", "read_record", "readable_parts"]


@dataclass(frozen=True)
class RecordReading:
    """
    A record as one person may read it.

    `village` is the one that is shown, `villages` all that survive. `answers` hold
    one value a path (the provisional one where there is a conflict), restricted ones
    too where the reader may see them; `restricted` are the paths where he may not.
    `conflicts` hold the candidates of a path, the provisional one first; whether a
    member is removed is asked at its path with ``#removal`` behind. `survivors` are what
    a change names as its preds. `origins` tell who entered the answer that is shown.
    `updated` is when the server last took something in for it.
    """

    stored: StoredRecord
    updated: int
    origins: Mapping[str, Candidate]
    conflicts: Mapping[str, tuple[Candidate, ...]]
    survivors: Mapping[str, tuple[str, ...]]
    removed: frozenset[str]
    restricted: tuple[str, ...]
    parts: tuple[StoredRecord, ...]
    review: Review
    waiting: tuple[Waiting, ...]
    definition: FormDefinition | None

    @cached_property
    def answers(self) -> Mapping[str, Value]:
        return {path: one.value for path, one in self.origins.items()}

    @property
    def is_settled(self) -> bool:
        """Whether no conflict that the reader may see waits for a person."""
        return not self.conflicts

    @property
    def record(self) -> str:
        return self.stored.state.record

    @property
    def kind(self) -> str:
        return self.stored.state.kind

    @property
    def form(self) -> str | None:
        return self.stored.state.form

    @property
    def etag(self) -> str:
        return self.stored.state.etag

    @property
    def village(self) -> str | None:
        shown = self.answers.get(VILLAGE)
        return shown if isinstance(shown, str) else None

    @property
    def villages(self) -> tuple[str, ...]:
        return tuple(sorted(self.stored.villages))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is plainly wrong with the answers that are shown."""
        return tuple(find_problems(self.definition, self.answers)) if self.definition else ()


def find_readable(connection: Connection, actor: Actor, record: str, *, lock: bool = False) -> StoredRecord:
    """The record, locked if wanted. Raises `NotFound` also when the actor may not read it."""
    take = records.lock if lock else records.load
    stored = take(connection, [record]).get(record) if RECORD_ID.fullmatch(record) else None
    if stored is None or not is_authorized(actor, Action.READ, stored.subject):
        raise NotFound("there is no such record")
    return stored


def read_record(connection: Connection, actor: Actor, record: str) -> RecordReading:
    """The record as `actor` reads it. Raises `NotFound` also when he may not."""
    stored = find_readable(connection, actor, record)
    parts = readable_parts(connection, actor, stored)
    ids = [record, *(part.state.record for part in parts)]
    combined = combine(stored.state, [part.state for part in parts])
    return RecordReading(
        stored=stored,
        updated=queue.updated_of(connection, record),
        origins=combined.origins,
        conflicts=combined.conflicts,
        survivors=combined.survivors,
        removed=combined.removed,
        restricted=combined.restricted,
        parts=tuple(parts),
        review=review_of(stored.state, view(stored.state)),
        waiting=tuple(waiting_on(connection, actor, ids)),
        definition=definition_of(connection, stored.state.form),
    )


def readable_parts(connection: Connection, actor: Actor, stored: StoredRecord) -> list[StoredRecord]:
    """The restricted parts of a submission that the actor may read."""
    if stored.state.kind != SUBMISSION:
        return []
    parts = records.restricted_parts_of(connection, stored.state.record)
    return [part for part in parts if is_authorized(actor, Action.READ, part.subject)]
