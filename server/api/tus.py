"""
What the headers of a resumable upload say, as tus 1.0 has it (https://tus.io/protocols/resumable-upload).

Every header is read strictly: one that comes twice, is malformed or makes no sense is refused with a code of
its own, since a number that is taken for another one would put bytes where they do not belong.
"""

import binascii
import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from werkzeug.exceptions import ClientDisconnected

from domain.errors import InvalidRequest, TooLarge, VerilapError
from domain.files import digest_bytes, file_hash
from domain.uploading import LARGEST_CHUNK, LARGEST_FILE
from server.services.arrivals import BytesDiffer
from server.services.uploads import Wanted

VERSION: Final = "1.0.0"
CHUNK_TYPE: Final = "application/offset+octet-stream"
ALGORITHMS: Final[Mapping[str, Callable[[bytes], Any]]] = {
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False),  # the protocol wants it
    "sha256": hashlib.sha256,
}
ABILITIES: Final = {
    "Tus-Version": VERSION,
    "Tus-Extension": "creation,creation-with-upload,expiration,checksum,termination",
    "Tus-Max-Size": str(LARGEST_FILE),
    "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
}
"""What a client is told of this server."""
_WHOLE_NUMBER: Final = re.compile(r"[0-9]+")
_MOST_DIGITS: Final = 15
_BEYOND: Final = 10**_MOST_DIGITS
_METADATA_KEY: Final = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,200}")
_AT_ONCE: Final = 64 * 1024


class OtherVersion(VerilapError):
    """A request in another version of tus, or in none (HTTP 412)."""

    code = "tus-version"


class OtherType(VerilapError):
    """A body that is not said to be bytes of a file, or is packed (HTTP 415)."""

    code = "content-type"


@dataclass(frozen=True, slots=True)
class Checksum:
    """A digest of one request's bytes."""

    algorithm: str
    digest: bytes

    def check(self, data: bytes) -> None:
        """Raises `BytesDiffer` (``checksum-differs``)."""
        if not hmac.compare_digest(ALGORITHMS[self.algorithm](data).digest(), self.digest):
            raise BytesDiffer("these are not the bytes of Upload-Checksum", code="checksum-differs")


def check_version() -> None:
    """Raises `OtherVersion` unless the request speaks this version."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise OtherVersion(f"the header Tus-Resumable must be {VERSION}", version=VERSION)


def method() -> str:
    """What the request asks for: X-HTTP-Method-Override, for who can send nothing but POST, or its method.

    Raises `InvalidRequest` where the two contradict each other.
    """
    told = request.headers.get("X-HTTP-Method-Override")
    if told is None or told == request.method:
        return request.method
    if request.method != "POST":
        raise InvalidRequest("X-HTTP-Method-Override goes with POST only", code="method-override")
    return told


def read_wanted() -> Wanted:
    """What is to be uploaded. Raises `InvalidRequest` and `TooLarge` (``file-too-large``)."""
    if "Upload-Defer-Length" in request.headers:
        raise InvalidRequest("the length is told when an upload is begun", code="length-deferred")
    if "Upload-Concat" in request.headers:
        raise InvalidRequest("uploads are not put together of others", code="concatenation")
    length = _read_number("Upload-Length")
    if length > LARGEST_FILE:
        raise TooLarge(f"a file has at most {LARGEST_FILE} bytes", code="file-too-large", most=LARGEST_FILE)
    digest = _read_metadata().get("sha256")
    if digest is None:
        raise InvalidRequest("Upload-Metadata must tell the file's sha256", code="hash-missing")
    if len(digest) != hashlib.sha256().digest_size:
        raise InvalidRequest("sha256 in Upload-Metadata is 32 bytes in base64", code="hash-malformed")
    return Wanted(file_hash(digest), length)


def read_offset() -> int:
    """Where the bytes of the request begin. Raises `InvalidRequest`."""
    return _read_number("Upload-Offset")


def _read_number(name: str) -> int:
    text = request.headers.get(name)
    if text is None:
        raise InvalidRequest(f"the header {name} is missing", code="header-missing", header=name)
    if not _WHOLE_NUMBER.fullmatch(text):
        raise InvalidRequest(f"{name} must be a whole number", code="header-malformed", header=name)
    return int(text) if len(text) <= _MOST_DIGITS else _BEYOND


def _read_metadata() -> dict[str, bytes]:
    """What is told of the file by name. Only its hash is used: all else is in the answer that names it."""
    found: dict[str, bytes] = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        key, _, value = pair.strip().partition(" ")
        if not key and not value:
            continue
        plain = _read_base64(value)
        if not _METADATA_KEY.fullmatch(key) or plain is None or key in found:
            raise InvalidRequest("Upload-Metadata cannot be read", code="metadata-malformed")
        found[key] = plain
    return found


def write_metadata(hash_: str) -> str:
    """What is kept of Upload-Metadata."""
    return f"sha256 {b64encode(digest_bytes(hash_)).decode()}"


def read_checksum() -> Checksum | None:
    """The digest of the request's bytes, if it tells one. Raises `InvalidRequest`."""
    told = request.headers.get("Upload-Checksum")
    if told is None:
        return None
    algorithm, _, text = told.partition(" ")
    if algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise InvalidRequest(f"Upload-Checksum is one of {known}", code="checksum-algorithm", known=known)
    digest = _read_base64(text)
    if digest is None or len(digest) != ALGORITHMS[algorithm](b"").digest_size:
        raise InvalidRequest("Upload-Checksum cannot be read", code="checksum-malformed")
    return Checksum(algorithm, digest)


def _read_base64(text: str) -> bytes | None:
    try:
        return b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None


# --- the bytes -----------------------------------------------------------------------------------


def has_chunk() -> bool:
    """Whether the body is said to be bytes of the file. Raises `OtherType` where it is anything else."""
    is_chunk = request.headers.get("Content-Type", "") == CHUNK_TYPE
    if not is_chunk and request.content_length:
        raise OtherType(f"bytes of a file are sent as {CHUNK_TYPE}", wanted=CHUNK_TYPE)
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise OtherType("bytes of a file are sent as they are", code="content-encoding")
    return is_chunk


def is_body_here() -> bool:
    """Whether all of the body that will ever come lies in memory: waitress asks nobody before it does."""
    return "waitress.client_disconnected" in request.environ


def read_chunk(most: int) -> bytes:
    """
    The bytes of the request, at most as many as the file still lacks (`most`).

    A body that was cut (see `server.cut_requests`) is taken as far as it came, unless there is a checksum,
    which cannot fit. Raises `TooLarge` (``chunk-too-large``), `BytesDiffer`, `InvalidRequest`.
    """
    checksum = read_checksum()
    _check_size(request.content_length or 0, most)
    data = _read_body(min(most, LARGEST_CHUNK))
    _check_size(len(data), most)
    if checksum:
        checksum.check(data)
    return data


def _check_size(size: int, most: int) -> None:
    if size > LARGEST_CHUNK:
        raise TooLarge(
            f"a request brings at most {LARGEST_CHUNK} bytes", code="chunk-too-large", most=LARGEST_CHUNK
        )
    if size > most:
        raise InvalidRequest("the bytes go beyond the file's length", code="chunk-beyond-length", most=most)


def _read_body(most: int) -> bytes:
    """The body as far as it comes, and one byte more than allowed where it does not end there."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size <= most and (piece := request.stream.read(min(_AT_ONCE, most + 1 - size))):
            pieces.append(piece)
            size += len(piece)
    except (ClientDisconnected, OSError):
        pass
    return b"".join(pieces)
