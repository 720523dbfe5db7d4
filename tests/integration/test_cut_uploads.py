"""An upload goes on from the very byte up to which its last piece came, however the connection ended."""

import secrets
import socket
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.office import Office
from tests.support.server import serving
from tests.support.uploading import CHUNK, Uploading, hash_of, kept_bytes

RESET = struct.pack("ii", 1, 0)
SIZE = 5_500


@pytest.fixture
def uploading(office: Office) -> Uploading:
    return Uploading(office.device("asha", "officer", "64.02.18.2007"))


@pytest.fixture
def url(office: Office) -> Iterator[str]:
    with serving(office.app) as where:
        yield where


def begin_piece(url: str, token: str, where: str, offset: int, piece: bytes, came: int) -> socket.socket:
    """A connection on which `came` bytes of a piece have been sent."""
    told = urlsplit(url)
    line = socket.create_connection((told.hostname, told.port), 20)
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nTus-Resumable: 1.0.0\r\n"
        f"Content-Type: {CHUNK}\r\nUpload-Offset: {offset}\r\nContent-Length: {len(piece)}\r\n\r\n"
    )
    line.sendall(head.encode() + piece[:came])
    return line


def offset_told(url: str, token: str, where: str) -> int:
    """How far the server says that the upload has got, asked on another connection."""
    headers = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}
    answer = requests.head(url + where, headers=headers, timeout=20)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


@pytest.mark.parametrize("is_known_to_be_gone", [True, False], ids=["closed", "half-open"])
def test_nothing_that_came_of_a_piece_is_sent_again(office, uploading, url, is_known_to_be_gone):
    """Broken on purpose: the channel of waitress as it is (0 was told); older connections left alone."""
    data, token, at = secrets.token_bytes(SIZE), uploading.device.token, 0
    where = uploading.begin(data)
    lines = []
    for came in (1, 999, 1_000, 1_001, 1_999):
        line = begin_piece(url, token, where, at, data[at:], came)
        requests.head(f"{url}/health", timeout=20)  # so that what came has been read
        if is_known_to_be_gone:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            line.close()
        lines.append(line)
        at += came
        assert offset_told(url, token, where) == at
    assert uploading.patch(where, at, data[at:]).status_code == 204
    assert kept_bytes(office, hash_of(data)) == data
    for line in lines:
        line.close()
