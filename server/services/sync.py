"""One exchange with a device, from its request to the bytes of the answer."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, Subject, authorize, reach_of
from domain.areas import is_village
from domain.batches import Chain
from domain.canonical import Json, canonical_bytes, digest_of, encode_checked
from domain.erasing import ERASED
from domain.errors import InvalidRequest, NotFound, Outdated, TooLarge
from domain.opened import OpenedReport
from domain.operations import OFFICE, REPLICA
from schemas.requests import MAX_OPERATIONS
from server.services import batches, heads, opened, pull, push
from server.services.audit import Act, Audited, put
from server.services.batches import Signed
from server.services.configuration import config_digest
from server.services.device_sender import Sender
from server.services.leases import Standing
from server.store import Store, areas, erasures, feed, log, replicas
from server.store.feed import Cursor
from server.store.log import OK, Verdict
from server.store.replicas import Have, StoredReplica

PROTOCOL: Final = 1
AT_EASE: Final = Standing()
FEW: Final = 3
"""Cursors that always travel as a map; of more, a digest may stand for them."""


@dataclass(frozen=True)
class SyncBatch:
    """A device's request; `cursors` is a map of feed to cursor, or the digest of one.

    `locked` is the id of the lock by which the device shows its person nothing.
    """

    replica: str
    have: tuple[int, str] | None
    config: str | None
    limit: int
    cursors: Mapping[str, str] | str
    ops: Sequence[Json]
    want: Sequence[str]
    protocol: int = PROTOCOL
    clock: int | None = None
    heads: str | None = None
    opened: OpenedReport | None = None
    locked: str | None = None
    batch: Json = None

    def __post_init__(self) -> None:
        if self.protocol != PROTOCOL:
            raise InvalidRequest(f"this server speaks protocol {PROTOCOL}", code="protocol-version")
        if self.replica == OFFICE:
            raise InvalidRequest("no device has this replica id", code="invalid-request")
        if len(self.ops) > MAX_OPERATIONS:
            raise TooLarge(f"a request holds at most {MAX_OPERATIONS} operations")


@dataclass
class Answer:
    """What is told to the device; `to_bytes` leaves out what is empty or unchanged."""

    members: dict[str, Json] = field(default_factory=dict)
    page: pull.Page = field(default_factory=pull.Page)
    differing: Sequence[heads.Differing] = ()

    def to_bytes(self) -> bytes:
        """The JSON body."""
        page = self.page
        told: dict[str, Json] = {
            **self.members,
            "cursors": dict[str, Json](page.cursors),
            "left": [list(pair) for pair in page.left],
            "reset": list[Json](page.reset),
            "more": page.has_more,
            "unknown": list[Json](page.unknown),
            "erased": [list[Json](place) for place in page.erased.places],
            "decisions": [[one, _verdict_json(verdict)] for one, verdict in page.decisions],
        }
        body = json.dumps({k: v for k, v in told.items() if v}, ensure_ascii=False, separators=(",", ":"))
        if not page.places:
            return body.encode()
        return b'{"records":' + pull.entries_bytes(page) + b"," + body.encode()[1:]


def exchange(
    store: Store, sender: Sender, request: SyncBatch, now: int, standing: Standing = AT_EASE
) -> Answer:
    """Takes the operations in durably, then reads what the device has yet to hear of.

    That is nothing while it is locked, or once it is revoked, but what is erased.

    Raises `InvalidRequest`, `TooLarge`, `NotAllowed` (code ``bad-signature``), and `Outdated` (code
    ``cursors-unknown``) when the digest of cursors stands for no map that is known here.
    """
    received = push.receive(request.ops)
    signed = batches.verify(sender, request.batch, [one.id for one in received]) if received else None
    cursors = _read_cursors(store, sender, request, now)
    intake = Intake(request, received, signed, {name: cursor.seq for name, cursor in cursors.items()})
    taken = Taken()
    if received or request.opened:
        taken = store.transact(lambda c: _take_in(c, sender, intake, now))
    pushed = taken.pushed
    answer = Answer({**_told_of_push(pushed), **_told_of_chain(intake, taken.chain)})
    if request.opened:
        answer.members["opened"] = request.opened.batch
    with store.read() as connection:
        stored = replicas.find(connection, request.replica)
        have = stored.have if stored else Have()
        if request.have != (have.count, have.xor):
            answer.members["have"] = [have.count, have.xor]
        answer.members["clock"] = now
        wish = _wish(connection, sender, request, cursors, pushed)
        if sender.is_revoked or standing.locked:
            answer.page = pull.read_erased(connection, wish)
            answer.page.erased |= pushed.erased
        if sender.is_revoked:
            answer.members["revoked"] = True
            return answer
        config = config_digest(connection, sender.actor)
        if config != request.config:
            answer.members["config"] = config
        if standing.locked:
            answer.members["locked"] = standing.locked
            return answer
        answer.members["unlocked"] = standing.is_unlocked
        if request.heads is not None and config == request.config:
            _compare_heads(connection, sender.actor, request.heads, answer)
        answer.page = pull.read_page(connection, wish)
        answer.page.erased |= pushed.erased
    if answer.differing:
        store.transact(lambda c: heads.put_on_record(c, sender, answer.differing, now))
    if answer.page.whole:
        _put_on_record(store, sender, answer.page, now)
    return answer


@dataclass(frozen=True)
class Intake:
    """What is taken in: the operations as they were read, who signed them, and how far each feed was read."""

    request: SyncBatch
    received: Sequence[push.Received]
    signed: Signed | None
    numbers: Mapping[str, int]


@dataclass(frozen=True)
class Taken:
    """What became of the operations, and the end of the device's chain, if it has one."""

    pushed: push.Pushed = field(default_factory=push.Pushed)
    chain: Chain | None = None


def _take_in(connection: Connection, sender: Sender, intake: Intake, now: int) -> Taken:
    """What a device showed and what it hands in: both or neither. Its chain is locked first, feeds last."""
    request = intake.request
    chain = batches.chain(connection, sender, intake.signed, now) if intake.signed else None
    if request.opened:
        opened.put_on_record(connection, sender, request.opened, request.clock, now)
    if not intake.received:
        return Taken()
    return Taken(push.accept(connection, sender, intake.received, intake.numbers, now), chain)


def _told_of_chain(intake: Intake, chain: Chain | None) -> dict[str, Json]:
    """Where the device goes on from, if that is not this very batch; that it is to tell its key (again)."""
    signed = intake.signed
    if signed is None or chain is None:
        return {"keyless": True} if intake.received and intake.request.batch else {}
    if (chain.seq, chain.digest) == (signed.batch.seq, signed.digest):
        return {}
    return {"batch": [chain.seq, chain.digest]}


def _put_on_record(store: Store, sender: Sender, page: pull.Page, now: int) -> None:
    """
    One row for all that the device gets whole, with the range of each feed, before the answer leaves.

    Of what it sent itself it gets digests, which show it nothing.
    """
    told: dict[str, Json] = {"replica": sender.replica, "up_to": dict[str, Json](page.cursors)}
    village = min((places[0] for places in page.places.values() if places), default="")
    act = Act(sender.actor.name, Audited.FEED, page.whole.keys(), village, sender.device, told)
    store.transact(lambda connection: put(connection, act, now))


def _told_of_push(pushed: push.Pushed) -> dict[str, Json]:
    refused = {
        str(i): _verdict_json(verdict)
        for i, verdict in enumerate(pushed.verdicts)
        if verdict.status != OK or verdict.code == ERASED
    }
    return {"verdicts": dict[str, Json](refused), "fork": pushed.is_fork}


def _verdict_json(verdict: Verdict) -> Json:
    return {name: value for name, value in verdict._asdict().items() if value is not None}


def _wish(
    connection: Connection,
    sender: Sender,
    request: SyncBatch,
    cursors: Mapping[str, Cursor],
    pushed: push.Pushed,
) -> pull.Wish:
    named = {name[1:] for name in cursors if name.startswith("~")}
    stores = {name for name in named if REPLICA.fullmatch(name)} | {request.replica}
    own = replicas.of_account(connection, sender.actor.name, stores)
    return pull.Wish(
        actor=sender.actor,
        villages=areas.codes_within(connection, reach_of(sender.actor, Action.READ).areas),
        private=sorted(f"~{one}" for one in own),
        strange=sorted(f"~{one}" for one in stores - own),
        cursors=cursors,
        want=request.want,
        touched=pushed.touched,
        judged=pushed.judged,
        limit=request.limit,
    )


def _compare_heads(connection: Connection, actor: Actor, sent: str, answer: Answer) -> None:
    """Pieces go by position, so both must mean the same villages: those of one configuration."""
    villages = areas.codes_within(connection, reach_of(actor, Action.READ).areas)
    compared = heads.compare(connection, villages, sent)
    answer.differing = compared.differing
    answer.members["heads"] = compared.text
    answer.members["differs"] = [one.kecamatan for one in compared.differing]


# --- cursors -------------------------------------------------------------------------------------


def _read_cursors(store: Store, sender: Sender, request: SyncBatch, now: int) -> dict[str, Cursor]:
    """The request's cursors; a long map is kept, so that its digest may stand for it the next time."""
    sent = request.cursors
    if isinstance(sent, str) or len(sent) > FEW:
        with store.read() as connection:
            replica = replicas.find(connection, request.replica)
        if isinstance(sent, str):
            sent = _kept_map(replica, sent)
        elif not sender.is_revoked:
            _keep_map(store, sender, request.replica, replica, sent, now)
    return {name: _cursor(text) for name, text in sent.items()}


def _cursor(text: str) -> Cursor:
    """A cursor that is none of ours is one from the future: its village is reset."""
    return feed.read_cursor(text) or Cursor(2**62)


def _kept_map(replica: StoredReplica | None, digest: str) -> Mapping[str, str]:
    if replica is None or replica.cursors is None or replica.cursors_digest != digest:
        raise Outdated("send the cursors themselves", code="cursors-unknown")
    kept: dict[str, str] = json.loads(replica.cursors)
    return kept


def _keep_map(
    store: Store,
    sender: Sender,
    name: str,
    replica: StoredReplica | None,
    sent: Mapping[str, str],
    now: int,
) -> None:
    data = canonical_bytes(dict[str, Json](sent))
    digest = digest_of(data)
    if replica and (replica.cursors_digest == digest or replica.account != sender.actor.name):
        return

    def keep(connection: Connection) -> None:
        if replicas.lock(connection, name, sender.actor.name, now).account == sender.actor.name:
            replicas.set_cursors(connection, name, data, digest)

    store.transact(keep)


# --- reconciling ---------------------------------------------------------------------------------


def reconcile(store: Store, sender: Sender, replica: str, ids: Sequence[str], now: int) -> dict[str, Json]:
    """
    What the server has of the offered operations; the store's digest becomes that of those that arrived.

    ``missing`` never arrived, ``verdicts`` has those that are held or void, all others are accepted. The
    account's own operations only: nobody learns whether somebody else's exists. Those that waited for their
    author, since somebody else had handed them in, are judged anew; a device with a key is told that they
    are ``unsigned``, so that it signs them: a token alone takes nothing in.
    """
    offered = list(dict.fromkeys(ids))

    def settle(connection: Connection) -> tuple[dict[str, Verdict], set[str], Have]:
        stored = replicas.lock(connection, replica, sender.actor.name, now)
        known = log.verdicts_of(connection, offered, sender.actor.name)
        unsigned: set[str] = set()
        if sender.key is not None:
            unsigned = push.wait_for_author(connection, sender, known)
            known = {one: verdict for one, verdict in known.items() if one not in unsigned}
        elif push.take_back(connection, sender, known, now):
            known = log.verdicts_of(connection, offered, sender.actor.name)
        have = Have().including(known)
        if stored.account == sender.actor.name:
            replicas.set_have(connection, replica, have)
        return known, unsigned, have

    known, unsigned, have = store.transact(settle)
    told: dict[str, Json] = {"unsigned": list[Json](sorted(unsigned))} if unsigned else {}
    return {
        **told,
        "missing": list[Json]([one for one in offered if one not in known and one not in unsigned]),
        "verdicts": {one: _verdict_json(verdict) for one, verdict in known.items() if verdict.status != OK},
        "have": [have.count, have.xor],
    }


def list_digests(store: Store, actor: Actor, village: str) -> bytes:
    """The records of a village with their digests, and the cursor that belongs to this very list.

    Raises `NotAllowed` outside the actor's areas, `NotFound` for no village.
    """
    if not is_village(village):
        raise NotFound("there is no such village", code="unknown-village")
    authorize(actor, Action.READ, Subject("village", frozenset({village})))
    reach = reach_of(actor, Action.READ)
    with store.read() as connection:
        head = feed.heads_of(connection, [village]).get(village)
        listed = feed.digests_in(connection, village, reach)
        erased = erasures.in_feed(connection, village, reach.part_owners).places
    cursor = Cursor(head.seq, head.tag, reach.is_whole) if head else feed.START
    told: dict[str, Json] = {
        "village": village,
        "cursor": str(cursor),
        "records": [list[Json](row) for row in listed],
    }
    if erased:
        told["erased"] = [list[Json](place) for place in erased]
    return encode_checked(told)
