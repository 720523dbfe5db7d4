"""
A file of this machine as an answer: known by its content, a photo made smaller and without its notes.

What a camera notes in a photo (where, when, which phone) is read and then left out, before anything is hashed
or kept. The file on the machine stays as it is.
"""

import os
import stat
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final
from unicodedata import normalize

from client_sync.config import is_text
from client_sync.store.files import SMALL, KeptFile
from domain.errors import InvalidRequest
from domain.files import FileAnswer, file_hash
from domain.forms.display import FILES
from domain.forms.fields import Field
from schemas.filetypes import HEAD_BYTES, media_type
from schemas.pictures import PictureRefused, encode, encode_within, read_picture

IMAGE: Final = "image"
MOST_BYTES: Final = 50 * 1000 * 1000
USUAL_SIDE: Final = 1600
MOST_SIDE: Final = 20_000
JPEG: Final = "image/jpeg"
CLEANED: Final = frozenset({JPEG, "image/png", "image/webp"})
"""Pictures that may hold what a camera noted: it is left out of them wherever they are asked for."""
LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Attachment:
    """An answer, and the bytes of the files that it names; what goes first stands first."""

    answer: FileAnswer
    files: tuple[tuple[KeptFile, bytes], ...]


def read_attachment(file: Path, field: Field, now: int) -> Attachment:
    """
    What a file is as the answer to a question; `now` is the device's clock.

    Raises `InvalidRequest`: ``file-question`` where the question takes none, ``file-unreadable``,
    ``file-not-regular``, ``file-empty``, ``file-too-large``, ``file-changing``, and for a photo the codes of
    `schemas.pictures.PictureRefused`.
    """
    if field.type not in FILES:
        message = f"{field.path} is no question that a file answers"
        raise InvalidRequest(message, code="file-question", path=field.path)
    data, name = _read(file), name_of(file)
    kind = media_type(data[:HEAD_BYTES])
    try:
        if field.type == IMAGE or kind in CLEANED:
            return _photo(data, name, _most_side(field), now)
    except PictureRefused as fault:
        if field.type == IMAGE:
            fault.facts["file"] = str(file)
            raise
        # A file is asked for, not a picture: it is kept as it is, since nothing else is left of it.
    kept = _kept(data, name, kind, now)
    return Attachment(_answer(kept), ((kept, data),))


def name_of(file: Path) -> str:
    """The name by which its person knows the file, as text that can be kept."""
    name = normalize("NFC", file.name)
    if not is_text(name):
        name = name.encode("utf-8", "replace").decode()
    stem, dot, ending = name.rpartition(".")
    return name if len(name) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}"


def _photo(data: bytes, name: str, most_side: int | None, now: int) -> Attachment:
    picture = read_picture(data, most_side)
    clean = encode(picture.image)
    kept = _kept(clean, f"{name.rpartition('.')[0] or name}.jpg", JPEG, now)
    answer = replace(_answer(kept), time=picture.taken.time or None, position=picture.taken.position or None)
    if kept.size <= SMALL:
        return Attachment(answer, ((kept, clean),))
    small = encode_within(picture.image, SMALL)
    first = _kept(small, kept.name, JPEG, now)
    return Attachment(replace(answer, thumbnail=first.hash), ((first, small), (kept, clean)))


def _kept(data: bytes, name: str, kind: str, now: int) -> KeptFile:
    return KeptFile(file_hash(sha256(data).digest()), name, kind, len(data), now)


def _answer(kept: KeptFile) -> FileAnswer:
    return FileAnswer(kept.hash, kept.name, kept.size, kept.type)


def _most_side(field: Field) -> int | None:
    """Pixels of the longer side, as the form asks; a scan that answers a question for a file stays large."""
    asked = field.logic.parameters.get("max-pixels", "")
    if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) <= MOST_SIDE:
        return int(asked[:9])
    return USUAL_SIDE if field.type == IMAGE else None


def _read(file: Path) -> bytes:
    """All bytes of a file that nobody writes meanwhile. Raises `InvalidRequest`."""
    try:
        # Without waiting: a pipe that nobody writes to would hold the command for ever.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise _refused(file, "file-not-regular", "is no file")
            with os.fdopen(handle, "rb", closefd=False) as opened:
                data = opened.read(MOST_BYTES + 1)
            after = os.fstat(handle)
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:  # the latter: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(file, "file-unreadable", f"cannot be read: {reason}", reason=reason) from None
    if len(data) > MOST_BYTES:
        raise _refused(file, "file-too-large", "has more than 50 MB", most=MOST_BYTES // 1_000_000)
    if len(data) != after.st_size or _version(before) != _version(after):
        raise _refused(file, "file-changing", "is being written")
    if not data:
        raise _refused(file, "file-empty", "is empty")
    return data


def _version(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


def _refused(file: Path, code: str, why: str, **facts: object) -> InvalidRequest:
    return InvalidRequest(f"{file} {why}", code=code, file=str(file), **facts)
