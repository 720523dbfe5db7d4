"""The server in memory behind a real socket: for the transport and the command line."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import zstandard

from client_sync.transport import Call
from tests.support.loopback import FakeServer

Reaction = Callable[["Handler", bytes], bool]


@dataclass
class Site:
    """A served fake: its address, what came in, and reactions that replace the server's, one a request.

    A reaction answers by itself and gives true, or false to let the server answer.
    """

    server: FakeServer
    url: str = ""
    encodings: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def do_POST(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        packed = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.site.headers.append(dict(self.headers))
        self.site.sizes.append(len(packed))
        encoding = self.headers.get("Content-Encoding", "")
        self.site.encodings.append(encoding)
        if self.site.reactions and self.site.reactions.pop(0)(self, packed):
            return
        body = zstandard.decompress(packed, 2**24) if encoding == "zstd" else packed
        token = self.headers.get("Authorization", "").removeprefix("Bearer ") or None
        status, document = self.site.server.handle(Call(self.command, self.path, body or None, token))
        self.send_bytes(status, zstandard.compress(json.dumps(document).encode()), "zstd")

    def send_bytes(self, status: int, body: bytes, encoding: str = "", length: int | None = None) -> None:
        """An answer; a `length` that is not the body's makes it half an answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Tests look at `Site` instead."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what these tests are about."""


@contextmanager
def served(server: FakeServer) -> Iterator[Site]:
    """Serves the fake on a free port of the loopback."""
    site = Site(server)
    handler = type("SiteHandler", (Handler,), {"site": site})
    web = QuietServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{web.server_port}"
    try:
        yield site
    finally:
        web.shutdown()
        web.server_close()
        thread.join()
