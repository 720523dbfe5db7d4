"""
The phone's own device as a process of Node.js: ``officer_app/tests/support/phone_process.ts``.

::

    with phone_in(folder) as phone:
        phone.enroll(url, code)
        record = phone.new("anak", VILLAGE, {"nama": "Asha"})
        assert phone.sync()["isQuiet"]
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

TOOLS: Final = Path(__file__).parents[2] / "scripts" / "officer_app.py"
PROGRAM: Final = "tests/support/phone_process.ts"
PATIENCE_S: Final = 15


class PhoneRefused(Exception):
    """The phone answered with an error, whose code this is."""


class PhoneEnded(Exception):
    """The phone's process is gone; the message is what it said last."""


@dataclass
class NodePhone:
    """One store on one phone. `events` are what it told by itself, as the pages hear it."""

    file: Path
    events: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._errors = self.file.with_suffix(".log").open("a+", encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Opens the store in a process of its own, as after a start of the phone."""
        self._process = subprocess.Popen(
            [sys.executable, TOOLS, "node", PROGRAM, self.file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def close(self) -> None:
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._end()
        self._errors.close()

    def _end(self) -> None:
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    # --- what it is asked ---

    def enroll(self, url: str, code: str) -> str:
        """Enrols; gives whose phone it is."""
        return str(self.ask("enroll", url, code))

    def new(self, form: str, village: str, answers: Mapping[str, str]) -> str:
        """A new form, filled and finished; gives its record."""
        return str(self.ask("new", form, village, answers))

    def correct(self, record: str, answers: Mapping[str, str]) -> None:
        self.ask("correct", record, answers)

    def attach(self, form: str, village: str, path: str, size: int) -> str:
        """A new form with a file of so many bytes at a path; gives the file's hash."""
        return str(self.ask("attach", form, village, path, size))

    def resolve(self, record: str, path: str, chosen: str) -> None:
        self.ask("resolve", record, path, chosen)

    def sync(self) -> dict[str, Any]:
        """What the pages are told of a sync (`SyncOutcome`)."""
        told: dict[str, Any] = self.ask("sync")
        return told

    def sync_dying(self, at: int) -> bool:
        """
        Syncs, dies when the answer to so many calls is there and nothing of it is stored, and starts again.

        Whether it came to that; else the sync is done.
        """
        self.ask("dieAt", at)
        try:
            self.sync()
        except PhoneEnded:
            self._end()
            self.start()
            return True
        return False

    def told(self) -> dict[str, Any]:
        """`digests` of the server's documents; `answers` and `conflicts` in view; `queued` and `files`."""
        told: dict[str, Any] = self.ask("told")
        return told

    def ask(self, do: str, *given: Any) -> Any:
        """Any of the methods of the program. Raises `PhoneRefused`."""
        self._say(do, *given)
        while "event" in (told := self._hear()):
            self.events.append(told["event"])
        if "error" in told:
            raise PhoneRefused(told["error"])
        return told["answer"]

    def _say(self, do: str, *given: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"do": do, "with": given}) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise PhoneEnded(self._errors.read()[-2000:])
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def phone_in(folder: Path, name: str = "phone") -> Iterator[NodePhone]:
    """A phone whose store lies in a folder; closed afterwards."""
    phone = NodePhone(folder / f"{name}.sqlite")
    try:
        yield phone
    finally:
        phone.close()
