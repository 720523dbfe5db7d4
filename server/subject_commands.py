"""``verilap-server subject``: the rights of the people whose data are kept (UU 27/2022)."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.access import Action
from server.access import of_the_shell, stands_for
from server.clock import now_ms
from server.console import PlainGroup, installed_store, say
from server.texts import sentence

if TYPE_CHECKING:
    from server.services.subject import Belonging


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
    from server.services.erasures import ask_for_erasure, clean, confirmed_erasure, erase_confirmed
    from server.store import accounts

    config = read_config()
    configure(config.log_format)
    with installed_store() as store:
        with store.read() as connection:
            actor = accounts.actor_of(connection, by)
            confirmed = confirmed_erasure(connection, actor, case, now_ms())
        if confirmed is None:
            store.transact(lambda connection: ask_for_erasure(connection, actor, case, reason, now_ms()))
            say("subject-erase-asked", case=case)
            return
        done = erase_confirmed(store, ErasuresFile(config.erasures_file).append, confirmed, now_ms())
        is_clean = clean(store, now_ms())
    taken = done.taken
    counts = {"removed": len(taken.removed), "emptied": len(taken.emptied), "redacted": len(taken.redacted)}
    say("subject-erased", case=case, **counts)
    if not is_clean:
        say("subject-unclean")


@of_the_shell("does again what was asked for and confirmed before")
@subject.command("replay", help=sentence("help-subject-replay"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def replay_erasures(file: Path) -> None:
    """Erases again what a log tells of; exit 1 where it tells of nothing."""
    from server.config import read_config
    from server.erasures_file import ErasuresFile, read_lines
    from server.logs import configure
    from server.services.erasures import clean, replay

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
        clean(store, now_ms())
    say("subject-replayed", told=len(kept), done=len(done))
