"""Bodies on the wire: strict JSON in, compressed JSON out.

What a body may do to this side is bounded before it is read: its size packed and
unpacked, its depth, the length of its numbers. RFC 8259 leaves repeated member names
open; here they are an error, since two readers would see two messages.
"""

import gzip
import io
import json
import zlib
from typing import Any, Final

import zstandard
from flask import Flask, Request, Response, request
from webargs.flaskparser import FlaskParser

from domain.errors import InvalidRequest, TooLarge

MAX_INFLATED: Final = 1024 * 1024
LEAST_COMPRESSED: Final = 200
"""Bytes below which packing costs more than it saves."""
ZSTD_LEVEL: Final = 3
GZIP_LEVEL: Final = 6


class StrictParser(FlaskParser):
    """Reads request bodies for flask-smorest."""

    def load_json(self, req: Request, _schema: Any) -> Any:
        """The JSON of a body, whatever its declared type: devices send nothing else."""
        return read_json(read_body(req))


def read_body(req: Request) -> bytes:
    """The body, unpacked. Raises `TooLarge`, and `InvalidRequest` for packing that cannot be undone."""
    encoding = req.headers.get("Content-Encoding", "identity").strip().lower()
    packed = req.stream.read(MAX_INFLATED + 1)
    if len(packed) > MAX_INFLATED:
        raise TooLarge(f"a request has at most {MAX_INFLATED} bytes")
    if encoding in ("identity", ""):
        return packed
    body = _unpack(encoding, packed)
    if len(body) > MAX_INFLATED:
        raise TooLarge(f"a request has at most {MAX_INFLATED} bytes unpacked")
    return body


def _unpack(encoding: str, packed: bytes) -> bytes:
    """At most one byte more than allowed, so that a bomb is noticed and never goes off."""
    try:
        if encoding == "zstd":
            reader = zstandard.ZstdDecompressor(max_window_size=2**23).stream_reader(
                packed, read_across_frames=False
            )
            return reader.read(MAX_INFLATED + 1)
        if encoding == "gzip":
            return gzip.GzipFile(fileobj=io.BytesIO(packed)).read(MAX_INFLATED + 1)
    except (zstandard.ZstdError, zlib.error, OSError, EOFError, ValueError):
        raise InvalidRequest("the body cannot be unpacked", code="bad-encoding") from None
    raise InvalidRequest("bodies are sent plain, as zstd or as gzip", code="bad-encoding")


def read_json(body: bytes) -> Any:
    """The JSON value in UTF-8 bytes. Raises `InvalidRequest` (code ``bad-json``) for anything doubtful."""
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_members, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)[:100]
        raise InvalidRequest(f"the body is not JSON: {reason}", code="bad-json") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member name is repeated")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def compress(response: Response) -> Response:
    """Packs a body as the client accepts it, when that is worth while."""
    accepted = request.accept_encodings
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    data = response.get_data()
    if len(data) < LEAST_COMPRESSED:
        return response
    if accepted.quality("zstd") > 0:
        response.set_data(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(data))
        response.headers["Content-Encoding"] = "zstd"
    elif accepted.quality("gzip") > 0:
        response.set_data(gzip.compress(data, GZIP_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response


def register_compression(app: Flask) -> None:
    """Packs the answers of all JSON routes. Pages are left alone: they mix secrets with what others sent."""
    app.after_request(lambda response: compress(response) if response.is_json else response)
