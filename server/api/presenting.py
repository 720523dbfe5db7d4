"""Readings as JSON members, for the schemas of `schemas.records`."""

from typing import Any

from domain.forms.definition import FormDefinition
from domain.forms.masking import masked_answer, masked_answers
from schemas.reading import file_members, record_members
from server.services.cases import CaseItem
from server.services.history import Event
from server.services.queue import QueueItem
from server.services.read_record import RecordReading
from server.services.waiting import Waiting, WaitingPart


def present_item(item: QueueItem) -> dict[str, Any]:
    """A row of the queue."""
    told = {"files_waiting": True} if item.is_waiting else {}
    return {
        "record": item.row.record,
        "form": item.state.form,
        "village": item.village,
        "etag": item.state.etag,
        "state": item.row.state,
        "conflicts": item.row.conflicts,
        "problems": item.row.problems,
        "updated": item.row.updated,
        **told,
    }


def present_case(item: CaseItem) -> dict[str, Any]:
    """A row of a list of cases."""
    return {
        "record": item.row.record,
        "list": item.list,
        "name": item.name,
        "village": item.village,
        "etag": item.state.etag,
        "conflicts": item.row.conflicts,
        "updated": item.row.updated,
    }


def present_record(reading: RecordReading) -> dict[str, Any]:
    """A whole record; numbers of persons and families are masked."""
    files = [file_members(f.record, f.path, f.answer, f.state.value, f.fault) for f in reading.files]
    told: dict[str, Any] = record_members(reading.dossier, reading.problems, files)
    words = reading.definition
    answers, disputes = reading.answers, reading.conflicts
    return {
        **told,
        "answers": {path: masked_answer(words, path, answers[path]) for path in sorted(answers)},
        "conflicts": {path: _masked_dispute(words, path, told["conflicts"][path]) for path in disputes},
        "villages": reading.villages,
        "updated": reading.updated,
        "held": [present_waiting(one) for one in reading.waiting],
    }


def _masked_dispute(words: FormDefinition | None, path: str, sides: list[Any]) -> list[dict[str, Any]]:
    values = masked_answers(words, path, [one["value"] for one in sides])
    return [{**one, "value": value} for one, value in zip(sides, values, strict=True)]


def present_waiting(one: Waiting) -> dict[str, Any]:
    """A held or void operation."""
    row = one.row
    changes: list[dict[str, Any]] = [
        {
            "record": part.record,
            "path": path,
            "value": masked_answer(part.words, path, value),
            **_standing(part, path),
        }
        for part in one.parts
        for path, value in part.changes
    ]
    changes += [
        {"record": part.record, "path": path, "restricted": True}
        for part in one.parts
        for path in part.withheld
    ]
    return {
        "id": row.id,
        "status": row.status,
        "code": row.code,
        "message": row.message,
        "author": row.author,
        "account": row.account,
        "received": row.received,
        "decided": row.decided,
        "decided_by": row.decided_by,
        "reason": row.reason,
        "acceptable": one.can_be_accepted,
        "records": one.records,
        "villages": one.villages,
        "changes": changes,
    }


def _standing(part: WaitingPart, path: str) -> dict[str, Any]:
    """What stands at a path of the record now, for a reader of that record."""
    consequence = part.consequences.at.get(path)
    return (
        {"now": masked_answers(part.words, path, consequence.now), "conflict": consequence.is_conflict}
        if consequence
        else {}
    )


def present_event(event: Event, words: FormDefinition | None) -> dict[str, Any]:
    """One operation of a history, told in the words of its record's form."""
    row, operation = event.row, event.operation
    return {
        "id": row.id,
        "author": row.author,
        "account": row.account,
        "device": row.device,
        "time": operation.time,
        "clock_wrong": event.is_clock_wrong,
        "received": row.received,
        "form": operation.form,
        "status": row.status,
        "code": row.code,
        "message": row.message,
        "decided": row.decided,
        "decided_by": row.decided_by,
        "reason": row.reason,
        "changes": [
            [change.path, masked_answer(words, change.path, change.value), list(change.preds)]
            for change in event.changes
        ],
        "restricted": event.withheld,
    }


def read_cursor(cursor: str | None) -> tuple[int, str] | None:
    """The time and id behind which a page begins; the schema has checked the form."""
    if cursor is None:
        return None
    at, _, one = cursor.partition(".")
    return int(at), one


def write_cursor(at: int, one: str) -> str:
    """What asks for the page behind a time and an id."""
    return f"{at}.{one}"
