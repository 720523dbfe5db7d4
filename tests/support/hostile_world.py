"""The phones and the office of `tests/property/test_sync_machine.py`, to start every example from."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from client_sync import database as device_database
from client_sync import line
from client_sync.device import Device
from client_sync.line import Line
from domain.canonical import to_text
from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.local_line import KEY, URL, LocalLine, impatient, line_to
from tests.support.office import Office
from tests.support.reviewers import Reviewer
from tests.support.snapshots import Rows, take_snapshot

ONE, TWO, FAR = "64.02.18.2006", "64.02.18.2007", "64.02.01.2001"
PEOPLE: Final = {
    "asha": ("officer", (ONE, TWO)),
    "budi": ("officer", (TWO,)),
    "dewi": ("peksos", ("64.02.18",)),
    "eka": ("officer", (FAR,)),
}
SMALL_PAGE: Final = 8_000
"""Bytes that a phone takes at once: four rows are read for it, and one large record fills it."""
LARGE: Final = "x" * 9_000


@dataclass
class Phone:
    """A device store with its line."""

    device: Device
    line: LocalLine
    home: Path
    user: str

    def own_ids(self) -> set[str]:
        """Of its account's operations here those of which there is anything left after erasures."""
        rows = self.device.store.database._connection.execute("SELECT id FROM operation WHERE raw = x''")
        return set(self.device.store.outbox.offered(self.user)) - {row[0] for row in rows}

    def marks(self) -> dict[str, tuple[str, str, bool]]:
        """What the phone says of each own operation, and whether it counts it to the server's records."""
        query = (
            "SELECT o.id, o.status, o.code, min(r.is_contained)"
            " FROM operation o JOIN operation_record r ON r.operation = o.id GROUP BY o.id"
        )
        rows = self.device.store.database._connection.execute(query)
        return {one: (status, code, bool(is_contained)) for one, status, code, is_contained in rows}

    def unsent(self) -> int:
        return self.device.store.outbox.count_queued()


@dataclass
class Seed:
    """An office at its beginning and enrolled phones, to start every example from."""

    office: Office
    rows: Rows
    homes: dict[str, Path]
    folder: Path
    reviewers: tuple[Reviewer, Reviewer]
    chance: random.Random
    came_of_it: Counter[str]
    examples: int = 0


@pytest.fixture
def seed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seed]:
    monkeypatch.setattr(device_database, "ROUNDS", 1)
    monkeypatch.setattr(Line, "remembered", classmethod(lambda cls, _: cls(limit=SMALL_PAGE)))
    monkeypatch.setattr(line, "LARGEST_LIMIT", SMALL_PAGE)
    chance = random.Random(1)
    monkeypatch.setattr(secrets, "token_bytes", lambda n=32: chance.randbytes(n))
    monkeypatch.setattr(secrets, "token_urlsafe", lambda n=32: to_text(chance.randbytes(n)))
    office = Office(database_url, tmp_path)
    homes: dict[str, Path] = {}
    for name, (role, areas) in PEOPLE.items():
        office.person(name, role, *areas)
        with office.store.write() as connection:
            code = make_code(connection, name, now_ms())
        local, connect = line_to(office.client)
        homes[name] = tmp_path / f"seed-{name}"
        with Device.open(
            homes[name], KEY, connect=connect, patience=impatient(), random_bytes=chance.randbytes
        ) as device:
            device.enroll(URL, code)
            assert local.traffic.requests
    came_of_it: Counter[str] = Counter()
    sari = Reviewer(office.api("sari", "supervisor", "64.02"), came_of_it)
    hana = Reviewer(office.api("hana", "head", "64.02"), came_of_it)
    rows = take_snapshot(office.store.engine)
    yield Seed(office, rows, homes, tmp_path, (sari, hana), chance, came_of_it)
    office.close()
