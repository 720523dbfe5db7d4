"""A form with answers that can be wrong, filings of it, and a worker that runs when a test says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import text

from domain.canonical import Json
from server.services.check_problems import check_problems
from server.services.check_store import Checked, Difference
from server.services.examine import Examined
from server.store import examinations
from server.working import work_once
from tests.support.builders import new_id, with_restricted_part
from tests.support.filings import MARKER, arrives
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice

FORM: Final = "periksa@1"
NOT_WHOLE: Final = "not-an-integer"


def _field(path: str, kind: str, pdp: str = "umum") -> dict[str, Json]:
    return {"path": path, "type": kind, "label": {"id": path, "en": path}, "pdp": pdp, "group": []}


DEFINITION: Final[dict[str, Json]] = {
    "form_id": "periksa",
    "version": "1",
    "title": {"id": "Periksa", "en": "Examine"},
    "languages": ["id", "en"],
    "fields": [_field("a", "integer"), _field("b", "integer"), _field("r", "integer", "terbatas")],
    "groups": [],
    "repeats": [],
    "choices": {},
    "village_question": None,
}


@dataclass
class Clock:
    """A worker's clock, which goes on when a test says so."""

    ahead: int = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead


@dataclass
class Desk:
    """An office in which forms are examined."""

    office: Office
    clock: Clock = field(default_factory=Clock)

    def work(self) -> Examined:
        """What ``verilap-server work --once`` does."""
        return work_once(self.office.store, self.clock)

    def file(self, device: RawDevice, **answers: Any) -> str:
        """A filled form that has arrived; gives its record."""
        record = new_id()
        arrives(device, device.submission(record, answers, form=FORM))
        return record

    def file_restricted(self, device: RawDevice, value: str, **answers: Any) -> tuple[str, str]:
        """The same with a restricted answer at ``r``; gives the record and that of its restricted part."""
        record, part = new_id(), new_id()
        sent = device.submission(record, {**answers, "r": MARKER}, form=FORM)
        arrives(device, with_restricted_part(sent, record, {"r": value}, part=part))
        return record, part

    def edit(self, device: RawDevice, record: str, path: str, value: Any, **facts: Any) -> None:
        """Another answer, by somebody who saw none: the greatest wins, for what is shown."""
        arrives(device, device.operation([(path, value, [])], record=record, form=FORM, **facts))

    def stored(self, record: str) -> list[tuple[str, str]]:
        """(path, code) of the problems that stand beside a record."""
        with self.office.store.read() as connection:
            found = examinations.find(connection, record)
        return [(one.problem.path, one.problem.code) for one in found.findings] if found else []

    def unexamined(self) -> int:
        with self.office.store.read() as connection:
            return examinations.backlog(connection).records

    def differences(self) -> list[Difference]:
        """What ``verilap-server check`` says of problems."""
        with self.office.store.read() as connection:
            return list(check_problems(connection, Checked()))

    def run(self, statement: str) -> None:
        """Alters the store behind the server's back."""
        with self.office.store.write() as connection:
            connection.execute(text(statement))


def shown(client: ApiClient, record: str) -> list[tuple[str, str]]:
    """(path, code) of the problems that somebody is shown."""
    return [(one["path"], one["code"]) for one in client.get(f"records/{record}")["problems"]]


def counted(client: ApiClient, query: str = "") -> dict[str, int | None]:
    """How many problems somebody's list tells of each record."""
    listed = client.get(f"records?{query}")["records"]
    return {one["record"]: one["problems"] for one in listed}


def while_examining(monkeypatch: Any, act: Callable[[], None]) -> None:
    """Does something once, after the next record was read and before what was found is written."""
    from server.services import examine as module

    plain, acts = module.examine, [act]

    def examine(one: Any) -> Any:
        found = plain(one)
        if acts:
            acts.pop()()
        return found

    monkeypatch.setattr(module, "examine", examine)
