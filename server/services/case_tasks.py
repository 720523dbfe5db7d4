"""In which rounds a case is assigned to whom, and what is said there of others' work on it."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.handing_over import Notes, notes_of, officers_in
from domain.planning import read_assignment, read_round, round_record
from server.store import planned_cases, records


@dataclass(frozen=True)
class CaseTask:
    """
    An assignment of a case: the round's id and title, who has it (several where people disagree), who had it.

    `due` is a day, or empty.
    """

    record: str
    round: str
    title: str
    village: str
    officers: tuple[str, ...]
    earlier: tuple[str, ...]
    due: str
    is_closed: bool
    notes: Notes


def tasks_of_case(connection: Connection, actor: Actor, case: str) -> list[CaseTask]:
    """The assignments of a case that the actor may read, those of open rounds first."""
    planned = planned_cases.of_cases(connection, [case])
    rounds = [round_record(one.round, one.village) for one in planned]
    stored = records.load(connection, {*(one.record for one in planned), *rounds})
    found = []
    for one, of_round in zip(planned, rounds, strict=True):
        task = stored.get(one.record)
        assignment = read_assignment(task.state) if task else None
        if task and assignment and is_authorized(actor, Action.READ, task.subject):
            said = stored.get(of_round)
            known = read_round(said.state) if said else None
            found.append(
                CaseTask(
                    one.record,
                    one.round,
                    known.title if known else "",
                    one.village,
                    tuple(sorted(officers_in(task.state))),
                    tuple(sorted(assignment.earlier)),
                    assignment.due or (known.due if known else ""),
                    one.is_closed,
                    notes_of(task.state),
                )
            )
    return sorted(found, key=lambda one: (one.is_closed, one.due, one.record))
