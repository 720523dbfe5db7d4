"""A storage that does not answer costs one caller at a time its patience, and not all threads of a server."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from domain.errors import VerilapError
from server.blobs import BlobsAwayError


class Probing:
    """
    Lets callers through while a storage answers.

    Once it did not, one caller at a time finds out whether it is back; the others are told at once.
    """

    def __init__(self) -> None:
        self._is_away = False
        self._probe = Lock()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around whatever asks the storage something. Raises `BlobsAwayError`."""
        if not self._is_away:
            with self._noting():
                yield
            return
        if not self._probe.acquire(blocking=False):
            raise BlobsAwayError("the storage of files does not answer; it is being asked again")
        try:
            with self._noting():
                yield
        finally:
            self._probe.release()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except BlobsAwayError:
            self._is_away = True
            raise
        except VerilapError:  # such as that there is no such object: it did answer
            self._is_away = False
            raise
        self._is_away = False
