"""The machine under a device, as its lease sees it: which start this is, and how long it has been on."""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from client_sync import lease
from domain.lease import DAY_MS


@dataclass
class Machine:
    """Time passes when a test says so."""

    boot_file: Path
    up_ms: int = DAY_MS

    def wait(self, days: float) -> None:
        """Lets so many days pass, awake or asleep."""
        self.up_ms += int(days * DAY_MS)

    def restart(self) -> None:
        """It has just been started anew."""
        self.boot_file.write_text(f"another-{self.boot_file.read_text('ascii')[-200:]}", "ascii")
        self.up_ms = 0

    def forget_boots(self) -> None:
        """From now on it is of a kind that does not tell."""
        self.boot_file.unlink()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Stands in for the one that the test runs on, for whatever opens a device store in this process."""
    made = Machine(tmp_path / "boot-id")
    made.boot_file.write_text("first", "ascii")
    monkeypatch.setattr(lease, "BOOT_ID", made.boot_file)
    monkeypatch.setattr(time, "clock_gettime_ns", lambda _: made.up_ms * 1_000_000)
    return made
