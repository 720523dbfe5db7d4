"""An officer's device with files to send, a server that takes them, and the bytes that must come of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from client_sync.device import Device
from client_sync.file_sync import FileSync
from client_sync.pace import Pace
from client_sync.store.files import KeptFile
from domain.files import read_file_answer
from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.devices import VILLAGE
from tests.support.office import Office
from tests.support.uploading import hash_of, kept_bytes

KEY: Final = "x'" + "07" * 32 + "'"
QUESTION: Final = "surat"
"""Takes any file as it is."""
CHUNK: Final = 1_000
SIZE: Final = 2_500


class SmallPieces(Pace):
    """Pieces of `CHUNK` bytes, whatever the line is like."""

    def __init__(self) -> None:
        super().__init__(chunk=CHUNK)

    def piece(self, left: int) -> int:
        return min(left, CHUNK)

    def moved(self, size: int, seconds: float) -> None:
        """Nothing is learnt."""

    def failed(self) -> None:
        """Nothing is learnt."""


def cut_small(patch: pytest.MonkeyPatch) -> None:
    """Files go in pieces of `CHUNK` bytes."""
    patch.setattr("client_sync.file_sync.Pace", SmallPieces)


def before_files(patch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Has something happen in every sync between its text and its files."""
    run = FileSync.run

    def act_and_run(self: FileSync, **named: bool) -> object:
        act()
        return run(self, **named)

    patch.setattr(FileSync, "run", act_and_run)


def officer(office: Office, name: str = "asha") -> str:
    """An officer who may fill the form with files, once it is published; a code for a device of his."""
    office.person(name, "officer", VILLAGE)
    with office.store.write() as connection:
        return make_code(connection, name, now_ms())


@dataclass
class Sender:
    """A device, and what was attached on it: by hash, the bytes that the server must have in the end."""

    device: Device
    folder: Path
    attached: dict[str, bytes] = field(default_factory=dict)

    def file(self, data: bytes | None = None) -> Path:
        """A file beside the device: of some random bytes, else of these."""
        path = self.folder / f"{secrets.token_hex(8)}.bin"
        path.write_bytes(secrets.token_bytes(SIZE) if data is None else data)
        return path

    def attach(self, data: bytes | None = None, record: str | None = None) -> str:
        """A file as an answer, of a new record unless one is named; gives its hash."""
        file = self.file(data)
        record = record or self.device.new("foto", VILLAGE, {"nama": "Ani"}).record
        self.device.attach(record, QUESTION, file)
        self.attached[hash_of(file.read_bytes())] = file.read_bytes()
        return hash_of(file.read_bytes())

    def kept(self, hash_: str) -> KeptFile | None:
        """What the device has of a file."""
        return self.device.store.files.find(hash_)

    def assert_safe(self, office: Office) -> None:
        """Every file is on the server as it was, or the device has it and says that it waits."""
        for hash_, data in self.attached.items():
            there, here = kept_bytes(office, hash_), self.kept(hash_)
            assert there in (None, data)
            if there is None:
                assert here is not None
                assert here.sent is None
                assert self.device.store.files.read(here) == data

    def assert_there(self, office: Office) -> None:
        """Every file is on the server as it was, and the device knows it."""
        for hash_, data in self.attached.items():
            assert kept_bytes(office, hash_) == data
            here = self.kept(hash_)
            assert here is None or here.sent is not None


def answer_hash(device: Device, record: str) -> str | None:
    """The file that the question for files is answered by."""
    answer = read_file_answer(device.dossier(record).answers.get(QUESTION, ""))
    return answer.hash if answer else None
