"""A record as one person may read it: merged, with its restricted parts where he may see them.

Everybody who shows a record (the API, the pages, exports) shows this reading.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.canonical import Json, canonical_bytes, digest_of
from domain.dossier import Dossier, Seen
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from domain.forms.problems import Problem
from domain.merge import view
from domain.operations import RECORD_ID, SUBMISSION, Value
from domain.review import Review, ReviewState, review_of
from server.services import problems
from server.services.filled import moment_of
from server.services.forms import words_for
from server.services.problems import version_of
from server.services.record_files import RecordFile, files_of
from server.services.waiting import Waiting, waiting_on
from server.store import examinations, forms, queue, records, restrictions
from server.store.records import StoredRecord
from server.store.restrictions import Restriction


@dataclass(frozen=True)
class RecordReading:
    """
    A record as one person may read it: `dossier` is what he sees of it.

    `villages` are all that survive; `parts` the restricted parts that he may see, as they
    are stored; `updated` is when the server last took something in for it, `filled` the
    moment for which it is judged; `found` are the problems that stand beside it, where
    they are those of what is shown here; `restrictions` are those for which it is set aside;
    `files` are the answers that are files, those of his parts too; `unread_parts` says where those of the
    restricted parts stand in review that he may not see.
    """

    stored: StoredRecord
    parts: tuple[StoredRecord, ...]
    dossier: Dossier
    updated: int
    filled: int
    waiting: tuple[Waiting, ...]
    definition: FormDefinition | None
    found: tuple[Problem, ...] | None = None
    restrictions: tuple[Restriction, ...] = ()
    files: tuple[RecordFile, ...] = ()
    unread_parts: tuple[ReviewState, ...] = ()

    @property
    def answers(self) -> Mapping[str, Value]:
        return self.dossier.answers

    @cached_property
    def conflicts(self) -> Mapping[str, list[Seen]]:
        """Contested removals stand among them; see `Dossier.disputes`."""
        return self.dossier.disputes

    @property
    def survivors(self) -> Mapping[str, list[str]]:
        return self.dossier.survivors

    @property
    def restricted(self) -> list[str]:
        """The paths of answers that he may not see."""
        return self.dossier.unreadable

    @property
    def review(self) -> Review:
        return self.dossier.review

    @property
    def record(self) -> str:
        return self.stored.state.record

    @property
    def records(self) -> tuple[str, ...]:
        """The ids of all that is read here, with those of which held or void work tells something."""
        told = (record for one in self.waiting for record in one.records)
        return self.record, *(part.state.record for part in self.parts), *told

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
    def villages(self) -> tuple[str, ...]:
        return tuple(sorted(self.stored.villages))

    @cached_property
    def version(self) -> str:
        """A digest of what is on the screen that may change while it is: etags, reviews, waiting work."""
        states = (self.stored.state, *(part.state for part in self.parts))
        told: list[Json] = [[one.record, one.digest] for one in states]
        waiting: list[Json] = [[one.row.id, one.row.status] for one in self.waiting]
        return digest_of(canonical_bytes([told, waiting]))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the answers that are shown; looked for now where nobody has examined them."""
        if self.found is not None:
            return self.found
        return problems.find(self.definition, self.dossier, self.filled)


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
    every = parts_of(connection, stored)
    parts = _readable(actor, every)
    ids = [record, *(part.state.record for part in parts)]
    updated = queue.updated_of(connection, record)
    return RecordReading(
        stored=stored,
        parts=tuple(parts),
        dossier=dossier_of(stored, parts),
        updated=updated,
        filled=moment_of(connection, [one.state for one in (stored, *every)], updated),
        waiting=tuple(waiting_on(connection, actor, ids)),
        definition=words_for(connection, stored.state),
        found=_found(connection, stored, every, parts),
        restrictions=tuple(restrictions.of_record(connection, record)) if stored.is_set_aside else (),
        files=tuple(file for told in files_of(connection, ids).values() for file in told),
        unread_parts=tuple(
            review_of(part.state, view(part.state)).state for part in every if part not in parts
        ),
    )


def _found(
    connection: Connection, stored: StoredRecord, every: list[StoredRecord], parts: list[StoredRecord]
) -> tuple[Problem, ...] | None:
    """The problems that stand beside a submission, for who may read these of its parts.

    Nothing where they are not those of what is there now, or not for such a reader: who
    may read some parts of others.
    """
    examined = examinations.find(connection, stored.state.record)
    if examined is None or (parts and len(parts) < len(every)):
        return None
    form = stored.state.form
    digests = {one.state.record: one.state.digest for one in (stored, *every)}
    if examined.version != version_of(digests, forms.digest_of(connection, form) if form else None):
        return None
    is_whole = len(parts) == len(every)
    return tuple(f.problem for f in examined.findings if (f.is_whole if is_whole else f.is_open))


def dossier_of(stored: StoredRecord, parts: Sequence[StoredRecord]) -> Dossier:
    """What these records show together."""
    return Dossier(stored.state, tuple(part.state for part in parts))


def readable_parts(connection: Connection, actor: Actor, stored: StoredRecord) -> list[StoredRecord]:
    """The restricted parts of a submission that the actor may read."""
    return _readable(actor, parts_of(connection, stored))


def parts_of(connection: Connection, stored: StoredRecord) -> list[StoredRecord]:
    """The restricted parts of a submission, whoever may read them; anything else has none."""
    if stored.state.kind != SUBMISSION:
        return []
    return records.restricted_parts_of(connection, stored.state.record)


def _readable(actor: Actor, parts: Sequence[StoredRecord]) -> list[StoredRecord]:
    return [part for part in parts if is_authorized(actor, Action.READ, part.subject)]
