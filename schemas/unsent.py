"""
Work that a device could not hand in, as a file: a line about it, a line for each operation, and behind them
the unsent photos and files: a line about each, and its bytes in lines of base64.

The lines are sealed (`schemas.sealing`). The digest covers the ids and hashes in their order; the proof is a
keyed digest (HMAC-SHA256) of the first line by what the server keeps of the device's token: since anybody can
seal, it says that the file comes from a store of that device.
"""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import InvalidRequest, MalformedOperation
from domain.files import file_hash, is_file_hash
from domain.operations import REPLICA
from domain.uploading import LARGEST_FILE

VERSION: Final = 1
WITH_FILES: Final = 2
"""The version of what holds files; what holds none is readable by servers of before."""
LONGEST_LINE: Final = 2 * 1024 * 1024
MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a file says of itself: the device store and the account that wrote it, when by the device's clock,
    how many operations of which ids and files of which hashes, and whether the office wrote it without the
    officer (`is_recovered`).
    """

    replica: str
    author: str
    made: int
    app: str
    count: int
    digest: str
    is_recovered: bool
    files: int = 0

    def to_json(self) -> dict[str, Json]:
        return {
            "v": WITH_FILES if self.files else VERSION,
            **({"files": self.files} if self.files else {}),
            "replica": self.replica,
            "author": self.author,
            "made": self.made,
            "app": self.app,
            "count": self.count,
            "digest": self.digest,
            "recovered": self.is_recovered,
        }


def digest_of_ids(ids: Iterable[str]) -> str:
    """Covers operations by their ids, and files by their hashes, in their order."""
    return digest_of("\n".join(ids).encode())


def prove(manifest: Manifest, token_hash: str) -> str:
    """The proof of a device; `token_hash` is the SHA-256 of its token as hexadecimal digits."""
    said = canonical_bytes(manifest.to_json())
    return hmac.new(token_hash.encode(), said, hashlib.sha256).hexdigest()


def is_proven(manifest: Manifest, proof: str, token_hash: str) -> bool:
    """Whether the proof is that of the device with this token."""
    return hmac.compare_digest(prove(manifest, token_hash), proof)


class UnsentFile(NamedTuple):
    """A file that was not sent: its hash, how many bytes it has, and they in pieces (of at most 1 MiB)."""

    hash: str
    size: int
    pieces: Iterable[bytes]


def write_lines(
    manifest: Manifest, proof: str, operations: Iterable[bytes], files: Iterable[UnsentFile] = ()
) -> Iterator[bytes]:
    """The lines; `operations` are canonical bytes."""
    yield canonical_bytes({**manifest.to_json(), "proof": proof}) + b"\n"
    for raw in operations:
        yield raw + b"\n"
    for file in files:
        yield canonical_bytes({"file": file.hash, "size": file.size}) + b"\n"
        for piece in file.pieces:
            yield b64encode(piece) + b"\n"


def read_files(lines: Iterator[bytes], count: int) -> Iterator[UnsentFile]:
    """
    The files that stand next; each is read to its end before the next one is asked for.

    Raises `InvalidRequest` (code ``unsent-malformed``), also where the bytes are not those of the hash.
    """
    for _ in range(count):
        try:
            told = json.loads(next(lines, b""))
            file, size = str(told["file"]), _number(told["size"])
        except (ValueError, TypeError, KeyError, RecursionError):
            raise malformed("a file is missing") from None
        if not is_file_hash(file) or not 0 < size <= LARGEST_FILE:
            raise malformed("what it says of a file makes no sense")
        yield UnsentFile(file, size, _pieces(lines, file, size))


def _pieces(lines: Iterator[bytes], file: str, size: int) -> Iterator[bytes]:
    digest = hashlib.sha256()
    left = size
    while left > 0:
        try:
            piece = b64decode(next(lines, b""), validate=True)
        except ValueError:
            piece = b""
        if not 0 < len(piece) <= left:
            raise malformed("a piece of a file is missing")
        digest.update(piece)
        left -= len(piece)
        if left == 0 and file_hash(digest.digest()) != file:
            raise malformed("a file was altered")
        yield piece


def read_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a file that comes in pieces. Raises `InvalidRequest` (code ``unsent-malformed``)."""
    waiting = b""
    for piece in pieces:
        *lines, waiting = (waiting + piece).split(b"\n")
        yield from lines
        if len(waiting) > LONGEST_LINE:
            raise malformed("a line is too long")
    if waiting:
        raise malformed("the last line has no end")


def read_manifest(line: bytes) -> tuple[Manifest, str]:
    """What the first line says, and the proof. Raises `InvalidRequest`."""
    try:
        told = json.loads(line)
        if told["v"] not in (VERSION, WITH_FILES):
            raise InvalidRequest("a newer version wrote this file", code="unsent-newer")
        manifest = Manifest(
            _text(told["replica"]),
            _text(told["author"]),
            _number(told["made"]),
            _text(told["app"]),
            _number(told["count"]),
            _text(told["digest"]),
            told["recovered"] is not False,
            _number(told["files"]) if told["v"] == WITH_FILES else 0,
        )
        proof = _text(told["proof"])
        canonical_bytes(manifest.to_json())
    except (ValueError, TypeError, KeyError, MalformedOperation, RecursionError):
        raise malformed("its first line says nothing of a device") from None
    if not REPLICA.fullmatch(manifest.replica) or not _is_sound(manifest):
        raise malformed("its first line makes no sense")
    return manifest, proof


def _is_sound(manifest: Manifest) -> bool:
    counts = (manifest.count, manifest.files)
    return all(0 <= one <= MOST for one in counts) and any(counts)


def malformed(why: str) -> InvalidRequest:
    return InvalidRequest(f"this is no file of unsent work: {why}", code="unsent-malformed", why=why)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 200 or "\x00" in value:
        raise TypeError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
