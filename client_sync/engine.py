"""
The sync engine: until nothing is left, plan an exchange, carry it out, apply its answer.

Nothing of importance is in memory: what waits to be sent, what is wanted and how far
each feed was read are in the store, and every answer is applied in one transaction.
So a sync may be cut at any point and simply be run again, by this process or another.
"""

from dataclasses import replace
from typing import Final

from client_sync.apply import apply_reply, refuse_locally
from client_sync.asking import Asker, load
from client_sync.errors import NotEnrolled, Refused, TimedOut, Unreachable
from client_sync.exchange import Ahead, Carried, Carrier
from client_sync.lease import LeaseKeeper
from client_sync.line import MOST_OPERATIONS, Line
from client_sync.plan import (
    MOST_WANTED,
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
from client_sync.repairs import Repairs
from client_sync.report import SyncReport
from client_sync.signing import Signer
from client_sync.store import Store
from client_sync.store.settings import CONFIG, CONFIRMED, LAST_SYNC, LINE, LOCK, RECONCILE
from client_sync.surroundings import Surroundings
from client_sync.transport import Transport, expect, misread
from domain.heads import kecamatan_of
from domain.opened import OpenedReport
from schemas.replies import SyncReply, SyncReplySchema

CURSORS_UNKNOWN: Final = "cursors-unknown"
PROTOCOL_VERSION: Final = "protocol-version"
DAY_MS: Final = 24 * 3600 * 1000
AHEAD_FROM: Final = 50
"""Operations of a batch from which on the next one is begun before its answer is stored."""
TRIES: Final = 3
"""How often in one sync the same repair is tried before it is left to the next sync."""

_SYNC: Final = SyncReplySchema()


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
        self._asker = Asker(store, transport, around, self._line)
        self._ahead: Ahead[Carried] | None = None
        self._takes_reports = True
        self._before = replace(transport.traffic)
        self._lease = LeaseKeeper(store, around.clock, around.boot)
        self.report = SyncReport()
        self._repairs = Repairs(store, self._asker, around, self.report)

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
        self._todo = self._repairs.configure()
        self._count_rest()

    def register(self) -> None:
        """Tells the device's key alone."""
        self._repairs.register()

    def _take(self, step: Step) -> None:
        if step is Step.EXCHANGE:
            self._exchange()
        elif step is Step.RESET:
            self._todo = self._repairs.reset(self._todo)
        elif step is Step.RECONCILE:
            self._todo = self._repairs.reconcile(self._todo)
        else:
            self._todo = self._repairs.configure()

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
        return self._asker.persist(self._try_exchange)

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
            self._ahead = self._carrier.carry_ahead(following, self._asker.token(), self._line.level)

    def _send(self, plan: Plan) -> tuple[Carried, SyncReply]:
        return self._read(self._carrier.carry(plan, self._asker.token(), self._line.level))

    def _read(self, carried: Carried) -> tuple[Carried, SyncReply]:
        """The answer, checked. Raises `ServerFault`, `Refused`, `Unreachable`, `BadAnswer`."""
        plan = carried.plan
        reply: SyncReply = load(_SYNC, expect(carried.answer), "sync")
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
