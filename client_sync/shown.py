"""What the commands tell of records, as JSON. Whatever names several, keeps first that it shows them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from client_sync.expressions import context_at
from client_sync.file_telling import record_files_json
from client_sync.reader import Reader
from client_sync.settling import Settling
from client_sync.store.outbox import Refusal
from client_sync.store.settings import LAST_SYNC, OFFSET, REVOKED
from domain.canonical import Json
from domain.cases import case_name, list_of
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.forms.problems import find_problems
from domain.forms.subject import subject_of
from domain.opened import Opened
from domain.operations import RESTRICTED, Value
from schemas.reading import dispute_members, record_members


def record_json(reader: Reader, dossier: Dossier) -> dict[str, Json]:
    """Everything about one record, as ``verilap show --json`` prints it."""
    definition = reader.definition_of(dossier)
    withheld: dict[str, Value] = dict.fromkeys(dossier.unreadable, RESTRICTED)
    answers = {**dossier.answers, **withheld}
    problems = find_problems(definition, answers, context_at(reader.filled_at(dossier))) if definition else []
    pending = reader.store.outbox.refused_of(dossier.record)
    return {
        **record_members(dossier, problems, record_files_json(reader, dossier)),
        "name": name_of(dossier, definition),
        "settled": list[Json](dossier.settled_elsewhere),
        "pending": [refusal_json(one) for one in visible(dossier, pending)],
    }


def list_json(reader: Reader) -> list[dict[str, Json]]:
    """Every record in short, as ``verilap list --json`` prints them."""
    definition = cache(reader.store.forms.definition)  # of few forms, for many records
    lines = [_line(reader, dossier, definition(dossier.submission.form)) for dossier in reader.dossiers()]
    reader.note_shown((str(line["record"]) for line in lines), Opened.LIST)
    return lines


def _line(reader: Reader, dossier: Dossier, definition: FormDefinition | None) -> dict[str, Json]:
    pending = visible(dossier, reader.store.outbox.refused_of(dossier.record))
    return {
        "record": dossier.record,
        "name": name_of(dossier, definition),
        "form": dossier.submission.form,
        "village": dossier.village,
        "etag": dossier.submission.etag,
        "state": dossier.review.state.value,
        "conflicts": len(dossier.conflicts) + len(dossier.removals),
        "returned_parts": sum(one.record != dossier.record for one in dossier.returns),
        "pending": [refusal_json(one) for one in pending],
    }


def cases_json(reader: Reader, list_name: str | None = None) -> list[dict[str, Json]]:
    """Every case in short, as ``verilap cases --json`` prints them."""
    lines: list[dict[str, Json]] = [
        {
            "record": dossier.record,
            "name": name_of(dossier, None),
            "kind": dossier.submission.kind,
            "village": dossier.village,
            "conflicts": len(dossier.conflicts),
        }
        for dossier in reader.cases(list_name)
    ]
    reader.note_shown((str(line["record"]) for line in lines), Opened.LIST)
    return lines


def name_of(dossier: Dossier, definition: FormDefinition | None) -> str | None:
    """Whom the record is about, as the office's list names him: a restricted name stands in no list."""
    if list_of(dossier.submission.kind) is not None:
        return case_name(dossier.submission) or None
    return subject_of(definition, dossier.shown.answers).name or None


def visible(dossier: Dossier, refusals: Iterable[Refusal]) -> list[Refusal]:
    """Those of which anything is left in view: one that a later operation answered needs no mark any more."""
    shown = {one for state in (dossier.submission, *dossier.parts) for one in state.origins}
    return [one for one in refusals if one.id in shown]


def refusal_json(one: Refusal) -> dict[str, Json]:
    return {"id": one.id, "status": one.status, "code": one.code, "message": one.message}


def all_conflicts_json(reader: Reader) -> list[dict[str, Json]]:
    """
    Every open conflict on the device, as ``verilap conflicts --json`` prints them, with the answers.

    `why_not` is the code why the office will settle it; nothing where it is for the person of this device.
    """
    found = [one for one in (*reader.dossiers(), *reader.cases()) if not one.is_settled]
    settling = Settling(reader.store, reader.workspace.identity)
    reader.note_shown((record for one in found for record in one.records), Opened.READ)
    return [
        {
            "record": dossier.record,
            "name": name_of(dossier, reader.definition_of(dossier)),
            "kind": dossier.submission.kind,
            "form": dossier.submission.form,
            "village": dossier.village,
            "path": path,
            "values": values,
            "why_not": settling.why_not(dossier, path),
        }
        for dossier in found
        for path, values in dispute_members(dossier).items()
    ]


def status_json(reader: Reader) -> dict[str, Json]:
    """How this device stands, as ``verilap status --json`` prints it; of records nothing when locked."""
    store, identity = reader.store, reader.workspace.identity
    counts = store.outbox.counts()
    replica, files = store.settings.replica, store.files.all()
    waiting = store.files.waiting()
    is_locked = reader.workspace.lease.is_locked
    dossiers, cases = ([], []) if is_locked else (list(reader.dossiers()), list(reader.cases()))
    shown = {
        "records": len(dossiers),
        "cases": len(cases),
        "conflicts": sum(len(one.conflicts) + len(one.removals) for one in (*dossiers, *cases)),
        "returned": sum(bool(one.returns) for one in dossiers),
    }
    return {
        "author": identity.author,
        "role": identity.role,
        "areas": list[Json](identity.areas),
        "url": identity.url,
        "replica": replica.id if replica else None,
        **(dict[str, Json](shown) if not is_locked else dict.fromkeys(shown)),
        "unsent": counts.get("queued", 0),
        "held": counts.get("held", 0),
        "void": counts.get("void", 0),
        "wanted": store.feeds.count_wanted(),
        "drafts": len(store.drafts.all()),
        "files": len(files),
        "files_bytes": sum(one.size for one in files),
        "files_waiting": len(waiting),
        "files_waiting_bytes": sum(one.size - one.arrived for one in waiting),
        "villages": len(store.forms.villages()),
        "forms": list[Json]([one.identity for one in store.forms.published()]),
        "last_sync": store.settings.get(LAST_SYNC),
        "offset_ms": store.settings.get(OFFSET),
        "revoked": bool(store.settings.get(REVOKED)),
        "locked": is_locked,
        "heads_differ": list[Json](list(_differing(reader))),
        "refused": [
            {**refusal_json(one), "records": list[Json](one.records)} for one in _undismissed(reader)
        ],
    }


TOLD_MS: Final = 30 * 24 * 3_600_000
"""For so long the device says that the audit is another one."""


def _differing(reader: Reader) -> dict[str, int]:
    return reader.store.heads.differing((reader.store.settings.get(LAST_SYNC) or 0) - TOLD_MS)


def heads_json(reader: Reader) -> list[dict[str, Json]]:
    """What is known of the audit, as ``verilap heads --json`` prints it and the server takes it."""
    return [
        {
            "event": "sealed",
            "partition": one.kecamatan,
            "seq": one.head.seq,
            "digest": one.head.digest,
            "told": one.told,
            "differs": not one.is_current,
        }
        for one in reader.store.heads.all()
    ]


def _undismissed(reader: Reader) -> Sequence[Refusal]:
    return [one for one in reader.store.outbox.refused() if not one.is_dismissed]
