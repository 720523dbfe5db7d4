"""HTTP spelt out, over connections that a test opens, cuts and keeps."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 20.0
RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Answer:
    """An answer: its status, its headers by their names in small letters, and all of its bytes."""

    status: int
    headers: Mapping[str, str]
    bytes: bytes


def spelt(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """A request as it goes over the line."""
    told = {"Host": "h", "Content-Length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def connect(url: str) -> socket.socket:
    """A connection to a server of this machine; the caller closes it."""
    host, _, port = url.rpartition("/")[2].partition(":")
    line = socket.create_connection((host, int(port)), SECONDS)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


def ask(line: socket.socket, request: bytes) -> Answer:
    """The answer to a request, which has no body, or one as long as it says."""
    line.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        piece = line.recv(65_536)
        assert piece, f"the server hung up after {got!r}"
        got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    first, *others = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in others)}
    status = int(first.split(" ")[1])
    length = 0 if request.startswith(b"HEAD") or status == 204 else int(headers.get("content-length", "0"))
    while len(body) < length:
        body += line.recv(65_536)
    return Answer(status, headers, head + b"\r\n\r\n" + body)


def send_part(url: str, request: bytes, after: int, *, is_reset: bool) -> None:
    """Sends so many bytes of a request, and breaks the line."""
    with connect(url) as line:
        line.sendall(request[:after])
        if is_reset:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
