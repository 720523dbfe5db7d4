"""
Work that a device could not hand in, as a file: a line about it, and a line for each operation.

The lines are sealed (`schemas.sealing`). The digest covers the ids in their order; the proof is a keyed
digest (HMAC-SHA256) of the first line by what the server keeps of the device's token: since anybody can seal,
it says that the file comes from a store of that device.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import InvalidRequest, MalformedOperation
from domain.operations import REPLICA

VERSION: Final = 1
LONGEST_LINE: Final = 2 * 1024 * 1024
MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a file says of itself: the device store and the account that wrote it, when by the device's clock,
    how many operations of which ids, and whether the office wrote it without the officer (`is_recovered`).
    """

    replica: str
    author: str
    made: int
    app: str
    count: int
    digest: str
    is_recovered: bool

    def to_json(self) -> dict[str, Json]:
        return {
            "v": VERSION,
            "replica": self.replica,
            "author": self.author,
            "made": self.made,
            "app": self.app,
            "count": self.count,
            "digest": self.digest,
            "recovered": self.is_recovered,
        }


def digest_of_ids(ids: Iterable[str]) -> str:
    """Covers operations in their order."""
    return digest_of("\n".join(ids).encode())


def prove(manifest: Manifest, token_hash: str) -> str:
    """The proof of a device; `token_hash` is the SHA-256 of its token as hexadecimal digits."""
    said = canonical_bytes(manifest.to_json())
    return hmac.new(token_hash.encode(), said, hashlib.sha256).hexdigest()


def is_proven(manifest: Manifest, proof: str, token_hash: str) -> bool:
    """Whether the proof is that of the device with this token."""
    return hmac.compare_digest(prove(manifest, token_hash), proof)


def write_lines(manifest: Manifest, proof: str, operations: Iterable[bytes]) -> Iterator[bytes]:
    """The lines; `operations` are canonical bytes."""
    yield canonical_bytes({**manifest.to_json(), "proof": proof}) + b"\n"
    for raw in operations:
        yield raw + b"\n"


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
        if told["v"] != VERSION:
            raise InvalidRequest("a newer version wrote this file", code="unsent-newer")
        manifest = Manifest(
            _text(told["replica"]),
            _text(told["author"]),
            _number(told["made"]),
            _text(told["app"]),
            _number(told["count"]),
            _text(told["digest"]),
            told["recovered"] is not False,
        )
        proof = _text(told["proof"])
        canonical_bytes(manifest.to_json())
    except (ValueError, TypeError, KeyError, MalformedOperation, RecursionError):
        raise malformed("its first line says nothing of a device") from None
    if not REPLICA.fullmatch(manifest.replica) or not 0 < manifest.count <= MOST:
        raise malformed("its first line makes no sense")
    return manifest, proof


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
