"""Objects as files of a folder: written beside their place, forced to the disk, then renamed into it."""

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from server.blobs import OBJECT_NAME, BlobMissingError, BlobsAwayError, BlobsFullError

READ_BYTES: Final = 64 * 1024
DRAFT: Final = ".draft"
_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class FolderBlobs:
    """A `Blobs` in a folder; the first two characters of a name are a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        place = self._place(name)
        draft = place.with_name(f"{name}.{secrets.token_hex(4)}{DRAFT}")
        with _told():
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    for chunk in chunks:
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(place)
            except BaseException:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise
            _sync_folder(place.parent)
            _sync_folder(self.folder)

    def get(self, name: str) -> Iterator[bytes]:
        with _told():
            try:
                file = self._place(name).open("rb")
            except FileNotFoundError:
                raise BlobMissingError("the storage has no such object", object=name) from None
        return _pieces(file)

    def has(self, name: str) -> bool:
        return self._place(name).is_file()

    def delete(self, name: str) -> None:
        with _told():
            self._place(name).unlink(missing_ok=True)

    def names(self) -> Iterator[tuple[str, int]]:
        for file in sorted(self.folder.glob("??/*")):
            if OBJECT_NAME.fullmatch(file.name):
                with suppress(FileNotFoundError):
                    yield file.name, file.stat().st_mtime_ns // 1_000_000

    def _place(self, name: str) -> Path:
        if not OBJECT_NAME.fullmatch(name):
            raise ValueError("not the name of an object")
        return self.folder / name[:2] / name


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(READ_BYTES):
            yield chunk


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told() -> Iterator[None]:
    """Faults of the disk as what they mean here."""
    try:
        yield
    except OSError as fault:
        if fault.errno in _FULL:
            raise BlobsFullError("the folder of files takes no more") from fault
        raise BlobsAwayError(f"the folder of files cannot be used: {fault.strerror}") from fault
