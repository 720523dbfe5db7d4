"""
A server that is killed at any step of taking a piece in leaves it there or not, and never half a file.

Broken on purpose, each found here: the offset moved in a commit of its own, before the piece; an upload told
as complete by its offset alone; the pieces dropped before the file was on record.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from server.clock import now_ms
from server.config import Config
from server.context import context_of
from server.installation import initialise
from server.models_files import UploadPiece
from server.services.arrivals import settle_some
from tests.support.filings import KECAMATAN
from tests.support.killing_upload import STEPS
from tests.support.office import Office
from tests.support.server import environment_of
from tests.support.uploading import Uploading, hash_of, kept_bytes

SIZE, BEGUN = 300_000, 100_000


@pytest.fixture
def office(durable_database_url: str, tmp_path: Path) -> Iterator[Office]:
    config = Config(tmp_path, durable_database_url)
    initialise(config)
    made = Office(config.database_url, config.data, villages=1)
    yield made
    made.close()


class Killed:
    """Servers of the office that are killed while they take in the rest of a file of a device."""

    def __init__(self, office: Office, device: Uploading) -> None:
        config = context_of(office.app).config
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killing_upload", device.device.token],
            env={**environment_of(config), "PYTHONPATH": os.getcwd()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send_until(self, where: str, file: Path, step: str) -> None:
        """The rest of a file, to one that dies at a step."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([where, BEGUN, str(file), step]) + "\n")
        self.process.stdin.flush()
        while (line := self.process.stdout.readline()).startswith("{"):  # its log
            pass
        assert int(line) == -signal.SIGKILL, line

    def close(self) -> None:
        self.process.communicate(timeout=20)


@pytest.fixture
def asha(office: Office) -> Uploading:
    return Uploading(office.device("asha", "officer", KECAMATAN))


@pytest.fixture
def killed(office: Office, asha: Uploading) -> Iterator[Killed]:
    made = Killed(office, asha)
    yield made
    made.close()


def test_a_server_that_is_killed_leaves_a_piece_or_none_and_whoever_comes_next_goes_on(
    office: Office, asha: Uploading, killed: Killed, tmp_path: Path
) -> None:
    """Invariant 12. Broken on purpose: see the beginning of this module."""
    chance = random.Random(3)
    for step in STEPS:
        data, file = chance.randbytes(SIZE), tmp_path / "photo.jpg"
        file.write_bytes(data)
        where = asha.begin(data, data[:BEGUN])
        killed.send_until(where, file, step)
        is_kept = STEPS.index(step) >= STEPS.index("kept")
        assert (kept_bytes(office, hash_of(data)) is not None) == is_kept, step
        has_come = STEPS.index(step) >= STEPS.index("piece committed")
        offset = asha.offset(where)  # which keeps what has come whole
        assert offset == (SIZE if has_come else BEGUN), step
        asha.send(where, data, SIZE, offset)
        assert kept_bytes(office, hash_of(data)) == data, step
        assert asha.needed(hash_of(data)) == []
    # No device comes back, and a worker goes on.
    file.write_bytes(data := chance.randbytes(SIZE))
    killed.send_until(asha.begin(data, data[:BEGUN]), file, "stored")
    while settle_some(office.store, context_of(office.app).blobs, now_ms() + 61_000):
        pass
    assert kept_bytes(office, hash_of(data)) == data
    with office.store.read() as connection:
        assert connection.execute(select(UploadPiece.offset)).all() == []
