"""
Alarms: raised where a submission says that somebody is in danger now, open until somebody takes care by name.

They are raised in the transaction that takes the operation in, or holds it: whoever answers for the village
has to know of a child in danger, whatever else is decided about the work. See
docs/decisions/0046-danger-first.md.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import TABLE, Action, Actor
from domain.alarms import answers_for, is_overdue, is_told_of
from domain.areas import is_village
from domain.canonical import ID_BYTES, to_text
from domain.errors import NotFound, Outdated
from domain.operations import OF, RECORD_ID, RESTRICTED_PART, SUBMISSION, VILLAGE, Operation, Part
from domain.reasons import read_note
from domain.urgency import is_said, is_urgent, records_in_danger
from server.services.audit import Act, Audited, put
from server.store import accounts, alarms
from server.store.alarms import NewAlarm, StoredAlarm
from server.store.records import StoredRecord, parent_of

LISTED: Final = 50
"""Of those that somebody took care of, on a page."""


@dataclass(frozen=True)
class Danger:
    """An operation that says that somebody is in danger, and who it is that says so."""

    operation: Operation
    officer: str


@dataclass(frozen=True)
class OpenAlarm:
    """An alarm as somebody is told of it; `is_his`: whether he is to acknowledge it."""

    stored: StoredAlarm
    is_his: bool


# --- raising -------------------------------------------------------------------------------------


def raise_all(
    connection: Connection, said: Sequence[Danger], stored: Mapping[str, StoredRecord], now: int
) -> None:
    """
    Raises the alarms of operations; `stored` are records as they are now.

    None for an operation that raised one before, as where held work is taken in, nor for a submission that
    has an open one. What was acknowledged and is said again is a new alarm.
    """
    if not said:
        return
    wanted = [(one, submission) for one in said for submission in _submissions(one.operation, stored)]
    known = alarms.known(connection, {submission for _, submission in wanted})
    raised: dict[str, NewAlarm] = {}
    for one, submission in wanted:
        behind = known.get(submission, set())
        if submission not in raised and not behind & {"", one.operation.id}:
            raised[submission] = _new(one, submission, stored)
    alarms.add(connection, list(raised.values()), now)


def _submissions(operation: Operation, stored: Mapping[str, StoredRecord]) -> set[str]:
    """Which submissions it is about; a restricted part that belongs to none stands for itself."""
    found = set()
    for record in records_in_danger(operation):
        part = operation.part_of(record)
        begun = parent_of(stored[record].state) if record in stored else None
        found.add(record if part.kind == SUBMISSION else begun or _claimed(part) or record)
    return found


def _claimed(part: Part) -> str | None:
    claimed = part.value_at(OF)
    return claimed if isinstance(claimed, str) and RECORD_ID.fullmatch(claimed) else None


def _new(one: Danger, submission: str, stored: Mapping[str, StoredRecord]) -> NewAlarm:
    """Its villages are those of the submission, and those that a held operation would put it into."""
    villages = set(stored[submission].villages) if submission in stored else set()
    named = (part.value_at(VILLAGE) for part in one.operation.parts)
    villages |= {village for village in named if isinstance(village, str) and is_village(village)}
    return NewAlarm(
        id=to_text(secrets.token_bytes(ID_BYTES)),
        submission=submission,
        operation=one.operation.id,
        officer=one.officer,
        form=one.operation.form,
        villages=frozenset(villages),
    )


def follow(connection: Connection, villages: Mapping[str, Collection[str]]) -> None:
    """Lets the open alarms of submissions that moved be those of the villages where they are now."""
    if villages:
        alarms.follow(connection, villages)


def derive(connection: Connection, stored: Mapping[str, StoredRecord], now: int) -> None:
    """Raises what is missing: the alarms of submissions that were taken in before there were any."""
    urgent = {one: which for one, found in stored.items() if (which := _urgent_submission(found))}
    if not urgent:
        return
    known = alarms.known(connection, urgent.values())
    wanted = {which: stored[one] for one, which in urgent.items() if which not in known}
    alarms.add(connection, [_derived(which, one) for which, one in sorted(wanted.items())], now)


def missing(connection: Connection, stored: Iterable[StoredRecord]) -> set[str]:
    """The submissions among these records, or behind them, that say so and never had an alarm."""
    urgent = {which for one in stored if (which := _urgent_submission(one))}
    return urgent - alarms.known(connection, urgent).keys() if urgent else set()


def _urgent_submission(one: StoredRecord) -> str | None:
    state = one.state
    if state.kind not in (SUBMISSION, RESTRICTED_PART) or not is_urgent([state]):
        return None
    return (parent_of(state) if state.kind == RESTRICTED_PART else None) or state.record


def _derived(submission: str, one: StoredRecord) -> NewAlarm:
    said = max(
        (survivor.id for survivor in one.state.survivors if is_said(survivor.path, survivor.value)),
        key=lambda name: (one.state.origins[name].time, name),
    )
    return NewAlarm(
        id=to_text(secrets.token_bytes(ID_BYTES)),
        submission=submission,
        operation=said,
        officer=one.state.origins[said].author,
        form=one.state.form,
        villages=one.villages,
    )


# --- telling -------------------------------------------------------------------------------------


def responders(connection: Connection) -> list[Actor]:
    """Everybody who may ever acknowledge."""
    return accounts.with_roles(connection, TABLE[Action.ACKNOWLEDGE])


def open_alarms(connection: Connection, actor: Actor) -> list[OpenAlarm]:
    """What nobody has taken care of yet and the actor is told of, the oldest first."""
    return _told(connection, actor, alarms.open_ones(connection))


def acknowledged_alarms(
    connection: Connection, actor: Actor, before: tuple[int, str] | None = None
) -> tuple[list[OpenAlarm], tuple[int, str] | None]:
    """
    What somebody took care of, the latest first; with the place (when, id) behind which there is more.

    Only so much is read at a time as is told at once, however little of it concerns the actor.
    """
    found = alarms.acknowledged_ones(connection, before, LISTED)
    following = (found[-1].acknowledged or 0, found[-1].id) if len(found) == LISTED else None
    return _told(connection, actor, found), following


def _told(connection: Connection, actor: Actor, found: Sequence[StoredAlarm]) -> list[OpenAlarm]:
    if not found:
        return []
    able = responders(connection)
    return [
        OpenAlarm(one, answers_for(actor, one.alarm, able))
        for one in found
        if is_told_of(actor, one.alarm, able)
    ]


# --- taking care ---------------------------------------------------------------------------------


def acknowledge(connection: Connection, actor: Actor, alarm: str, note: str, now: int) -> None:
    """
    Takes care of an alarm, by name and once.

    Raises `NotFound` for what is not the actor's to acknowledge, `InvalidRequest` for the note, and
    `Outdated` (already-acknowledged, with `by` and `at`) where somebody was faster.
    """
    said = read_note(note)
    found = alarms.lock(connection, alarm)
    if found is None or not answers_for(actor, found.alarm, responders(connection)):
        raise NotFound("there is no such alarm")
    if found.acknowledged is not None:
        raise Outdated(
            "somebody takes care of it already",
            code="already-acknowledged",
            by=found.acknowledged_by,
            at=found.acknowledged,
        )
    alarms.acknowledge(connection, alarm, actor.name, said or None, now)
    village = min(found.villages, default="")
    put(connection, Act(actor.name, Audited.ACKNOWLEDGE, [found.submission], village), now)


def overdue(connection: Connection, limit_ms: int, now: int) -> list[str]:
    """The alarms that nobody took care of in time, and that have not gone further."""
    waiting = alarms.not_escalated(connection)
    return [alarm for alarm, raised in waiting if is_overdue(raised, now, limit_ms)]


def escalate(connection: Connection, limit_ms: int, now: int) -> int:
    """Lets them go to all heads; gives how many that are."""
    return alarms.escalate(connection, overdue(connection, limit_ms, now), now)
