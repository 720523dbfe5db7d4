"""
Pieces of files over real connections: kept open, cut anywhere, and never in a file of the server's machine.

Broken on purpose, each found here: waitress' own task (it hung up after each piece); `inbuf_overflow` as
waitress has it; a cut piece with a checksum taken in; a cut piece written with the length that it should have
had; the offset not compared.
"""

import random
import tempfile
from base64 import b64encode
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from hashlib import sha1
from itertools import count
from typing import Any

import pytest
from flask import Flask

from domain.uploading import LARGEST_CHUNK
from tests.conftest import Length
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.raw_http import Answer, ask, connect, send_part, spelt
from tests.support.server import serving, streaming
from tests.support.uploading import CHUNK, PATH, Uploading, hash_of, kept_bytes, metadata_of

CHANCE = random.Random(11)
STEP = 8
"""Bytes of a chunk that is cut everywhere."""


class Phone:
    """A device that speaks HTTP by hand."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.usual = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def creation(self, data: bytes) -> bytes:
        told = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata_of(data), "Content-Type": CHUNK}
        return spelt("POST", PATH, {**self.usual, **told})

    def piece(self, where: str, offset: int, data: bytes, **more: str) -> bytes:
        told = {"Upload-Offset": str(offset), "Content-Type": CHUNK, **more}
        return spelt("PATCH", where, {**self.usual, **told}, data)

    def question(self, where: str) -> bytes:
        return spelt("HEAD", where, self.usual)

    def ask(self, request: bytes) -> Answer:
        """The answer, over a connection of its own."""
        with closing(connect(self.url)) as line:
            return ask(line, request)

    def begin(self, data: bytes) -> str:
        answer = self.ask(self.creation(data))
        assert answer.status == 201
        return answer.headers["location"]

    def offset(self, where: str) -> int:
        """How far an upload has got."""
        told = self.ask(self.question(where))
        assert told.status == 200
        return int(told.headers["upload-offset"])

    def go_on(self, where: str, data: bytes) -> int:
        """
        As a device does: asks, sends all that is missing; gives the offset that it was told first.

        What was cut may be worked on only now, and be the newer request of the two: then it asks again.
        """
        first = offset = self.offset(where)
        while offset < len(data):
            answer = self.ask(self.piece(where, offset, data[offset:]))
            assert answer.status in (204, 409)
            told = answer.headers.get("upload-offset")
            offset = self.offset(where) if told is None else int(told)
        return first


def test_pieces_come_over_one_connection_with_short_answers(office: Office, asha: RawDevice) -> None:
    data = CHANCE.randbytes(1000)
    with serving(office.app) as url, closing(connect(url)) as line:
        phone = Phone(url, asha.token)
        where = ask(line, phone.creation(data)).headers["location"]
        for at in (0, 300, 600):
            answer = ask(line, phone.piece(where, at, data[at : at + 300]))
            assert (answer.status, "connection" in answer.headers) == (204, False)
            assert len(answer.bytes) < 450
        last = ask(line, phone.piece(where, 900, data[900:], Connection="close"))
        assert (last.status, last.headers["connection"]) == (204, "close")
        assert line.recv(10) == b""
    assert kept_bytes(office, hash_of(data)) == data


def test_no_piece_is_put_into_a_file_unsealed(
    office: Office, asha: RawDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is a body that is too large. One for a page is: so this looks at the right place."""
    made: list[object] = []
    plain = tempfile.TemporaryFile

    def noted(*given: Any, **named: Any) -> Any:
        made.append(given)
        return plain(*given, **named)

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    data = CHANCE.randbytes(LARGEST_CHUNK)
    with serving(office.app) as url, closing(connect(url)) as line:
        phone = Phone(url, asha.token)
        where = ask(line, phone.creation(data)).headers["location"]
        assert ask(line, phone.piece(where, 0, data)).status == 204
        assert made == []
        for size in (LARGEST_CHUNK + 1, 1_048_577, 3_000_000):
            assert phone.ask(phone.piece(where, 0, bytes(size))).status == 413
        parts = b"".join(b"%x\r\n%s\r\n" % (65_536, bytes(65_536)) for _ in range(20))
        told = {"Upload-Offset": "0", "Content-Type": CHUNK, "Transfer-Encoding": "chunked"}
        assert phone.ask(spelt("PATCH", where, {**phone.usual, **told}) + parts + b"0\r\n\r\n").status == 413
        for path in ("sync", "files/needed"):
            told = {**phone.usual, "Content-Type": "application/json"}
            assert phone.ask(spelt("POST", f"/api/v1/{path}", told, b" " * 1_500_000)).status == 413
        assert made == []
        phone.ask(spelt("POST", "/login", {"Content-Type": "text/plain"}, bytes(1_500_000)))
        assert made != []
    assert kept_bytes(office, hash_of(data)) == data


Serving = Callable[[Flask], AbstractContextManager[str]]


@pytest.fixture
def fresh() -> Callable[[int], bytes]:
    """A function that makes bytes that were never there."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(4) + bytes(range(size - 4))


def cuts(length: int, body: int, step: int) -> list[int]:
    """After how many bytes of a request to cut: here and there, and all around where its parts meet."""
    edges = {0, 1, length - body - 1, length - body, length - body + 1, length - 1, length}
    return sorted({*range(0, length, step), *range(length - body, length + 1), *edges})


@pytest.mark.parametrize("serve", [serving, streaming])
@pytest.mark.parametrize("checksum", [False, True])
def test_a_piece_that_is_cut_at_any_byte_counts_as_far_as_it_came(
    office: Office, asha: RawDevice, serve: Serving, checksum: bool, length: Length, fresh: Any
) -> None:
    """
    Or not at all, where it has a checksum. In good order or by a reset; the answer is lost at the last byte.

    On the server that is delivered, and on one that hands on bodies as they come.
    """
    step = length.of(53, 1)
    with serve(office.app) as url:
        phone = Phone(url, asha.token)
        probe = phone.piece(phone.begin(fresh(STEP)), 0, bytes(STEP))
        for after in cuts(len(probe), STEP, step):
            data = fresh(3 * STEP)
            where = phone.begin(data)
            assert phone.ask(phone.piece(where, 0, data[:STEP])).status == 204
            second = data[STEP : 2 * STEP]
            more = (
                {"Upload-Checksum": f"sha1 {b64encode(sha1(second).digest()).decode()}"} if checksum else {}
            )
            request = phone.piece(where, STEP, second, **more)
            after += len(request) - len(probe)
            send_part(url, request, after, is_reset=bool(after % 2))
            told = phone.go_on(where, data)
            came = max(0, after - (len(request) - STEP))
            possible = {0, came if came == STEP else 0} if checksum else set(range(came + 1))
            assert told - STEP in possible, (after, told)
            assert kept_bytes(office, hash_of(data)) == data
            assert Uploading(asha).needed(hash_of(data)) == []
