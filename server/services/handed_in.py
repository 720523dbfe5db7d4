"""
A file of unsent work that somebody hands in by a page, until the office's key is there.

It comes alone: what a web server takes in of a large request may lie on its disk for a moment, which must
never be so for a passphrase. The file is sealed to the office, so it may; it waits in the storage of files
under a random name, known to the page only. What nobody comes back for is collected like any stray object.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple, cast

from sqlalchemy import Connection

from domain.errors import InvalidRequest, NotFound
from schemas.sealing import UNSENT, sealed_to
from server.blobs import OBJECT_NAME, BlobMissingError, Blobs
from server.services.files import new_object
from server.services.recovery import current_key
from server.services.unsent import Opener
from server.store import recovery


class HandedIn(NamedTuple):
    """Which key of the office opens a file, since when that is there, and whether it is the latest."""

    key: str
    created: int
    is_current: bool


def keep(blobs: Blobs, pieces: Iterable[bytes]) -> str:
    """Keeps a file; gives its name. Raises what the storage raises."""
    name, _ = new_object()
    blobs.put(name, pieces)
    return name


def look(connection: Connection, file: BinaryIO) -> HandedIn:
    """
    Which key opens it, by its header. Raises `InvalidRequest`: ``sealed-not``, ``unknown-recovery-key``.
    """
    key = sealed_to(file, UNSENT)
    found = recovery.find(connection, key) if key.isascii() and "\0" not in key else None
    if found is None:
        raise InvalidRequest(f"the key {key} is none of this office", code="unknown-recovery-key", name=key)
    current = current_key(connection)
    return HandedIn(found.id, found.created, current is not None and current.id == found.id)


def opener(blobs: Blobs, name: str) -> Opener:
    """Opens a file that waits. Raises `NotFound` where there is none, any more or at all."""
    if not OBJECT_NAME.fullmatch(name):
        raise NotFound("there is no such file", code="unsent-gone")
    return partial(_open, blobs, name)


def _open(blobs: Blobs, name: str) -> BinaryIO:
    try:
        return cast(BinaryIO, blobs.open(name))
    except BlobMissingError:
        raise NotFound("there is no such file any more", code="unsent-gone") from None


def forget(blobs: Blobs, name: str) -> None:
    """Takes a file away that was taken in."""
    blobs.delete(name)


def pieces_of(file: BinaryIO, size: int = 64 * 1024) -> Iterator[bytes]:
    """Its bytes, so that it need not be in memory."""
    while piece := file.read(size):
        yield piece
