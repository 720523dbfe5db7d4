"""
What an officer has to do: his assigned cases with how far each is, and for which round a form is filled.

No clock decides anything here: a day that is asked for is given, and only says what is overdue.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.handing_over import Notes, notes_of, officers_in
from domain.merge import RecordState
from domain.planning import (
    Assignment,
    Round,
    Visit,
    due_of,
    is_overdue,
    is_visit,
    read_assignment,
    read_round,
)
from domain.review import ReviewState

# --- for which round -------------------------------------------------------------------------------


def round_filled_for(
    form_id: str, village: str, case: str | None, rounds: Iterable[Round], assigned: Iterable[Assignment]
) -> str | None:
    """
    The round that a new form is filled for, if one of it is open in the village.

    Of several that which has the case assigned, to whomever; else the one that is due first.
    """
    is_open = [one for one in rounds if (one.form, one.village) == (form_id, village) and not one.is_closed]
    planned = {one.round for one in assigned if case and one.case == case}
    chosen = min(
        is_open, key=lambda one: (one.round not in planned, *_urgency(one.due), one.round), default=None
    )
    return chosen.round if chosen else None


def _urgency(due: str) -> tuple[bool, str]:
    """By day, what has none behind all others."""
    return not due, due


# --- what is to be done ----------------------------------------------------------------------------


class TaskState(StrEnum):
    """How far the visit to an assigned case is."""

    OPEN = "open"
    DRAFT = "draft"
    UNSENT = "unsent"
    SENT = "sent"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"


DONE: Final = (TaskState.SENT, TaskState.UNSENT, TaskState.APPROVED)
"""With these nothing is to be done on the device but sending."""


@dataclass(frozen=True, slots=True)
class Filled:
    """
    A submission as tasks are told by it: what it is a visit of, whichever review it has got.

    `is_unsent` says whether anything of it is still on the device.
    """

    record: str
    visit: Visit
    review: ReviewState
    is_unsent: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """
    An assigned case: the submissions that are visits for its round, and what is said of others' work on it.

    `round` is none where its record is not on the device. `due` is a day, or empty.
    """

    assignment: Assignment
    round: Round | None
    due: str
    state: TaskState
    is_overdue: bool
    visits: tuple[str, ...]
    notes: Notes


def tasks_of(
    account: str,
    planned: Iterable[RecordState],
    filled: Sequence[Filled],
    drafts: Collection[tuple[str, str]],
    today: str,
) -> list[Task]:
    """
    The cases that an account has in rounds that are not closed, by village and the day they are due.

    `planned` are the rounds and assignments that are known; one on which people disagree is everybody's whom
    one of them named. `drafts` are (form, case) of forms that are being filled.
    """
    states = list(planned)
    rounds = {(one.round, one.village): one for state in states if (one := read_round(state))}
    mine = (state for state in states if account in officers_in(state))
    found = [
        _task(assignment, state, rounds.get((assignment.round, assignment.village)), filled, drafts, today)
        for state in mine
        if (assignment := read_assignment(state))
    ]
    open_ones = (one for one in found if one.round is None or not one.round.is_closed)
    return sorted(
        open_ones, key=lambda one: (one.assignment.village, *_urgency(one.due), one.assignment.case)
    )


def _task(
    assignment: Assignment,
    state: RecordState,
    of_round: Round | None,
    filled: Sequence[Filled],
    drafts: Collection[tuple[str, str]],
    today: str,
) -> Task:
    visits = [one for one in filled if of_round and is_visit(of_round, assignment.case, one.visit)]
    has_draft = of_round is not None and (of_round.form, assignment.case) in drafts
    stands = _state_of(visits, has_draft)
    due = due_of(assignment, of_round) if of_round else assignment.due
    return Task(
        assignment,
        of_round,
        due,
        stands,
        is_overdue=stands not in DONE and is_overdue(due, today),
        visits=tuple(one.record for one in visits),
        notes=notes_of(state),
    )


def _state_of(visits: Sequence[Filled], has_draft: bool) -> TaskState:
    """A return goes first, since it asks for something; then what lies here, then the office's word."""
    reviews = {one.review for one in visits}
    if ReviewState.RETURNED in reviews:
        return TaskState.RETURNED
    if any(one.is_unsent for one in visits):
        return TaskState.UNSENT
    if ReviewState.APPROVED in reviews:
        return TaskState.APPROVED
    if reviews & {ReviewState.PENDING, ReviewState.STALE}:
        return TaskState.SENT
    if has_draft:
        return TaskState.DRAFT
    return TaskState.REJECTED if visits else TaskState.OPEN
