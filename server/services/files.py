"""
Keeping files: into the storage first, then on record, so that what is on record is whole and durable.

The key of a file is made with it and stands in the database, sealed. Whoever drops the row has dropped the
file: its object opens for nobody any more, and is deleted in the storage afterwards.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from domain.canonical import ID_BYTES, to_text
from domain.errors import InvalidRequest, NotFound
from domain.files import file_hash
from server.blobs import BlobMissingError, Blobs
from server.blobs.sealing import KEY_BYTES, FileDamagedError, open_segments, seal_segments
from server.services.file_rights import claim_files
from server.store import files
from server.store.files import StoredFile, StoredView
from server.store.transactions import Store

AT_ONCE: Final = 100
ASKED_AT_ONCE: Final = 16
"""Questions to the storage at a time: a bucket takes tens of milliseconds for each."""
LOST: Final = (BlobMissingError.code, FileDamagedError.code)
"""Faults of a file that is stored anew when somebody sends it again."""


class Digest:
    """Hashes and counts what goes through it."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.size = 0

    def of(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._hash.update(piece)
            self.size += len(piece)
            yield piece

    @property
    def spelt(self) -> str:
        return file_hash(self._hash.digest())


def new_object() -> tuple[str, bytes]:
    """A name and a key for something that is to be stored."""
    return to_text(secrets.token_bytes(ID_BYTES)), secrets.token_bytes(KEY_BYTES)


def is_whole(blobs: Blobs, file: StoredFile) -> bool:
    """
    Whether the bytes of a file can be had: a storage may lose them, as one restored from an older backup.

    Raises `BlobsAwayError`.
    """
    return file.fault not in LOST and blobs.has(file.object)


def whole_ones(blobs: Blobs, files_: Mapping[str, StoredFile]) -> set[str]:
    """Those of the files, by hash, whose bytes can be had, as `is_whole`. Raises `BlobsAwayError`."""
    if len(files_) <= 1:
        return {one for one, file in files_.items() if is_whole(blobs, file)}
    with ThreadPoolExecutor(min(ASKED_AT_ONCE, len(files_))) as asking:
        found = asking.map(partial(is_whole, blobs), files_.values())
        return {one for one, is_there in zip(files_, found, strict=True) if is_there}


def keep(store: Store, blobs: Blobs, hash_: str, pieces: Iterable[bytes], account: str, now: int) -> None:
    """
    Keeps a file that an account has sent whole; one that is there already is not stored twice.

    Raises `InvalidRequest` (``hash-differs``) where the pieces are not what `hash_` says, and what the
    storage raises; then nothing is kept. When this returns, the file is durable.
    """
    with store.read() as connection:
        known = files.find(connection, hash_)
    is_there = known is not None and is_whole(blobs, known)
    name, key = (known.object, known.key) if known else new_object()
    digest = Digest()
    if is_there:
        for _ in digest.of(pieces):
            pass
    else:
        blobs.put(name, _checked(seal_segments(key, digest.of(pieces)), digest, hash_))
    if digest.spelt != hash_:
        raise _differs()

    def note(connection: Connection) -> bool:
        is_new = files.find(connection, hash_) is None
        if is_new and known:
            raise NotFound("the file was erased while it was sent again", code="file-gone")
        if is_new:
            files.add(connection, StoredFile(hash_, digest.size, name, key, now))
        if known and not is_there:
            files.mark_unexamined(connection, hash_, now)
        files.add_holder(connection, hash_, account, now)
        claim_files(connection, [hash_], now)
        return is_new

    try:
        is_new = store.transact(note)
    except NotFound:
        blobs.delete(name)
        raise
    if not is_new and not known:  # somebody else was quicker
        blobs.delete(name)


def _checked(sealed: Iterable[bytes], digest: Digest, hash_: str) -> Iterator[bytes]:
    """The same; fails at its end, before anything is whole, unless it was what it should be."""
    yield from sealed
    if digest.spelt != hash_:
        raise _differs()


def _differs() -> InvalidRequest:
    return InvalidRequest("these are not the bytes that the hash names", code="hash-differs")


def read_file(blobs: Blobs, file: StoredFile) -> Iterator[bytes]:
    """The bytes of a file. Raises `BlobMissingError`, `BlobsAwayError`, `FileDamagedError`."""
    return open_segments(file.key, blobs.get(file.object))


def read_view(blobs: Blobs, view: StoredView) -> Iterator[bytes]:
    """The bytes of what is shown of a file; raises as `read_file`."""
    return open_segments(view.key, blobs.get(view.object))


def delete_doomed(store: Store, blobs: Blobs) -> int:
    """Deletes in the storage what no file has any more; gives how much. May be interrupted and done again."""
    with store.read() as connection:
        names = files.doomed(connection, AT_ONCE)
    for name in names:
        blobs.delete(name)
        store.transact(partial(files.forget_doomed, name=name))
    return len(names)
