"""
What a storage keeps of a file: segments of 64 KiB, each encrypted with the file's own key (AES-256-GCM-SIV).

A segment is bound to its number and to whether it is the last one, so that nothing can be changed, left out,
put elsewhere or cut off unnoticed (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
A key is random and seals one object only, so that numbers can serve as nonces.
"""

import io
from collections.abc import Iterable, Iterator
from typing import IO, Final

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


class OpenedFile(io.RawIOBase):
    """
    What was sealed, read from anywhere in it; `sealed` is a file that has it, `size` how many bytes it was.

    Holds one segment in memory. Closing it closes `sealed`. Reading raises `FileDamagedError`.
    """

    def __init__(self, key: bytes, sealed: IO[bytes], size: int) -> None:
        self._cipher = AESGCMSIV(key)
        self._sealed = sealed
        self._size = self._end = size
        self._position = 0
        self._segment: tuple[int, bytes] = (-1, b"")

    def narrow(self, start: int, stop: int) -> None:
        """Goes to `start`, and ends at `stop` from now on."""
        self._position, self._end = start, min(stop, self._size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}
        self._position = begins[whence] + offset
        return self._position

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._position
        wanted = left if size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            number, begins = divmod(self._position, SEGMENT_BYTES)
            piece = self._open(number)[begins : begins + wanted]
            pieces.append(piece)
            self._position += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def close(self) -> None:
        self._sealed.close()
        super().close()

    def _open(self, number: int) -> bytes:
        if self._segment[0] != number:
            self._sealed.seek(number * (SEGMENT_BYTES + TAG_BYTES))
            is_last = (number + 1) * SEGMENT_BYTES >= self._size
            segment = self._sealed.read(SEGMENT_BYTES + TAG_BYTES)
            try:
                opened = self._cipher.decrypt(_nonce(number, is_last), segment, None)
            except (InvalidTag, ValueError):
                raise FileDamagedError("the storage gives something else than was stored") from None
            self._segment = number, opened
        return self._segment[1]


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
