"""``verilap-server files``: whether all files are where they should be, and taking away what nobody needs."""

import sys
from dataclasses import replace

import click

from server.access import of_the_shell
from server.clock import now_ms
from server.config import read_config
from server.console import REFUSED, PlainGroup, installed_store, say
from server.texts import sentence


@click.group(cls=PlainGroup, help=sentence("help-files"))
def files() -> None:
    """The group of both."""


@of_the_shell("it tells which files are missing, and shows none")
@files.command("check", help=sentence("help-files-check"))
@click.option("--read", "is_reading", is_flag=True, help=sentence("option-files-read"))
def check_files(is_reading: bool) -> None:
    """Compares the storage with what is on record."""
    from server.blobs.opening import open_blobs
    from server.services import check_files as checking

    checked, count = checking.CheckedFiles(), 0
    blobs = open_blobs(read_config())
    with installed_store() as store:
        for difference in checking.check_files(store, blobs, checked, now_ms(), is_reading=is_reading):
            count += 1
            say(difference.key, **difference.facts)
    if checked.strays:
        say("files-strays", objects=checked.strays)
    megabytes = round(checked.bytes / 1_000_000, 1)
    facts = {"files": checked.files, "objects": checked.objects, "megabytes": megabytes}
    if count:
        say("files-different", count=count, **facts)
        sys.exit(REFUSED)
    say("files-fine", **facts)


@of_the_shell("what it takes away is named by nobody")
@files.command("collect", help=sentence("help-files-collect"))
@click.option("--dry-run", is_flag=True, help=sentence("option-files-dry-run"))
def collect_files(dry_run: bool) -> None:
    """Takes away what workers would within a day."""
    from server.blobs.opening import open_blobs
    from server.services.files import delete_doomed
    from server.services.orphans import collect, what_is_due

    blobs = open_blobs(read_config())
    with installed_store() as store:
        done = (what_is_due if dry_run else collect)(store, blobs, now_ms())
        while not dry_run and (deleted := delete_doomed(store, blobs)):
            done = replace(done, objects=done.objects + deleted)
    facts = {"uploads": done.uploads, "files": done.files, "objects": done.objects, "drafts": done.drafts}
    say("files-due" if dry_run else "files-collected", **facts)
    if done.noted:
        say("files-noted", objects=done.noted)
