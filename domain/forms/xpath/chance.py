"""
Chance that can be repeated: shuffles as ODK defines them, identifiers and numbers from a given text.

No rule here draws from the machine. What is random comes from the seed that the caller gives.
"""

import base64
import hashlib
import math
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")
MODULUS: Final = 2_147_483_647
FACTOR: Final = 16_807
LONGEST_LONG: Final = 2**63 - 1
ALGORITHMS: Final = {
    "MD5": "md5",
    "SHA-1": "sha1",
    "SHA-256": "sha256",
    "SHA-384": "sha384",
    "SHA-512": "sha512",
}


def shuffled(items: Sequence[T], seed: int) -> list[T]:
    """The items in the order that the seed gives (inside-out Fisher-Yates with Park-Miller's numbers)."""
    state = abs(seed) % MODULUS * (-1 if seed < 0 else 1)
    state += MODULUS - 1 if state <= 0 else 0
    result: list[T] = []
    for place, item in enumerate(items):
        state = state * FACTOR % MODULUS
        drawn = int((state - 1) / (MODULUS - 1) * (place + 1))
        result.append(item)
        if drawn != place:
            result[place], result[drawn] = result[drawn], item
    return result


def seed_of(number: float, text: str) -> int:
    """The seed that an argument names; a text that is no number counts by its digest."""
    if math.isnan(number):
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big", signed=True) if text else 0
    if math.isinf(number):
        return LONGEST_LONG if number > 0 else -LONGEST_LONG - 1
    return math.trunc(number)


def drawn_number(seed: str) -> float:
    """A number from 0 up to, but not, 1."""
    return (int.from_bytes(_bytes(seed)[:8], "big") >> 11) / 2**53


def drawn_uuid(seed: str) -> str:
    """An identifier in the form of a random UUID (RFC 9562, version 4)."""
    bits = bytearray(_bytes(seed)[:16])
    bits[6] = bits[6] & 0x0F | 0x40
    bits[8] = bits[8] & 0x3F | 0x80
    digits = bits.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def digest(text: str, algorithm: str, encoding: str) -> str:
    """The digest of a text, in base64 unless the encoding is ``hex``; empty for an unknown algorithm."""
    name = ALGORITHMS.get(algorithm)
    if name is None or encoding not in {"base64", "hex"}:
        return ""
    found = hashlib.new(name, text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return found.hex() if encoding == "hex" else base64.b64encode(found).decode("ascii")


def base64_decoded(text: str) -> str:
    """The text that was encoded; empty for what is no base64 of a text."""
    bare = "".join(text.split())
    try:
        found = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError:
        return ""
    return found.decode("utf-8", "replace")


def _bytes(seed: str) -> bytes:
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
