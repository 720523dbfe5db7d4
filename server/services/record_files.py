"""What records say of their files: which answers are files, and how far each of them has come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from domain.files import FileAnswer, is_file_hash, read_file_answer
from domain.merge import RecordState, is_under, view
from server.store import file_uses, files, records
from server.store.files import StoredFile

THUMBNAIL: Final = "thumbnail"
SHOWN: Final = "shown"


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


@dataclass(frozen=True, slots=True)
class _Known:
    """What has arrived of what a set of records names, as far as somebody vouches for it there."""

    vouched: Collection[tuple[str, str]]
    arrived: Mapping[str, StoredFile]
    shown: Collection[tuple[str, str]]

    def find(self, record: str, file: str) -> StoredFile | None:
        return self.arrived.get(file) if (record, file) in self.vouched else None

    def state_of(self, found: StoredFile | None) -> FileState:
        if found is None:
            return FileState.WAITING
        if found.examined is None:
            return FileState.PREPARING
        return FileState.READY if (found.hash, SHOWN) in self.shown else FileState.NOT_SHOWN


def files_of(connection: Connection, records_: Collection[str]) -> dict[str, list[RecordFile]]:
    """
    The files of records, whoever may read these, in the order of their paths; none of a record is no member.

    Costs one query where no record names any.
    """
    named = file_uses.accepted_in(connection, records_)
    if not named:
        return {}
    naming = {record for record, _ in named}
    hashes = {file for _, file in named}
    vouched = file_uses.vouched_in(connection, naming)
    known = _Known(vouched, files.arrived(connection, hashes), set(files.views_of(connection, hashes)))
    stored = records.load(connection, naming)
    found = {one: _told(stored[one].state, known) for one in sorted(stored)}
    return {one: told for one, told in found.items() if told}


def _told(state: RecordState, known: _Known) -> list[RecordFile]:
    hidden = view(state).hidden
    said = {
        (path, value)
        for path, _, value, _ in state.rows
        if isinstance(value, str) and not any(is_under(path, member) for member in hidden)
    }
    answers = [(path, answer) for path, value in sorted(said) if (answer := read_file_answer(value))]
    return [_one(state.record, path, answer, known) for path, answer in answers if is_file_hash(answer.hash)]


def _one(record: str, path: str, answer: FileAnswer, known: _Known) -> RecordFile:
    found = known.find(record, answer.hash)
    previews = (one for one in (answer.hash, answer.thumbnail) if one and known.find(record, one))
    preview = next((one for one in previews if (one, THUMBNAIL) in known.shown), None)
    type_, fault = (found.type, found.fault) if found else (None, None)
    return RecordFile(record, path, answer, known.state_of(found), preview, type_, fault)


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
