"""What became different in a record between two of its versions, for a person to read.

The log has every operation, so any version can be had again: a version is found by the
etag that a decision, or a page that somebody has open, was bound to.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.access import Actor
from domain.merge import Origin, RecordState, View, fold, is_under, view
from domain.operations import REVIEW, Operation, Value
from domain.review import Decision
from server.services.history import Event, history_of
from server.services.read_record import RecordReading
from server.store.log import OK


@dataclass(frozen=True)
class AnswerChange:
    """
    One question's answer before and after, with who entered the latter and when.

    ``None`` stands for no answer: the question was not asked before, or its member was
    removed since. `path` is that of the question, or of the member.
    """

    path: str
    before: "Value | None"
    after: "Value | None"
    author: str = ""
    time: int | None = None


@dataclass(frozen=True)
class LastDecision:
    """The latest review that decided anything; `remarks` map a question's path to a text."""

    id: str
    decision: Decision
    author: str
    time: int
    etag: str
    comment: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """What is different since the latest decision; without one there is nothing to compare with."""

    decision: LastDecision | None = None
    changes: tuple[AnswerChange, ...] = ()


def since_decision(reading: RecordReading, events: Sequence[Event]) -> Comparison:
    """What changed in a record since it was last approved, returned or rejected; by its history."""
    return _since(reading, events, frozenset(Decision))


def since_approval(reading: RecordReading, events: Sequence[Event]) -> Comparison:
    """What changed since it was last approved; nothing where that is the latest decision anyway."""
    own = [one.operation for one in _accepted(events) if reading.record in one.operation.records]
    latest = last_decision(own, reading.record)
    if latest is None or latest.decision is Decision.APPROVE:
        return Comparison()
    approved = _since(reading, events, frozenset({Decision.APPROVE}))
    is_other = approved.decision is not None and approved.decision.etag != latest.etag
    return approved if is_other else Comparison()


def _since(reading: RecordReading, events: Sequence[Event], decisions: Collection[Decision]) -> Comparison:
    events = _accepted(events)
    own = [event for event in events if reading.record in event.operation.records]
    decided = last_decision([event.operation for event in own], reading.record, decisions)
    if decided is None:
        return Comparison()
    at = max(e.row.received for e in own if e.operation.id == decided.id)
    before = version_of([e.operation for e in own], reading.record, decided.etag)
    if before is None:
        before = _state_of([e.operation for e in own if e.row.received <= at], reading.record)
    changes = changes_between(before, reading.stored.state) if before else []
    for part in reading.parts:
        arrived = [
            e.operation for e in events if part.state.record in e.operation.records and e.row.received <= at
        ]
        old = _state_of(arrived, part.state.record) or RecordState(part.state.record, part.state.kind)
        changes += changes_between(old, part.state)
    return Comparison(decided, tuple(changes))


def since_version(
    connection: Connection, actor: Actor, reading: RecordReading, etag: str
) -> tuple[AnswerChange, ...]:
    """What changed in a record since it had this etag; nothing when it never had."""
    events = _accepted(history_of(connection, actor, reading.record))
    own = [event.operation for event in events if reading.record in event.operation.records]
    before = version_of(own, reading.record, etag)
    return tuple(changes_between(before, reading.stored.state)) if before else ()


def _accepted(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if event.row.status == OK]


def last_decision(
    operations: Sequence[Operation], record: str, decisions: Collection[Decision] = frozenset(Decision)
) -> LastDecision | None:
    """The latest such decision in a record's accepted operations, which are given in the order of receipt."""
    for operation in reversed(operations):
        for change in operation.part_of(record).changes:
            read = _read_decision(operation, change.value) if change.path == REVIEW else None
            if read and read.decision in decisions:
                return read
    return None


def _read_decision(operation: Operation, value: Value) -> LastDecision | None:
    if not isinstance(value, dict) or value.get("decision") not in tuple(Decision):
        return None
    etag, comment, remarks = value.get("etag"), value.get("comment"), value.get("remarks")
    return LastDecision(
        id=operation.id,
        decision=Decision(str(value["decision"])),
        author=operation.author,
        time=operation.time,
        etag=etag if isinstance(etag, str) else "",
        comment=comment if isinstance(comment, str) else "",
        remarks={k: v for k, v in remarks.items() if isinstance(v, str)} if isinstance(remarks, dict) else {},
    )


def version_of(operations: Sequence[Operation], record: str, etag: str) -> RecordState | None:
    """
    The record as it was when its etag was this one; the latest such moment.

    Found by receiving the operations once more. Nothing when it never was so here, as
    when a decision was made on a device that had operations of its own.
    """
    found: RecordState | None = None
    for state in _versions(operations, record):
        if state.etag == etag:
            found = state
    return found


def _versions(operations: Sequence[Operation], record: str) -> Iterator[RecordState]:
    state: RecordState | None = None
    arrived: set[str] = set()
    for operation in operations:
        state = fold(state, [operation], record, arrived)
        arrived.add(operation.id)
        yield state


def _state_of(operations: Sequence[Operation], record: str) -> RecordState | None:
    return fold(None, operations, record) if operations else None


def changes_between(before: RecordState, after: RecordState) -> list[AnswerChange]:
    """The answers that differ, by path. ``$`` paths are no answers and are left out."""
    old, new = view(before), view(after)
    return sorted(
        [*_changed_answers(old, new, after), *_removed_members(old, new, after)], key=lambda one: one.path
    )


def _changed_answers(old: View, new: View, after: RecordState) -> Iterator[AnswerChange]:
    for path, value in new.answers.items():
        before = old.answers.get(path)
        if path.startswith("$") or isinstance(value, dict) or before == value:
            continue
        origin = _latest_origin(after, path, value)
        yield AnswerChange(path, before, value, origin.author, origin.time)


def _removed_members(old: View, new: View, after: RecordState) -> Iterator[AnswerChange]:
    for member in new.hidden - old.hidden:
        lost = [path for path in old.answers if is_under(path, member)]
        if lost:
            origin = max(
                (after.origins[s.id] for s in after.by_path.get(member, [])),
                key=lambda one: one.time,
                default=Origin("", 0, None),
            )
            yield AnswerChange(member, old.answers[lost[0]], None, origin.author, origin.time)


def _latest_origin(state: RecordState, path: str, value: Value) -> Origin:
    return max(
        (state.origins[s.id] for s in state.by_path[path] if s.value == value), key=lambda one: one.time
    )
