"""
Assigning cases of a round: to whom they may go, one by one, by village, or evenly.

Only what nobody has yet is assigned here, and only to somebody who has the village. So pressing twice, or two
people who press at once, takes nothing from anybody.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final

from sqlalchemy import Connection

from domain.access import TABLE, Action, Actor, Role, Subject, covered_villages, is_authorized, reach_of
from domain.areas import covers
from domain.compose import Piece
from domain.distributing import Distribution, distribute
from domain.errors import InvalidRequest
from domain.operations import RECORD_ID
from domain.planning import ASSIGNMENT, assignment_record, read_assignment
from domain.rounds import pieces_of_assigning
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.services.push import apply_office_operations
from server.services.rounds import BATCH, RoundSeen, asked_of, find_round, list_of_round, put_planned
from server.store import accounts, rounds
from server.store.log import OK
from server.store.records import StoredRecord
from server.store.transactions import Store

ASSIGNABLE: Final = tuple(TABLE[Action.VISIT])
"""The roles to which cases can be assigned: first those who do little else."""


class Became(StrEnum):
    """What became of a case that was to be assigned."""

    ASSIGNED = "assigned"
    ALREADY = "already"
    """It is his already: nothing was to be done."""
    TAKEN = "taken"
    """Somebody else has it meanwhile, or people disagree on who has."""
    NOT_HIS = "not-his"
    """He has not its village (any more), no role to visit anybody, or his account is closed."""
    SET_ASIDE = "set-aside"
    """Processing it is restricted."""
    CLOSED = "closed"
    """The round is closed in its village."""
    GONE = "gone"
    """It is not in this round, or not in the villages of whoever assigns."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who may get cases, and how many he has in the round."""

    person: Actor
    cases: int

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def role(self) -> Role:
        return self.person.role

    def has(self, village: str) -> bool:
        """Whether he visits cases of a village."""
        return may_visit(self.person, village)


def may_visit(person: Actor, village: str) -> bool:
    """Whether cases of a village may be assigned to somebody."""
    return is_authorized(person, Action.VISIT, Subject(ASSIGNMENT, frozenset({village})))


def candidates(connection: Connection, round_id: str, villages: Collection[str]) -> list[Candidate]:
    """Those who may visit cases in any of the villages: officers first, then social workers, by name."""
    able = [
        one
        for one in accounts.with_roles(connection, ASSIGNABLE)
        if covered_villages(one, villages, Action.VISIT)
    ]
    has = Counter(name for name, _ in rounds.assigned(connection, round_id, [one.name for one in able]))
    found = [Candidate(one, has[one.name]) for one in able]
    return sorted(found, key=lambda one: (ASSIGNABLE.index(one.role), one.name))


def waiting_cases(
    connection: Connection, actor: Actor, round_id: str, area: str, now: int
) -> tuple[RoundSeen, dict[str, str]]:
    """The cases of a round that nobody has, each with its village, as far as the actor plans in `area`."""
    seen = find_round(connection, actor, round_id, Action.PLAN)
    asked = asked_of(connection, actor, seen, now, area)
    found = rounds.unassigned(connection, asked) if asked else {}
    return seen, {case: village for case, village in found.items() if village in seen.open_villages}


def spread(
    connection: Connection, actor: Actor, round_id: str, area: str, officers: Collection[str], now: int
) -> Distribution:
    """
    The unassigned cases in an area, evenly among those of the officers that may get any; nothing is changed.

    Raises `InvalidRequest` (no-officers) where none of them may.
    """
    seen, cases = waiting_cases(connection, actor, round_id, area, now)
    able = {
        one.name: reach_of(one.person, Action.VISIT).areas
        for one in candidates(connection, round_id, seen.villages)
        if one.name in set(officers)
    }
    if not able:
        raise InvalidRequest("choose officers", code="no-officers")
    return distribute(cases, able, rounds.assigned(connection, round_id, able))


def assign_all(
    store: Store, actor: Actor, round_id: str, wanted: Mapping[str, str], due: str, now: int
) -> Counter[Became]:
    """Assigns cases to officers, in batches; how many became what. Raises `NotFound` and `NotAllowed`."""
    became: Counter[Became] = Counter()
    listed = sorted(wanted.items())
    for start in range(0, len(listed), BATCH):
        some = dict(listed[start : start + BATCH])
        work = partial(assign, actor=actor, round_id=round_id, wanted=some, due=due, now=now)
        became += store.transact(work)
    return became


def assign(
    connection: Connection, actor: Actor, round_id: str, wanted: Mapping[str, str], due: str, now: int
) -> Counter[Became]:
    """
    Assigns cases, each to an officer, in this transaction; how many became what.

    `due` is a day of their own, empty for that of the round. What somebody has is left to him.
    """
    seen = find_round(connection, actor, round_id, Action.PLAN)
    cases = {case: officer for case, officer in wanted.items() if RECORD_ID.fullmatch(case)}
    ledger = Ledger(connection, now)
    # The cases too: nobody moves or erases one before its assignment is written.
    ledger.lock({*cases, *(assignment_record(round_id, case) for case in cases)})
    able = {one.name: one for one in accounts.with_roles(connection, ASSIGNABLE)}
    assigning = _Assigning(seen, actor, able, list_of_round(connection, seen.form), due)
    became: Counter[Became] = Counter({Became.GONE: len(wanted) - len(cases)})
    pieces: list[list[Piece]] = []
    for case, officer in sorted(cases.items()):
        assignment = ledger.records.get(assignment_record(round_id, case))
        outcome = assigning.settle(case, officer, ledger.records.get(case), assignment)
        if isinstance(outcome, Became):
            became[outcome] += 1
        else:
            pieces.append(outcome)
    operations = [make_operation(actor, None, one, now) for one in pieces]
    verdicts = apply_office_operations(ledger, actor, operations)
    ledger.write()
    taken = [one for one, verdict in zip(operations, verdicts, strict=True) if verdict.status == OK]
    became[Became.ASSIGNED] += len(taken)
    became[Became.GONE] += len(operations) - len(taken)
    if taken:
        put_planned(ledger, actor, taken, {"round": round_id, "what": "assign"})
    return +became


@dataclass(frozen=True)
class _Assigning:
    """What every case of a batch is judged by."""

    seen: RoundSeen
    actor: Actor
    able: Mapping[str, Actor]
    list_name: str | None
    due: str

    def settle(
        self, case: str, officer: str, stored: StoredRecord | None, assignment: StoredRecord | None
    ) -> list[Piece] | Became:
        """What is to be written, or why nothing is."""
        village = self._village(stored)
        if stored is None or village is None:
            return Became.GONE
        if stored.is_set_aside:
            return Became.SET_ASIDE
        if village not in self.seen.open_villages:
            return Became.CLOSED
        if officer not in self.able or not may_visit(self.able[officer], village):
            return Became.NOT_HIS
        found = read_assignment(assignment.state) if assignment else None
        if found and (found.officer or found.is_disputed):
            return Became.ALREADY if found.officer == officer and not found.is_disputed else Became.TAKEN
        state = assignment.state if assignment else None
        return pieces_of_assigning(state, self.seen.id, case, village, officer, self.due)

    def _village(self, stored: StoredRecord | None) -> str | None:
        """Where the case is in this round, in villages in which the actor plans."""
        if stored is None or stored.state.kind != f"case:{self.list_name}":
            return None
        if not is_authorized(self.actor, Action.READ, stored.subject):
            return None
        return next((one for one in sorted(stored.villages) if one in self.seen.villages), None)


def within_area(villages: Sequence[str], area: str) -> list[str]:
    """Those of the villages that lie in an area; all of them where none is chosen."""
    return [one for one in villages if not area or covers(area, one)]
