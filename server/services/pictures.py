"""The files that the answers of a record name, as its page shows them: read at once for all of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.cases import case_of
from domain.dossier import Dossier, Seen
from domain.files import FileAnswer, is_file_hash, read_file_answer
from domain.forms.definition import FormDefinition
from domain.operations import Value
from domain.photos import Round, last_photo
from server.services import record_files
from server.services.filled import beginnings_of
from server.services.forms import definition_of
from server.services.read_record import RecordReading, dossier_of, readable_parts
from server.services.record_files import Arrived
from server.store import finding, records


@dataclass(frozen=True)
class NamedFile:
    """A file as an answer names it; `path` is that of the question, `value` what stands there."""

    record: str
    path: str
    value: str
    answer: FileAnswer


def arrived(connection: Connection, named: Collection[NamedFile]) -> Arrived:
    """What has arrived of the files that are named, small pictures of devices too."""
    hashes = {one for file in named for one in file.answer.hashes}
    return record_files.arrived(connection, {file.record for file in named}, hashes)


def named_in(dossier: Dossier) -> Iterator[NamedFile]:
    """The files of all answers that stand in a submission and its readable parts, also those in conflict."""
    for state in (dossier.submission, *dossier.parts):
        for survivor in state.survivors:
            file = named_by(state.record, survivor.path, survivor.value)
            if file and not dossier.is_hidden(file.path):
                yield file


def named_by(record: str, path: str, value: "Value | None") -> NamedFile | None:
    """The file that a value names; none where it names none, or one that can never arrive."""
    answer = read_file_answer(value) if isinstance(value, str) else None
    if answer is None or not is_file_hash(answer.hash):
        return None
    return NamedFile(record, path, str(value), answer)


# --- the last round ------------------------------------------------------------------------------


@dataclass(frozen=True)
class EarlierRound:
    """An earlier submission about the same case, as the reader may see it; `begun` in milliseconds."""

    dossier: Dossier
    definition: FormDefinition | None
    begun: int

    @property
    def record(self) -> str:
        return self.dossier.record

    @cached_property
    def photos(self) -> dict[str, Seen]:
        """The answers that name files, by path."""
        found = {}
        for path, value in self.dossier.answers.items():
            if named_by(self.record, path, value) and (seen := self.dossier.shown_at(path)):
                found[path] = seen
        return found

    @property
    def as_round(self) -> Round:
        return Round(self.record, self.begun, self.dossier.review.state, self.definition, tuple(self.photos))


@dataclass(frozen=True)
class EarlierPhoto:
    """The photo of the same view in an earlier round, and who entered it."""

    round: EarlierRound
    file: NamedFile
    author: str


def earlier_photos(
    connection: Connection, actor: Actor, reading: RecordReading, paths: Collection[str]
) -> dict[str, EarlierPhoto]:
    """
    For photos at these paths of a submission those of the same views in the last round of its case, by path.

    Of other submissions only what the actor may read of them.
    """
    case = case_of(reading.dossier) if paths else None
    about = set(finding.submissions_about(connection, case)) - {reading.record} if case else set()
    readable = {
        one: stored
        for one, stored in records.load(connection, about).items()
        if is_authorized(actor, Action.READ, stored.subject)
    }
    if not readable:
        return {}
    has_parts = any(any(named_in(dossier_of(part, ()))) for part in reading.parts)
    states = {one: [stored.state] for one, stored in (*readable.items(), (reading.record, reading.stored))}
    begun = beginnings_of(connection, states, dict.fromkeys(states, reading.updated))
    rounds = [
        EarlierRound(
            dossier_of(stored, readable_parts(connection, actor, stored) if has_parts else ()),
            definition_of(connection, stored.state.form),
            begun[one],
        )
        for one, stored in readable.items()
    ]
    found = {path: _last(rounds, begun[reading.record], reading.definition, path) for path in paths}
    return {path: one for path, one in found.items() if one}


def _last(
    rounds: Collection[EarlierRound], begun: int, definition: FormDefinition | None, path: str
) -> EarlierPhoto | None:
    by_record = {one.record: one for one in rounds}
    found = last_photo([one.as_round for one in rounds], begun, definition, path)
    if found is None:
        return None
    chosen = by_record[found[0].record]
    seen = chosen.photos[found[1]]
    file = named_by(seen.record, seen.path, seen.value)
    return EarlierPhoto(chosen, file, seen.author) if file else None
