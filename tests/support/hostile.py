"""An office under attack: one for all bad messages of a file, on each database, watched after every one.

Whatever was sent, the server still answers, what it had accepted before is there byte
for byte, and its log says nothing of what people wrote.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import structlog
from werkzeug.test import TestResponse

from domain.merge import RecordState
from server.services.check_store import Checked, check_store
from tests.conftest import ON_BOTH, sqlite_url
from tests.support.office import ApiClient, Office
from tests.support.postgres import Cluster
from tests.support.raw_device import RawDevice, whole

SECRET: Final = "her-father-beats-her"
"""Part of every answer that is sent: it must stand in no line of the log."""
SECONDS: Final = 2.0
"""What one message may cost this process."""


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Besieged:
    """The office, the officer's device that sends nonsense, and a colleague's that watches."""

    office: Office
    sender: RawDevice
    watcher: RawDevice
    known: str
    digest: str
    _reader: ApiClient | None = None

    @contextmanager
    def watch(self) -> Iterator[None]:
        """What must hold after any message, however bad."""
        began = time.thread_time()
        with structlog.testing.capture_logs() as lines:
            yield
        assert time.thread_time() - began < SECONDS
        logged = repr(lines)
        assert not any(secret in logged for secret in (SECRET, self.sender.token, self.known))
        assert not [line for line in lines if line["event"] in ("fault", "database")]
        self.assert_unharmed()

    def assert_unharmed(self) -> None:
        """The server answers, and the record that it accepted at the beginning is as it was."""
        asked = self.watcher.request(want=[self.known], cursors={}, limit=1)
        stored = whole(self.watcher.post("sync", asked).json or {})[self.known]
        assert RecordState.from_document({k: v for k, v in stored.items() if k != "in"}).digest == self.digest

    def post(self, body: Any, **headers: str) -> TestResponse:
        """A body to the endpoint of sync, in the name of the sender, under watch."""
        with self.watch():
            return self.sender.post("sync", body, **headers)

    def verdict(self, *ops: Any) -> tuple[str, str | None]:
        """Status and code of the first of the operations that is not ok, sent in a batch with a good one."""
        good = self.sender.submission(record := new_id(), {"a": SECRET})
        answer = self.post(self.sender.request(*ops, good, limit=1))
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json or {}
        listed = {r["record"] if isinstance(r, dict) else r[0] for r in told["records"]}
        assert record in listed  # one bad operation delays no other
        refused = told.get("verdicts", {"0": {"status": "ok"}})
        assert refused.keys() <= {str(i) for i in range(len(ops))}
        first = refused[min(refused)]
        return first["status"], first.get("code")

    def assert_readable(self, record: str) -> dict[str, Any]:
        """The office reads a record, its history and all that waits; gives the record."""
        if self._reader is None:
            self._reader = self.office.api("dewi", "peksos", "64.02")
        with self.watch():
            self._reader.get(f"records/{record}/history")
            self._reader.get("held?limit=100")
            read: dict[str, Any] = self._reader.get(f"records/{record}")
        return read

    def assert_sound(self) -> None:
        """What is stored follows from the log."""
        with self.office.store.read() as connection:
            assert list(check_store(connection, Checked())) == []


@pytest.fixture(scope="module", params=ON_BOTH)
def besieged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Besieged]:
    """One office for the messages of a file, on SQLite and on PostgreSQL; sound at the end."""
    folder: Path = tmp_path_factory.mktemp("besieged")
    cluster: Cluster | None = None
    url = sqlite_url(folder / "database" / "verilap.db")
    if request.param == "postgres":
        cluster = request.getfixturevalue("postgres_cluster")
        url = cluster.create_database()
    office = Office(url, folder)
    sender = office.device("asha", "officer", "64.02.18")
    sender.sync(sender.submission(known := new_id(), {"a": SECRET, "b": "1"}))
    watcher = office.device("budi", "officer", "64.02.18")
    record = RecordState.from_document({k: v for k, v in watcher.pull()[0][known].items() if k != "in"})
    made = Besieged(office, sender, watcher, known, record.digest)
    yield made
    made.assert_sound()
    office.close()
    if cluster:
        cluster.drop(url)
