"""``verilap-server recovery-key`` and ``take-unsent``: work that did not arrive by a sync."""

import os
import sys
from pathlib import Path

import click

from domain.access import Action
from domain.errors import InvalidRequest
from server.access import of_the_shell, stands_for
from server.clock import now_ms, office_time
from server.config import read_config
from server.console import PlainGroup, installed_store, say
from server.texts import sentence

PASSPHRASE_VARIABLE = "VERILAP_RECOVERY_PASSPHRASE"  # noqa: S105 (its name)

passphrase_stdin = click.option("--passphrase-stdin", is_flag=True, help=sentence("option-passphrase-stdin"))


@click.group("recovery-key", cls=PlainGroup, help=sentence("help-recovery-key"))
def recovery_key() -> None:
    """The group of both."""


@of_the_shell("whoever makes the key keeps it: no account of the office does")
@recovery_key.command("new", help=sentence("help-recovery-key-new"))
@click.option("--out", type=click.Path(path_type=Path), required=True, help=sentence("option-out-key"))
@passphrase_stdin
def new_key(out: Path, passphrase_stdin: bool) -> None:
    """Makes a key."""
    from server.services.recovery import make_key

    with installed_store() as store:
        made = make_key(store, out, read_passphrase(passphrase_stdin, is_new=True), now_ms())
    say("recovery-key-made", name=made.id, file=out)


@of_the_shell("public keys are no secret")
@recovery_key.command("list", help=sentence("help-recovery-key-list"))
def list_keys() -> None:
    """The keys, one a line; the last one counts."""
    from server.services.recovery import current_key
    from server.store.recovery import all_keys

    with installed_store() as store, store.read() as connection:
        current, keys = current_key(connection), all_keys(connection)
    for one in keys:
        is_current = current is not None and one.id == current.id
        mark = sentence("recovery-key-current" if is_current else "recovery-key-older")
        say("recovery-key-listed", name=one.id, created=office_time(one.created), mark=mark)
    if not keys:
        say("recovery-key-none")


def read_passphrase(from_stdin: bool, *, is_new: bool = False) -> str:
    """Of a recovery key: from standard input, the environment or the terminal. Raises `InvalidRequest`."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if given := os.environ.get(PASSPHRASE_VARIABLE):
        return given
    if not sys.stdin.isatty():
        raise InvalidRequest("there is no passphrase", code="recovery-passphrase")
    again = sentence("ask-again") if is_new else False
    return str(click.prompt(sentence("ask-recovery-passphrase"), hide_input=True, confirmation_prompt=again))


@stands_for(Action.DECIDE_HELD)
@click.command("take-unsent", help=sentence("help-take-unsent"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Path(path_type=Path), required=True, help=sentence("option-recovery-key"))
@click.option("--by", required=True, metavar="NAME", help=sentence("option-by-unsent"))
@passphrase_stdin
def take_unsent(file: Path, key: Path, by: str, passphrase_stdin: bool) -> None:
    """Takes a file of unsent work in."""
    from server.blobs.opening import open_blobs
    from server.services.recovery import read_key
    from server.services.unsent import take

    def open_key() -> bytes:
        return read_key(key, read_passphrase(passphrase_stdin))

    with installed_store() as store:
        taken = take(store, open_blobs(read_config()), lambda: file.open("rb"), open_key, by, now_ms())
    counts = {status: taken.statuses[status] for status in ("ok", "held", "void")}
    say("unsent-taken", name=taken.manifest.author, count=taken.manifest.count, known=taken.known, **counts)
    if taken.files:
        say("unsent-taken-files", count=taken.files, name=taken.manifest.author)
    if not taken.is_certain:
        say("unsent-uncertain")
