"""What is no HTTP, or never ends: the live server answers or hangs up, and serves all others meanwhile."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Final

import psutil
import pytest
import requests

from tests.support.hostile import SECRET, Besieged, besieged, new_id
from tests.support.server import serving

__all__ = ["besieged"]  # a fixture: pytest finds it here by name

MIB: Final = 1024 * 1024
SECONDS: Final = 10.0


@pytest.fixture
def live(besieged: Besieged) -> Iterator[str]:
    """The office behind its real server."""
    with serving(besieged.office.app) as url:
        yield url


def connect(url: str) -> socket.socket:
    host, _, port = url.rpartition("/")[2].partition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def spoken(url: str, sent: bytes) -> bytes:
    """What the server answers to these bytes, until it hangs up."""
    answer = b""
    with closing(connect(url)) as line, suppress(OSError):
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        while piece := line.recv(65_536):
            answer += piece
    return answer


def assert_served(besieged: Besieged, url: str) -> None:
    """Somebody who speaks HTTP is served at once."""
    body = json.dumps(besieged.sender.request(besieged.sender.submission(new_id()), limit=1))
    headers = {"Authorization": f"Bearer {besieged.sender.token}"}
    answer = requests.post(f"{url}/api/v1/sync", data=body, headers=headers, timeout=SECONDS)
    assert answer.status_code == 200


POST: Final = b"POST /api/v1/sync HTTP/1.1\r\nHost: x\r\n"
NO_HTTP: Final[dict[str, bytes]] = {
    "nothing": b"",
    "blank lines": b"\r\n" * 1000,
    "TLS": bytes.fromhex("16030100c8010000c40303") + b"\x00" * 180,
    "random": bytes(range(256)) * 8,
    "no version": b"GET /api/v1/openapi.json\r\n\r\n",
    "a version of the future": b"GET /api/v1/openapi.json HTTP/9.9\r\nHost: x\r\n\r\n",
    "NUL in the address": b"GET /api/v1/openapi.json\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a bad length": POST + b"Content-Length: -5\r\n\r\n",
    "a length in words": POST + b"Content-Length: many\r\n\r\n",
    "a length of 5,000 digits": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}",
    "length and chunks": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown encoding": POST + b"Transfer-Encoding: zstd\r\n\r\n{}",
    "bad chunks": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a header that is folded": POST + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "a header without a name": POST + b": x\r\nContent-Length: 2\r\n\r\n{}",
    "a header of a mebibyte": POST + b"X: " + b"x" * MIB + b"\r\n\r\n",
    "100,000 headers": POST + b"X: y\r\n" * 100_000 + b"\r\n",
    "more than it said": POST + b"Content-Length: 2\r\n\r\n{}{}{}",
    "less than it said": POST + b"Content-Length: 200\r\n\r\n{}",
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_what_is_no_http_is_refused_or_left_alone(besieged: Besieged, live: str, name: str) -> None:
    with besieged.watch():
        answer = spoken(live, NO_HTTP[name])
    status = answer[:12].split(b" ")[1] if answer.startswith(b"HTTP/") else b""
    assert status in (b"", b"200", b"400", b"401", b"404", b"413", b"431", b"501"), answer[:200]
    assert b"Traceback" not in answer
    assert_served(besieged, live)


def test_a_body_that_is_said_to_be_huge_is_refused_before_it_comes(besieged: Besieged, live: str) -> None:
    with closing(connect(live)) as line:
        line.sendall(POST + b"Content-Length: 99999999999\r\n\r\n")
        assert line.recv(100).split(b" ")[1] == b"413"
    assert_served(besieged, live)


def test_bodies_and_headers_that_never_end_keep_nobody_waiting(besieged: Besieged, live: str) -> None:
    """Two hundred lines that say a little and then nothing: each would hold a worker, if workers read."""
    with ExitStack() as lines:
        for i in range(200):
            line = lines.enter_context(closing(connect(live)))
            line.sendall(POST + (b"Content-Length: 900\r\n\r\n{" if i % 2 else b"X-Slow: "))
        for _ in range(5):
            assert_served(besieged, live)
    assert_served(besieged, live)


def test_bombs_and_floods_leave_the_memory_as_it_was(besieged: Besieged, live: str) -> None:
    """Forty bodies of 15 MiB each, half of them said to be packed, are refused; none of them stays."""
    headers = {"Authorization": f"Bearer {besieged.sender.token}"}
    before = psutil.Process().memory_info().rss
    for i in range(40):
        packing = {"Content-Encoding": "zstd"} if i % 2 else {}
        body = SECRET.encode() * (15 * MIB // len(SECRET))
        answer = requests.post(
            f"{live}/api/v1/sync", data=body, headers={**headers, **packing}, timeout=SECONDS
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")
    assert psutil.Process().memory_info().rss - before < 100 * MIB
    assert_served(besieged, live)
