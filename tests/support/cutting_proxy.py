"""A line between a device and a server that breaks after exactly so many bytes.

The proxy carries bytes both ways. Once armed with a `Cut` it counts those of one
direction, lets exactly as many through as the cut says, and breaks the connection on
both sides: in good order, or with a reset, as a dead cell does.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

PIECE: Final = 65_536
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends a reset, and nothing that was not sent yet."""


class Way(Enum):
    """Which bytes are counted."""

    UP = "request"
    DOWN = "answer"


@dataclass(frozen=True)
class Cut:
    """The line breaks when `after` bytes have gone this way; after none when the first one comes."""

    way: Way
    after: int
    is_reset: bool = False


@dataclass
class CuttingProxy:
    """The running proxy: `url` for the device; `passed` counts bytes each way since the last `arm`."""

    server: tuple[str, int]
    passed: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    tapes: dict[Way, bytearray] | None = None
    """Where given, what passes is written down, by way."""
    _cut: Cut | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listener: socket.socket = field(default_factory=socket.socket)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def arm(self, cut: Cut | None) -> None:
        """Counts from zero, and breaks the line once as `cut` says."""
        with self._lock:
            self._cut = cut
            self.passed = dict.fromkeys(Way, 0)

    @property
    def is_armed(self) -> bool:
        """Whether the line has not been cut yet."""
        return self._cut is not None

    # --- inside ---

    def _let_through(self, way: Way, piece: bytes) -> tuple[bytes, Cut | None]:
        """As much of a piece as may pass, and the cut that comes behind it."""
        with self._lock:
            cut = self._cut
            if self.tapes is not None:
                self.tapes[way] += piece
            if cut is None or cut.way is not way or self.passed[way] + len(piece) < cut.after:
                self.passed[way] += len(piece)
                return piece, None
            piece = piece[: cut.after - self.passed[way]]
            self.passed[way] += len(piece)
            self._cut = None
            return piece, cut

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                device, _ = self._listener.accept()
                line = Line(self, device, socket.create_connection(self.server))
                for end in (device, line.server):  # else a body waits 40 ms for the receipt of its headers
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for way in Way:
                    threading.Thread(target=line.carry, args=[way], daemon=True).start()


@dataclass
class Line:
    """One connection through the proxy, carried by two threads."""

    proxy: CuttingProxy
    device: socket.socket
    server: socket.socket

    def carry(self, way: Way) -> None:
        """Carries bytes one way until somebody hangs up or the line is cut."""
        source, target = (self.device, self.server) if way is Way.UP else (self.server, self.device)
        with suppress(OSError):
            while piece := source.recv(PIECE):
                passing, cut = self.proxy._let_through(way, piece)
                target.sendall(passing)
                if cut:
                    self._break(cut)
        self._hang_up()

    def _break(self, cut: Cut) -> None:
        if cut.is_reset:
            for one in (self.device, self.server):
                with suppress(OSError):
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        # Shutting the sending side down as well would say goodbye before the reset.
        self._hang_up(socket.SHUT_RD if cut.is_reset else socket.SHUT_RDWR)

    def _hang_up(self, how: int = socket.SHUT_RDWR) -> None:
        """Wakes the thread that carries the other way, and closes both ends."""
        for one in (self.device, self.server):
            with suppress(OSError):
                one.shutdown(how)
            one.close()


@contextmanager
def cutting_proxy(server_url: str) -> Iterator[CuttingProxy]:
    """A proxy before the server at `server_url`."""
    host, _, port = server_url.rpartition("/")[2].partition(":")
    proxy = CuttingProxy((host, int(port)))
    proxy._listener.bind(("127.0.0.1", 0))
    proxy._listener.listen(16)
    thread = threading.Thread(target=proxy._accept, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            proxy._listener.shutdown(socket.SHUT_RDWR)
        proxy._listener.close()
        thread.join(5)
