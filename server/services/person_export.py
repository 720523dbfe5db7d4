"""Everything that is kept of one person, for that person (UU 27/2022, articles 7 and 13)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json
from domain.erasing import Erased
from domain.errors import NotAllowed
from domain.files import FileAnswer, is_file_hash, read_file_answer
from domain.forms.definition import FormDefinition
from domain.forms.fields import in_language
from domain.merge import RecordState
from domain.operations import RESTRICTED_PART, Operation, Value
from server.services import second_person
from server.services.audit import Act, Audited, put
from server.services.erasing import operation_of, subject_of
from server.services.erasures import find_case
from server.services.forms import words_for
from server.services.who_read import who_read
from server.store import alarms, confirmations, file_uses, files, queue, records
from server.store.alarms import StoredAlarm
from server.store.files import StoredFile, StoredView
from server.store.log import LoggedOperation
from server.store.records import StoredRecord
from server.views import SHOWN

FORMAT: Final = "verilap-person/1"
LANGUAGES: Final = ("id", "en")


@dataclass(frozen=True)
class NamedFile:
    """
    A file that the person's records name; `stored` where it has arrived, and somebody vouches for it.

    `shown`: what the server made of a picture, which is given in its place. What else is in a picture may say
    something of whoever took it.
    """

    record: str
    path: str
    answer: FileAnswer
    stored: StoredFile | None
    shown: StoredView | None = None

    @property
    def given(self) -> StoredFile | StoredView | None:
        """What to give; nothing before anybody has looked at it."""
        is_looked_at = self.stored is not None and self.stored.examined is not None
        return (self.shown or self.stored) if is_looked_at else None


@dataclass(frozen=True)
class PersonExport:
    """The person's data as JSON members, the records that they come from, and the files that they name."""

    document: Mapping[str, Any]
    records: tuple[str, ...]
    files: tuple[NamedFile, ...] = ()


def export_person(connection: Connection, actor: Actor, case: str, now: int) -> PersonExport:
    """
    All but the restricted answers. Puts it on record.

    Raises `NotFound`, and `NotAllowed` for whoever may not export restricted answers: the copy tells that
    there are some.
    """
    authorize(actor, Action.EXPORT_RESTRICTED, find_case(connection, actor, case).subject)
    return _export(connection, actor, case, now, is_whole=False)


def ask_for_whole(connection: Connection, actor: Actor, case: str, reason: str, now: int) -> str:
    """Asks a second person for the restricted answers too; gives the confirmation's id."""
    return second_person.ask(connection, actor, Action.EXPORT_RESTRICTED, case, reason, now)


def confirmed_whole(connection: Connection, actor: Actor, case: str, now: int) -> str | None:
    """The confirmation by which the actor may export them, if there is one."""
    wanted = (Action.EXPORT_RESTRICTED.value, case)
    asked = confirmations.of(connection, actor.name, now - second_person.GOOD_FOR_MS)
    return next(
        (one.id for one in asked if (one.action, one.record) == wanted and one.can_be_used(now)), None
    )


def export_whole(connection: Connection, confirmation: str, now: int) -> PersonExport:
    """The same with the restricted answers. Raises as `second_person.use`."""
    confirmed = second_person.use(connection, confirmation, now)
    if confirmed.action is not Action.EXPORT_RESTRICTED:
        raise NotAllowed("something else was confirmed", code="not-confirmed")
    find_case(connection, confirmed.actor, confirmed.record)
    return _export(connection, confirmed.actor, confirmed.record, now, is_whole=True)


def _export(connection: Connection, actor: Actor, case: str, now: int, *, is_whole: bool) -> PersonExport:
    belongs = subject_of(connection, case)
    stored = records.load(connection, belongs.touched)
    told = {
        one: record
        for one, record in sorted(stored.items())
        if is_whole or record.state.kind != RESTRICTED_PART
    }
    document: dict[str, Any] = {
        "format": FORMAT,
        "case": case,
        "exported": now,
        "restricted": "included" if is_whole else "left out" if len(told) < len(stored) else "none",
        "records": [_record(connection, record, belongs) for record in told.values()],
        "history": list(_history(connection, told.keys(), belongs)),
        "readings": _readings(connection, case),
    }
    if is_whole:  # that there was one follows from a restricted answer
        document["alarms"] = [_alarm(one) for one in alarms.of_submissions(connection, told)]
    village = min(stored[case].villages, default="")
    detail: dict[str, Json] = {"person": case, "restricted": is_whole}
    put(connection, Act(actor.name, Audited.EXPORT, told.keys(), village, detail=detail), now)
    return PersonExport(document, tuple(told), _files(connection, document["history"]))


# --- records -------------------------------------------------------------------------------------


def _record(connection: Connection, stored: StoredRecord, belongs: Erased) -> dict[str, Any]:
    """A record with what of it belongs to the person, each value that nobody has replaced."""
    state = stored.state
    words = words_for(connection, state)
    is_own = _part_of(belongs, state.record)
    return {
        "record": state.record,
        "kind": state.kind,
        "form": state.form,
        "title": _in_both(lambda language: in_language(words.title, language)) if words else None,
        "villages": sorted(stored.villages),
        "answers": [_answer(state, words, *row[:3]) for row in state.rows if is_own(row[0])],
    }


def _part_of(belongs: Erased, record: str) -> Callable[[str], bool]:
    return lambda path: belongs.covers(record, path)


def _answer(
    state: RecordState, words: FormDefinition | None, path: str, one: str, value: Value
) -> dict[str, Any]:
    origin = state.origins[one]
    return {
        "path": path,
        "question": _in_both(lambda language: words.label(path, language)) if words else None,
        "value": value,
        "words": _in_both(lambda language: words.display(path, value, language, reveal=True))
        if words
        else None,
        "by": origin.author,
        "time": origin.time,
    }


def _in_both(say: Callable[[str], str]) -> dict[str, str]:
    return {language: say(language) for language in LANGUAGES}


# --- files ---------------------------------------------------------------------------------------


def _files(connection: Connection, history: Iterable[Mapping[str, Any]]) -> tuple[NamedFile, ...]:
    """Each file that was ever named, once for each place, in the order in which they were named."""
    named: dict[tuple[str, str, str], FileAnswer] = {}
    for record, path, value in (change for one in history for change in one["changes"]):
        if (answer := read_file_answer(value)) and is_file_hash(answer.hash):
            named.setdefault((record, path, answer.hash), answer)
    vouched = file_uses.vouched_in(connection, {record for record, _, _ in named})
    arrived = files.arrived(connection, {file for _, file in vouched})
    shown = files.views_of(connection, arrived)
    return tuple(
        NamedFile(record, path, answer, arrived.get(file), shown.get((file, SHOWN)))
        if (record, file) in vouched
        else NamedFile(record, path, answer, None)
        for (record, path, file), answer in named.items()
    )


# --- what happened -------------------------------------------------------------------------------


def _history(connection: Connection, told: Collection[str], belongs: Erased) -> Iterator[dict[str, Any]]:
    """Every operation that says something of the person, in the order of receipt, held and void ones too."""
    for row in queue.operations_on(connection, sorted(told)):
        operation = operation_of(row)
        changes = list(_changes(operation, told, belongs)) if operation else []
        if changes:
            yield {**_facts(row), "time": operation.time if operation else None, "changes": changes}


def _facts(row: LoggedOperation) -> dict[str, Any]:
    return {
        "operation": row.id,
        "author": row.author,
        "received": row.received,
        "status": row.status,
        "decided_by": row.decided_by,
    }


def _changes(operation: Operation, told: Collection[str], belongs: Erased) -> Iterator[list[Any]]:
    for part in operation.parts:
        if part.record in told or (part.record in belongs.records and part.kind != RESTRICTED_PART):
            is_own = _part_of(belongs, part.record)
            pairs = zip(part.paths, part.values, strict=True)
            yield from ([part.record, path, value] for path, value in pairs if is_own(path))


def _alarm(one: StoredAlarm) -> dict[str, Any]:
    """That he was said to be in danger, by whom, and who took care of it."""
    names = ("raised", "escalated", "acknowledged", "acknowledged_by", "note")
    return {"record": one.submission, "by": one.officer, **{name: getattr(one, name) for name in names}}


def _readings(connection: Connection, case: str) -> list[dict[str, Any]]:
    """Who was shown any of it, by the audit."""
    names = ("time", "account", "device", "action")
    return [{name: one.as_json()[name] for name in names} for one in who_read(connection, case).shown]
