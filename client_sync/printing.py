"""What the commands print for a person; progress goes to stderr, and only to a terminal."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from client_sync.catalogue import say
from client_sync.config import Language
from client_sync.wording import mark_words, plain, verdict_words, when

if TYPE_CHECKING:
    from client_sync.report import SyncReport
from domain.forms.definition import FormDefinition

Told = Mapping[str, Any]
NOTICEABLE_MS = 60_000
"""A clock that is off by more than this is worth a word."""


def print_list(lines: Sequence[Told], language: Language) -> None:
    if not lines:
        click.echo(say("nothing-listed", language))
    for line in lines:
        marks = [mark_words(status, language) for status in _statuses(line)]
        if line["conflicts"]:
            marks.append(say("list-conflicts", language, count=line["conflicts"]))
        state = say(f"state-{line['state']}", language)
        click.echo(f"{_head(line, state)}  {', '.join(marks)}".rstrip())


def _statuses(line: Told) -> list[str]:
    """Each once, however many operations of a record have it."""
    return sorted({one["status"] for one in line["pending"]})


def _head(told: Told, state: str) -> str:
    return plain(f"{told['record']}  {told['village'] or '-'}  {told['form'] or '-'}  {state}")


def print_record(told: Told, definition: FormDefinition | None, language: Language) -> None:
    """The record's head, its answers by question, and what there is to say about them."""
    review = told["review"]
    lines = [_head(told, say(f"state-{review['state']}", language))]
    lines += [f"  {review['comment']}"] if review["comment"] else []
    lines += [_answer(path, value, definition, language) for path, value in told["answers"].items()]
    lines += [f"{path} = {say('show-restricted', language)}" for path in told["restricted"]]
    for path, values in told["conflicts"].items():
        lines += [f"{say('show-conflict', language)} {path}: {_side(one, language)}" for one in values]
    lines += [f"{say('show-remark', language)} {path}: {text}" for path, text in review["remarks"].items()]
    lines += [
        f"{say('show-problem', language)} {one['path']}: {one['message'][language]}"
        for one in told["problems"]
    ]
    lines += [_refusal(one, one["id"], language) for one in told["pending"]]
    for line in lines:
        click.echo(plain(line))


def _side(one: Told, language: Language) -> str:
    return f"{one['value']} ({one['author']}, {when(one['time'], language)})"


def _answer(path: str, value: Any, definition: FormDefinition | None, language: Language) -> str:
    """One line; identity numbers are masked, `show --json` gives them."""
    if definition is None or path.startswith("$"):
        return f"{path} = {value}"
    return f"{path} = {definition.display(path, value, language)}"


def print_conflicts(told: Sequence[Any], language: Language) -> None:
    if not told:
        click.echo(say("no-conflicts", language))
    for one in told:
        click.echo(plain(f"{one['record']} {one['path']}"))
        for side in one["values"]:
            click.echo(plain(f"    {_side(side, language)}"))


def _refusal(one: Told, what: str, language: Language) -> str:
    """Why an operation was not accepted; `what` is its id, or the record that it is about."""
    why = verdict_words(one["code"], one["message"], language)
    mark = mark_words(one["status"], language)
    return say("sync-refused", language, mark=mark, what=what, code=one["code"], why=why)


def print_status(told: Told, language: Language) -> None:
    areas = ", ".join(told["areas"]) or "-"
    click.echo(say("status-account", language, **{**told, "areas": areas}))
    click.echo(say("status-work", language, **told))
    if told["last_sync"] is None:
        click.echo(say("status-never", language))
    else:
        click.echo(say("status-synced", language, when=when(told["last_sync"], language)))
    if told["offset_ms"] is not None and abs(told["offset_ms"]) > NOTICEABLE_MS:
        click.echo(say("clock-off", language, seconds=abs(told["offset_ms"]) // 1000))
    if told["revoked"]:
        click.echo(say("revoked", language))
    for one in told["refused"]:
        record = one["records"][0] if one["records"] else "-"
        click.echo(plain(f"{_refusal(one, record, language)} [{one['id']}]"))


def print_report(report: "SyncReport", language: Language) -> None:
    told = report.to_json()
    click.echo(say("synced", language, **told, **report.verdicts))
    for one in report.refused:
        record = one.records[0] if one.records else "-"
        click.echo(plain(_refusal(vars(one), record, language)))
    if report.forked:
        click.echo(say("sync-forked", language))
    if report.sent_again:
        click.echo(say("sync-again", language, **told))
    if report.unreadable:
        click.echo(say("sync-unreadable", language, **told))
    if not report.is_quiet:
        click.echo(say("sync-unfinished", language, **told))


@contextmanager
def progress(language: Language, unsent: int) -> Iterator["Callable[[SyncReport], None] | None"]:
    """Shows how a sync goes, where a person is watching."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=unsent or None)

        def tell(report: "SyncReport") -> None:
            left = max(unsent - report.sent, 0)
            words = say("sync-progress", language, sent=report.sent, unsent=left, received=report.received)
            shown.update(task, completed=report.sent, description=words)

        yield tell
