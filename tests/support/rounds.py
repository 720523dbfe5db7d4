"""A form that is filled for the cases of a list, cases in any number, and rounds of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from domain.access import Actor
from domain.canonical import Json
from domain.cases import case_kind
from domain.compose import Piece
from domain.operations import VILLAGE, Change
from domain.rounds import Plan
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_office_operations
from server.services.rounds import open_round
from tests.support.builders import new_id
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice

FORM_ID: Final = "pantau"
FORM: Final = f"{FORM_ID}@1"
DAY_MS: Final = 24 * 60 * 60 * 1000
PLAN: Final = Plan("Semester 2", "2026-09-01", "2026-09-30")
"""NOW is the 21st of September 2026."""


def _asked(path: str) -> dict[str, Json]:
    return {"path": path, "type": "text", "label": {"id": path, "en": path}, "pdp": "umum", "group": []}


VISITING: Final[dict[str, Json]] = {
    "form_id": FORM_ID,
    "version": "1",
    "title": {"id": "Kunjungan", "en": "Visit"},
    "languages": ["id", "en"],
    "fields": [_asked("a"), _asked("k/status_keberadaan")],
    "groups": [{"path": "k", "label": {"id": "k", "en": "k"}}],
    "repeats": [],
    "choices": {},
    "village_question": None,
    "entities": [{"list": "anak", "update_if": "true()", "save_to": {}}],
}


def cases(office: Office, by: Actor, *places: tuple[str, str], list_name: str = "anak") -> list[str]:
    """Cases with these names in these villages, as an import makes them; gives their ids in that order."""
    made = [new_id() for _ in places]
    operations = [
        make_operation(by, None, _said(case, list_name, village, name), NOW)
        for case, (village, name) in zip(made, places, strict=True)
    ]
    for start in range(0, len(operations), 200):
        office.store.transact(lambda c, some=operations[start : start + 200]: _write(c, by, some))  # type: ignore[misc]
    return made


def _said(case: str, list_name: str, village: str, name: str) -> list[Piece]:
    said = {VILLAGE: village, "label": name, "nama": name}
    return [Piece(case, case_kind(list_name), Change(path, value, ())) for path, value in said.items()]


def _write(connection: Any, by: Actor, operations: Iterable[Any]) -> None:
    ledger = Ledger(connection, NOW)
    apply_office_operations(ledger, by, list(operations))
    ledger.write()


def begun_round(office: Office, by: Actor, villages: Iterable[str], plan: Plan = PLAN) -> str:
    """A round of the form in these villages; gives its id."""
    round_id = new_id()
    open_round(office.store, by, round_id, FORM_ID, plan, list(villages), NOW)
    return round_id


def visit(device: RawDevice, case: str, village: str, round_id: str = "", **answers: str) -> str:
    """A submission about a case that has arrived."""
    record = new_id()
    said = {"a": "1", "$case": case, **({"$round": round_id} if round_id else {}), **answers}
    told = device.sync(device.submission(record, said, village=village, form=FORM))
    assert "verdicts" not in told, told
    return record
