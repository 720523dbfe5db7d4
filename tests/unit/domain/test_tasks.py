"""For which round a form is filled, and what an officer has to do."""

from dataclasses import replace
from typing import Any

import pytest

from domain.handing_over import pieces_of_handing_on
from domain.merge import RecordState, fold
from domain.planning import (
    ASSIGNMENT,
    ROUND,
    Assignment,
    Round,
    Visit,
    assignment_record,
    round_record,
)
from domain.review import ReviewState
from domain.tasks import Filled, Task, TaskState, round_filled_for, tasks_of
from tests.support.builders import new_id, operation

VILLAGE, OTHER = "64.02.18.2007", "64.02.18.2008"
FORM = "verifikasi_anak"
CASE = "22222222-2222-4222-8222-222222222222"


def a_round(due: str = "", **facts: object) -> Round:
    named = new_id()
    made = Round(round_record(named, VILLAGE), named, VILLAGE, FORM, "Putaran", "2026-01-05", due, False)
    return replace(made, **facts)  # type: ignore[arg-type]


def assigned_in(one: Round, case: str = CASE) -> Assignment:
    return Assignment(new_id(), one.round, case, VILLAGE, "asha", "", frozenset(), False)


def test_a_form_is_filled_for_no_round_that_is_not_open_for_it_here() -> None:
    """Broken on purpose, one after the other: closed, of another form, of another village."""
    others = [a_round(is_closed=True), a_round(form="keluarga"), a_round(village=OTHER)]
    assert round_filled_for(FORM, VILLAGE, CASE, others, [assigned_in(one) for one in others]) is None
    here = a_round()
    assert round_filled_for(FORM, VILLAGE, None, [*others, here], []) == here.round


def test_of_several_rounds_the_one_with_the_case_goes_first_then_the_one_due_first() -> None:
    """Broken on purpose: one without a day counted as due before all others."""
    late, soon, never = a_round("2026-09-01"), a_round("2026-02-01"), a_round()
    rounds = [never, late, soon]
    assert round_filled_for(FORM, VILLAGE, CASE, rounds, []) == soon.round
    assert round_filled_for(FORM, VILLAGE, CASE, rounds, [assigned_in(late)]) == late.round
    assert round_filled_for(FORM, VILLAGE, CASE, rounds, [assigned_in(late, new_id())]) == soon.round
    assert round_filled_for(FORM, VILLAGE, None, rounds, [assigned_in(late)]) == soon.round


def planned(due: str = "2026-03-31", officer: str = "asha", **said: str) -> tuple[str, list[RecordState]]:
    """A round with the case assigned in it, as records; and its id."""
    named = new_id()
    about = {"$village": VILLAGE, "$round": named}
    days = {"form": FORM, "title": "S1", "begins": "2026-01-05", "due": due, "closed": "", **said}
    task = {**about, "$case": CASE, "$assigned": officer}
    of_round = _state(round_record(named, VILLAGE), ROUND, {**about, **days})
    return named, [of_round, _state(assignment_record(named, CASE), ASSIGNMENT, task)]


def _state(record: str, kind: str, values: dict[str, str]) -> RecordState:
    changes: list[Any] = [(path, value, []) for path, value in values.items()]
    return fold(None, [operation(changes, record=record, kind=kind)], record)


def only_task(states: list[RecordState], *filled: Filled, **given: object) -> Task:
    drafts, today = given.get("drafts", set()), given.get("today", "2026-02-01")
    (task,) = tasks_of("asha", states, filled, drafts, today)  # type: ignore[arg-type]
    return task


def visit(of_round: str | None, review: ReviewState = ReviewState.PENDING, **facts: Any) -> Filled:
    told = {"round": of_round, "form": FORM, "case": CASE, "day": "2026-02-01", **facts}
    return Filled(new_id(), Visit(is_rejected=False, **told), review)


STATES = {
    ReviewState.PENDING: TaskState.SENT,
    ReviewState.STALE: TaskState.SENT,
    ReviewState.APPROVED: TaskState.APPROVED,
    ReviewState.RETURNED: TaskState.RETURNED,
    ReviewState.REJECTED: TaskState.REJECTED,
}


@pytest.mark.parametrize("review", ReviewState)
def test_a_task_stands_as_its_visits_do(review: ReviewState) -> None:
    named, states = planned()
    assert only_task(states).state is TaskState.OPEN
    assert only_task(states, drafts={(FORM, CASE)}).state is TaskState.DRAFT
    made = visit(named, review)
    assert only_task(states, made).state is STATES[review]
    assert only_task(states, made).visits == (made.record,)
    is_returned = review is ReviewState.RETURNED
    expected = TaskState.RETURNED if is_returned else TaskState.UNSENT
    assert only_task(states, replace(made, is_unsent=True)).state is expected
    again = visit(named, ReviewState.REJECTED)
    assert only_task(states, made, again).state is STATES[review]


@pytest.mark.parametrize(
    ("facts", "counts"),
    [
        ({}, True),
        ({"day": "2026-01-05"}, True),
        ({"day": "2026-01-04"}, False),
        ({"form": "keluarga"}, False),
        ({"case": "11111111-1111-4111-8111-111111111111"}, False),
        ({"round": "11111111-1111-4111-8111-111111111111"}, False),
    ],
)
def test_what_names_no_round_counts_by_its_form_since_the_round_began(
    facts: dict[str, Any], counts: bool
) -> None:
    _, states = planned()
    assert bool(only_task(states, visit(None, **facts)).visits) is counts


def test_overdue_is_what_is_not_done_on_the_day_after() -> None:
    """Broken on purpose: the day itself counted, and what was approved."""
    named, states = planned("2026-03-31")
    assert not only_task(states, today="2026-03-31").is_overdue
    assert only_task(states, today="2026-04-01").is_overdue
    assert only_task(states, visit(named, ReviewState.REJECTED), today="2026-04-01").is_overdue
    for review in (ReviewState.PENDING, ReviewState.APPROVED):
        assert not only_task(states, visit(named, review), today="2026-04-01").is_overdue
    assert not only_task(planned("")[1], today="2099-01-01").is_overdue


def test_a_task_is_whose_somebody_says_that_it_is_while_the_round_is_open() -> None:
    _, (of_round, task) = planned()
    assert tasks_of("budi", [of_round, task], [], set(), "2026-02-01") == []
    handed = {one.change.path: one.change for one in pieces_of_handing_on(task, "budi")}
    changes = [(path, one.value, list(one.preds)) for path, one in handed.items()]
    now = fold(task, [operation(changes, record=task.record, kind=ASSIGNMENT)], task.record)
    assert tasks_of("asha", [of_round, now], [], set(), "2026-02-01") == []
    other: list[Any] = [("$assigned", "carla", [])]
    disputed = fold(now, [operation(other, record=task.record, kind=ASSIGNMENT)], task.record)
    for name in ("budi", "carla"):
        (found,) = tasks_of(name, [of_round, disputed], [], set(), "2026-02-01")
        assert found.assignment.is_disputed
        assert found.assignment.earlier == {"asha"}
    _, closed = planned(closed="1")
    assert tasks_of("asha", closed, [], set(), "2026-02-01") == []
