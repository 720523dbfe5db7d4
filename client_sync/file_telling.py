"""What the commands tell of files: where they are, how much of them the server has."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from client_sync.catalogue import catalogue, say
from client_sync.config import Language
from client_sync.file_queue import ANY, USUAL_DAYS, in_order, urgent_files
from client_sync.store.files import KeptFile
from client_sync.store.settings import KEEP_FILES, ORIGINALS
from client_sync.wording import plain
from domain.canonical import Json
from domain.dossier import Dossier
from domain.files import read_file_answer
from domain.forms.display import size_words
from domain.opened import Opened
from schemas.reading import file_members

if TYPE_CHECKING:
    from client_sync.reader import Reader
    from client_sync.report import FilesReport

Told = Mapping[str, Any]
UNSENT, SENT, ABSENT = "unsent", "sent", "absent"


def files_json(reader: "Reader") -> dict[str, Json]:
    """The files on this device, as ``verilap files --json`` prints them: no names while it is locked."""
    store = reader.store
    records, urgent = store.files.records_of_each(), urgent_files(store)
    kept, waiting = store.files.all(), in_order(store.files.waiting(), urgent)
    is_locked = reader.workspace.lease.is_locked
    waits = {one.hash for one in waiting}
    shown = [] if is_locked else [*waiting, *(one for one in kept if one.hash not in waits)]
    reader.note_shown((record for one in shown for record in records.get(one.hash, ())), Opened.LIST)
    return {
        "originals": store.settings.get(ORIGINALS, ANY),
        "keep_days": store.settings.get(KEEP_FILES, USUAL_DAYS),
        "waiting": len(waiting),
        "bytes_waiting": sum(one.size - one.arrived for one in waiting),
        "kept": len(kept),
        "bytes_kept": sum(one.size for one in kept),
        "locked": is_locked,
        "files": [
            {
                "hash": one.hash,
                "name": one.name,
                "type": one.type,
                "size": one.size,
                "made": one.made,
                "records": list[Json](records.get(one.hash, [])),
                "urgent": one.hash in urgent,
                **_standing(one),
            }
            for one in shown
        ],
    }


def record_files_json(reader: "Reader", dossier: Dossier) -> list[dict[str, Json]]:
    """
    The files that answer questions of a record, by path, and whether they are here and at the server.

    Where people disagree, all of them: first the one in view.
    """
    found: list[dict[str, Json]] = []
    for path, value in sorted(dossier.answers.items()):
        said = (value, *(one.value for one in dossier.conflicts.get(path, ())))
        for one in dict.fromkeys(one for one in said if isinstance(one, str)):
            if answer := read_file_answer(one):
                kept = reader.store.files.find(answer.hash)
                standing: dict[str, Json] = _standing(kept) if kept else {"state": ABSENT}
                told = file_members(_record_of(dossier, path, one), path, answer, str(standing["state"]))
                found.append({**told, **standing})
    return found


def _record_of(dossier: Dossier, path: str, said: str) -> str:
    """The record that holds an answer: the submission, or one of its restricted parts."""
    return next((one.record for one in dossier.parts if said in one.values_at(path)), dossier.record)


def _standing(one: KeptFile) -> dict[str, Json]:
    if one.sent is not None:
        return {"state": SENT, "sent": one.sent}
    code: dict[str, Json] = {"code": one.code} if one.code else {}
    return {"state": UNSENT, "arrived": one.arrived, **code}


def state_words(told: Told, language: Language) -> str:
    """How far a file is, in words."""
    if told["state"] == UNSENT and told["arrived"]:
        return say("file-is-partly", language, percent=told["arrived"] * 100 // max(told.get("size") or 1, 1))
    return say(f"file-is-{told['state']}", language)


def reason_words(code: str, language: Language) -> str:
    """Why a file is not sent, in words."""
    return say(f"files-{code}", language) if f"files-{code}" in catalogue() else code


def files_sum(waiting: tuple[int, int], kept: tuple[int, int], language: Language) -> str:
    """How many files there are, and how many bytes: of what waits, and of all that is kept."""
    sizes = {"size": size_words(waiting[1], language), "all": size_words(kept[1], language)}
    return say("files-sum", language, waiting=waiting[0], kept=kept[0], **sizes)


def print_files(told: Told, language: Language) -> None:
    waiting, kept = (told["waiting"], told["bytes_waiting"]), (told["kept"], told["bytes_kept"])
    click.echo(files_sum(waiting, kept, language))
    click.echo(say(f"originals-{told['originals']}", language))
    if told["locked"]:
        click.echo(say("files-locked", language))
    for one in told["files"]:
        words = [state_words(one, language)]
        words += [say("file-urgent", language)] if one["urgent"] and one["state"] == UNSENT else []
        words += [f"{reason_words(one['code'], language)} [{one['code']}]"] if one.get("code") else []
        record = one["records"][0] if one["records"] else "-"
        line = f"{record}  {one['name']} ({size_words(one['size'], language)}), {', '.join(words)}"
        click.echo(plain(line))


def print_files_report(report: "FilesReport", language: Language) -> None:
    """What a sync did with files; nothing where there were none."""
    if report.sent or report.known:
        size = size_words(report.bytes_sent, language)
        click.echo(say("files-sent", language, sent=report.sent, size=size, known=report.known))
    for one in report.refused:
        why = reason_words(one.code, language)
        click.echo(plain(say("file-refused", language, name=one.name, code=one.code, why=why)))
    left = report.waiting - report.for_wifi
    if left:
        size = size_words(report.bytes_waiting, language)
        click.echo(say("files-left", language, count=left, size=size))
    if report.code:
        click.echo(plain(f"{reason_words(report.code, language)} [{report.code}]"))
    if report.for_wifi:
        click.echo(say("files-for-wifi", language, count=report.for_wifi))
