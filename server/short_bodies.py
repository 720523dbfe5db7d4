"""
Of a body that is too large for the API no more is kept than it takes to refuse it.

Waitress puts a large body into a temporary file, plain. What comes there are answers and photos, so a client
that sends a whole photo at once would leave it on the server's disk, only to be told that it is too much.
"""

import sys
from typing import Any, Final

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser

PLACE: Final = "/api/"
MOST_KEPT: Final = 1024 * 1024 + 1
"""Bytes: one more than any body of the API may have, so that it is seen to be too large."""


class ShortBody(OverflowableBuffer):  # type: ignore[misc]
    """The beginning of a body; its length is that of the whole."""

    def __init__(self) -> None:
        super().__init__(sys.maxsize)
        self._came = 0

    def __len__(self) -> int:
        return self._came

    def append(self, data: bytes) -> None:
        kept = data[: max(0, MOST_KEPT - self._came)]
        self._came += len(data)
        if kept:
            super().append(kept)


class ShortBodyParser(HTTPRequestParser):  # type: ignore[misc]
    """A request as waitress reads it, but for the body of one to the API."""

    body_rcv: Any

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        if self.body_rcv is not None and self.path.startswith(PLACE):
            self.body_rcv.buf = ShortBody()
