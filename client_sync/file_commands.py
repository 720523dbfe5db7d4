"""The commands of ``verilap`` about files: attaching them, writing them out, what is on its way."""

import json
from pathlib import Path
from typing import Final

import click

from client_sync.commanding import Context, as_json, pass_context, print_json, tell_notices
from client_sync.usage import SpokenCommand, SpokenGroup, Verbatim

LONGEST_DAYS: Final = 3650


def add_to(group: click.Group) -> None:
    """Makes them commands of `group`."""
    for command in (attach, file_, files):
        group.add_command(command)


@click.command(cls=Verbatim)
@click.argument("record")
@click.argument("path")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@pass_context
def attach(context: Context, record: str, path: str, file: Path, is_json: bool) -> None:
    """Jawab dengan foto atau berkas / answer a question by a photo or a file."""
    attachments = context.attachments()
    saved = attachments.attach(record, path, file)
    tell_notices(context, saved)
    answer = attachments.answer_at(record, path)
    if is_json:
        print_json({"record": record, "path": path, "answer": json.loads(answer.to_text())})
    else:
        context.say("attached", file=_in_words(context, answer.name, answer.size or 0))


@click.command("file", cls=Verbatim)
@click.argument("record")
@click.argument("path")
@click.argument("out", type=click.Path(path_type=Path))
@pass_context
def file_(context: Context, record: str, path: str, out: Path) -> None:
    """Tulis foto atau berkas ke OUT / write the photo or file that answers a question to OUT."""
    from client_sync.writing import write_new

    attachments = context.attachments()
    kept = attachments.file_at(record, path)
    write_new(out, attachments.store.files.pieces(kept))
    context.say("file-written", out=out, file=_in_words(context, kept.name, kept.size))


@click.group(cls=SpokenGroup, invoke_without_command=True)
@as_json
@click.pass_context
def files(click_context: click.Context, is_json: bool) -> None:
    """Foto dan berkas di perangkat ini / the photos and files on this device, and what waits to be sent."""
    if click_context.invoked_subcommand is not None:
        return
    from client_sync import file_telling

    context: Context = click_context.obj
    told = file_telling.files_json(context.reader())
    print_json(told) if is_json else file_telling.print_files(told, context.language)


@files.command(cls=SpokenCommand)
@click.argument("line", type=click.Choice(["any", "wifi"]))
@pass_context
def originals(context: Context, line: str) -> None:
    """Kirim yang besar lewat sambungan apa saja atau Wi-Fi saja / on which lines large files are sent."""
    from client_sync.store.settings import ORIGINALS

    context.workspace().store.settings.put(ORIGINALS, line)
    context.say(f"originals-{line}")


@files.command(cls=SpokenCommand)
@click.argument("days", type=click.IntRange(0, LONGEST_DAYS))
@pass_context
def keep(context: Context, days: int) -> None:
    """Berapa hari disimpan setelah terkirim / for how many days what was sent stays here."""
    from client_sync.store.settings import KEEP_FILES

    context.workspace().store.settings.put(KEEP_FILES, days)
    context.say("files-keep", days=days)


def _in_words(context: Context, name: str, size: int) -> str:
    from client_sync.wording import plain
    from domain.forms.display import size_words

    return f"{plain(name)} ({size_words(size, context.language)})"
