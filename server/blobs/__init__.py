"""
Where the bytes of files lie: objects under random names, whole or not there at all.

What is stored is encrypted before it comes here (`server.blobs.sealing`): a storage learns sizes and times.
"""

import re
from collections.abc import Iterable, Iterator
from typing import IO, Final, NamedTuple, Protocol

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
    """
    The storage does not answer, or not as it should; whether anything was stored is not known.

    Codes that tell more: ``storage-folder`` (the folder is not there, or is not that of files),
    ``storage-bucket`` (there is no such bucket), ``storage-refused`` (credentials or rights).
    """

    code = "storage-away"


class StoredObject(NamedTuple):
    """An object as a storage lists it: when it was stored (milliseconds since 1970), and its bytes."""

    name: str
    written: int
    size: int


class Blobs(Protocol):
    """
    A storage of objects. Any number of threads and processes may use it at once.

    A name that cannot be an object's is a `ValueError`; everything else may raise `BlobsAwayError`.
    """

    def prepare(self, *, is_new: bool) -> None:
        """
        Makes what there has to be, and shows that objects can be written and read; for setting up.

        `is_new`: nothing has been stored in it yet, as far as anybody knows.
        """

    def look(self) -> None:
        """Raises `BlobsAwayError` unless the storage answers. Cheap: for whoever watches the server."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """
        Stores an object. It is whole and durable when this returns, and not there, or as before, when it
        raises: `BlobsFullError`, `BlobsAwayError`, or whatever `chunks` raised.
        """

    def get(self, name: str) -> Iterator[bytes]:
        """Its bytes, in pieces. Raises `BlobMissingError` at once, `BlobsAwayError` at any piece."""

    def open(self, name: str) -> IO[bytes]:
        """
        Its bytes as a file of this machine, to be read from anywhere in it, for as long as it is not closed.

        Raises as `get`, all of it at once, and `BlobsFullError` where it has to be laid aside for that.
        """

    def has(self, name: str) -> bool:
        """Whether it is there."""

    def delete(self, name: str) -> None:
        """Takes it away; one that is not there is none the less away."""

    def names(self) -> Iterator[StoredObject]:
        """All objects, by their names in the order of code points; what others put there is left out."""

    def clear_drafts(self, before: int) -> int:
        """Takes away what writers that were killed before that time have left; gives how much."""


def checked_name(name: str) -> str:
    """The name of an object. Raises `ValueError` for any other: it could lead out of the storage."""
    if not OBJECT_NAME.fullmatch(name):
        raise ValueError("not the name of an object")
    return name
