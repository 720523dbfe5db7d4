"""Taking operations in: read, judge, log, fold, feed; all of a request in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, Concern, authorize, is_authorized
from domain.canonical import Json, canonical_bytes, digest_of
from domain.erasing import ERASED, NOTHING_ERASED, Erased
from domain.errors import InvalidRequest, MalformedOperation, NotAllowed, NotFound, Outdated
from domain.forms.definition import FormDefinition
from domain.operations import OFFICE, Operation, parse_raw, read_operation
from domain.restricting import processed_by
from domain.settling import may_settle_something
from server.services import file_rights, work_notes
from server.services.assigned import assigned_to
from server.services.concern import Concerns, villages_concerned
from server.services.device_sender import Sender
from server.services.erasing import are_known, screen
from server.services.forms import nearest_definition
from server.services.judge import (
    FROM_FILE,
    OTHER_AUTHOR,
    UNKNOWN_ERASURE,
    Facts,
    judge,
    judge_obstacles,
    villages_set,
)
from server.services.ledger import Ledger
from server.store import accounts, areas, feed, log, replicas, restrictions, settled
from server.store.log import ACCEPTED, HELD, OK, UNKNOWN_RECORD, UNKNOWN_VERSION, VOID, LogEntry, Verdict
from server.store.records import StoredRecord

WAIT_FOR_AUTHOR: Final = (OTHER_AUTHOR, FROM_FILE)
"""Codes of work that is judged anew when its author hands it in himself."""
RECORD_ELSEWHERE: Final = "record-elsewhere"


@dataclass(frozen=True, slots=True)
class Received:
    """One operation as it came; `fault` says why it could not be read."""

    id: str
    body: bytes
    operation: Operation | None
    fault: MalformedOperation | None = None
    is_erased: bool = False
    """Whether something of it is erased, so that it is not kept as it came."""


@dataclass
class Pushed:
    """What became of a batch.

    `verdicts` stand in the order of the batch, `judged` has them by id; both are those at the end, when what
    waited for a record that came later in the batch is accepted. `touched` maps
    each record of an accepted operation to whether the sender can compute its new
    state by himself. `erased` is what the batch speaks of although it is erased.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    judged: dict[str, Verdict] = field(default_factory=dict)
    touched: dict[str, bool] = field(default_factory=dict)
    is_fork: bool = False
    erased: Erased = NOTHING_ERASED


def receive(sent: Sequence[Json]) -> list[Received]:
    """Reads a batch, outside all locks. What cannot be read is kept as it came."""
    return [_receive(one) for one in sent]


def _receive(sent: Json) -> Received:
    try:
        operation = read_operation(sent)
    except MalformedOperation as fault:
        body = _bytes_of(sent)
        return Received(digest_of(body), body, None, fault)
    return Received(operation.id, operation.raw, operation)


def _bytes_of(sent: Json) -> bytes:
    """Canonical bytes where there are any: then the device gives the operation the same id."""
    try:
        return canonical_bytes(sent)
    except MalformedOperation:
        pass
    try:
        return json.dumps(sent, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:
        raise InvalidRequest("the body is not JSON: nested too deep", code="bad-json") from None


def accept(
    connection: Connection,
    sender: Sender,
    batch: Sequence[Received],
    read_up_to: Mapping[str, int],
    now: int,
) -> Pushed:
    """Judges and stores a batch; `read_up_to` holds the feed numbers that the sender has read.

    The replica's row is locked first, then the records in order, the feeds last.
    """
    replica = replicas.lock(connection, sender.replica, sender.actor.name, now)
    ledger = Ledger(connection, now)
    batch, erased = _without_erased(connection, batch, now)
    before = log.verdicts_of(connection, [one.id for one in batch])
    readable = _readable_at_last(connection, sender, batch, before)
    regained = _lock_regained(connection, sender, before)
    known = {one: verdict for one, verdict in before.items() if one not in readable}
    fresh = list({one.id: one for one in batch if one.id not in known or one.id in regained}.values())
    operations = [one.operation for one in fresh if one.operation]
    ledger.load(operations)
    facts = _facts(connection, operations, sender, replica.account, ledger)
    verdicts = dict(known)
    for one in fresh:
        verdicts[one.id] = _judge_and_apply(one, sender, facts, ledger)
        if one.id in readable:
            ledger.tell_again(one.id, one.operation)
        elif verdicts[one.id].status != OK and (store := _store_to_tell(one, sender, facts)):
            ledger.tell(one.id, store)
        if verdicts[one.id].status == HELD and one.operation:
            ledger.note_danger(one.operation, sender.actor.name)
    new = [one for one in fresh if one.id not in known]
    entries = [LogEntry(one.id, one.body, verdicts[one.id], one.operation, one.is_erased) for one in new]
    _hand_over(connection, ledger, sender, {one.id: verdicts[one.id] for one in fresh if one.id in regained})
    is_fork = _is_fork(connection, sender.replica, batch)
    unread = [one for one in entries if one.id not in readable]
    log.append(connection, unread, sender.actor.name, sender.device, now)
    for entry in entries:
        if entry.id in readable and entry.operation:
            log.complete(connection, entry.operation, entry.verdict.code)
            log.decide(connection, entry.id, entry.verdict, None, None, now)
    ledger.claim(one.operation for one in fresh if one.operation and verdicts[one.id].code == UNKNOWN_RECORD)
    promoted = _judge_waiting_again(connection, ledger, now)
    file_rights.claim(connection, [*operations, *(op for op, _ in promoted)], now)
    judged = [(one.operation, verdicts[one.id]) for one in fresh if one.operation]
    work_notes.note(ledger, sender.actor, [*judged, *promoted], regained)
    verdicts.update({op.id: verdict for op, verdict in promoted if op.id in verdicts})
    outcome = Pushed([verdicts[one.id] for one in batch], verdicts, is_fork=is_fork, erased=erased)
    moved = {record for op, verdict in promoted if verdict.status == OK for record in op.records}
    outcome.touched = _touched(connection, batch, before, verdicts, ledger, moved, read_up_to)
    if replica.account == sender.actor.name:
        replicas.count(connection, replica, [one.id for one in fresh if one.id not in readable])
    ledger.write()
    return outcome


def _without_erased(
    connection: Connection, batch: Sequence[Received], now: int
) -> tuple[list[Received], Erased]:
    """The batch without what is erased, and what that is."""
    screened = screen(connection, [(one.operation or one.body) for one in batch], now)
    if not screened.erased:
        return list(batch), screened.erased
    return [_screened(one, left) for one, left in zip(batch, screened.left, strict=True)], screened.erased


def _screened(one: Received, left: Operation | bytes | None) -> Received:
    if left is None:
        fault = MalformedOperation("what this says is erased, and nothing of it is kept", code=ERASED)
        return Received(one.id, b"", None, fault, is_erased=True)
    if isinstance(left, Operation) and left is not one.operation:
        return Received(one.id, left.raw, left, is_erased=True)
    return one


def _readable_at_last(
    connection: Connection, sender: Sender, batch: Sequence[Received], known: dict[str, Verdict]
) -> set[str]:
    """What was held because a newer version wrote it, and can be read since an upgrade; locked."""
    found = set()
    for one in batch:
        if one.operation and one.id in known and known[one.id].code == UNKNOWN_VERSION:
            row = log.row_of(connection, one.id, lock=True)
            if row and (row.status, row.code, row.account) == (HELD, UNKNOWN_VERSION, sender.actor.name):
                found.add(one.id)
    return found


def take_back(connection: Connection, sender: Sender, known: Mapping[str, Verdict], now: int) -> bool:
    """Takes in what waited for its author, who asks about it now, as if he sent it once more.

    Gives whether there was any. The replica's row is locked already.
    """
    regained = _lock_regained(connection, sender, known)
    batch = [Received(one.id, one.raw, one) for one in sorted(regained.values(), key=attrgetter("n"))]
    if batch:
        accept(connection, sender, batch, {}, now)
    return bool(batch)


def wait_for_author(connection: Connection, sender: Sender, known: Mapping[str, Verdict]) -> set[str]:
    """Which of these would be judged anew, should the sender hand them in."""
    return set(_lock_regained(connection, sender, known))


def _lock_regained(
    connection: Connection, sender: Sender, known: Mapping[str, Verdict]
) -> dict[str, Operation]:
    """What somebody else had handed in, or a file brought, so that it was held, and its author hands in now.

    As where the store of a phone was somebody else's for a while.
    """
    waiting = [one for one, verdict in known.items() if verdict.code in WAIT_FOR_AUTHOR]
    if sender.is_revoked or sender.is_uncertain:
        return {}
    return log.lock_held_of(connection, waiting, sender.actor.name, WAIT_FOR_AUTHOR)


def _hand_over(
    connection: Connection, ledger: Ledger, sender: Sender, verdicts: Mapping[str, Verdict]
) -> None:
    """Notes the new verdicts on operations that came back to their author, and tells whoever had the old."""
    for one, verdict in verdicts.items():
        log.decide(connection, one, verdict, None, None, ledger.now)
        ledger.tell_again(one, None)
    file_rights.hand_over(connection, verdicts, sender.actor.name, ledger.now)
    log.hand_over(connection, verdicts, sender.actor.name, sender.device)


def _facts(
    connection: Connection, operations: Sequence[Operation], sender: Sender, owner: str, ledger: Ledger
) -> Facts:
    targets = {v for op in operations for part in op.parts for v in villages_set(part) if v}
    # What somebody else made binds the store that he made it in to nobody.
    own = [op for op in operations if op.author == sender.actor.name]
    stores = {op.replica for op in own} - {sender.replica, OFFICE}
    bound = replicas.bind(connection, stores, sender.actor.name, ledger.now)
    published, definitions = _forms(connection, operations, ledger.records)
    return Facts(
        areas.existing(connection, targets),
        published,
        {**bound, sender.replica: owner},
        definitions,
        _set_aside(connection, operations),
        *_disputed(connection, operations, ledger.records, ledger.settled),
    )


def _disputed(
    connection: Connection,
    operations: Sequence[Operation],
    stored: Mapping[str, StoredRecord],
    noted: set[tuple[str, str]],
) -> tuple[set[tuple[str, str]], dict[str, frozenset[str]]]:
    """Where something was settled before in what the operations might settle, and whose the cases there are.

    The former is `noted` itself, into which the ledger puts what is settled meanwhile.
    """
    parts = (part for one in operations for part in one.parts if may_settle_something(part))
    touched = {part.record: stored[part.record] for part in parts if part.record in stored}
    noted |= {(one.record, one.path) for one in settled.of_records(connection, touched)}
    return noted, assigned_to(connection, touched) if touched else {}


def _set_aside(connection: Connection, operations: Sequence[Operation]) -> frozenset[str]:
    """Those of the records that the operations process whose processing is restricted."""
    return restrictions.among(connection, {one for op in operations for one in processed_by(op)})


def _forms(
    connection: Connection, operations: Sequence[Operation], records: Mapping[str, StoredRecord]
) -> tuple[frozenset[str], dict[str, FormDefinition]]:
    """The published forms among those named, and the definitions that the operations are judged by."""
    named = {op.form for op in operations if op.form}
    touched = {stored.state.form for op in operations for r in op.records if (stored := records.get(r))}
    found = {
        form: nearest_definition(connection, form) for form in sorted({*named, *touched} - {None}, key=str)
    }
    definitions = {form: one for form, one in found.items() if form and one}
    return frozenset(f for f in named & definitions.keys() if definitions[f].identity == f), definitions


def _judge_and_apply(one: Received, sender: Sender, facts: Facts, ledger: Ledger) -> Verdict:
    if one.operation is None:
        fault = one.fault or MalformedOperation("not an operation")
        # A newer device's operation is whole, only not understood yet: it waits.
        return Verdict(HELD if fault.code == UNKNOWN_VERSION else VOID, fault.code, fault.message[:300])
    verdict = judge(one.operation, sender, facts, ledger.records)
    if one.operation.without and not are_known(ledger.connection, one.operation):
        verdict = Verdict(HELD, UNKNOWN_ERASURE, "it lacks what is not known to be erased")
    if verdict.status == OK:
        ledger.apply(one.operation)
    return verdict


def _store_to_tell(one: Received, sender: Sender, facts: Facts) -> str | None:
    """The device store whose private feed tells of a held or void operation; never somebody else's.

    The one that it was made in, if it could be read: under whatever replica id the device goes on, it reads
    the feeds of all those that it ever had.
    """
    stores = [one.operation.replica] if one.operation else []
    owners = facts.replica_owners
    return next((s for s in [*stores, sender.replica] if owners.get(s) == sender.actor.name), None)


def _is_fork(connection: Connection, replica: str, batch: Sequence[Received]) -> bool:
    """Whether a counter of this device store stands for two different operations.

    Asked before the batch is in the log, of new operations and repeated ones: when the
    answer that told of a fork is lost, the repetition tells of it again.
    """
    mine: dict[tuple[str, int], set[str]] = {}
    for one in batch:
        if one.operation and one.operation.replica == replica:
            mine.setdefault((replica, one.operation.n), set()).add(one.id)
    for counter, ids in log.ids_at(connection, mine.keys()).items():
        mine[counter] |= ids
    return any(len(ids) > 1 for ids in mine.values())


def _judge_waiting_again(connection: Connection, ledger: Ledger, now: int) -> list[tuple[Operation, Verdict]]:
    """Accepts what only waited for its record to arrive; gives what was judged anew.

    After a restored backup devices send their operations in any order.
    """
    judged: list[tuple[Operation, Verdict]] = []
    looked_at: set[str] = set()
    while new := ledger.begun - looked_at:
        ledger.save()  # from here on, who wants to wait for these records sees that they are there
        looked_at |= new
        for operation, account in log.held_for(connection, new, UNKNOWN_RECORD):
            sender = Sender(accounts.actor_of(connection, account), operation.replica)
            ledger.load([operation])
            facts = _facts(connection, [operation], sender, account, ledger)
            verdict = judge(operation, sender, facts, ledger.records)
            if verdict.code == UNKNOWN_RECORD:
                continue
            log.decide(connection, operation.id, verdict, None, None, now)
            log.unlink_awaited(connection, operation)
            ledger.tell(operation.id, operation.replica)
            judged.append((operation, verdict))
            if verdict.status == OK:
                ledger.apply(operation)
    return judged


def _touched(
    connection: Connection,
    batch: Sequence[Received],
    known: Mapping[str, Verdict],
    verdicts: Mapping[str, Verdict],
    ledger: Ledger,
    promoted: set[str],
    read_up_to: Mapping[str, int],
) -> dict[str, bool]:
    """The records of accepted operations; of a repeated one the sender cannot know what holds it."""
    accepted = [one for one in batch if one.operation and verdicts[one.id].status == OK]
    is_new = {record: True for one in accepted if one.operation for record in one.operation.records}
    for one in accepted:
        if one.id in known and one.operation:
            is_new.update(dict.fromkeys(one.operation.records, False))
        if one.is_erased and one.operation:  # the sender has the whole of it
            is_new.update(dict.fromkeys(one.operation.records, False))
    is_new.update(dict.fromkeys(promoted & is_new.keys(), False))
    places = feed.places_of(connection, ledger.existing & is_new.keys())
    return {
        record: alone and (record in ledger.begun or _has_read(places.get(record, {}), read_up_to))
        for record, alone in is_new.items()
    }


def _has_read(places: Mapping[str, int], read_up_to: Mapping[str, int]) -> bool:
    """Whether the sender has read the record's latest number in any feed."""
    return any(read_up_to.get(village, 0) >= seq for village, seq in places.items())


# --- the office ----------------------------------------------------------------------------------


def apply_office_operation(connection: Connection, actor: Actor, operation: Operation, now: int) -> None:
    """Applies what a person in the office decided or entered, under the locks of its records.

    Raises `NotAllowed` where a device's operation would be held: the person is
    there, and can be told.
    """
    ledger = Ledger(connection, now)
    (verdict,) = apply_office_operations(ledger, actor, [operation])
    ledger.write()
    if verdict.status != OK:
        raise NotAllowed(verdict.message or "not allowed", code=verdict.code)


def apply_office_operations(ledger: Ledger, actor: Actor, operations: Sequence[Operation]) -> list[Verdict]:
    """
    The same for several, no two of which speak of one record; what would be held is left out.

    The ledger is written by the caller.
    """
    ledger.load(operations)
    verdicts = judge_office_operations(ledger.connection, actor, operations, ledger.records)
    accepted = [one for one, verdict in zip(operations, verdicts, strict=True) if verdict.status == OK]
    for operation in accepted:
        ledger.apply(operation)
    entries = [LogEntry(one.id, one.raw, ACCEPTED, one) for one in accepted]
    log.append(ledger.connection, entries, actor.name, "", ledger.now)
    file_rights.claim(ledger.connection, accepted, ledger.now)
    return verdicts


def apply_allowed(ledger: Ledger, actor: Actor, operation: Operation) -> None:
    """
    Applies what somebody in the office may do by a right that was asked for already; the caller writes.

    Such as giving a case away to a village of others. Raises `Outdated` where it cannot be placed.
    """
    ledger.load([operation])
    _accept_held(ledger.connection, operation, ledger)
    entry = LogEntry(operation.id, operation.raw, ACCEPTED, operation)
    log.append(ledger.connection, [entry], actor.name, "", ledger.now)


def judge_office_operations(
    connection: Connection, actor: Actor, operations: Sequence[Operation], stored: Mapping[str, StoredRecord]
) -> list[Verdict]:
    """What would become of them; `stored` are those of their records that exist."""
    sender = Sender(actor, OFFICE)
    targets = {village for operation in operations for village in _targets(operation)}
    _, definitions = _forms(connection, operations, stored)
    # The office writes with the form that the record has, published or not any more.
    published = frozenset(one.form for one in operations if one.form)
    aside = _set_aside(connection, operations)
    disputed = _disputed(connection, operations, stored, set())
    facts = Facts(areas.existing(connection, targets), published, {}, definitions, aside, *disputed)
    return [judge(one, sender, facts, stored) for one in operations]


def _targets(operation: Operation) -> set[str]:
    return {village for part in operation.parts for village in villages_set(part) if village}


def decide_held(
    connection: Connection, actor: Actor, operation_id: str, decision: str, reason: str, now: int
) -> Verdict:
    """Ends the waiting of a held operation: ``ok`` applies it, ``void`` leaves it out; its author is told.

    Raises `NotFound`, `NotAllowed` (with the code record-elsewhere for taking in what moves a
    record from where it does not concern the actor), and `Outdated` when it was decided
    before or its record cannot be placed.
    """
    row = log.row_of(connection, operation_id, lock=True)
    if row is None:
        raise NotFound("there is no such operation")
    if row.status != HELD:
        raise Outdated("this operation is not waiting any more", code="already-decided", status=row.status)
    operation = _read_waiting(row.body)
    ledger = Ledger(connection, now)
    if operation:
        ledger.load([operation])
    authorize(actor, Action.DECIDE_HELD, _concern(row.account, operation, ledger))
    if decision == OK:
        _refuse_pulling(actor, row.account, operation, ledger)
    if operation and row.code == UNKNOWN_VERSION:
        log.complete(connection, operation, None)
    if decision == OK:
        _accept_held(connection, operation, ledger)
    verdict = ACCEPTED if decision == OK else Verdict(VOID, "refused-by-office", reason[:300])
    log.decide(connection, operation_id, verdict, actor.name, reason[:2000], now)
    if operation:
        log.unlink_awaited(connection, operation)
    ledger.tell_again(operation_id, operation)
    if decision == OK:
        promoted = _judge_waiting_again(connection, ledger, now)
        file_rights.claim(connection, [one for one in (operation, *(op for op, _ in promoted)) if one], now)
        work_notes.note(ledger, actor, promoted)
    if operation:
        work_notes.note(ledger, actor, [(operation, verdict)], [operation_id])
    ledger.write()
    return verdict


def _read_waiting(body: bytes) -> Operation | None:
    try:
        return parse_raw(body)
    except MalformedOperation:
        return None


def _accept_held(connection: Connection, operation: Operation | None, ledger: Ledger) -> None:
    if operation is None:
        raise Outdated("this version of the server cannot read the operation", code=UNKNOWN_VERSION)
    _, definitions = _forms(connection, [operation], ledger.records)
    aside = _set_aside(connection, [operation])
    facts = Facts(areas.existing(connection, _targets(operation)), frozenset(), {}, definitions, aside)
    if obstacle := judge_obstacles(operation, facts, ledger.records):
        raise Outdated(obstacle.message or "it cannot be placed", code=obstacle.code)
    ledger.apply(operation)


def _refuse_pulling(actor: Actor, account: str, operation: Operation | None, ledger: Ledger) -> None:
    """Else whoever knows a record's id could have it moved to himself by his own office."""
    concerns = Concerns(ledger.connection)
    for part in operation.parts if operation else ():
        stored = ledger.records.get(part.record)
        if stored is None or villages_set(part) <= stored.villages:
            continue
        if not is_authorized(actor, Action.DECIDE_HELD, concerns.of(account, stored.villages)):
            raise NotAllowed("the record is where somebody else decides", code=RECORD_ELSEWHERE)


def _concern(account: str, operation: Operation | None, ledger: Ledger) -> Concern:
    """Whom the operation concerns, with its records as they are now that they are locked."""
    stored = [
        ledger.records[one] for one in (operation.records if operation else ()) if one in ledger.records
    ]
    villages = villages_concerned(operation, {village for one in stored for village in one.villages})
    is_set_aside = bool(operation and _set_aside(ledger.connection, [operation]))
    return Concerns(ledger.connection).of(account, villages, is_set_aside)
