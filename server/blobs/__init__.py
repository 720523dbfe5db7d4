"""
Where the bytes of files lie: objects under random names, whole or not there at all.

What is stored is encrypted before it comes here (`server.blobs.sealing`): a storage learns sizes and times.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from domain.errors import VerilapError

OBJECT_NAME: Final = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""16 random bytes in base64url."""


class BlobMissingError(VerilapError):
    """The storage has no such object."""

    code = "file-missing"


class BlobsFullError(VerilapError):
    """The storage takes no more; nothing of what was to be stored is there."""

    code = "storage-full"


class BlobsAwayError(VerilapError):
    """The storage does not answer, or not as it should; whether anything was stored is not known."""

    code = "storage-away"


class Blobs(Protocol):
    """A storage of objects. Any number of processes may use it at once."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """
        Stores an object. It is whole and durable when this returns, and not there, or as before, when it
        raises: `BlobsFullError`, `BlobsAwayError`, or whatever `chunks` raised.
        """

    def get(self, name: str) -> Iterator[bytes]:
        """Its bytes, in pieces. Raises `BlobMissingError` at once, `BlobsAwayError` at any piece."""

    def has(self, name: str) -> bool:
        """Whether it is there."""

    def delete(self, name: str) -> None:
        """Takes it away; one that is not there is none the less away."""

    def names(self) -> Iterator[tuple[str, int]]:
        """All objects, with the milliseconds since 1970 at which each was stored."""
