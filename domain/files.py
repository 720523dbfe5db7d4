"""
Files as answers: one value says what a file is; the bytes travel apart, and are known by their digest.

The value is the canonical JSON text of an object with ``hash`` (SHA-256 of the bytes as they are uploaded,
base64url without padding), ``name``, ``size`` in bytes, ``type`` (a media type) and, where they are known,
``time`` (when a photo was taken, by the camera: ``2026-03-01T10:22:33``, with ``+08:00`` where it says so),
``position`` (``latitude longitude [altitude]`` in degrees and metres) and ``thumbnail``, the hash of a small
picture that the device made of it and uploads before it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from domain.canonical import canonical_bytes, to_bytes, to_text
from domain.errors import InvalidRequest
from domain.operations import Operation, Value

FILE_HASH: Final = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")
"""32 bytes in base64url: of the last character only four bits count, the others are zero."""
_BEGINNING: Final = "{"
_TEXTS: Final = ("position", "thumbnail", "time", "type")


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """
    What an answer says of a file. A value of before this version may lack all but hash and name.

    `hash` need not be a digest: what somebody typed is shown as it is, and never arrives.
    """

    hash: str
    name: str
    size: int | None = None
    type: str | None = None
    time: str | None = None
    position: str | None = None
    thumbnail: str | None = None

    def to_text(self) -> str:
        """The answer."""
        told = {member: value for member in self.__slots__ if (value := getattr(self, member)) is not None}
        return canonical_bytes(told).decode()

    @property
    def hashes(self) -> tuple[str, ...]:
        """The files that are to arrive: the small picture first; nothing that is no digest."""
        named = (self.thumbnail, self.hash)
        return tuple(dict.fromkeys(one for one in named if one and is_file_hash(one)))


def is_file_hash(text: str) -> bool:
    """Whether a text can be the hash of a file."""
    return FILE_HASH.fullmatch(text) is not None


def file_hash(digest: bytes) -> str:
    """How a SHA-256 (32 bytes) is spelt."""
    return to_text(digest)


def digest_bytes(spelt: str) -> bytes:
    """The 32 bytes of a hash. Raises `InvalidRequest` (``file-hash``)."""
    if not is_file_hash(spelt):
        raise InvalidRequest("a file's hash is 43 characters of base64url", code="file-hash")
    return to_bytes(spelt)


def read_file_answer(value: Value) -> FileAnswer | None:
    """What a value says of a file; nothing where it is none. A member that makes no sense is left out."""
    if not isinstance(value, str) or not value.startswith(_BEGINNING):
        return None
    try:
        told = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in ("hash", "name")):
        return None
    texts: dict[str, Any] = {name: told[name] for name in _TEXTS if isinstance(told.get(name), str)}
    size = told.get("size")
    is_size = isinstance(size, int) and not isinstance(size, bool) and size >= 0
    return FileAnswer(hash=told["hash"], name=told["name"], size=size if is_size else None, **texts)


def files_named(operation: Operation) -> Iterator[tuple[str, str]]:
    """
    (record, hash) of every file that an operation names, small pictures too, some of them perhaps twice.

    By what the values say, whatever their questions are: an answer to a question that this version does not
    know keeps its file.
    """
    for part in operation.parts:
        for value in part.values:
            # Nearly no answer begins so; the server asks this of every one of them.
            if isinstance(value, str) and value.startswith(_BEGINNING) and (file := read_file_answer(value)):
                for one in file.hashes:
                    yield part.record, one
