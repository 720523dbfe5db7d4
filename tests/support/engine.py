"""
The phone's XForms engine as a process: one JSON line in and one out (`tests/engine/oracle.mjs`).

::

    with started() as engine:
        engine.load("f", xform, {"desa.csv": text})
        told = engine.open("f", answers={"g_anak/nama_anak": "Asha"}, members={"anggota": ["m_1"]})
        told.nodes["g_anak/nama_anak"]["relevant"]

Its clock stands still at the `now` of the latest `open` or `fill`, in the office's time zone. The fixture
`engine` is one process for the session; a test that takes it is marked ``engine``.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final, Literal

import pytest

from tests.support.node import FOLDER, NEED, ensure_engine, find_node
from tests.support.packages import MissingPackageError

TIME_ZONE: Final = "Asia/Makassar"
NOW: Final = 1_790_000_412_000
"""2026-09-21, 22:20:12 in the office."""

PATIENCE: Final = 10
"""Seconds for the process to end."""

Members = Mapping[str, Sequence[str]]
"""Ids of a repeat's members in their order, by the repeat's record path."""


class EngineFault(Exception):
    """The engine threw an error, or its process ended; the message is its own."""


@dataclass(frozen=True)
class Told:
    """
    What the engine makes of a filled form.

    `nodes` by record path: relevant for all; value, required, readonly, answered (the required value is
    there), valid (the constraint holds), label and choices (the names offered) for questions. `refused` are
    answers that it did not take, with its reason. `xml` is the instance as sent, without what is hidden.
    """

    nodes: Mapping[str, Mapping[str, Any]]
    refused: Mapping[str, str]
    xml: str


class Engine:
    """One running process; not for several threads."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self._process = process
        self._errors = errors

    def load(self, form: str, xform: str, media: Mapping[str, str] | None = None) -> None:
        """Make a form known by a name. Raises `EngineFault` for one that the engine does not understand."""
        self._ask({"do": "load", "form": form, "xform": xform, "media": dict(media or {})})

    def open(
        self,
        form: str,
        answers: Mapping[str, str] | None = None,
        *,
        members: Members | None = None,
        mode: Literal["create", "restore", "edit"] = "create",
        xml: str = "",
        files: Sequence[str] = (),
        now: int = NOW,
        language: str = "",
    ) -> Told:
        """A new instance, or the one in `xml`, and then every answer entered in the order given."""
        return self._told(
            "open", answers, form=form, mode=mode, xml=xml, files=list(files), now=now, language=language,
            members=_plain(members),
        )  # fmt: skip

    def fill(
        self,
        form: str,
        answers: Mapping[str, str] | None = None,
        *,
        members: Members | None = None,
        now: int = NOW,
    ) -> Told:
        """
        The same as opening an instance that holds these answers, without making one anew: many times as fast.

        Every answer that is not given becomes blank; what no person can enter (an unknown choice, a hidden
        question) is put there as it would be read from a stored instance.
        """
        return self._told("fill", answers, form=form, now=now, members=_plain(members))

    def set(self, answers: Mapping[str, str]) -> Told:
        """Enter further answers into what was opened last."""
        return self._told("set", answers)

    def stop(self) -> None:
        """End the process: it ends with its input, unless an expression that never ends holds it."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _told(self, deed: str, answers: Mapping[str, str] | None, **more: Any) -> Told:
        answer = self._ask({"do": deed, "answers": list((answers or {}).items()), **more})
        return Told(answer["nodes"], answer["refused"], answer["xml"])

    def _ask(self, message: Mapping[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._errors.seek(0)
            raise EngineFault(f"the engine's process ended: {self._errors.read()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EngineFault(answer["error"])
        return answer


def _plain(members: Members | None) -> dict[str, list[str]]:
    return {path: list(ids) for path, ids in (members or {}).items()}


@contextmanager
def started() -> Iterator[Engine]:
    """A process of the engine, ended afterwards. Raises `MissingPackageError`."""
    if ensure_engine() is None:
        raise MissingPackageError(f"The engine is left out by {NEED.variable}.")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [find_node(), FOLDER / "oracle.mjs"],
            cwd=FOLDER,
            env={**os.environ, "TZ": TIME_ZONE},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        )
        running = Engine(process, errors)
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One process of the engine for the session."""
    try:
        with started() as running:
            yield running
    except MissingPackageError as error:
        pytest.fail(f"{error} Mark the test with `engine`.", pytrace=False)
