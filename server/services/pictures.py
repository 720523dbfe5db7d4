"""The files that the answers of a record name, as its page shows them: read at once for all of them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.dossier import Dossier, Seen
from domain.files import FileAnswer, is_file_hash, read_file_answer
from domain.forms.definition import FormDefinition
from domain.operations import Value
from domain.photos import last_photo
from server.services import record_files
from server.services.earlier_rounds import EarlierRound, Rounds
from server.services.read_record import RecordReading
from server.services.record_files import Arrived


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
class EarlierPhoto:
    """The photo of the same view in an earlier round, and who entered it."""

    round: EarlierRound
    file: NamedFile
    author: str


def earlier_photos(rounds: Rounds, reading: RecordReading, paths: Collection[str]) -> dict[str, EarlierPhoto]:
    """For photos at these paths of a submission those of the same views in the last round, by path."""
    photos = {one.record: _photos(one) for one in rounds.others} if paths else {}
    found = {path: _last(rounds, photos, reading.definition, path) for path in paths if photos}
    return {path: one for path, one in found.items() if one}


def _photos(round_: EarlierRound) -> dict[str, Seen]:
    """The answers that name files, by path."""
    found = {}
    for path, value in round_.dossier.answers.items():
        if named_by(round_.record, path, value) and (seen := round_.dossier.shown_at(path)):
            found[path] = seen
    return found


def _last(
    rounds: Rounds, photos: Mapping[str, Mapping[str, Seen]], definition: FormDefinition | None, path: str
) -> EarlierPhoto | None:
    by_record = {one.record: one for one in rounds.others}
    asked = [one.as_round(tuple(photos[one.record])) for one in rounds.others]
    found = last_photo(asked, rounds.begun, definition, path)
    if found is None:
        return None
    chosen = by_record[found[0].record]
    seen = photos[chosen.record][found[1]]
    file = named_by(seen.record, seen.path, seen.value)
    return EarlierPhoto(chosen, file, seen.author) if file else None
