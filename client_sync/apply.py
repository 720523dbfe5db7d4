"""What an answer changes on the device: one transaction each, so a cut leaves the old or the new."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from client_sync.erasing import empty, erase
from client_sync.plan import FEW, Plan, chained_to, including
from client_sync.store import Store
from client_sync.store.outbox import Outgoing, Refusal
from client_sync.store.settings import CONFIG, CONFIRMED, OFFSET, RECONCILE, REVOKED
from client_sync.witness import take_heads
from domain.erasing import ERASED
from schemas.replies import ACCEPTED, OK, VOID, SyncReply, Verdict, Whole

SMALL_DRIFT_MS = 500
REFUSED = "refused"
"""The code of an operation that the server does not even take in; it is kept here and shown."""

ERASED_WHOLE: Final = Verdict(OK, ERASED)
"""Of an accepted operation of which nothing is left."""


@dataclass
class Applied:
    """What an answer changed."""

    verdicts: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    not_accepted: list[Refusal] = field(default_factory=list)
    """Those of them that were sent just now."""
    decided: dict[str, str] = field(default_factory=dict)
    """The statuses of operations of which something else was said before, perhaps in this very sync."""
    received: int = 0
    left: int = 0
    is_mismatched: bool = False
    is_stale: bool = False
    forked: bool = False
    heads_differ: list[str] = field(default_factory=list)
    """The kecamatan of which the server's audit turned out to be another than the one known here."""
    moved: bool = False
    """Whether anything at all came forward: cursors, records, acknowledgements."""


def apply_reply(
    store: Store, plan: Plan, reply: SyncReply, clock: int, new_replica: Callable[[], str]
) -> Applied:
    """Takes one answer in; `clock` is the device's, halfway between request and answer."""
    applied = Applied()
    with store.transaction():
        at = reply.clock if reply.clock is not None else clock
        _count(store, plan, reply, applied)
        accepted = _acknowledge(store, plan, reply, at, applied)
        if store.feeds.cursors() == plan.known_cursors:
            _decide(store, reply, at, applied)
            _take_feed(store, plan, reply, applied, accepted)
        else:
            # Another process has synced meanwhile: what this answer tells of the feeds may be older.
            applied.is_stale = True
            store.feeds.want(accepted)
        if plan.opened and reply.opened == plan.opened.batch:
            store.openings.drop(reply.opened)
            applied.moved = True
        applied.heads_differ = take_heads(store.heads, plan.witness, reply, at)
        is_erased = _erase(store, plan, reply)
        _note_clock(store, reply, clock)
        store.settings.put(REVOKED, True if reply.revoked else None)
        if reply.config is not None and reply.config != plan.config:
            # This answer may hold records of villages that are new. Should they be taken away again
            # before they are fetched, the server's configuration is the one that was known here.
            store.settings.put(CONFIG, None)
        _chain(store, plan, reply)
        if reply.fork and any(one.replica == plan.replica for one in plan.operations):
            _fork(store, plan, applied, new_replica)
    if is_erased:
        store.database.empty_log()
    return applied


def _chain(store: Store, plan: Plan, reply: SyncReply) -> None:
    """The chain of signed batches goes on from what the server says."""
    if ending := chained_to(plan, reply):
        store.settings.chain = store.settings.chain.after(*ending)
    if reply.keyless and (key := store.settings.key):
        store.settings.key = replace(key, device=None)  # the next sync tells it again


def _erase(store: Store, plan: Plan, reply: SyncReply) -> bool:
    """Whatever else the answer says, and however old it is, what is erased stays so; gives whether any is."""
    judged = [(plan.operations[i].id, verdict) for i, verdict in reply.verdicts.items()]
    emptied = [one for one, verdict in (*judged, *reply.decisions) if verdict.code == ERASED]
    empty(store, emptied)
    erase(store, reply.erased)
    return bool(emptied or reply.erased)


def _count(store: Store, plan: Plan, reply: SyncReply, applied: Applied) -> None:
    """Adds what was acknowledged to what the server must have counted, and compares."""
    replica = store.settings.replica
    if replica is None or replica.id != plan.replica or replica.have != plan.have:
        store.settings.put(RECONCILE, True)  # another process has counted meanwhile
        return
    expected = including(plan.have, [one.id for one in plan.operations if not one.is_counted])
    if expected != plan.have:
        store.settings.set_have(plan.replica, expected)
    applied.is_mismatched = expected != (reply.have or plan.have)


def _acknowledge(store: Store, plan: Plan, reply: SyncReply, at: int, applied: Applied) -> Counter[str]:
    """Empties the outbox of what was sent; gives the records of what was accepted, with how much it was."""
    verdicts = [(one.id, reply.verdicts.get(i, ACCEPTED)) for i, one in enumerate(plan.operations)]
    store.outbox.acknowledge(verdicts, at)
    records = store.outbox.records_of_each(operation for operation, _ in verdicts)
    accepted: Counter[str] = Counter()
    for operation, verdict in verdicts:
        if verdict.code == ERASED:
            records.pop(operation, None)  # nothing of them is asked for
        applied.verdicts[verdict.status] = applied.verdicts.get(verdict.status, 0) + 1
        if verdict.status == OK:
            accepted.update(records.get(operation, ()))
        else:
            applied.not_accepted.append(_refusal(operation, records.get(operation, ()), verdict))
            _refresh_void(store, records.get(operation, ()), verdict)
            store.feeds.want(
                one for one in records.get(operation, ()) if is_in_document(store, one, operation)
            )
    applied.refused += applied.not_accepted
    applied.moved = bool(verdicts)
    return accepted


def _refusal(operation: str, records: Iterable[str], verdict: Verdict) -> Refusal:
    return Refusal(operation, tuple(records), verdict.status, verdict.code, verdict.message)


def _decide(store: Store, reply: SyncReply, at: int, applied: Applied) -> None:
    """What became of held operations since: by a person, or by themselves."""
    for operation, verdict in reply.decisions:
        if verdict == ERASED_WHOLE:
            continue
        applied.decided[operation] = verdict.status
        applied.refused += judge(store, operation, verdict, at)


def judge(store: Store, operation: str, verdict: Verdict, at: int) -> list[Refusal]:
    """Marks an operation anew if the server says something new of it; gives what is to be told of that."""
    records = store.outbox.judge(operation, verdict, at)
    if verdict.status == OK:
        for record in records:
            _look_for(store, record, operation)
        return []
    _show_again(store, operation, records)
    return [_refusal(operation, records, verdict)] if records else []


def _look_for(store: Store, record: str, operation: str) -> None:
    """An accepted operation is in the record, which is asked for if it is not seen there."""
    if is_in_document(store, record, operation):
        store.outbox.contain(record, operation)
        store.records.refresh(record)
    else:
        store.feeds.want([record])


def _show_again(store: Store, operation: str, records: Iterable[str]) -> None:
    """What is not accepted is in view by itself.

    A document that shows it comes from a state of the server that is gone: it is asked for anew.
    """
    for record in records:
        is_there = is_in_document(store, record, operation)
        store.outbox.contain(record, operation, is_there)
        store.records.refresh(record)
        if is_there:
            store.feeds.want([record])


def is_in_document(store: Store, record: str, operation: str) -> bool:
    state = store.records.stored(record)
    return state is not None and operation in state.origins


# --- records -------------------------------------------------------------------------------------


def _take_feed(
    store: Store, plan: Plan, reply: SyncReply, applied: Applied, accepted: Mapping[str, int]
) -> None:
    unknown = store.records.take(reply.entries, accepted)
    store.feeds.want(unknown)
    applied.received = sum(isinstance(entry, Whole) for entry in reply.entries)
    told = {entry.record for entry in reply.entries} - set(unknown)
    if store.feeds.count_wanted():
        store.feeds.unwant(told)
    for village, record in reply.left:
        if store.feeds.leave(village, record):
            store.records.drop(record)
            applied.left += 1
    for record in reply.unknown:
        store.records.drop(record)
    # An accepted operation's record that is not told of may be out of our sight now: ask.
    store.feeds.want(set(accepted) - told - set(reply.unknown) if not reply.revoked else ())
    _move_cursors(store, plan, reply)
    applied.moved |= bool(reply.entries or reply.left or reply.unknown or reply.cursors)


def _move_cursors(store: Store, plan: Plan, reply: SyncReply) -> None:
    if len(plan.sent_cursors) > FEW and not plan.is_digest:
        store.settings.put(CONFIRMED, plan.cursors_digest)
    store.feeds.set_cursors(reply.cursors)


def _note_clock(store: Store, reply: SyncReply, clock: int) -> None:
    """Measures how wrong the device's clock is; small drifts are not worth a write."""
    if reply.clock is None:
        return
    offset = reply.clock - clock
    known = store.settings.get(OFFSET)
    if known is None or abs(offset - known) > SMALL_DRIFT_MS:
        store.settings.put(OFFSET, offset)


def _fork(store: Store, plan: Plan, applied: Applied, new_replica: Callable[[], str]) -> None:
    """Somebody else counts under the same replica id (a clone, a restored copy): go on under a new one."""
    replica = store.settings.replica
    if replica and replica.id == plan.replica:
        store.settings.begin_replica(new_replica())
        applied.forked = True


def refuse_locally(store: Store, operation: Outgoing, code: str, message: str, clock: int) -> Refusal:
    """Takes an operation out of the way that the server does not take in; it stays here and in view."""
    verdict = Verdict(VOID, REFUSED, f"{code}: {message}")
    with store.transaction():
        store.outbox.refuse(operation.id, verdict, clock)
        records = store.outbox.records_of(operation.id)
        _refresh_void(store, records, verdict)
        return _refusal(operation.id, records, verdict)


def _refresh_void(store: Store, records: Iterable[str], verdict: Verdict) -> None:
    """What a void operation said of the review leaves the view."""
    for record in records if verdict.status == VOID else ():
        store.records.refresh(record)
