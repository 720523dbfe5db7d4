"""
Uploads: a file comes in pieces, each of them durable before it is acknowledged.

Any process of the server takes the next piece, since all that is known of an upload stands in the database.
Of several requests about one upload the newest counts: it raises the generation, and an older one that still
reads its body writes nothing any more. So what was told of the offset stays true.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.canonical import ID_BYTES, to_text
from domain.errors import InvalidRequest, NotAllowed, Outdated, TooLarge, VerilapError
from domain.uploading import LARGEST_FILE, LIFETIME_MS
from server.blobs import Blobs
from server.services.arrivals import settle, unknown_upload
from server.services.file_rights import claim_files, holds_or_reads
from server.services.files import whole_ones
from server.store import files, uploads
from server.store.transactions import Store
from server.store.uploads import StoredUpload

_ID: Final = re.compile(r"[A-Za-z0-9_-]{22}")
"""Whatever else stands in an address is asked of no database: PostgreSQL takes no NUL."""
MOST_OPEN: Final = 100
"""Uploads of an account that are on their way at once."""
MOST_UNNAMED: Final = 500 * 1024 * 1024
"""Bytes of an account's files that no operation names: devices send operations first."""


class UploadExpired(VerilapError):
    """Nobody went on with the upload for too long (HTTP 410); it is to be begun anew."""

    code = "upload-expired"


class TooManyUploads(VerilapError):
    """The account has too many on their way (HTTP 429); some are to be completed or ended first."""

    code = "too-many-uploads"


class OffsetDiffers(Outdated):
    """The bytes do not follow those that are there (HTTP 409); `offset` is where they end."""

    code = "offset-differs"

    def __init__(self, offset: int) -> None:
        super().__init__("these bytes do not begin where those end that have come", offset=offset)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Sender:
    """Who uploads. `is_reading`: whether his device reads, too; one that is revoked or locked does not."""

    actor: Actor
    device: str
    is_reading: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be uploaded: the hash of a file, and its length in bytes."""

    hash: str
    length: int


# --- beginning -----------------------------------------------------------------------------------


def needed(store: Store, blobs: Blobs, sender: Sender, hashes: Collection[str]) -> list[str]:
    """
    Those of the files that the sender has to send: he has not shown to have them, or they are not here.

    Raises `BlobsAwayError`: whether they are here is asked of the storage, not of what is on record.
    """
    had = _had(store, blobs, sender, hashes)
    return [one for one in dict.fromkeys(hashes) if one not in had]


def begin(
    store: Store, blobs: Blobs, sender: Sender, wanted: Wanted, first: bytes | None, now: int
) -> StoredUpload:
    """
    The upload by which a file is sent; complete at once where the sender need not send it.

    `first` are the bytes with which it begins, perhaps none. Who sends them is told of an upload of the same
    file that his device has begun already, and goes on there: `first` is then left aside. Who does not (None)
    expects to begin at 0: an upload that has got further is dropped.

    Raises `TooLarge`, `TooManyUploads`, `NotAllowed` (``too-many-unnamed``), and as `add`.
    """
    if wanted.length > LARGEST_FILE:
        raise TooLarge(f"a file has at most {LARGEST_FILE} bytes", code="file-too-large", most=LARGEST_FILE)
    has = wanted.hash in _had(store, blobs, sender, [wanted.hash])
    begun = store.transact(partial(_begin, sender=sender, wanted=wanted, first=first, has=has, now=now))
    return settle(store, blobs, begun, now)


def _begin(
    connection: Connection, sender: Sender, wanted: Wanted, first: bytes | None, has: bool, now: int
) -> StoredUpload:
    account = sender.actor.name
    known = uploads.latest(connection, account, sender.device, wanted.hash)
    has = has and _note_holder(connection, sender, wanted, now)
    if known is not None and (known := uploads.lock(connection, known.id)) is not None:
        fits = known.length == wanted.length and not _is_expired(known, now)
        if fits and _can_go_on(connection, known, has, first is not None):
            return uploads.take(connection, known.id)
        uploads.remove(connection, known.id)
    if not has:
        _refuse_too_many(connection, account, wanted, now)
    data = b"" if has else first or b""
    upload = StoredUpload(
        id=to_text(secrets.token_bytes(ID_BYTES)),
        account=account,
        device=sender.device,
        hash=wanted.hash,
        length=wanted.length,
        offset=wanted.length if has else len(data),
        generation=0,
        created=now,
        touched=now,
    )
    uploads.add(connection, upload)
    if data:
        uploads.add_piece(connection, upload.id, 0, data)
    return upload


def _can_go_on(connection: Connection, known: StoredUpload, has: bool, is_told: bool) -> bool:
    """Whether an upload of before serves; `has`: the sender need not send the file."""
    if known.has_all:  # and is a file, unless that was lost or dropped since
        return has or known.length == 0 or uploads.has_pieces(connection, known.id)
    return not has and (is_told or known.offset == 0)


def _note_holder(connection: Connection, sender: Sender, wanted: Wanted, now: int) -> bool:
    """Notes that the sender has a file that he need not send; not where it went meanwhile."""
    file = files.find(connection, wanted.hash)
    if file is None or file.size != wanted.length:
        return False
    files.add_holder(connection, wanted.hash, sender.actor.name, now)
    claim_files(connection, [wanted.hash], now)
    return True


def _had(store: Store, blobs: Blobs, sender: Sender, hashes: Collection[str]) -> set[str]:
    """Those of the files that are here, and that the sender has shown to have, or may read."""
    with store.read() as connection:
        if sender.is_reading:
            his = holds_or_reads(connection, sender.actor, hashes)
        else:
            his = files.held_by(connection, sender.actor.name, hashes)
        there = files.arrived(connection, his)
    return whole_ones(blobs, there)


def _refuse_too_many(connection: Connection, account: str, wanted: Wanted, now: int) -> None:
    if uploads.count_open(connection, account, now - LIFETIME_MS) >= MOST_OPEN:
        raise TooManyUploads(f"an account has at most {MOST_OPEN} uploads on their way", most=MOST_OPEN)
    if uploads.bytes_unnamed(connection, account) + wanted.length > MOST_UNNAMED:
        raise NotAllowed(
            f"files that no operation names have at most {MOST_UNNAMED} bytes: send operations first",
            code="too-many-unnamed",
            most=MOST_UNNAMED,
        )


# --- going on ------------------------------------------------------------------------------------


def look(store: Store, blobs: Blobs, account: str, upload: str, now: int) -> StoredUpload:
    """
    How far an upload has got. Where it has all its bytes, they are kept as a file when this returns.

    Raises `NotFound`, `UploadExpired`, and as `settle`.
    """

    def take(connection: Connection) -> StoredUpload | None:
        found = _find(connection, account, upload)
        return None if _is_expired(found, now) else uploads.take(connection, found.id)

    return settle(store, blobs, _unless_expired(store.transact(take)), now)


def start(store: Store, account: str, upload: str, offset: int, now: int) -> StoredUpload:
    """
    Makes this request the one that goes on with an upload at `offset`, before its bytes are read.

    Raises `NotFound`, `UploadExpired`, `OffsetDiffers`.
    """
    return _unless_expired(store.transact(lambda c: _start(c, account, upload, offset, now)))


def add(store: Store, blobs: Blobs, started: StoredUpload, data: bytes, now: int) -> StoredUpload:
    """
    Adds the bytes of a request that `start` has let in; where they are the last ones, the file is kept.

    Raises `Outdated` (``taken-over``) when a newer request came meanwhile: nothing was written. `NotFound`
    when the upload is gone. And as `settle`: then the bytes are there, and another request may try again.
    """
    grown = store.transact(lambda c: _add(c, started, data, now))
    return settle(store, blobs, grown, now)


def go_on(
    store: Store, blobs: Blobs, account: str, upload: str, offset: int, data: bytes, now: int
) -> StoredUpload:
    """`start` and `add` at once, in one commit: for bytes that are here already. Raises as both."""

    def both(connection: Connection) -> StoredUpload | None:
        started = _start(connection, account, upload, offset, now)
        return _add(connection, started, data, now) if started else None

    return settle(store, blobs, _unless_expired(store.transact(both)), now)


def _start(connection: Connection, account: str, upload: str, offset: int, now: int) -> StoredUpload | None:
    found = _find(connection, account, upload)
    if _is_expired(found, now):
        return None
    if found.offset != offset:
        raise OffsetDiffers(found.offset)
    return uploads.take(connection, found.id)


def _add(connection: Connection, started: StoredUpload, data: bytes, now: int) -> StoredUpload:
    if not data:
        return started
    if len(data) > (most := started.length - started.offset):
        raise InvalidRequest("the bytes go beyond the file's length", code="chunk-beyond-length", most=most)
    grown = uploads.grow(connection, started, data, now)
    if grown is None:
        _find(connection, started.account, started.id)
        raise Outdated("a newer request goes on with this upload", code="taken-over")
    return grown


def end(store: Store, account: str, upload: str) -> None:
    """Drops an upload; a file that has become of it stays. Raises `NotFound`."""
    store.transact(lambda c: uploads.remove(c, _find(c, account, upload).id))


def _find(connection: Connection, account: str, upload: str) -> StoredUpload:
    found = uploads.lock(connection, upload) if _ID.fullmatch(upload) else None
    if found is None or found.account != account:
        raise unknown_upload()
    return found


def _is_expired(upload: StoredUpload, now: int) -> bool:
    return not upload.has_all and upload.touched + LIFETIME_MS <= now


def _unless_expired(upload: StoredUpload | None) -> StoredUpload:
    if upload is None:
        raise UploadExpired("nobody went on with this upload for too long")
    return upload
