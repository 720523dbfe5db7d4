"""What the office plans, what an officer has to do, and whose a conflict is."""

from typing import Any, Final

from domain.access import Action, Actor, Role, Subject, is_authorized
from domain.handing_over import notes_of, officers_in
from domain.planning import (
    Assignment,
    Visit,
    assignment_record,
    is_day,
    line_of,
    read_assignment,
    read_round,
    round_of,
    round_record,
)
from domain.review import ReviewState
from domain.settling import assigned_in, why_not
from domain.tasks import Filled, Task, round_filled_for, tasks_of
from tests.support.twins.asked import Deed, state_of


def _planned(given: dict[str, Any]) -> Any:
    """What a record says as a round and as an assignment."""
    state = state_of(given["record"], given["operations"])
    one, assignment, notes = read_round(state), read_assignment(state), notes_of(state)
    return {
        "round": one and [one.round, one.village, one.form, one.title, one.begins, one.due, one.is_closed],
        "assignment": assignment and _row_of_assignment(assignment),
        "notes": [list(notes.held.items()), list(notes.late.items())],
        "officers": sorted(officers_in(state)),
        "roundOf": round_of(state),
        "assigned": sorted(assigned_in([state])),
    }


def _row_of_assignment(one: Assignment) -> list[Any]:
    return [one.round, one.case, one.village, one.officer, one.due, sorted(one.earlier), one.is_disputed]


def _filled(row: list[Any]) -> Filled:
    record, visit, review, is_unsent = row
    return Filled(record, Visit(*visit), ReviewState(review), is_unsent)


def _tasks(given: dict[str, Any]) -> Any:
    states = [state_of(record, sent) for record, sent in given["planned"].items()]
    drafts = [(form, case) for form, case in given["drafts"]]
    tasks = tasks_of(given["account"], states, [*map(_filled, given["filled"])], drafts, given["today"])
    return [_row_of_task(task) for task in tasks]


def _row_of_task(task: Task) -> list[Any]:
    return [
        *(task.assignment.record, task.round and task.round.record, task.due, task.state.value),
        *(task.is_overdue, list(task.visits), len(task.notes.held)),
    ]


def _round_filled_for(given: dict[str, Any]) -> Any:
    states = [state_of(record, sent) for record, sent in given["planned"].items()]
    rounds = [one for state in states if (one := read_round(state))]
    assigned = [assignment for state in states if (assignment := read_assignment(state))]
    return round_filled_for(given["form"], given["village"], given["case"], rounds, assigned)


def _assigned(given: dict[str, Any]) -> Any:
    return sorted(assigned_in(state_of(record, sent) for record, sent in given.items()))


def _why_not(given: list[Any]) -> Any:
    author, assigned, is_reviewer, is_settled_before = given
    return why_not(author, assigned, is_reviewer=is_reviewer, is_settled_before=is_settled_before)


def _may_review(given: list[Any]) -> Any:
    role, areas, kind, villages = given
    actor = Actor("asha", Role(role), tuple(areas))
    return is_authorized(actor, Action.REVIEW, Subject(kind, frozenset(villages)))


DEEDS: Final[dict[str, Deed]] = {
    "planned": _planned,
    "tasks": _tasks,
    "roundFilledFor": _round_filled_for,
    "assigned": _assigned,
    "whyNot": _why_not,
    "mayReview": _may_review,
    "isDay": is_day,
    "line": lambda given: line_of(*given),
    "plannedIds": lambda given: [round_record(*given), assignment_record(*given)],
}
