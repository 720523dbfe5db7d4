"""Rounds and assignments as an office plans them, by operations of a supervisor's own device."""

from __future__ import annotations

from typing import Any

from domain.handing_over import pieces_of_handing_on
from domain.merge import RecordState
from domain.planning import ASSIGNMENT, ROUND, assignment_record, round_record
from server.store import records
from tests.support.builders import new_id
from tests.support.filings import arrives
from tests.support.office import Office
from tests.support.raw_device import RawDevice


def open_round(planner: RawDevice, form: str, *villages: str, **said: str) -> str:
    """A round of a form in these villages; gives its id."""
    named = new_id()
    told = {"title": "Putaran 1", "begins": "2026-01-05", "due": "2026-03-31", "closed": "", **said}
    for village in villages:
        changes: list[Any] = [("$village", village, []), ("$round", named, []), ("form", form, [])]
        changes += [(path, value, []) for path, value in told.items()]
        arrives(planner, planner.operation(changes, record=round_record(named, village), kind=ROUND))
    return named


def assign(planner: RawDevice, of_round: str, case: str, village: str, officer: str) -> str:
    """Gives a case of a round to an officer; gives the assignment's id."""
    record = assignment_record(of_round, case)
    changes: list[Any] = [("$village", village, []), ("$round", of_round, []), ("$case", case, [])]
    changes += [("$assigned", officer, [])]
    arrives(planner, planner.operation(changes, record=record, kind=ASSIGNMENT))
    return record


def hand_on(office: Office, planner: RawDevice, record: str, officer: str) -> None:
    """Gives an assignment to somebody else."""
    pieces = pieces_of_handing_on(state_of(office, record), officer)
    changes = [(one.change.path, one.change.value, list(one.change.preds)) for one in pieces]
    arrives(planner, planner.operation(changes, record=record, kind=ASSIGNMENT))


def state_of(office: Office, record: str) -> RecordState:
    """A record as the server has it."""
    with office.store.read() as connection:
        return records.load(connection, [record])[record].state
