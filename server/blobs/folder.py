"""Objects as files of a folder: written beside their place, forced to the disk, then renamed into it."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Final

from domain.canonical import ID_BYTES, to_text
from server.blobs import (
    OBJECT_NAME,
    BlobMissingError,
    BlobsAwayError,
    BlobsFullError,
    StoredObject,
    checked_name,
)
from server.durable import sync_folder

READ_BYTES: Final = 64 * 1024
DRAFT: Final = ".draft"
MARK: Final = "verilap-files"
"""A file that says that the folder is the storage."""
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FolderBlobs:
    """
    A `Blobs` in a folder; the first two characters of a name are a folder of their own.

    With `is_marked` the folder counts only where `prepare` has marked it. A disk that is not mounted leaves
    an empty folder: objects would seem to be missing, and new ones would land on another disk.
    """

    def __init__(self, folder: Path, *, is_marked: bool = False) -> None:
        self.folder = folder
        self._is_marked = is_marked

    def prepare(self, *, is_new: bool) -> None:
        if is_new or not self._is_marked:
            with _told():
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync_folder(self.folder.parent)
        if self._is_marked:
            self._mark(is_new)
        tried = to_text(secrets.token_bytes(ID_BYTES))
        self.put(tried, [b"tried"])
        for _ in self.get(tried):
            pass
        self.delete(tried)

    def _mark(self, is_new: bool) -> None:
        """Files that were copied here from an unmarked folder say themselves that this is the storage."""
        with _told():
            mark = self.folder / MARK
            if mark.exists():
                return
            there = [one for one in self.folder.iterdir() if one.name != "lost+found"]
            if any(len(one.name) != 2 for one in there) or not (there or is_new):
                raise _not_ours(self.folder)
            mark.touch(mode=0o600)
            sync_folder(self.folder)

    def look(self) -> None:
        with _told():
            if self._is_marked and not (self.folder / MARK).is_file():
                raise _not_ours(self.folder)
            if self.folder.exists() and not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
                raise BlobsAwayError(
                    "the folder of files cannot be written", code="storage-folder", folder=str(self.folder)
                )

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        place = self._place(name)
        self.look()
        draft = place.with_name(f"{name}.{secrets.token_hex(4)}{DRAFT}")
        try:
            self._write(draft, chunks)
            with _told():
                draft.replace(place)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        with _told():  # before, a power cut may take the name away again, and the folder it stands in
            sync_folder(place.parent)
            sync_folder(self.folder)

    def _write(self, draft: Path, chunks: Iterable[bytes]) -> None:
        """What `chunks` raises is passed on as it is, also where it is an `OSError`."""
        with _told():
            draft.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        # Unbuffered: so that nothing is left to be written, and to fail, when it is closed.
        with open(opened, "wb", buffering=0) as file:
            for chunk in chunks:
                with _told():
                    _write_all(file.fileno(), chunk)
            with _told():
                os.fsync(file.fileno())

    def get(self, name: str) -> Iterator[bytes]:
        return _pieces(self.open(name))

    def open(self, name: str) -> FileIO:
        place = self._place(name)
        with _told():
            try:
                return place.open("rb", buffering=0)
            except FileNotFoundError:
                self.look()
                raise BlobMissingError("the storage has no such object", object=name) from None

    def has(self, name: str) -> bool:
        place = self._place(name)
        if _told_of(place):
            return True
        self.look()
        return False

    def delete(self, name: str) -> None:
        place = self._place(name)
        with _told():
            place.unlink(missing_ok=True)

    def names(self) -> Iterator[StoredObject]:
        for file in self._files():
            is_ours = OBJECT_NAME.fullmatch(file.name) and file.name.startswith(file.parent.name)
            if is_ours and (there := _told_of(file)):
                yield StoredObject(file.name, _milliseconds(there), there.st_size)

    def clear_drafts(self, before: int) -> int:
        cleared = 0
        for file in self._files():
            is_draft = file.suffix == DRAFT and OBJECT_NAME.fullmatch(file.name.partition(".")[0])
            if is_draft and (there := _told_of(file)) and _milliseconds(there) < before:
                with _told():
                    file.unlink(missing_ok=True)
                cleared += 1
        return cleared

    def _files(self) -> Iterator[Path]:
        """Folder by folder, so that only the names of one of them are in memory."""
        self.look()
        with _told():
            folders = sorted(self.folder.glob("??/"))
        for folder in folders:
            with _told():
                files = sorted(folder.iterdir())
            yield from files

    def _place(self, name: str) -> Path:
        return self.folder / checked_name(name)[:2] / name


def _not_ours(folder: Path) -> BlobsAwayError:
    message = f"the folder {folder} is not the one of files: is its disk there?"
    return BlobsAwayError(message, code="storage-folder", folder=str(folder))


def _write_all(descriptor: int, chunk: bytes) -> None:
    """A disk that is nearly full takes less than it was given, and says so the next time."""
    left = memoryview(chunk)
    while left:
        left = left[os.write(descriptor, left) :]


def _pieces(file: FileIO) -> Iterator[bytes]:
    with file:
        while True:
            with _told():
                chunk = file.read(READ_BYTES)
            if not chunk:
                return
            yield chunk


def _told_of(file: Path) -> os.stat_result | None:
    """What the disk tells of a file; nothing where somebody took it away meanwhile."""
    with _told():
        try:
            return file.stat()
        except FileNotFoundError:
            return None


def _milliseconds(there: os.stat_result) -> int:
    return there.st_mtime_ns // 1_000_000


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the disk as what they mean here."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise BlobsFullError("the folder of files takes no more") from fault
        raise BlobsAwayError(
            f"the folder of files cannot be used: {fault.strerror}",
            code="storage-folder",
            folder=fault.filename or "",
        ) from fault
