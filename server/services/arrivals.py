"""
Uploads that have come whole become files: verified and durable before anybody is told that they are complete.

Whoever meets an upload with all its bytes that is no file yet makes it one: the request that brought the last
of them, the next that asks for it, or a worker. A kill at any step leaves that to the next.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from domain.errors import InvalidRequest, NotFound, VerilapError
from domain.uploading import LARGEST_CHUNK
from server.blobs import Blobs
from server.services.files import is_whole, keep
from server.store import files, uploads
from server.store.transactions import Store
from server.store.uploads import StoredUpload

_LEFT_FOR_MS: Final = 60_000
"""Once an upload has all its bytes, its request has so long to keep them before a worker does it."""
_AT_ONCE: Final = 20


class BytesDiffer(VerilapError):
    """Bytes came that are not those of the digest that was sent with them (HTTP 460)."""

    code = "hash-differs"


class _PieceGone(Exception):
    """A piece is not there any more: somebody else was quicker to keep the file, or to drop the upload."""


def settle(store: Store, blobs: Blobs, upload: StoredUpload, now: int) -> StoredUpload:
    """
    The same upload. Where it has all its bytes, they have become a file, verified and durable.

    Raises `BytesDiffer` where they are not what its hash says: the upload is gone. `BlobsFullError` and
    `BlobsAwayError`: they stay where they are, and another try will do. `NotFound`: it was dropped meanwhile.
    """
    if upload.has_all and not _is_kept(store, blobs, upload):
        _keep(store, blobs, upload, now)
    return upload


def settle_some(store: Store, blobs: Blobs, now: int) -> int:
    """Keeps the files of uploads that have all their bytes, and whose request did not get that far."""
    with store.read() as connection:
        left = uploads.with_all(connection, now - _LEFT_FOR_MS, _AT_ONCE)
    for upload in left:
        try:
            settle(store, blobs, upload, now)
        except (BytesDiffer, NotFound):
            continue  # it is gone
        store.transact(partial(uploads.drop_pieces, upload=upload.id))
    return len(left)


def _is_kept(store: Store, blobs: Blobs, upload: StoredUpload) -> bool:
    with store.read() as connection:
        file = files.find(connection, upload.hash)
        is_his = bool(files.held_by(connection, upload.account, [upload.hash]))
    return file is not None and is_his and is_whole(blobs, file)


def _keep(store: Store, blobs: Blobs, upload: StoredUpload, now: int) -> None:
    try:
        keep(store, blobs, upload.hash, _bytes_of(store, upload), upload.account, now)
    except InvalidRequest as error:
        store.transact(partial(uploads.remove, upload=upload.id))
        raise BytesDiffer(error.message) from None
    except _PieceGone:
        if not _is_kept(store, blobs, upload):
            store.transact(partial(uploads.remove, upload=upload.id))
            raise unknown_upload() from None
    store.transact(partial(uploads.drop_pieces, upload=upload.id))


def _bytes_of(store: Store, upload: StoredUpload) -> Iterator[bytes]:
    """The pieces in their order, little more than the largest of them in memory at once."""
    offset = 0
    while offset < upload.length:
        with store.read() as connection:
            some = uploads.pieces_within(connection, upload.id, offset, offset + LARGEST_CHUNK)
        if not some:
            raise _PieceGone
        for begins, data in some:
            if begins != offset:
                raise _PieceGone
            yield data
            offset += len(data)


def unknown_upload() -> NotFound:
    """What is told of an upload that is not there, or is not his who asks."""
    return NotFound("there is no such upload", code="upload-unknown")
