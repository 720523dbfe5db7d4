"""The line over real sockets: what travels, what counts as no answer, when a call is given up.

Broken on purpose: a time-out for the whole upload instead of a slice; redirects followed; a cut answer taken
for a whole one; a .netrc that replaced the token.
"""

import gzip
import random
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from client_sync.errors import Refused, ServerFault, TimedOut, Unreachable
from client_sync.transport import (
    SLICE,
    Answer,
    Call,
    HttpTransport,
    check_url,
    compressed,
    expect,
    is_open_line,
)
from domain.errors import InvalidRequest
from tests.support.loopback import FakeServer
from tests.support.loopback_http import Handler, Reaction, Site, served

AREAS = Call("GET", "/api/v1/areas", token="none")


@pytest.fixture
def site() -> Iterator[Site]:
    with served(FakeServer()) as made:
        yield made


@pytest.fixture
def line(site: Site) -> Iterator[HttpTransport]:
    transport = HttpTransport(site.url, connect_s=2, read_s=2)
    yield transport
    transport.close()


def answering(*arguments: Any) -> Reaction:
    def react(handler: Handler, body: bytes) -> bool:
        handler.send_bytes(*arguments)
        return True

    return react


def test_bodies_travel_packed_both_ways_and_are_counted_packed(site: Site, line: HttpTransport) -> None:
    code = site.server.user("asha")
    body = b'{"code":"%s","replica":"%s","device":"%s"}' % (code.encode(), b"r" * 22, b"x" * 500)
    answer = line.exchange(Call("POST", "/api/v1/enroll", body))
    assert answer.status == 200
    assert site.encodings == ["zstd"]
    assert answer.sent == site.sizes[0] == line.traffic.bytes_up < len(body)
    assert line.traffic.requests == 1
    assert 0 < line.traffic.bytes_down < 300


def test_small_bodies_travel_as_they_are(site: Site, line: HttpTransport) -> None:
    line.exchange(Call("POST", "/api/v1/sync", b"{}"))
    assert site.encodings == [""]


def test_the_token_is_sent_whatever_a_netrc_says(
    site: Site, line: HttpTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login eve password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    line.exchange(Call("GET", "/api/v1/areas", token="t0ken"))
    line.exchange(Call("POST", "/api/v1/enroll", b'{"code":"x"}'))
    assert site.headers[0]["Authorization"] == "Bearer t0ken"
    assert "Authorization" not in site.headers[1]


def test_one_connection_serves_many_calls(site: Site, line: HttpTransport) -> None:
    peers = set()

    def note(handler: Handler, body: bytes) -> bool:
        peers.add(handler.client_address)
        return False

    site.reactions = [note] * 5
    for _ in range(5):
        line.exchange(AREAS)
    assert len(peers) == 1


def test_an_answer_that_is_cut_is_no_answer(site: Site, line: HttpTransport) -> None:
    def cut(handler: Handler, body: bytes) -> bool:
        handler.send_bytes(200, b'{"clock":1', length=100)
        handler.close_connection = True
        return True

    site.reactions = [cut]
    with pytest.raises(Unreachable):
        line.exchange(AREAS)
    assert line.exchange(AREAS).status == 401


@pytest.mark.parametrize("body", [b"<html>Login to free wifi</html>", b"{", b"\xff", b"[" * 100_000])
def test_a_portal_that_answers_is_no_server(site: Site, line: HttpTransport, body: bytes) -> None:
    site.reactions = [answering(200, body)]
    with pytest.raises(Unreachable):
        expect(line.exchange(AREAS))


def test_a_redirect_is_not_followed(site: Site, line: HttpTransport) -> None:
    def redirect(handler: Handler, body: bytes) -> bool:
        handler.send_response(302)
        handler.send_header("Location", site.url + "/api/v1/forms")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    site.reactions = [redirect]
    with pytest.raises(Unreachable):
        expect(line.exchange(AREAS))
    assert len(site.headers) == 1


def test_a_bomb_is_not_inflated(site: Site, line: HttpTransport) -> None:
    bomb = zstandard.compress(b" " * (65 * 1024 * 1024))
    site.reactions = [answering(200, bomb, "zstd")]
    with pytest.raises(Unreachable):
        line.exchange(AREAS)


def test_a_damaged_frame_is_no_answer(site: Site, line: HttpTransport) -> None:
    site.reactions = [answering(200, b"\x28\xb5\x2f\xfdxxxx", "zstd")]
    with pytest.raises(Unreachable):
        line.exchange(AREAS)


def test_gzip_is_understood_too(site: Site, line: HttpTransport) -> None:
    packed = gzip.compress(b'{"clock":1}')
    site.reactions = [answering(200, packed, "gzip")]
    assert line.exchange(AREAS).document == {"clock": 1}


def test_nobody_there_is_unreachable_and_no_time_out() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable) as failure:
        HttpTransport(f"http://127.0.0.1:{port}").exchange(AREAS)
    assert not isinstance(failure.value, TimedOut)


def test_an_answer_that_does_not_come_is_a_time_out(site: Site) -> None:
    release = threading.Event()

    def hang(handler: Handler, body: bytes) -> bool:
        release.wait(5)
        return False

    site.reactions = [hang]
    with pytest.raises(TimedOut):
        HttpTransport(site.url, read_s=0.05).exchange(AREAS)
    release.set()


def test_a_slow_line_that_moves_is_not_given_up() -> None:
    """The upload takes longer than the time-out, but no slice of it does."""
    listener = socket.create_server(("127.0.0.1", 0))

    def read_slowly() -> None:
        peer, _ = listener.accept()
        received = b""
        while b"\r\n\r\n" not in received:
            received += peer.recv(1024)
        head, _, rest = received.partition(b"\r\n\r\n")
        length = int(next(h for h in head.split(b"\r\n") if h.lower().startswith(b"content-length"))[15:])
        got = len(rest)
        while got < length:
            time.sleep(0.01)  # the line is slow
            got += len(peer.recv(256 * 1024))
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        peer.close()

    thread = threading.Thread(target=read_slowly, daemon=True)
    thread.start()
    moved: list[int] = []
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    line = HttpTransport(url, connect_s=0.4, read_s=5, on_bytes=moved.append)
    body = random.Random(1).randbytes(20_000_000)  # more than the system's buffers take
    assert line.exchange(Call("POST", "/", body, level=1)).document == {}
    thread.join(5)
    listener.close()
    assert max(moved[:-1]) <= SLICE


def test_statuses_are_told_apart() -> None:
    def document(code: str) -> dict[str, object]:
        return {"error": {"code": code, "message": "so"}}

    assert expect(Answer(200, {"a": 1})) == {"a": 1}
    with pytest.raises(ServerFault):
        expect(Answer(503, None))
    with pytest.raises(ServerFault):
        expect(Answer(429, document("slow-down")))  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        expect(Answer(403, document("enroll-code")))  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.facts["status"]) == ("enroll-code", 403)
    with pytest.raises(Refused):
        expect(Answer(413, None))
    with pytest.raises(Unreachable):
        expect(Answer(404, None))  # another web server, a wrong address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "verilap.example",
        "ftp://x",
        "file:///etc/passwd",
        "http://",
        "http://u:p@x",
        "http://x?y=1",
        "http://x#y",
        "http://x:99999",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest):
        check_url(url)


def test_addresses_lose_their_last_slash() -> None:
    assert check_url(" https://verilap.example.go.id/a/ ") == "https://verilap.example.go.id/a"
    assert is_open_line("http://verilap.example.go.id")
    assert not is_open_line("http://127.0.0.1:8000")
    assert not is_open_line("https://verilap.example.go.id")


def test_a_frame_says_how_long_it_is() -> None:
    """The server bounds what it unpacks by the frame's own header."""
    frame = compressed(b"x" * 1000, 12)
    assert zstandard.frame_content_size(frame) == 1000
