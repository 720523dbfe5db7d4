"""The officer's assigned cases, as ``verilap tasks`` tells them: offline, from the records on the device."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

import click

from client_sync.catalogue import say
from client_sync.config import Language
from client_sync.printing import LONGEST_NAME, NAMELESS, Told
from client_sync.reader import Reader
from client_sync.store.settings import OFFSET
from client_sync.wording import WITA, plain
from domain.canonical import Json
from domain.cases import case_name, case_of
from domain.dossier import Dossier
from domain.merge import RecordState
from domain.opened import Opened
from domain.planning import PLANNED, Visit, round_of
from domain.tasks import Filled, Task, tasks_of

QUEUED = "queued"


def tasks_json(reader: Reader) -> list[dict[str, Json]]:
    """Every assigned case, by village and day, as ``verilap tasks --json`` prints them."""
    reader.workspace.lease.check()
    with reader.store.snapshot():
        planned = [state for kind in sorted(PLANNED) for state in reader.store.records.all_shown(kind)]
        drafts = {(_form_id(one.form_id), one.case) for one in reader.store.drafts.all() if one.case}
        offset = reader.store.settings.get(OFFSET) or 0
        today = _day(reader.workspace.now + offset)
        found = tasks_of(reader.workspace.identity.author, planned, list(_filled(reader)), drafts, today)
        lines = [_line(reader, one) for one in found]
    reader.note_shown((one.assignment.case for one in found), Opened.LIST)
    return lines


def _filled(reader: Reader) -> Iterator[Filled]:
    for dossier in reader.dossiers():
        if case := case_of(dossier):
            form, day = _form_id(dossier.submission.form), _day(reader.filled_at(dossier))
            # Rejected ones too: their officer is told so.
            visit = Visit(round_of(dossier.submission), form, case, day, is_rejected=False)
            yield Filled(dossier.record, visit, dossier.review.state, _is_unsent(reader, dossier))


def _is_unsent(reader: Reader, dossier: Dossier) -> bool:
    waiting = (one for record in dossier.records for one in reader.store.outbox.open_of(record))
    return any(one.status == QUEUED for one in waiting)


def _form_id(identity: str | None) -> str:
    return (identity or "").partition("@")[0]


def _day(time: int) -> str:
    """The day of a moment where the office is; of a clock that is impossible the first day of all."""
    try:
        return f"{datetime.fromtimestamp(time / 1000, UTC).astimezone(WITA):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return ""


def _line(reader: Reader, task: Task) -> dict[str, Json]:
    assignment, case = task.assignment, reader.store.records.shown(task.assignment.case)
    return {
        "record": assignment.record,
        "case": assignment.case,
        "name": _name_of(case),
        "village": assignment.village,
        "round": assignment.round,
        "title": task.round.title if task.round else "",
        "form": task.round.form if task.round else "",
        "due": task.due,
        "state": task.state.value,
        "overdue": task.is_overdue,
        "disputed": assignment.is_disputed,
        "visits": list[Json](task.visits),
        "earlier": list[Json](sorted(assignment.earlier)),
        "held": [{"operation": one, "author": name} for one, name in task.notes.held.items()],
        "late": [{"record": one, "author": name} for one, name in task.notes.late.items()],
    }


def _name_of(case: RecordState | None) -> str | None:
    return (case_name(case) or None) if case else None


# --- for a person ----------------------------------------------------------------------------------


def print_tasks(lines: Sequence[Told], villages: dict[str, str], language: Language) -> None:
    """By village, what is due first on top; notes on others' work below the case."""
    if not lines:
        click.echo(say("no-tasks", language))
    width = min(LONGEST_NAME, max((len(_name(one)) for one in lines), default=0))
    for village, some in groupby(lines, key=lambda one: str(one["village"])):
        click.echo(plain(f"{villages.get(village, '-')} ({village})"))
        for one in some:
            click.echo(plain(f"  {_task_line(one, width, language)}".rstrip()))
            for note in _notes(one, language):
                click.echo(plain(f"    {note}"))


def _name(one: Told) -> str:
    return str(one["name"] or NAMELESS)


def _task_line(one: Told, width: int, language: Language) -> str:
    marks = [say("task-overdue", language)] if one["overdue"] else []
    marks += [say("task-disputed", language)] if one["disputed"] else []
    state = say(f"task-{one['state']}", language)
    shown = (one["case"], _name(one).ljust(width), one["due"] or "-", one["form"] or "-", state)
    return "  ".join((*shown, ", ".join(marks)))


def _notes(one: Told, language: Language) -> Iterator[str]:
    for told in one["held"]:
        yield say("task-held", language, author=told["author"])
    for told in one["late"]:
        yield say("task-late", language, author=told["author"], record=told["record"])
