"""
What a storage keeps of a file: segments of 64 KiB, each encrypted with the file's own key (AES-256-GCM-SIV).

A segment is bound to its number and to whether it is the last one, so that nothing can be changed, left out,
put elsewhere or cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
A key is random and seals one object only, so that numbers can serve as nonces.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from domain.errors import VerilapError

SEGMENT_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
KEY_BYTES: Final = 32


class FileDamagedError(VerilapError):
    """What the storage gave is not what was stored."""

    code = "file-damaged"


def seal_segments(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The sealed segments of what the chunks say together."""
    cipher = AESGCMSIV(key)
    for number, (segment, is_last) in enumerate(_segments(chunks, SEGMENT_BYTES)):
        yield cipher.encrypt(_nonce(number, is_last), segment, None)


def open_segments(key: bytes, sealed: Iterable[bytes]) -> Iterator[bytes]:
    """What was sealed; nothing is whole before the last piece came. Raises `FileDamagedError`."""
    cipher = AESGCMSIV(key)
    for number, (segment, is_last) in enumerate(_segments(sealed, SEGMENT_BYTES + TAG_BYTES)):
        try:
            yield cipher.decrypt(_nonce(number, is_last), segment, None)
        except (InvalidTag, ValueError):
            raise FileDamagedError("the storage gives something else than was stored") from None


def sealed_bytes(size: int) -> int:
    """How many bytes a file of `size` bytes takes when it is sealed."""
    return size + TAG_BYTES * max(1, -(-size // SEGMENT_BYTES))


def _segments(chunks: Iterable[bytes], size: int) -> Iterator[tuple[bytes, bool]]:
    """Pieces of `size` bytes, each with whether it is the last one; of nothing an empty one."""
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > size:  # the last one is not known yet
            yield bytes(waiting[:size]), False
            del waiting[:size]
    yield bytes(waiting), True


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
