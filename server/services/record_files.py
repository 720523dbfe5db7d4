"""What records say of their files: which answers are files, and how far each of them has come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import Connection

from domain.files import FileAnswer, is_file_hash, read_file_answer
from domain.merge import RecordState, is_under, view
from server.store import file_uses, files, records
from server.store.files import StoredFile, StoredView
from server.views import SHOWN, THUMBNAIL


class FileState(StrEnum):
    """How far a file has come."""

    WAITING = "waiting"
    """Not arrived, or nobody who has it has named it in this record."""
    PREPARING = "preparing"
    READY = "ready"
    NOT_SHOWN = "not-shown"
    """Arrived, and there is no picture of it: it is none (no fault), or cannot be shown."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """
    An answer of a record that is a file; where people disagree there are several at one path.

    `preview` is the file whose small picture can be shown now: its own, or the one that the device made.
    `type` is what the bytes are, once somebody has looked; `fault` what is wrong with them, also where they
    are shown as far as they go.
    """

    record: str
    path: str
    answer: FileAnswer
    state: FileState
    preview: str | None = None
    type: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Arrived:
    """What has arrived of files and is shown of them, by hash; `vouched`: in which records that counts."""

    files: Mapping[str, StoredFile] = field(default_factory=dict)
    views: Mapping[tuple[str, str], StoredView] = field(default_factory=dict)
    vouched: Collection[tuple[str, str]] = ()

    def file(self, record: str, hash_: str) -> StoredFile | None:
        """A file that has arrived and that somebody who has it has named in the record."""
        return self.files.get(hash_) if (record, hash_) in self.vouched else None

    def view(self, record: str, hash_: str, kind: str) -> StoredView | None:
        """What is shown of it."""
        return self.views.get((hash_, kind)) if self.file(record, hash_) else None

    def state(self, record: str, hash_: str) -> FileState:
        """How far it has come."""
        file = self.file(record, hash_)
        if file is None:
            return FileState.WAITING
        if file.examined is None:
            return FileState.PREPARING
        return FileState.READY if self.view(record, hash_, SHOWN) else FileState.NOT_SHOWN

    def preview(self, record: str, answer: FileAnswer) -> StoredView | None:
        """The small picture that can be shown of a file now: its own, else the one that the device made."""
        found = (self.view(record, one, THUMBNAIL) for one in reversed(answer.hashes))
        return next((one for one in found if one), None)


def arrived(connection: Connection, records_: Collection[str], hashes: Collection[str]) -> Arrived:
    """What has arrived of these files, as far as that counts in these records: three queries."""
    if not hashes:
        return Arrived()
    return Arrived(
        files.arrived(connection, hashes),
        files.views_of(connection, hashes),
        file_uses.vouched_in(connection, records_),
    )


def files_of(connection: Connection, records_: Collection[str]) -> dict[str, list[RecordFile]]:
    """
    The files of records, whoever may read these, in the order of their paths; none of a record is no member.

    Costs one query where no record names any.
    """
    named = file_uses.accepted_in(connection, records_)
    if not named:
        return {}
    naming = {record for record, _ in named}
    known = arrived(connection, naming, {file for _, file in named})
    stored = records.load(connection, naming)
    found = {one: _told(stored[one].state, known) for one in sorted(stored)}
    return {one: told for one, told in found.items() if told}


def _told(state: RecordState, known: Arrived) -> list[RecordFile]:
    hidden = view(state).hidden
    said = {
        (path, value)
        for path, _, value, _ in state.rows
        if isinstance(value, str) and not any(is_under(path, member) for member in hidden)
    }
    answers = [(path, answer) for path, value in sorted(said) if (answer := read_file_answer(value))]
    return [_one(state.record, path, answer, known) for path, answer in answers if is_file_hash(answer.hash)]


def _one(record: str, path: str, answer: FileAnswer, known: Arrived) -> RecordFile:
    found, preview = known.file(record, answer.hash), known.preview(record, answer)
    type_, fault = (found.type, found.fault) if found else (None, None)
    state = known.state(record, answer.hash)
    return RecordFile(record, path, answer, state, preview.file if preview else None, type_, fault)


def waiting_files(connection: Connection, records_: Collection[str]) -> set[str]:
    """
    Those of the records of which a file that they name now has not arrived.

    For a page of a list: two queries, and the documents of those records only of which one may be missing.
    """
    named = file_uses.accepted_in(connection, records_)
    vouched = file_uses.vouched_in(connection, {record for record, _ in named})
    arrived = files.that_are_here(connection, {file for _, file in vouched})
    missing = {record for record, file in named if (record, file) not in vouched or file not in arrived}
    told = files_of(connection, missing)
    return {record for record, found in told.items() if any(one.state is FileState.WAITING for one in found)}
