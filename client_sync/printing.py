"""What the commands print for a person; progress goes to stderr, and only to a terminal."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import click

from client_sync.catalogue import say
from client_sync.config import Language
from client_sync.file_telling import files_sum, print_files_report, state_words
from client_sync.questions import Questions, questions_of
from client_sync.wording import mark_words, plain, verdict_words, when

if TYPE_CHECKING:
    from client_sync.reader import Reader
    from client_sync.report import SyncReport

Told = Mapping[str, Any]
LONGEST_NAME = 28
"""Characters that a list makes room for."""
NAMELESS = "-"
NOTICEABLE_MS = 60_000
"""A clock that is off by more than this is worth a word."""


def print_list(lines: Sequence[Told], language: Language) -> None:
    if not lines:
        click.echo(say("nothing-listed", language))
    width = min(LONGEST_NAME, max((len(_name(line)) for line in lines), default=0))
    for line in lines:
        marks = [mark_words(status, language) for status in _statuses(line)]
        if line["conflicts"]:
            marks.append(say("list-conflicts", language, count=line["conflicts"]))
        if line["returned_parts"]:
            marks.append(say("list-part-returned", language))
        state = say(f"state-{line['state']}", language)
        click.echo(f"{_head(line, _name(line).ljust(width), state)}  {', '.join(marks)}".rstrip())


def _statuses(line: Told) -> list[str]:
    """Each once, however many operations of a record have it."""
    return sorted({one["status"] for one in line["pending"]})


def _name(told: Told) -> str:
    return str(told["name"] or NAMELESS)


def _head(told: Told, name: str, state: str) -> str:
    return plain(f"{told['record']}  {name}  {told['village'] or '-'}  {told['form'] or '-'}  {state}")


def print_cases(lines: Sequence[Told], language: Language) -> None:
    if not lines:
        click.echo(say("no-cases", language))
    width = min(LONGEST_NAME, max((len(_name(line)) for line in lines), default=0))
    for line in lines:
        marks = say("list-conflicts", language, count=line["conflicts"]) if line["conflicts"] else ""
        click.echo(f"{_case_line(line, width)}  {marks}".rstrip())


def _case_line(told: Told, width: int) -> str:
    list_name = told["kind"].removeprefix("case:")
    return plain(f"{told['record']}  {_name(told).ljust(width)}  {told['village'] or '-'}  {list_name}")


def _head_of(told: Told, language: Language) -> str:
    return _head(told, _name(told), say(f"state-{told['review']['state']}", language))


def print_record(told: Told, questions: Questions) -> None:
    """The record's head, its answers by question, and what there is to say about them."""
    language, review = questions.language, told["review"]
    lines = [_case_line(told, 0) if told["kind"].startswith("case:") else _head_of(told, language)]
    lines += [f"  {review['comment']}"] if review["comment"] else []
    parts = [one["review"] for one in told.get("parts", ())]
    for part in parts:
        state = say(f"state-{part['state']}", language)
        lines += [f"  {say('show-part', language, state=state)}"]
        lines += [f"  {part['comment']}"] if part["comment"] else []
    # Of several files at a path the first one is in view.
    files = reversed(told.get("files", ()))
    states = {one["path"]: f", {state_words(one, language)}" for one in files}
    lines += [
        f"{questions.title(path)} = {questions.value(path, told['answers'][path])}{states.get(path, '')}"
        for path in questions.in_order(told["answers"])
    ]
    lines += [
        f"{questions.title(path)} = {say(_why_unread(told, path), language)}" for path in told["restricted"]
    ]
    lines += [f"{questions.title(path)} = {say('show-removed', language)}" for path in told["removed"]]
    for path, values in told["conflicts"].items():
        lines += [f"{say('show-conflict', language)} {questions.title(path)}"]
        lines += _sides(path, values, questions)
    lines += [
        f"{say('show-remark', language)} {questions.title(path)}: {text}"
        for told_of in (review, *parts)
        for path, text in told_of["remarks"].items()
    ]
    lines += [
        f"{say('show-problem', language)} {questions.title(one['path'])}: {one['message'][language]}"
        for one in told["problems"]
    ]
    lines += [_refusal(one, one["id"], language) for one in told["pending"]]
    for line in lines:
        click.echo(plain(line))


def _why_unread(told: Told, path: str) -> str:
    return "show-settled" if path in told["settled"] else "show-restricted"


def _sides(path: str, values: Sequence[Told], questions: Questions) -> list[str]:
    words = questions.sides(path, [one["value"] for one in values], [one["id"] for one in values])
    return [
        f"    {side} ({one['author']}, {when(one['time'], questions.language)})"
        for side, one in zip(words, values, strict=True)
    ]


def print_conflicts(told: Sequence[Told], reader: "Reader", language: Language) -> None:
    questions = cache(lambda kind, form: questions_of(reader, kind, form, language))
    if not told:
        click.echo(say("no-conflicts", language))
    for one in told:
        asked = questions(one["kind"], one["form"])
        click.echo(plain(f"{one['record']}  {_name(one)}  {asked.title(one['path'])}"))
        for side in _sides(one["path"], one["values"], asked):
            click.echo(plain(side))
        if one["why_not"]:
            why = verdict_words(one["why_not"], "", language)
            click.echo(f"    {say('conflict-for-office', language, why=why)}")
    if told:
        click.echo(say("conflicts-settle", language))


def _refusal(one: Told, what: str, language: Language) -> str:
    """Why an operation was not accepted; `what` is its id, or the record that it is about."""
    why = verdict_words(one["code"], one["message"], language)
    mark = mark_words(one["status"], language)
    return say("sync-refused", language, mark=mark, what=what, code=one["code"], why=why)


def print_status(told: Told, language: Language) -> None:
    areas = ", ".join(told["areas"]) or "-"
    click.echo(say("status-account", language, **{**told, "areas": areas}))
    click.echo(say("status-locked" if told["locked"] else "status-work", language, **told))
    if told["files"]:
        waiting = (told["files_waiting"], told["files_waiting_bytes"])
        click.echo(files_sum(waiting, (told["files"], told["files_bytes"]), language))
    if told["last_sync"] is None:
        click.echo(say("status-never", language))
    else:
        click.echo(say("status-synced", language, when=when(told["last_sync"], language)))
    if told["offset_ms"] is not None and abs(told["offset_ms"]) > NOTICEABLE_MS:
        click.echo(say("clock-off", language, seconds=abs(told["offset_ms"]) // 1000))
    if told["revoked"]:
        click.echo(say("revoked", language))
    if told["heads_differ"]:
        click.echo(say("heads-differ", language, kecamatan=", ".join(told["heads_differ"])))
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
    if report.heads_differ:
        click.echo(say("heads-differ", language, kecamatan=", ".join(report.heads_differ)))
    is_shut = report.locked and not report.unsent  # once more helps nothing before the office has unlocked it
    if not report.is_quiet and not is_shut:
        click.echo(say("sync-unfinished", language, **told))
    print_files_report(report.files, language)


def print_heads(told: Sequence[Told], language: Language) -> None:
    if not told:
        click.echo(say("no-heads", language))
    for one in told:
        mark = say("head-past", language) if one["differs"] else ""
        moment = when(one["told"], language)
        click.echo(f"{one['partition']}  {one['seq']}  {one['digest']}  {moment}  {mark}".rstrip())


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
            files = report.files
            if files.name:
                words = say("files-progress", language, name=plain(files.name), sent=files.sent)
                shown.update(
                    task,
                    total=files.size,
                    completed=min(files.done + files.moving, files.size),
                    description=words,
                )
                return
            left = max(unsent - report.sent, 0)
            words = say("sync-progress", language, sent=report.sent, unsent=left, received=report.received)
            shown.update(task, completed=report.sent, description=words)

        yield tell
