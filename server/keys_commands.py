"""``verilap-server keys`` and ``index``: which keys there are, others in their place; finding by them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import click

from server.access import of_the_shell
from server.clock import now_ms, office_time
from server.config import KEY_VARIABLE, read_config
from server.console import PlainGroup, installed_store, say, warn
from server.texts import sentence

if TYPE_CHECKING:
    from server.key_file import KeySource

TOLD_EACH: Final = 2_000
"""Values between two lines that tell how far it has come."""


@click.group(cls=PlainGroup, help=sentence("help-keys"))
def keys() -> None:
    """The group of both."""


def tell_place(source: "KeySource") -> None:
    """Where the master key lies, and that others may read it if they may."""
    say("keys-place", place=source.file if source.is_file else KEY_VARIABLE)
    if source.is_open_to_others():
        warn("keys-open", file=source.file)


@of_the_shell("it names keys and shows none")
@keys.command("show", help=sentence("help-keys-show"))
def show_keys() -> None:
    """Tells of the keys, and none of them."""
    from server.services.keys import describe_keys
    from server.vault import DATA

    with installed_store() as store, store.read() as connection:
        told = describe_keys(connection, store.vault)
    tell_place(read_config().key_source)
    for number, one in enumerate(told.masters):
        say("keys-master" if number == 0 else "keys-master-former", name=one)
    for stored in told.stored:
        facts = {"number": stored.number, "made": office_time(stored.made), "master": stored.master}
        say("keys-data" if stored.purpose == DATA else "keys-find", **facts)
    say("keys-waiting" if told.waiting else "keys-all-sealed", values=told.waiting)


@of_the_shell("whoever may read the master key may put another in its place")
@keys.command("rotate", help=sentence("help-keys-rotate"))
@click.option("--data", is_flag=True, help=sentence("option-data"))
def rotate_keys(data: bool) -> None:
    """Another master key; with --data another data key."""
    if data:
        _rotate_data()
    else:
        _rotate_master()


def _rotate_master() -> None:
    from server.services.keys import former_files, rotate_master

    source = read_config().key_source
    with installed_store() as store:
        made = rotate_master(store, source, now_ms())
    say("keys-rotated", name=made.id)
    for file in former_files(source):
        say("keys-former", file=file)


def _rotate_data() -> None:
    from server.services.keys import rotate_data
    from server.store import cleaning
    from server.store.sealing import COLUMNS

    with installed_store() as store:
        done = rotate_data(store, now_ms(), _telling("keys-progress"))
        # What the former key sealed stays in the file's freed places until they are written over.
        is_clean = cleaning.rewrite(store, {column.table for column in COLUMNS})
    say("keys-data-rotated", values=done.sealed)
    if not is_clean:
        warn("keys-file-busy")
    if done.unreadable:
        warn("keys-unreadable", values=done.unreadable)


@of_the_shell("what it writes follows from what is there, and it shows nothing")
@click.command("index", help=sentence("help-index"))
def index() -> None:
    """Works out anew by what records are found."""
    from server.services.indexing import index_everything

    with installed_store() as store:
        count = index_everything(store, _telling("index-progress"))
    say("index-done", records=count)


def _telling(key: str) -> Callable[[int], None]:
    """Says now and then how far it has come."""
    told = 0

    def tell(count: int) -> None:
        nonlocal told
        if count - told >= TOLD_EACH:
            told = count
            say(key, count=count)

    return tell
