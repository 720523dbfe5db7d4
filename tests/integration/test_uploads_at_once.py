"""
Many devices, several requests about one upload, large files: all bytes arrive, and memory stays as it is.

Broken on purpose, each found here: the offset read and written in two transactions; the loser of two who keep
one file leaving its object; all pieces of a file read at once.
"""

import random
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests

from domain.uploading import LARGEST_CHUNK
from server.clock import now_ms
from server.context import context_of
from server.services import uploads
from server.services.uploads import Sender, Wanted
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.server import serving
from tests.support.uploading import CHUNK, PATH, Uploading, hash_of, holders, kept_bytes, metadata_of

CHANCE = random.Random(17)
SECONDS = 30.0
PEOPLE = ("asha", "budi", "citra", "dewi")
MIB = 1024 * 1024


class Phone:
    """A device over HTTP; `size` bytes a request."""

    def __init__(self, url: str, token: str, size: int) -> None:
        self.url, self.size = url, size
        self.session = requests.Session()
        self.session.headers.update({"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"})

    def begin(self, data: bytes) -> str:
        told = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata_of(data), "Content-Type": CHUNK}
        answer = self.session.post(f"{self.url}{PATH}", headers=told, timeout=SECONDS)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def go_on(self, where: str, data: bytes) -> None:
        """Until all is there; where another request was quicker, it goes on where it is told to."""
        asked = self.session.head(f"{self.url}{where}", timeout=SECONDS)
        offset = int(asked.headers["Upload-Offset"])
        while offset < len(data):
            told = {"Upload-Offset": str(offset), "Content-Type": CHUNK}
            piece = data[offset : offset + self.size]
            answer = self.session.patch(f"{self.url}{where}", piece, headers=told, timeout=SECONDS)
            assert answer.status_code in (204, 409), answer.text
            offset = int(answer.headers["Upload-Offset"])

    def send(self, data: bytes) -> None:
        self.go_on(self.begin(data), data)


def test_twenty_devices_at_once_get_their_files_in_and_each_file_is_stored_once(office: Office) -> None:
    """Each has a photo of its own, and one that all of them have."""
    common = CHANCE.randbytes(9_000)
    own = [CHANCE.randbytes(9_000) for _ in range(20)]
    for name in PEOPLE:
        office.person(name, "officer", KECAMATAN)
    tokens = [office.device_token(PEOPLE[number % 4]) for number in range(20)]

    def work(token: str, data: bytes) -> None:
        phone = Phone(url, token, 4_000)
        for one in (data, common):
            phone.send(one)

    with serving(office.app) as url, ThreadPoolExecutor(20) as pool:
        for done in [pool.submit(work, token, data) for token, data in zip(tokens, own, strict=True)]:
            done.result(SECONDS)
    for number, data in enumerate(own):
        assert kept_bytes(office, hash_of(data)) == data
        assert holders(office, hash_of(data), *PEOPLE) == {PEOPLE[number % 4]}
    assert kept_bytes(office, hash_of(common)) == common
    assert holders(office, hash_of(common), *PEOPLE) == set(PEOPLE)
    assert len(list(context_of(office.app).blobs.names())) == 21


def test_two_requests_at_once_about_one_upload_do_no_harm(office: Office) -> None:
    """As of a program that was started twice."""
    data = CHANCE.randbytes(20_000)
    office.person("asha", "officer", KECAMATAN)
    token = office.device_token("asha")
    with serving(office.app) as url, ThreadPoolExecutor(3) as pool:
        where = Phone(url, token, 1).begin(data)
        phones = [Phone(url, token, size) for size in (700, 1_100, 1_300)]
        for done in [pool.submit(phone.go_on, where, data) for phone in phones]:
            done.result(SECONDS)
    assert kept_bytes(office, hash_of(data)) == data


@pytest.mark.parametrize("size", [4 * MIB, 24 * MIB])
def test_the_memory_that_keeping_a_file_takes_does_not_grow_with_it(office: Office, size: int) -> None:
    asha = Uploading(office.device("asha", "officer", KECAMATAN))
    piece = CHANCE.randbytes(LARGEST_CHUNK)
    data = piece * (size // LARGEST_CHUNK)
    wanted = Wanted(hash_of(data), len(data))
    store, blobs = office.store, context_of(office.app).blobs
    with store.read() as connection:
        sender = Sender(office.person_in(connection, "asha"), "a-device")
    begun = uploads.begin(store, blobs, sender, wanted, b"", now_ms())
    go_on = partial(uploads.go_on, store, blobs, "asha", begun.id)
    for at in range(0, size - LARGEST_CHUNK, LARGEST_CHUNK):
        go_on(at, piece, now_ms())
    del data
    tracemalloc.start()
    try:
        go_on(size - LARGEST_CHUNK, piece, now_ms())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert asha.needed(wanted.hash) == []
    assert peak < 4 * MIB
