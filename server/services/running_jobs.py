"""
Doing long work, as workers do: one job is taken by one of them, for some steps, then the next one.

A step asks the rights of who ordered the job again, does its part and notes how far that is, all in one
transaction, under the job's lock. A worker whose lease was lost meanwhile writes nothing.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from domain.access import Actor, authorize, limited_to
from domain.canonical import Json
from domain.errors import NotAllowed, VerilapError
from server import logs
from server.clock import now_ms
from server.services.job_work import Kind, Step, Work
from server.store import accounts, jobs
from server.store.jobs import StoredJob
from server.store.transactions import Store, StoreBusyError

SLICE_SECONDS: Final = 3.0
"""After so long another job has its turn."""
MOST_ATTEMPTS: Final = 5
FIRST_PAUSE_MS: Final = 1_000
"""Before a failing step is tried again; then twice as long each time."""
RIGHTS_CHANGED: Final = "rights-changed"
FAULT: Final = "job-fault"
WORKERS_DIED: Final = "job-workers-died"
UNKNOWN_KIND: Final = "job-unknown"


class LeaseLostError(Exception):
    """Somebody else has the job by now, or it has ended: what was about to be written is not."""


@dataclass
class Runner:
    """
    One worker's hands. `kinds` are those that it knows, by name; a job of another one fails.

    `prepared` is kept between its turns, while nobody else did a step.
    """

    store: Store
    kinds: Mapping[str, Kind]
    clock: Callable[[], int] = now_ms
    is_stopping: Callable[[], bool] = lambda: False
    prepared: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def run_some(self, job: str | None = None, seconds: float = SLICE_SECONDS) -> bool:
        """Some steps of the job that is due longest, or of this one; whether there was one to do."""
        with self.store.read() as connection:
            if not jobs.is_any_due(connection, self.clock()):
                return False
        taken = self.store.transact(lambda connection: jobs.take(connection, self.clock(), job))
        if taken is None:
            return False
        try:
            self._run(taken, time.monotonic() + seconds)
        except LeaseLostError:
            self.prepared.pop(taken.id, None)
        return True

    def _run(self, taken: StoredJob, deadline: float) -> None:
        kind, token = self.kinds.get(taken.kind), taken.token or ""
        if kind is None:  # ordered by a newer server
            return self._end(taken, jobs.FAILED, UNKNOWN_KIND)
        if taken.attempts > MOST_ATTEMPTS:
            return self._end(taken, jobs.FAILED, WORKERS_DIED)
        try:
            while self._step(kind, taken.id, token):
                if time.monotonic() > deadline or self.is_stopping():
                    return self._give_back(taken.id, token, self.clock(), is_fault=False)
        except LeaseLostError:
            raise
        except (SQLAlchemyError, StoreBusyError) as fault:
            self._retry(taken, fault)
        except VerilapError as refusal:
            is_right = refusal.code == RIGHTS_CHANGED
            told = None if is_right else kind.told_of(refusal)
            self._end(taken, jobs.STOPPED if is_right else jobs.FAILED, refusal.code, told)
        except Exception as fault:  # noqa: BLE001 (whatever a kind did not foresee: told by a code)
            self._retry(taken, fault)
        return None

    def _step(self, kind: Kind, job: str, token: str) -> bool:
        """One step; whether another one is to come."""
        with self.store.read() as connection:
            stored = _held(jobs.find(connection, job), token)
            work = _work(connection, kind, stored)
        with self._kept_alive(job, token):
            prepared = self._prepared(kind, stored, work)
            with self.store.read() as connection:
                looked = kind.look(connection, work, prepared)

        def write(connection: Connection) -> bool:
            return self._write(connection, kind, stored, looked)

        goes_on = self.store.transact(write)
        if goes_on:
            self.prepared[job] = (stored.steps + 1, prepared)
        else:
            self.prepared.pop(job, None)
        return goes_on

    def _write(self, connection: Connection, kind: Kind, seen: StoredJob, looked: Any) -> bool:
        now = self.clock()
        stored = _held(jobs.lock(connection, seen.id), seen.token)
        if stored.cancel is not None:
            jobs.end(connection, stored, jobs.CANCELLED, now)
            return False
        made = kind.step(connection, _work(connection, kind, stored), looked, now)
        _note(connection, kind, stored, made, now)
        return not made.is_over

    @contextmanager
    def _kept_alive(self, job: str, token: str) -> Iterator[None]:
        """Renews the lease while something is read that may take longer than it lasts."""
        is_over = Event()

        def renew() -> None:
            while not is_over.wait(jobs.LEASE_MS / 3000):
                with suppress(SQLAlchemyError, StoreBusyError):  # it lasts a while yet
                    self.store.transact(lambda connection: jobs.renew(connection, job, token, self.clock()))

        beating = Thread(target=renew, name="lease", daemon=True)
        beating.start()
        try:
            yield
        finally:
            is_over.set()
            beating.join()

    def _prepared(self, kind: Kind, stored: StoredJob, work: Work) -> Any:
        steps, prepared = self.prepared.get(stored.id, (None, None))
        return prepared if steps == stored.steps else kind.prepare(self.store, work)

    def _retry(self, taken: StoredJob, fault: Exception) -> None:
        """Tries later, or not any more. A fault is told to the log; on pages it is a sentence."""
        self.prepared.pop(taken.id, None)
        logs.logger().error("job-fault", job=taken.id, kind=taken.kind, **logs.describe(fault))
        with self.store.read() as connection:
            attempts = _held(jobs.find(connection, taken.id), taken.token).attempts
        if attempts >= MOST_ATTEMPTS:
            return self._end(taken, jobs.FAILED, FAULT)
        due = self.clock() + FIRST_PAUSE_MS * 2 ** (attempts - 1)
        return self._give_back(taken.id, taken.token or "", due, is_fault=True)

    def _give_back(self, job: str, token: str, due: int, *, is_fault: bool) -> None:
        def work(connection: Connection) -> None:
            jobs.give_back(connection, job, token, due, is_fault=is_fault)

        self.store.transact(work)

    def _end(self, taken: StoredJob, state: str, code: str, told: Json = None) -> None:
        kind = self.kinds.get(taken.kind)
        keeps = state == jobs.FAILED and kind is not None and kind.keeps_given

        def work(connection: Connection) -> None:
            stored = _held(jobs.lock(connection, taken.id), taken.token)
            jobs.end(connection, stored, state, self.clock(), code, result=told, keeps_given=keeps)

        self.prepared.pop(taken.id, None)
        self.store.transact(work)


def run_one(store: Store, job: str, kind: Kind, seconds: float, clock: Callable[[], int] = now_ms) -> None:
    """Some steps of one job, which is of this kind, unless somebody else has it."""
    Runner(store, {kind.name: kind}, clock).run_some(job, seconds)


def check_rights(actor: Actor, kind: Kind, areas: tuple[str, ...]) -> Actor:
    """
    The actor with the areas that he had when he ordered it.

    Raises `NotAllowed` with the code rights-changed unless he may still do this in all of them.
    """
    try:
        authorize(actor, kind.action)
        return limited_to(actor, areas)
    except NotAllowed as refusal:
        raise NotAllowed(refusal.message, code=RIGHTS_CHANGED) from None


def _work(connection: Connection, kind: Kind, stored: StoredJob) -> Work:
    """Raises `NotAllowed` as `check_rights`; also for an account that was closed."""
    account = accounts.find(connection, stored.account)
    if account is None or account.is_disabled:
        raise NotAllowed("the account is closed", code=RIGHTS_CHANGED)
    actor = check_rights(account.actor, kind, stored.areas)
    return Work(stored.id, actor, stored.params, stored.cursor, stored.done, stored.total, stored.result)


def _held(stored: StoredJob | None, token: str | None) -> StoredJob:
    if stored is None or not stored.is_open or stored.token != token:
        raise LeaseLostError
    return stored


def _note(connection: Connection, kind: Kind, stored: StoredJob, made: Step, now: int) -> None:
    jobs.go_on(
        connection,
        stored.id,
        now,
        cursor=made.cursor,
        done=made.done,
        total=made.total,
        result=made.result,
    )
    if made.is_over:
        jobs.end(connection, stored, jobs.DONE, now, keeps_given=kind.keeps_given)
