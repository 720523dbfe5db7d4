"""Rounds and assignments as somebody plans them: what he typed, checked; and what it changes in records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.cases.naming import CASE
from domain.compose import Piece
from domain.errors import InvalidRequest
from domain.merge import RecordState, preds_of_edit
from domain.operations import VILLAGE, Change
from domain.planning import (
    ASSIGNED,
    ASSIGNMENT,
    BEGINS,
    CLOSED,
    DUE,
    FORM_ID,
    MOST_OF_A_TITLE,
    ROUND,
    ROUND_ID,
    TITLE,
    YES,
    assignment_record,
    is_day,
    round_record,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a round is called, its first day and its last one (``YYYY-MM-DD``)."""

    title: str
    begins: str
    due: str


def read_plan(title: str, begins: str, due: str) -> Plan:
    """
    What somebody typed.

    Raises `InvalidRequest` (round-title, round-begins, round-due, round-order) for what is no title of one
    line, no day, or ends before it begins.
    """
    called = " ".join(title.split())
    if not called or len(called) > MOST_OF_A_TITLE or not called.isprintable():
        raise InvalidRequest("a title is one line of text", code="round-title", most=MOST_OF_A_TITLE)
    first, last = read_day(begins, "round-begins"), read_day(due, "round-due")
    if last < first:
        raise InvalidRequest("it is over before it begins", code="round-order")
    return Plan(called, first, last)


def read_day(text: str, code: str) -> str:
    """A day as it is kept. Raises `InvalidRequest` with the code."""
    try:
        day = date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InvalidRequest("this is no day", code=code) from None
    if not is_day(day):
        raise InvalidRequest("no round is then", code=code)
    return day


# --- what it changes -------------------------------------------------------------------------------


def pieces_of_round(
    round_id: str, village: str, form: str, plan: Plan, is_closed: bool = False
) -> list[Piece]:
    """A round that begins in a village, or becomes known there as a closed one."""
    named = {VILLAGE: village, ROUND_ID: round_id, FORM_ID: form}
    said = {**named, **said_of_closing(is_closed), **said_by(plan)}
    return _new(round_record(round_id, village), ROUND, said)


def said_by(plan: Plan) -> dict[str, str]:
    """What a plan says in each record of a round, by path."""
    return {TITLE: plan.title, BEGINS: plan.begins, DUE: plan.due}


def said_of_closing(is_closed: bool) -> dict[str, str]:
    """That a round is closed, or open again."""
    return {CLOSED: YES if is_closed else ""}


def pieces_of_change(state: RecordState, said: Mapping[str, str]) -> list[Piece]:
    """What of it a record does not say yet; each replaces all that stands there."""
    return [
        Piece(state.record, state.kind, Change(path, value, preds_of_edit(state, path)))
        for path, value in said.items()
        if state.values_at(path) != [value]
    ]


def pieces_of_assigning(
    state: RecordState | None, round_id: str, case: str, village: str, officer: str, due: str = ""
) -> list[Piece]:
    """
    Gives a case that nobody has to an officer; `state` is its assignment, if there is one already.

    `due` is a day of its own; without one that of the round counts.
    """
    said = {VILLAGE: village, ASSIGNED: officer, **({DUE: due} if due else {})}
    if state is not None:
        return pieces_of_change(state, said)
    return _new(assignment_record(round_id, case), ASSIGNMENT, {ROUND_ID: round_id, CASE: case, **said})


def _new(record: str, kind: str, said: Mapping[str, str]) -> list[Piece]:
    return [Piece(record, kind, Change(path, value, ())) for path, value in said.items()]
