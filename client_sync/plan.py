"""Plan, then act: what the next exchange says and what comes after it, computed as data."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from client_sync.line import USUAL_LIMIT, Line
from client_sync.store.feeds import NEVER_READ
from client_sync.store.heads import KeptHead
from client_sync.store.outbox import Outgoing
from client_sync.store.settings import Replica
from client_sync.witness import Witness, witness_of
from domain.canonical import Json, canonical_bytes, digest_of, to_bytes, to_text, xor_digest
from domain.opened import OpenedReport
from schemas.replies import Have, SyncReply

PROTOCOL: Final = 1
FEW: Final = 3
"""Cursors that always travel as a map; of more, a digest stands for a map that the server knows."""
MOST_WANTED: Final = 500
PRIVATE: Final = "~"


@dataclass(frozen=True)
class Standing:
    """Where the device stands before an exchange, read in one snapshot.

    `cursors` are all that it has; `earlier_replicas` the other ids under which its operations were made;
    `confirmed` the digest of the map of cursors that the server has seen in full; `opened` what it showed;
    `kecamatan` those of its villages, and `heads` what it knows of their audit;
    `lock` the id of the lock by which nothing is shown.
    """

    replica: Replica
    cursors: Mapping[str, str]
    confirmed: str | None
    config: str | None
    wanted: tuple[str, ...]
    earlier_replicas: tuple[str, ...] = ()
    opened: OpenedReport | None = None
    lock: str | None = None
    kecamatan: tuple[str, ...] = ()
    heads: tuple[KeptHead, ...] = ()


@dataclass(frozen=True)
class SignedBatch:
    """What is signed of a plan's operations: its place and digest in the device's chain, and what travels."""

    seq: int
    digest: str
    members: Mapping[str, Json]


@dataclass(frozen=True)
class Plan:
    """One exchange: what is sent, and what of the device's standing the answer will be about."""

    replica: str
    have: Have
    known_cursors: Mapping[str, str]
    sent_cursors: Mapping[str, str]
    is_digest: bool
    operations: tuple[Outgoing, ...]
    wanted: tuple[str, ...]
    config: str | None
    clock: int
    limit: int
    opened: OpenedReport | None = None
    lock: str | None = None
    witness: Witness | None = None
    batch: SignedBatch | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether it carries what cannot wait, and nothing else."""
        return bool(self.operations and self.operations[0].is_urgent)

    @property
    def raw_bytes(self) -> int:
        return sum(len(one.raw) for one in self.operations)

    @property
    def cursors_digest(self) -> str:
        return digest_of(canonical_bytes(dict[str, Json](self.sent_cursors)))

    def body(self) -> bytes:
        """The request's JSON; operations travel as the bytes that were saved."""
        members: dict[str, Json] = {
            "protocol": PROTOCOL,
            "replica": self.replica,
            "have": list(self.have),
            "clock": self.clock,
        }
        if self.config:
            members["config"] = self.config
        if self.limit != USUAL_LIMIT:
            members["limit"] = self.limit
        if self.sent_cursors:
            members["cursors"] = self.cursors_digest if self.is_digest else dict(self.sent_cursors)
        if self.wanted:
            members["want"] = list(self.wanted)
        if self.witness:
            members["heads"] = self.witness.text
        if self.opened:
            members["opened"] = self.opened.as_json()
        if self.lock:
            members["locked"] = self.lock
        if self.batch:
            members["batch"] = dict(self.batch.members)
        text = json.dumps(members, separators=(",", ":")).encode()
        if not self.operations:
            return text
        return text[:-1] + b',"ops":[' + b",".join(one.raw for one in self.operations) + b"]}"


def plan_request(standing: Standing, queued: Iterable[Outgoing], line: Line, clock: int) -> Plan:
    """The next exchange: as many operations as the line bears, in the order in which they wait."""
    cursors = cursors_to_send(standing)
    operations = choose_batch(queued, line)
    is_urgent = bool(operations and operations[0].is_urgent)
    draft = Plan(
        replica=standing.replica.id,
        have=standing.replica.have,
        known_cursors=standing.cursors,
        sent_cursors=cursors,
        is_digest=False,
        operations=operations,
        wanted=() if standing.lock else standing.wanted[:MOST_WANTED],
        config=standing.config,
        clock=clock,
        limit=line.limit,
        opened=None if is_urgent else standing.opened,
        lock=standing.lock,
    )
    is_known = len(cursors) > FEW and standing.confirmed == draft.cursors_digest
    is_busy = bool(draft.operations or draft.wanted or draft.opened)
    # Which chains are meant follows from the villages, and so from the configuration that both sides name.
    kecamatan = standing.kecamatan if standing.config else ()
    witness = witness_of(kecamatan, standing.heads, clock // 1000, is_busy)
    return replace(draft, is_digest=is_known, witness=witness)


def standing_after(standing: Standing, plan: Plan, reply: SyncReply) -> Standing:
    """Where the device will stand once it has stored the answer to `plan`."""
    uncounted = [one.id for one in plan.operations if not one.is_counted]
    knows_map = len(plan.sent_cursors) > FEW and not plan.is_digest
    return replace(
        standing,
        replica=replace(standing.replica, have=including(plan.have, uncounted)),
        cursors={**plan.known_cursors, **reply.cursors},
        confirmed=plan.cursors_digest if knows_map else standing.confirmed,
        wanted=(),
        opened=None,
        kecamatan=(),
    )


def including(have: Have, ids: Iterable[str]) -> Have:
    """`have` with more operations counted."""
    new = list(ids)
    if not new:
        return have
    folded = int.from_bytes(to_bytes(have.xor), "big") ^ xor_digest(new)
    return Have(have.total + len(new), to_text(folded.to_bytes(8, "big")))


def cursors_to_send(standing: Standing) -> dict[str, str]:
    """The cursors that say something, and the private feeds of earlier replicas, read or not.

    What such a feed tells may come at any time: a server from a backup may hold what is accepted here.
    """
    sent = {feed: cursor for feed, cursor in standing.cursors.items() if cursor != NEVER_READ}
    for replica in standing.earlier_replicas:
        sent.setdefault(PRIVATE + replica, NEVER_READ)
    return sent


def choose_batch(queued: Iterable[Outgoing], line: Line) -> tuple[Outgoing, ...]:
    """
    The first operations that fill the line's budget; one at least, however large.

    Urgent ones travel alone: the fewer bytes, the likelier a bad line bears them.
    """
    chosen: list[Outgoing] = []
    size = 0
    for one in queued:
        size += len(one.raw) + 1
        if chosen and (size > line.budget or len(chosen) >= line.most):
            break
        if chosen and chosen[0].is_urgent and not one.is_urgent:
            break
        chosen.append(one)
    return tuple(chosen)


def without_operations(plan: Plan) -> Plan:
    """The same exchange with nothing handed in."""
    return replace(plan, operations=(), batch=None)


def chained_to(plan: Plan, reply: SyncReply) -> tuple[int, str] | None:
    """Which batch (seq and digest) the chain ends with after an answer; nothing where none was signed."""
    if plan.batch is None:
        return None
    return reply.batch or (plan.batch.seq, plan.batch.digest)


# --- what comes next -----------------------------------------------------------------------------


class Step(Enum):
    EXCHANGE = auto()
    RESET = auto()
    RECONCILE = auto()
    CONFIGURE = auto()
    DONE = auto()


@dataclass(frozen=True)
class Todo:
    """What is left after an answer; `is_unreported`: the server has yet to hear what was shown here."""

    unsent: int = 0
    wanted: int = 0
    has_more: bool = False
    reset: tuple[str, ...] = ()
    is_mismatched: bool = False
    new_config: bool = False
    is_revoked: bool = False
    is_unreported: bool = False
    is_locked: bool = False


def next_step(todo: Todo) -> Step:
    """What to do next. Work is handed in first: villages that were taken away are dropped only after that."""
    if todo.is_revoked:
        return Step.EXCHANGE if todo.unsent or todo.is_unreported else Step.DONE
    if todo.reset:
        return Step.RESET
    is_asking = todo.wanted and not todo.is_locked
    if todo.unsent or is_asking or todo.has_more or todo.is_unreported:
        return Step.EXCHANGE
    if todo.is_mismatched:
        return Step.RECONCILE
    if todo.new_config:
        return Step.CONFIGURE
    return Step.DONE
