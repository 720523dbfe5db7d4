"""
Rounds and assignments: what the office plans, as records in the feeds of their villages like all others.

A round has one record in each of its villages, so that villages share nothing; an assignment is one for each
case of a round. The ids of both follow from what they are of: two people who plan the same mean one record,
and where they planned otherwise it is in conflict, for a person to settle.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.areas import is_village
from domain.canonical import digest_of
from domain.cases.naming import CASE
from domain.merge import RecordState, view
from domain.operations import FORM, RECORD_ID, VILLAGE, Value

ROUND: Final = "round"
ASSIGNMENT: Final = "assignment"
PLANNED: Final = frozenset({ROUND, ASSIGNMENT})
"""The kinds of records that only those write who plan."""

ROUND_ID: Final = "$round"
"""Which round a record is of, or a submission was filled for."""
ASSIGNED: Final = "$assigned"
"""In an assignment: the account that has it; the empty text stands for nobody."""
FORM_ID: Final = "form"
TITLE: Final = "title"
BEGINS: Final = "begins"
DUE: Final = "due"
CLOSED: Final = "closed"
YES: Final = "1"
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LAST_DAY: Final = "2999-12-31"
"""A year with five digits typed by mistake is no date, one of a thousand years from now neither."""
FIRST_DAY: Final = "2000-01-01"
MOST_OF_A_TITLE: Final = 200
MOST_OF_A_NAME: Final = 100
EARLIER: Final = "earlier"
"""In an assignment: above the names of those who had it before, each at a path of its own."""

WHEREABOUTS: Final = "status_keberadaan"
"""The question whether somebody was there, in whatever group a form asks it."""
NOT_FOUND: Final = "4"


@dataclass(frozen=True, slots=True)
class Round:
    """
    A round in one of its villages.

    `round` is the round's own id, `form` a form's id; `begins` and `due` are days (``YYYY-MM-DD``).
    """

    record: str
    round: str
    village: str
    form: str
    title: str
    begins: str
    due: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """
    A case of a round, and who is to visit it.

    `officer` is nobody's name where nobody has it; `is_disputed` tells that several people assigned
    differently, of which one is shown. `due` is a day of its own, or empty. `earlier` had it before.
    """

    record: str
    round: str
    case: str
    village: str
    officer: str
    due: str
    earlier: frozenset[str]
    is_disputed: bool


def round_record(round_id: str, village: str) -> str:
    """The id of the record of a round in a village: a UUID of version 4 by its form, made of a digest."""
    return _made_of(ROUND, round_id, village)


def assignment_record(round_id: str, case: str) -> str:
    """The id of the assignment of a case in a round, made likewise."""
    return _made_of(ASSIGNMENT, round_id, case)


def earlier_path(name: str) -> str:
    """Where an assignment says that an account had it before."""
    return f"{EARLIER}/{digest_of(name.encode())}"


def _made_of(*said: str) -> str:
    return str(UUID(bytes=hashlib.sha256("\n".join(said).encode()).digest()[:16], version=4))


def read_round(state: RecordState) -> Round | None:
    """
    What the record of a round says; nothing where it is of another kind, or names no round or village.

    Nor where its id is not the one of these: there is one record for each, whatever somebody sends by hand.
    """
    if state.kind != ROUND:
        return None
    shown = view(state).answers
    named, village = _text(shown.get(ROUND_ID)), _text(shown.get(VILLAGE))
    if not RECORD_ID.fullmatch(named) or not is_village(village):
        return None
    if state.record != round_record(named, village):
        return None
    form = _text(shown.get(FORM_ID))
    return Round(
        state.record,
        named,
        village,
        form if FORM.fullmatch(f"{form}@1") else "",
        line_of(shown.get(TITLE), MOST_OF_A_TITLE),
        _day(shown.get(BEGINS)),
        _day(shown.get(DUE)),
        shown.get(CLOSED) == YES,
    )


def read_assignment(state: RecordState) -> Assignment | None:
    """What an assignment says; nothing for another kind, or where its id is not its round's and case's."""
    if state.kind != ASSIGNMENT:
        return None
    seen = view(state)
    named, case = _text(seen.answers.get(ROUND_ID)), _text(seen.answers.get(CASE))
    village = _text(seen.answers.get(VILLAGE))
    if not RECORD_ID.fullmatch(named) or not RECORD_ID.fullmatch(case) or not is_village(village):
        return None
    if state.record != assignment_record(named, case):
        return None
    return Assignment(
        state.record,
        named,
        case,
        village,
        line_of(seen.answers.get(ASSIGNED), MOST_OF_A_NAME),
        _day(seen.answers.get(DUE)),
        frozenset(_earlier(seen.answers.items())),
        ASSIGNED in seen.conflicts,
    )


def _earlier(answers: Iterable[tuple[str, Value]]) -> Iterator[str]:
    for path, value in answers:
        if path.startswith(f"{EARLIER}/") and isinstance(value, str) and value:
            yield value


def line_of(value: "Value | None", most: int) -> str:
    """One line of text of that many characters: whoever sends an operation by hand may say anything."""
    return "".join(one for one in _text(value) if one.isprintable())[:most]


def is_day(text: str) -> bool:
    """Whether the text is a day that a round may begin or end on, as it is kept: ``2026-02-28``."""
    if not DAY.fullmatch(text) or not FIRST_DAY <= text <= LAST_DAY:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(value: "Value | None") -> str:
    """A day of the calendar: lists work out when it begins."""
    text = _text(value)
    return text if is_day(text) else ""


def _text(value: "Value | None") -> str:
    return value if isinstance(value, str) else ""


def round_of(state: RecordState) -> str | None:
    """The round that a submission was filled for, if it says so."""
    named = _text(view(state).answers.get(ROUND_ID))
    return named if RECORD_ID.fullmatch(named) else None


def is_not_found(state: RecordState) -> bool:
    """Whether a submission says that whom it is about was not found; one voice is enough."""
    paths, _, values = state.columns
    if NOT_FOUND not in values:
        return False
    return any(
        value == NOT_FOUND and path.rpartition("/")[2] == WHEREABOUTS
        for path, value in zip(paths, values, strict=True)
    )


# --- what counts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Visit:
    """
    A submission about a case, as far as rounds ask.

    `round` is the one that it names, if any; `form` a form's id; `day` when it was taken in, or filled where
    nobody has taken it in yet, by the office's calendar.
    """

    round: str | None
    form: str
    case: str | None
    day: str
    is_rejected: bool


def is_visit(one: Round, case: str, visit: Visit) -> bool:
    """
    Whether a submission is a visit of a case in a round.

    It is when it names both; without a round when it is of the round's form and came on its first day or
    later. One that was rejected is none.
    """
    if visit.is_rejected or visit.case != case:
        return False
    if visit.round is not None:
        return visit.round == one.round
    return visit.form == one.form and bool(one.begins) and visit.day >= one.begins


def due_of(assignment: Assignment | None, one: Round) -> str:
    """The day until which a case is to be visited: its own, else that of the round."""
    return assignment.due if assignment and assignment.due else one.due


def is_overdue(due: str, today: str) -> bool:
    """Whether the day is over by which something was due; both as ``YYYY-MM-DD``, no day is never over."""
    return bool(due) and due < today
