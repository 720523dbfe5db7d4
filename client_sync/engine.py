"""
The sync engine: until nothing is left, plan an exchange, carry it out, apply its answer.

Nothing of importance is in memory: what waits to be sent, what is wanted and how far
each feed was read are in the store, and every answer is applied in one transaction.
So a sync may be cut at any point and simply be run again, by this process or another.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from urllib.parse import quote

from marshmallow import Schema, ValidationError

from client_sync.apply import (
    apply_areas,
    apply_etags,
    apply_forms,
    apply_have,
    apply_reply,
    confirm_config,
    forget_private,
    forget_village,
    refuse_locally,
)
from client_sync.errors import NotEnrolled, Refused, TimedOut, Unreachable
from client_sync.exchange import Ahead, Carried, Carrier
from client_sync.lease import Boot, LeaseKeeper, boot_now
from client_sync.line import MOST_OPERATIONS, Line, Patience
from client_sync.plan import (
    MOST_WANTED,
    PRIVATE,
    Plan,
    Standing,
    Step,
    Todo,
    chained_to,
    next_step,
    plan_request,
    standing_after,
    without_operations,
)
from client_sync.report import SyncReport
from client_sync.signing import Signer, new_key, public_key
from client_sync.store import Store
from client_sync.store.settings import ASK_FILES, CONFIG, CONFIRMED, LAST_SYNC, LINE, LOCK, RECONCILE
from client_sync.transport import Call, Transport, expect, misread
from domain.canonical import Json
from domain.heads import kecamatan_of
from domain.opened import OpenedReport
from schemas.replies import (
    AreasReplySchema,
    EtagsReplySchema,
    FormsReplySchema,
    HaveReplySchema,
    KeyReplySchema,
    SyncReply,
    SyncReplySchema,
)

__all__ = ["API", "Engine", "Surroundings", "SyncReport"]

API: Final = "/api/v1"
CURSORS_UNKNOWN: Final = "cursors-unknown"
PROTOCOL_VERSION: Final = "protocol-version"
SHUT_OUT: Final = ("revoked-device", "locked-device")
"""Codes that say nothing of a village: what is here stays."""
DAY_MS: Final = 24 * 3600 * 1000
AHEAD_FROM: Final = 50
"""Operations of a batch from which on the next one is begun before its answer is stored."""
TRIES: Final = 3
"""How often in one sync the same repair is tried before it is left to the next sync."""

_SYNC: Final = SyncReplySchema()
_HAVE: Final = HaveReplySchema()
_ETAGS: Final = EtagsReplySchema()
_KEY: Final = KeyReplySchema()
_AREAS: Final = AreasReplySchema()
_FORMS: Final = FormsReplySchema()

T = TypeVar("T")


@dataclass(frozen=True)
class Surroundings:
    """What the engine needs from outside; each can be replaced by a test.

    `clock` gives milliseconds since 1970, `tick` seconds of a clock that only goes forward, `new_replica` a
    random id, `random_bytes` what keys are made of; `progress` is told after each answer; `boot` says which
    start of the machine this is.
    """

    clock: Callable[[], int]
    tick: Callable[[], float]
    new_replica: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    patience: Patience
    progress: Callable[[SyncReport], None] | None = None
    boot: Callable[[], Boot] = boot_now


class Engine:
    """One sync of one device store over one transport."""

    def __init__(self, store: Store, transport: Transport, around: Surroundings) -> None:
        self._store = store
        self._transport = transport
        self._around = around
        self._line = Line.remembered(store.settings.get(LINE))
        self._todo = Todo()
        self._tries: dict[Step, int] = {}
        self._idle = 0
        self._signer = Signer(store)
        self._carrier = Carrier(transport, around.clock, around.tick)
        self._ahead: Ahead[Carried] | None = None
        self._takes_reports = True
        self._before = replace(transport.traffic)
        self._lease = LeaseKeeper(store, around.clock, around.boot)
        self.report = SyncReport()

    def run(self) -> SyncReport:
        """Syncs until nothing is left.

        Raises `Unreachable` when patience is at its end, `Refused` when the server does not let this device
        in, `BadAnswer` when it cannot be understood. What was done until then is done; `report` tells.
        """
        self._lease.note_use()
        self.register()
        step = Step.EXCHANGE
        try:
            while step is not Step.DONE:
                self._take(step)
                step = self._next()
        finally:
            if self._ahead is not None:
                self._ahead.wait()  # the line is this engine's until it is free again
            self._count_rest()
        self.report.is_quiet = self.report.unsent == 0 and self.report.wanted == 0 and not self._todo.reset
        return self.report

    def refresh(self) -> None:
        """Tells the device's key, and fetches the account's villages and the forms. Raises as `run` does."""
        self.register()
        self._configure()
        self._count_rest()

    def _take(self, step: Step) -> None:
        if step is Step.EXCHANGE:
            self._exchange()
        elif step is Step.RESET:
            self._reset()
        elif step is Step.RECONCILE:
            self._reconcile()
        else:
            self._configure()

    def _next(self) -> Step:
        """The next step; a repair that does not help is not repeated for ever."""
        step = next_step(self._todo)
        if self._ahead is not None:
            return Step.EXCHANGE
        if step is Step.EXCHANGE:
            return Step.DONE if self._idle >= TRIES else step
        self._tries[step] = self._tries.get(step, 0) + 1
        return Step.DONE if self._tries[step] > TRIES else step

    def count_traffic(self) -> None:
        """Notes what went over the line since the sync began."""
        self.report.traffic = self._transport.traffic.since(self._before)

    def _count_rest(self) -> None:
        self.count_traffic()
        self.report.unsent = self._store.outbox.count_queued()
        self.report.wanted = self._store.feeds.count_wanted()
        self._store.settings.put(LINE, self._line.target)

    # --- exchanging ---

    def _exchange(self) -> None:
        carried, reply = self._answered()
        plan = carried.plan
        self._begin_next(plan, reply)
        with self._store.transaction():
            applied = apply_reply(self._store, plan, reply, carried.clock, self._around.new_replica)
            self._lease.hear(reply, plan.lock)
        self._idle = 0 if applied.moved else self._idle + 1
        self.report.add(applied, reply)
        if self._around.progress:
            self._around.progress(self.report)
        settings = self._store.settings
        self._todo = Todo(
            unsent=self._store.outbox.count_queued(),
            wanted=self._store.feeds.count_wanted(),
            has_more=reply.more or applied.is_stale,
            reset=reply.reset,
            is_mismatched=applied.is_mismatched or bool(settings.get(RECONCILE)),
            new_config=reply.config is not None and reply.config != plan.config,
            is_revoked=reply.revoked,
            is_unreported=self._is_unreported(plan, reply),
            is_locked=reply.locked is not None,
        )
        self._finish(reply)

    def _finish(self, reply: SyncReply) -> None:
        """Forgets what is old enough, by the server's clock: the device's may be decades off."""
        if reply.clock is None or next_step(self._todo) is not Step.DONE:
            return
        with self._store.transaction():
            last = self._store.settings.get(LAST_SYNC)
            if last is not None and reply.clock // DAY_MS != last // DAY_MS:
                self._store.outbox.prune(reply.clock)
            self._store.settings.put(LAST_SYNC, reply.clock)

    def _answered(self) -> tuple[Carried, SyncReply]:
        """An answer to apply: that to the exchange which was begun ahead, else to one that is planned now."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            try:
                return self._read(ahead.result())
            except TimedOut:
                self._line.timed_out()
            except Refused as refusal:
                self._answer_refusal(ahead.plan, refusal)
            except Unreachable:
                pass  # as if it had never been begun: what follows plans anew from the store
        return self._persist(self._try_exchange)

    def _try_exchange(self) -> tuple[Carried, SyncReply]:
        """One attempt, planned anew: after a failure less is sent at once."""
        while True:
            plan = self._plan()
            try:
                return self._send(plan)
            except TimedOut:
                self._line.timed_out()
                raise
            except Refused as refusal:
                self._answer_refusal(plan, refusal)

    def _plan(self) -> Plan:
        opened = self._report()
        with self._store.snapshot():
            queued = self._store.outbox.queued(MOST_OPERATIONS + 1)
            standing = replace(self._standing(), opened=opened)
            plan = plan_request(standing, queued, self._line, self._around.clock())
        return self._signer.sign(plan)

    def _report(self) -> OpenedReport | None:
        """What was shown here and is not reported; once the outbox is as good as empty: work goes first."""
        store = self._store
        is_last = store.outbox.count_queued() <= MOST_OPERATIONS
        if not (self._takes_reports and is_last and store.openings.any()):
            return None
        with store.transaction():
            return store.openings.report(self._around.new_replica)

    def _is_unreported(self, plan: Plan, reply: SyncReply) -> bool:
        """Whether there is more to report. A server of before this was known takes none, and says nothing."""
        if plan.opened and reply.opened != plan.opened.batch:
            self._takes_reports = False
        return self._takes_reports and self._store.openings.any()

    def _standing(self) -> Standing:
        store = self._store
        replica = store.settings.replica
        if replica is None:
            raise NotEnrolled("this device is not enrolled")
        return Standing(
            replica=replica,
            cursors=store.feeds.cursors(),
            confirmed=store.settings.get(CONFIRMED),
            config=store.settings.get(CONFIG),
            wanted=store.feeds.wanted(MOST_WANTED),
            earlier_replicas=tuple(store.settings.earlier_replicas()),
            lock=store.settings.get(LOCK),
            kecamatan=tuple(kecamatan_of(village.code for village in store.forms.villages())),
            heads=tuple(store.heads.all()),
        )

    def _begin_next(self, plan: Plan, reply: SyncReply) -> None:
        """Sends the next batch of a long queue before this answer is stored: both sides work at once.

        The server would do the same with it a moment later; should the store turn out otherwise,
        or the process die, it is a batch whose answer was lost.
        """
        if len(plan.operations) < AHEAD_FROM or reply.reset or reply.fork or reply.revoked:
            return
        with self._store.snapshot():
            standing = standing_after(self._standing(), plan, reply)
            later = self._store.outbox.queued(MOST_OPERATIONS + 1, [one.id for one in plan.operations])
            following = plan_request(standing, later, self._line, self._around.clock())
        if following.operations:
            following = self._signer.sign(following, chained_to(plan, reply), plan.operations)
            self._ahead = self._carrier.carry_ahead(following, self._token(), self._line.level)

    def _send(self, plan: Plan) -> tuple[Carried, SyncReply]:
        return self._read(self._carrier.carry(plan, self._token(), self._line.level))

    def _read(self, carried: Carried) -> tuple[Carried, SyncReply]:
        """The answer, checked. Raises `ServerFault`, `Refused`, `Unreachable`, `BadAnswer`."""
        plan = carried.plan
        reply: SyncReply = _load(_SYNC, expect(carried.answer), "sync")
        if reply.verdicts and max(reply.verdicts) >= len(plan.operations):
            raise misread("sync", "a verdict about no operation")
        # What is urgent is small, and so says nothing of how well the others are packed.
        raw = 0 if plan.is_urgent else plan.raw_bytes
        self._line.succeeded(raw, carried.answer.sent, carried.seconds, reply.more)
        return carried, reply

    def _answer_refusal(self, plan: Plan, refusal: Refused) -> None:
        """Makes the next attempt a better one, or raises the refusal again."""
        if refusal.code == CURSORS_UNKNOWN and plan.is_digest:
            self._store.settings.put(CONFIRMED, None)
            return
        is_about_body = refusal.facts.get("status") in (400, 413) and refusal.code != PROTOCOL_VERSION
        if is_about_body and plan.opened and self._takes_reports:
            self._takes_reports = False  # it may be at fault, and must not keep any work here
            return
        if not is_about_body or not plan.operations:
            raise refusal
        if len(plan.operations) > 1:
            self._line.was_too_large(len(plan.operations))
            return
        # One operation alone is refused. Unless the envelope is at fault, it must not block the others.
        self._send(without_operations(plan))
        culprit = plan.operations[0]
        clock = self._around.clock()
        refused = refuse_locally(self._store, culprit, refusal.code, refusal.message, clock)
        self.report.add_refused_here(refused)

    # --- the key ---

    def register(self) -> None:
        """Tells the server the public key, once; a store from before there were keys gets one now."""
        settings = self._store.settings
        with self._store.transaction() if settings.key is None else self._store.snapshot():
            key = settings.key
            if key is None:
                settings.begin_key(key := new_key(self._around.random_bytes))
        if key.device is not None:
            return
        body = json.dumps({"key": public_key(key)}).encode()
        try:
            device = _load(_KEY, self._ask("PUT", "/device/key", body), "device/key")
        except Refused as refusal:
            if refusal.code not in SHUT_OUT and refusal.facts.get("status") not in (404, 405):
                raise
            return  # an older server knows no keys; a device that is shut out tells its own later, or never
        settings.key = replace(key, device=device)

    # --- repairing ---

    def _reset(self) -> None:
        """The server does not know our cursors: see what it has of our work, then compare village by village.

        A private feed has no list to compare: what it tells was in the answer about our work.
        """
        feeds = self._todo.reset
        self._reconcile()
        for village in feeds:
            if village.startswith(PRIVATE):
                forget_private(self._store, village)
                continue
            try:
                document = self._ask("GET", f"/etags?village={quote(village, safe='')}")
            except Refused as refusal:
                if refusal.facts.get("status") not in (403, 404):
                    raise
                if refusal.code in SHUT_OUT:
                    break  # the next answer says the same
                self.report.left += forget_village(self._store, village)
                continue
            reply = _load(_ETAGS, document, "etags")
            if reply.village != village:
                raise misread("etags", "another village")
            apply_etags(self._store, reply)
        self._todo = Todo(has_more=True)

    def _reconcile(self) -> None:
        """Offers every operation that this account made here, and adopts what the server counts."""
        store = self._store
        with store.snapshot():
            replica, identity = store.settings.replica, store.settings.identity
            offered = store.outbox.offered(identity.author) if identity else []
        if replica is None:
            raise NotEnrolled("this device is not enrolled")
        body = json.dumps({"replica": replica.id, "ids": offered}, separators=(",", ":")).encode()
        reply = _load(_HAVE, self._ask("POST", "/have", body), "have")
        found = apply_have(store, replica.id, offered, reply)
        store.settings.put(ASK_FILES, True if store.files.any() else None)
        self.report.sent_again += found.sent_again
        self.report.refused += found.refused
        self._todo = Todo(
            unsent=store.outbox.count_queued(),
            wanted=store.feeds.count_wanted(),
            new_config=self._todo.new_config,
        )

    def _configure(self) -> None:
        """Fetches villages and forms, what is new of them; new villages are read in the next exchange."""
        areas = _load(_AREAS, self._ask("GET", "/areas"), "areas")
        forms = _load(_FORMS, self._ask("GET", "/forms"), "forms")
        self.report.left += apply_areas(self._store, areas)
        apply_forms(self._store, forms)
        for form_id, version in self._store.forms.without_definition():
            path = f"/forms/{quote(form_id, safe='')}/{quote(version, safe='')}/definition"
            definition = json.dumps(self._ask("GET", path), ensure_ascii=False, separators=(",", ":"))
            self._store.forms.keep_definition(form_id, version, definition)
        confirm_config(self._store, areas, forms)
        self._todo = Todo(has_more=True)

    # --- calling ---

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Json:
        def attempt() -> Json:
            began = self._around.tick()
            call = Call(method, API + path, body, self._token(), self._line.level)
            document = expect(self._transport.exchange(call))
            self._line.succeeded(0, 0, self._around.tick() - began, has_more=False)
            return document

        return self._persist(attempt)

    def _persist(self, attempt: Callable[[], T]) -> T:
        """Tries until it works or patience is at its end."""
        self._around.patience.begin()
        while True:
            try:
                return attempt()
            except Unreachable as error:
                self._around.patience.bear(error)

    def _token(self) -> str:
        identity = self._store.settings.identity
        if identity is None:
            raise NotEnrolled("this device is not enrolled")
        return identity.token


def _load(schema: Schema, document: Json, what: str) -> Any:
    """The answer as its dataclass. Raises `BadAnswer`."""
    try:
        return schema.load(document)  # type: ignore[arg-type]
    except (ValidationError, ValueError, TypeError) as error:
        raise misread(what, error) from None
