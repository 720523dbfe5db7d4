"""A proxy beside the server that counts the bytes of files that arrive, of broken requests too.

The server itself cannot tell: a piece whose connection broke was thrown away before anything
of the application ran. Here every byte of a body counts when it comes.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

AT_ONCE: Final = 65_536
PIECE: Final = b"application/offset+octet-stream"
HEAD_END: Final = b"\r\n\r\n"


@dataclass
class Counted:
    """What came of requests that carry pieces of files, and of all others."""

    file_bytes: int = 0
    """Of bodies that are pieces of files."""
    file_requests: int = 0
    requests: int = 0
    """All of them, whole or not."""


class RequestReader:
    """Reads one connection's requests (HTTP/1.1, bodies with a length) as they come, in any pieces."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._head = bytearray()
        self._left = 0
        self._is_file = False

    def feed(self, data: bytes) -> None:
        """Counts what came."""
        while data:
            if self._left:
                body, data = data[: self._left], data[self._left :]
                self._left -= len(body)
                self._counted.file_bytes += len(body) if self._is_file else 0
                continue
            self._head += data
            end = self._head.find(HEAD_END)
            if end < 0:
                return
            data = bytes(self._head[end + len(HEAD_END) :])
            self._begin(bytes(self._head[:end]))
            self._head.clear()

    def _begin(self, head: bytes) -> None:
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        self._left = int(fields.get(b"content-length", b"0"))
        self._is_file = fields.get(b"content-type", b"").strip() == PIECE
        self._counted.requests += 1
        self._counted.file_requests += self._is_file


@dataclass
class Tally:
    """The running proxy: `url` for devices, `counted` what has come so far."""

    server: tuple[str, int]
    listener: socket.socket
    counted: Counted = field(default_factory=Counted)

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()
        return f"http://{host}:{port}"

    def accept(self) -> None:
        """Takes connections until the listener is closed."""
        with suppress(OSError):
            while True:
                device, _ = self.listener.accept()
                server = socket.create_connection(self.server)
                for one in (device, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reader = RequestReader(self.counted)
                for source, target, counting in ((device, server, reader), (server, device, None)):
                    threading.Thread(target=_carry, args=[source, target, counting], daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, reader: RequestReader | None) -> None:
    """Carries bytes one way until somebody hangs up or the connection breaks; then both ends end."""
    with suppress(OSError):
        while data := source.recv(AT_ONCE):
            if reader:
                reader.feed(data)
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
    source.close()


@contextmanager
def tallied(server_url: str, host: str = "127.0.0.1") -> Iterator[Tally]:
    """A proxy at an address of this machine, before the server at `server_url`."""
    server_host, _, port = server_url.rpartition("/")[2].partition(":")
    with socket.create_server((host, 0)) as listener:
        tally = Tally((server_host, int(port)), listener)
        thread = threading.Thread(target=tally.accept, daemon=True)
        thread.start()
        try:
            yield tally
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
