"""One spelling for one value: canonical JSON, identifiers and digests.

Canonical bytes follow RFC 8785 (JSON Canonicalization Scheme), narrowed to what
travels here: no floating-point numbers, and integers below 2**53 only.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from typing import TypeAlias

from domain.errors import InvalidRequest, MalformedOperation

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

ID_BYTES = 16
MAX_INTEGER = 2**53
MAX_DEPTH = 64
"""Of lists and objects in each other: what is read here is read again elsewhere, with a smaller stack."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_encode_as_ordered = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical_bytes(value: Json) -> bytes:
    """The RFC 8785 bytes of `value`.

    Raises `MalformedOperation` for what has no canonical form here: a float, an
    integer of 2**53 or more, half a surrogate pair, or nesting beyond `MAX_DEPTH`.
    """
    try:
        if _is_plain(value, MAX_DEPTH):
            return _encode(value).encode()
        return _encode_as_ordered(_in_utf16_order(value)).encode()
    except (UnicodeEncodeError, ValueError) as error:
        raise MalformedOperation(f"not canonical JSON: {error}") from None


encode_text: Callable[[str], str] = json.encoder.encode_basestring
"""The canonical JSON of one text."""


def encode_checked(value: Json) -> bytes:
    """`canonical_bytes` of what is known to be plain: small integers, ASCII member names."""
    return _encode(value).encode()


def _is_plain(value: Json, depth: int) -> bool:
    """Whether sorting by code point is already RFC 8785's order; refuses what has no canonical form.

    The orders differ only for names outside ASCII, so nearly every value is plain.
    """
    if isinstance(value, str) or value is None or value is True or value is False:
        return True
    if not depth and isinstance(value, (list, dict)):
        raise MalformedOperation(f"nested more than {MAX_DEPTH} deep", code="malformed-nesting")
    if isinstance(value, list):
        # A plain loop with a short way for texts and for [text, text, []], a change where
        # nothing was before: this runs for every answer of every operation.
        plain = True
        for item in value:
            if item.__class__ is str or item == []:
                continue
            if (
                isinstance(item, list)
                and len(item) == 3
                and item[2] == []
                and item[0].__class__ is item[1].__class__ is str
            ):
                continue
            if not _is_plain(item, depth - 1):
                plain = False
        return plain
    if isinstance(value, dict):
        plain = True
        for name, item in value.items():
            if not _is_plain(item, depth - 1) or not name.isascii():
                plain = False
        return plain
    if isinstance(value, int) and -MAX_INTEGER < value < MAX_INTEGER:
        return True
    raise MalformedOperation("numbers must be integers below 2^53", code="malformed-number")


def _in_utf16_order(value: Json) -> Json:
    """The same value with object members inserted in UTF-16 order, for an encoder that does not sort."""
    if isinstance(value, list):
        return [_in_utf16_order(item) for item in value]
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return {name: _in_utf16_order(value[name]) for name in names}
    return value


def to_text(digest: bytes) -> str:
    """Bytes as base64url without padding, as ids and digests travel (RFC 4648 §5)."""
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """The bytes behind `to_text`; raises `InvalidRequest` for anything else."""
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InvalidRequest("not base64url text") from None


def digest_of(data: bytes) -> str:
    """The first 16 bytes of SHA-256 as text: how operations, records and settings are named."""
    return to_text(hashlib.sha256(data).digest()[:ID_BYTES])


def xor_digest(ids: Iterable[str]) -> int:
    """The xor of the first 64 bits of each id: a digest of a set that grows by one id at a time."""
    folded = 0
    for one in ids:
        folded ^= int.from_bytes(to_bytes(one)[:8], "big")
    return folded
