"""``verilap-server subject``: the rights of the people whose data are kept (UU 27/2022)."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from domain.access import Action, Actor
from server.access import of_the_shell, stands_for
from server.clock import now_ms
from server.console import PlainGroup, installed_store, say
from server.texts import sentence

if TYPE_CHECKING:
    from server.config import Config
    from server.services.subject import Belonging
    from server.store.transactions import Store


@click.group(cls=PlainGroup, help=sentence("help-subject"))
def subject() -> None:
    """The group of all of them."""


@stands_for(Action.ERASE)
@subject.command("show", help=sentence("help-subject-show"))
@click.argument("case", metavar="CASE")
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--json", "as_json", is_flag=True, help=sentence("option-json"))
def show_subject(case: str, by: str, as_json: bool) -> None:
    """What belongs to a case, and what of it stands in records of others."""
    from server.services.subject import belongings

    with installed_store() as store:
        found = store.transact(lambda connection: belongings(connection, by, case, now_ms()))
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
        return
    _print(found)


def _print(found: "Belonging") -> None:
    say("subject-head", case=found.case, records=len(found.records), operations=found.operations)
    for one in found.records:
        place = ", ".join(one.villages) or "-"
        say("subject-record", record=one.record, what=one.form or one.kind, villages=place)
    for one, member in found.members:
        say("subject-member", record=one.record, what=one.form or one.kind, member=member)
    if found.waiting:
        say("subject-waiting", count=found.waiting)
    if found.files:
        say("subject-files", count=found.files, shared=found.shared)


@stands_for(Action.EXPORT_RESTRICTED)
@subject.command("export", help=sentence("help-subject-export"))
@click.argument("case", metavar="CASE")
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option(
    "--out", required=True, metavar="FILE.zip", type=click.Path(path_type=Path), help=sentence("option-out")
)
@click.option("--restricted", is_flag=True, help=sentence("option-restricted"))
@click.option("--reason", default="", help=sentence("option-reason"))
def export_subject(case: str, by: str, out: Path, restricted: bool, reason: str) -> None:
    """Writes a new file; for restricted answers asks for a second person first."""
    from server.blobs.opening import open_blobs
    from server.config import read_config
    from server.person_page import write_person_archive
    from server.services import person_export
    from server.services.accounts import acting_account

    with installed_store() as store:
        with store.read() as connection:
            actor = acting_account(connection, by, Action.EXPORT_RESTRICTED)
            confirmed = (
                person_export.confirmed_whole(connection, actor, case, now_ms()) if restricted else None
            )
        if restricted and confirmed is None:
            store.transact(lambda c: person_export.ask_for_whole(c, actor, case, reason, now_ms()))
            say("subject-export-asked", case=case)
            return
        with _new_file(out) as opened:
            if confirmed:
                found = store.transact(lambda c: person_export.export_whole(c, confirmed, now_ms()))
            else:
                found = store.transact(lambda c: person_export.export_person(c, actor, case, now_ms()))
            write_person_archive(opened, found, open_blobs(read_config()))
    say("subject-exported", records=len(found.records), file=out)


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that was not there, for its owner only; where it cannot be filled it is not there afterwards."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            yield opened
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@stands_for(Action.ERASE)
@subject.command("erase", help=sentence("help-subject-erase"))
@click.argument("case", metavar="CASE")
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--reason", default="", help=sentence("option-reason"))
def erase_subject(case: str, by: str, reason: str) -> None:
    """Asks for a second person; once somebody has confirmed it, erases."""
    from server.config import read_config
    from server.erasures_file import ErasuresFile
    from server.logs import configure
    from server.services.accounts import acting_account
    from server.services.erasures import ask_for_erasure, confirmed_erasure, erase_confirmed

    config = read_config()
    configure(config.log_format)
    with installed_store() as store:
        with store.read() as connection:
            actor = acting_account(connection, by, Action.ERASE)
            confirmed = confirmed_erasure(connection, actor, case, now_ms())
        if confirmed is None:
            store.transact(lambda connection: ask_for_erasure(connection, actor, case, reason, now_ms()))
            say("subject-erase-asked", case=case)
            return
        done = erase_confirmed(store, ErasuresFile(config.erasures_file).append, confirmed, now_ms())
        taken = done.taken
        counts = {
            "removed": len(taken.removed),
            "emptied": len(taken.emptied),
            "redacted": len(taken.redacted),
        }
        say("subject-erased", case=case, **counts, files=len(taken.dropped))
        clean_up(store, config)


def clean_up(store: "Store", config: "Config") -> None:
    """Takes from the disks what was erased, and tells what has to wait for a worker."""
    from server.blobs.opening import open_blobs
    from server.services.erasures import clean, clean_storage

    if not clean(store, now_ms()):
        say("subject-unclean")
    if not clean_storage(store, open_blobs(config)):
        say("subject-files-later")


@stands_for(Action.RESTRICT_PROCESSING)
@subject.command("restrict", help=sentence("help-subject-restrict"))
@click.argument("case", metavar="CASE")
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--reason", required=True, help=sentence("option-reason"))
def restrict_subject(case: str, by: str, reason: str) -> None:
    """Sets aside what belongs to a case."""
    from server.services.restricting import restrict

    say("subject-restricted", case=case, records=_done_by(restrict, by, case, reason))


@stands_for(Action.RESTRICT_PROCESSING)
@subject.command("lift", help=sentence("help-subject-lift"))
@click.argument("case", metavar="CASE")
@click.option("--by", required=True, metavar="ACCOUNT", help=sentence("option-by"))
@click.option("--reason", required=True, help=sentence("option-reason"))
def lift_subject(case: str, by: str, reason: str) -> None:
    """Ends the restriction of a case."""
    from server.services.restricting import lift

    say("subject-lifted", case=case, records=_done_by(lift, by, case, reason))


def _done_by(
    act: "Callable[[Store, Actor, str, str, int], frozenset[str]]", by: str, case: str, reason: str
) -> int:
    """Does it for an account; gives how many records it was about."""
    from server.config import read_config
    from server.logs import configure
    from server.services.accounts import acting_account

    configure(read_config().log_format)
    with installed_store() as store:
        with store.read() as connection:
            actor = acting_account(connection, by, Action.RESTRICT_PROCESSING)
        return len(act(store, actor, case, reason, now_ms()))


@of_the_shell("does again what was asked for and confirmed before")
@subject.command("replay", help=sentence("help-subject-replay"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def replay_erasures(file: Path) -> None:
    """Erases again what a log tells of; exit 1 where it tells of nothing."""
    from server.config import read_config
    from server.erasures_file import ErasuresFile, read_lines
    from server.logs import configure
    from server.services.erasures import replay

    config = read_config()
    configure(config.log_format)
    kept = read_lines(file.read_text("utf-8", "replace").splitlines())
    if not kept:
        say("subject-replay-none", file=file)
        sys.exit(1)
    with installed_store() as store:
        here = {one.id for one in ErasuresFile(config.erasures_file).read()}
        for one in kept:
            if one.id not in here:
                ErasuresFile(config.erasures_file).append(one)
        done = replay(store, kept, now_ms())
        clean_up(store, config)
    say("subject-replayed", told=len(kept), done=len(done))
