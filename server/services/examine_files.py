"""
Looking at files that have arrived: what each is, and of pictures, what people are shown.

A worker takes a file for a while, reads it, has a picture made into views by another process, stores these,
and notes all of it in one transaction. Whatever is killed on the way, the file stays unexamined, and its turn
comes again; views that nobody noted are objects without a file, which are collected.
"""

import time
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Final

from sqlalchemy import Connection

from domain.errors import VerilapError
from schemas.filetypes import HEAD_BYTES, PICTURES, media_type
from server import logs
from server.blobs import BlobMissingError, Blobs
from server.blobs.sealing import FileDamagedError, seal_segments
from server.services import looking
from server.services.file_rights import claim_files
from server.services.files import new_object, read_file
from server.services.looking import LookingFailedError
from server.store import files
from server.store.files import StoredFile, StoredView
from server.store.transactions import Store
from server.views import TYPE, Looked

STEP_SECONDS: Final = 2.0
"""After so long the worker looks after other things, and then goes on."""
LEASE_MS: Final = 60_000
"""For how long a file is a worker's own. Where the storage is so slow that looking at it takes longer, two
workers look, and what the first one notes counts."""
LATER_MS: Final = 3_600_000
"""When to look again for what the storage does not have, as after a restore of one without the other."""
MOST_ATTEMPTS: Final = 2
"""A picture at which looking failed so often is not tried again."""
MOST_BEGUN: Final = 6
"""Nor one with which workers themselves ended so often."""

FAILED: Final = LookingFailedError.code
UNSUPPORTED: Final = "picture-unsupported"


def examine_files(store: Store, blobs: Blobs, now: int) -> int:
    """Looks at some files; gives at how many. Raises what the storage raises when it is away."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < STEP_SECONDS:
        with store.read() as connection:
            if not files.is_any_unexamined(connection, now):
                break
        file = store.transact(partial(files.take_unexamined, now=now, until=now + LEASE_MS))
        if file is None:  # another worker was quicker
            break
        _examine(store, blobs, file, now)
        done += 1
    return done


def _examine(store: Store, blobs: Blobs, file: StoredFile, now: int) -> None:
    began = time.perf_counter()
    try:
        type_, looked = _look(blobs, file)
        _keep(store, blobs, file, type_, looked, now)
    except LookingFailedError:
        return  # again, when nobody has it any more
    except (BlobMissingError, FileDamagedError) as fault:
        _put_off(store, file, now + LATER_MS, fault.code)
        logs.logger().error(fault.code, file=file.hash)
        return
    except VerilapError:  # the storage is away, or full
        _put_off(store, file, now + LEASE_MS)
        raise
    milliseconds = round((time.perf_counter() - began) * 1000, 1)
    logs.logger().info("file-examined", type=type_, size=file.size, fault=looked.fault, ms=milliseconds)


def _look(blobs: Blobs, file: StoredFile) -> tuple[str, Looked]:
    head, rest = _head_of(read_file(blobs, file))
    type_ = media_type(head)
    if type_ not in PICTURES:
        return type_, Looked(fault=UNSUPPORTED if type_.startswith("image/") else None)
    if file.attempts > MOST_BEGUN:
        return type_, Looked(fault=FAILED)
    try:
        return type_, looking.look(chain([head], rest))
    except LookingFailedError:
        if file.attempts < MOST_ATTEMPTS:
            raise
        return type_, Looked(fault=FAILED)


def _head_of(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning of a file, and what comes after it."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD_BYTES:
            break
    return head, pieces


def _put_off(store: Store, file: StoredFile, due: int, fault: str | None = None) -> None:
    """Nothing was done: it does not count."""
    store.transact(partial(files.put_off, hash_=file.hash, due=due, fault=fault))


def _keep(store: Store, blobs: Blobs, file: StoredFile, type_: str, looked: Looked, now: int) -> None:
    views = []
    for one in looked.views:
        name, key = new_object()
        blobs.put(name, seal_segments(key, [one.data]))
        views.append(StoredView(file.hash, one.kind, name, key, TYPE, len(one.data), one.width, one.height))

    def note(connection: Connection) -> bool:
        is_done = files.finish(connection, file.hash, type_, looked.fault, views, now)
        # Of who named it while it arrived, and it, neither transaction may have seen the other.
        claim_files(connection, [file.hash] if is_done else [], now)
        return is_done

    if not store.transact(note):  # it was erased meanwhile, or another worker was quicker
        for view in views:
            blobs.delete(view.object)
