"""Devices on the server in memory: real stores, a line that can be cut, clocks that tests turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from client_sync.line import Patience
from client_sync.transport import Call
from domain.merge import RecordState
from domain.operations import Operation, parse_raw
from tests.support.loopback import FakeServer, Loopback

KEY = "x'" + "5a" * 32 + "'"
"""A raw key: nothing to stretch, so a store opens at once."""
VILLAGE, OTHER_VILLAGE, FAR_VILLAGE = "64.02.18.2007", "64.02.18.2008", "64.02.19.2001"


@dataclass
class Clock:
    """Milliseconds since 1970, as a test says; the ticking clock goes forward by what was slept."""

    now: int = 1_790_000_000_000
    ticks: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> int:
        self.now += 1
        return self.now

    def tick(self) -> float:
        self.ticks += 0.01
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ticks += seconds


class Phone(Device):
    """A device with its line and clock at hand."""

    line: Loopback
    clock: Clock
    home: Path

    def operations(self) -> list[Operation]:
        """All that it ever saved, in order."""
        rows = self.store.database._connection.execute("SELECT raw FROM operation ORDER BY position")
        return [parse_raw(row[0]) for row in rows]

    def status_of(self, operation: str) -> str | None:
        return self.store.outbox.status_of(operation)


class Fleet:
    """Makes phones, all on one server."""

    def __init__(self, folder: Path) -> None:
        self.server = FakeServer()
        self.folder = folder
        self.phones: list[Phone] = []
        self.attempts = 3

    def open(self, home: Path) -> Phone:
        line, clock = Loopback(self.server), Clock()
        patience = Patience(self.attempts, clock=clock.tick, sleep=clock.sleep, chance=lambda: 0.5)
        phone = Phone.open(
            home, KEY, connect=lambda url: line, clock=clock, tick=clock.tick, patience=patience
        )
        assert isinstance(phone, Phone)
        phone.line, phone.clock, phone.home = line, clock, home
        self.phones.append(phone)
        return phone

    def phone(
        self, name: str = "asha", role: str = "officer", areas: tuple[str, ...] = ("64.02.18",)
    ) -> Phone:
        """An enrolled phone of an account."""
        phone = self.open(self.folder / f"phone-{len(self.phones)}")
        phone.enroll("http://localhost", self.server.user(name, role, areas), "phone")
        return phone

    def copy(self, phone: Phone) -> Path:
        """The files of a phone as they are now."""
        target = self.folder / f"copy-{len(list(self.folder.iterdir()))}"
        shutil.copytree(phone.home, target)
        return target

    def close(self) -> None:
        for phone in self.phones:
            phone.close()


def replica_of(phone: Phone) -> str:
    """The replica id that the phone writes under."""
    replica = phone.store.settings.replica
    assert replica is not None
    return replica.id


def stored(phone: Phone) -> dict[str, RecordState]:
    """The server's documents on a phone, by record."""
    found = {record: phone.store.records.stored(record) for record in phone.store.records.ids()}
    return {record: state for record, state in found.items() if state}


Answering = Callable[[Call, tuple[int, Any]], tuple[int, Any]]


def replace(fleet: Fleet, answering: Answering) -> None:
    """Lets a function have the last word on the server's answers."""
    handle = fleet.server.handle
    object.__setattr__(fleet.server, "handle", lambda call: answering(call, handle(call)))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path)
    yield made
    made.close()
