"""Noting which files the operations name that an earlier version of the server took in."""

from functools import partial
from typing import Final

from sqlalchemy import Connection

from domain.errors import MalformedOperation
from domain.operations import parse_raw
from server.store import file_uses, settings
from server.store.transactions import Store

AT_ONCE: Final = 200
RULES: Final = "1"
"""By which it was noted what operations name; another one has everything noted again."""


def is_noted(connection: Connection) -> bool:
    """Whether everything is noted by this version's rules."""
    return settings.read(connection, [settings.FILES_NOTED]).get(settings.FILES_NOTED) == RULES


def note_everything(store: Store) -> None:
    """Goes through the log, some operations at a time, beside a running server; may be begun again."""
    after = ""
    while last := store.transact(partial(_note_some, after=after)):
        after = last
    store.transact(lambda connection: settings.write(connection, settings.FILES_NOTED, RULES))


def _note_some(connection: Connection, after: str) -> str | None:
    """Gives the id of the last operation, nothing at the end."""
    bodies = file_uses.lock_bodies(connection, after, AT_ONCE)
    file_uses.put(connection, {one: _named_in(body, is_read) for one, body, is_read in bodies})
    return bodies[-1][0] if bodies else None


def _named_in(body: bytes, is_read: bool) -> set[tuple[str, str]]:
    if is_read and file_uses.may_name(body):
        try:
            return file_uses.named_in(parse_raw(body))
        except (MalformedOperation, ValueError, RecursionError):
            pass  # damaged: `check` tells of it
    return file_uses.named_in_bytes(body)
