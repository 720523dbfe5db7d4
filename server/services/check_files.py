"""Checks that every file on record is in the storage as it was stored, and tells what else lies there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection

from domain.files import file_hash
from server.blobs import BlobMissingError, Blobs, StoredObject
from server.blobs.sealing import FileDamagedError, sealed_bytes
from server.services.check_store import Difference
from server.services.files import read_file, read_view
from server.store import files, orphans
from server.store.orphans import KeptObject
from server.store.transactions import Store
from server.views import WHOLE

MISSING: Final = "check-file-missing"
DAMAGED: Final = "check-file-damaged"
_FAULTS: Final = {MISSING: BlobMissingError.code, DAMAGED: FileDamagedError.code}


@dataclass
class CheckedFiles:
    """How much was looked at so far: files with their bytes, and objects that no file has."""

    files: int = 0
    bytes: int = 0
    objects: int = 0
    strays: int = 0


def check_files(
    store: Store, blobs: Blobs, checked: CheckedFiles, now: int, *, is_reading: bool
) -> Iterator[Difference]:
    """
    Every object that is missing or not as it was stored, as it is found; `checked` counts along.

    With `is_reading` each is opened and hashed, else only its size is compared. What is found is noted, so
    that devices are asked for a file again, and a worker makes anew what is shown of one. Goes along the
    storage and the rows in one order, so that neither has to fit into memory. Raises `BlobsAwayError`.
    """
    for kept, there in _side_by_side(_kept(store), blobs.names()):
        if kept is None:
            checked.strays += _is_stray(store, there)
            continue
        checked.objects += 1
        if kept.kind == WHOLE:
            checked.files, checked.bytes = checked.files + 1, checked.bytes + kept.size
        found = _look(store, blobs, kept, there, is_reading)
        if found is None:
            _forgive(store, kept, is_reading)
        elif _note(store, kept, found, now):
            yield Difference(found, {"file": kept.file, "kind": kept.kind})


def _kept(store: Store) -> Iterator[KeptObject]:
    last = ""
    while True:
        with store.read() as connection:
            some = orphans.kept_objects(connection, last)
        if not some:
            return
        yield from some
        last = some[-1].name


def _side_by_side(
    kept: Iterator[KeptObject], listed: Iterator[StoredObject]
) -> Iterator[tuple[KeptObject | None, StoredObject | None]]:
    """Both by their names; nothing on the side that has none."""
    one, other = next(kept, None), next(listed, None)
    while one or other:
        if one and (other is None or one.name < other.name):
            yield one, None
            one = next(kept, None)
        elif other and (one is None or other.name < one.name):
            yield None, other
            other = next(listed, None)
        else:
            yield one, other
            one, other = next(kept, None), next(listed, None)


def _is_stray(store: Store, there: StoredObject | None) -> bool:
    """Also what came while this went on is on record by now."""
    with store.read() as connection:
        return there is not None and not orphans.known_objects(connection, [there.name])


def _look(
    store: Store, blobs: Blobs, kept: KeptObject, there: StoredObject | None, is_reading: bool
) -> str | None:
    """What is wrong with an object."""
    if there is None and not blobs.has(kept.name):
        return MISSING
    if there is not None and there.size != sealed_bytes(kept.size):
        return DAMAGED
    return _read(store, blobs, kept) if is_reading else None


def _read(store: Store, blobs: Blobs, kept: KeptObject) -> str | None:
    try:
        size, digest = _measured(_opened(store, blobs, kept))
    except BlobMissingError:
        return MISSING
    except (FileDamagedError, ValueError):  # or its key
        return DAMAGED
    is_whole = size == kept.size and (kept.kind != WHOLE or digest == kept.file)
    return None if is_whole else DAMAGED


def _opened(store: Store, blobs: Blobs, kept: KeptObject) -> Iterator[bytes]:
    with store.read() as connection:
        file = files.find(connection, kept.file) if kept.kind == WHOLE else None
        view = files.views_of(connection, [kept.file]).get((kept.file, kept.kind))
    if file:
        return read_file(blobs, file)
    if view:
        return read_view(blobs, view)
    raise BlobMissingError("it was removed meanwhile", object=kept.name)


def _measured(pieces: Iterable[bytes]) -> tuple[int, str]:
    size, hashed = 0, sha256()
    for piece in pieces:
        hashed.update(piece)
        size += len(piece)
    return size, file_hash(hashed.digest())


def _note(store: Store, kept: KeptObject, found: str, now: int) -> bool:
    """What follows from a difference; none does where the object is on record no more."""

    def note(connection: Connection) -> bool:
        file = files.find(connection, kept.file)
        if file is None or orphans.kept_object(connection, kept.name) is None:
            return False
        if kept.kind == WHOLE:
            files.note_fault(connection, kept.file, _FAULTS[found])
        elif file.fault not in _FAULTS.values():  # else it waits to be sent again, and is looked at then
            files.mark_unexamined(connection, kept.file, now)
        return True

    return store.transact(note)


def _forgive(store: Store, kept: KeptObject, is_reading: bool) -> None:
    """What was noted as lost and is here after all, as when its disk is back."""
    if kept.fault == _FAULTS[MISSING] or (kept.fault == _FAULTS[DAMAGED] and is_reading):
        store.transact(partial(files.note_fault, hash_=kept.file, fault=None))


def count_missing(store: Store, blobs: Blobs) -> tuple[int, int]:
    """How many objects of files are not in the storage, of how many; by the lists of both alone."""
    missing = total = 0
    for kept, there in _side_by_side(_kept(store), blobs.names()):
        if kept is not None:
            total += 1
            missing += there is None and not blobs.has(kept.name)
    return missing, total
