"""The worker: examines records, chains the audit and does long work, until it is told to stop.

Any number of them may run.

``python -m server.working`` is the one that ``verilap-server run`` starts beside itself.
It ends with its server, however that ends: its standard input is then at its end.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from domain.errors import VerilapError
from server import logs
from server.blobs import Blobs
from server.blobs.opening import open_blobs
from server.clock import now_ms
from server.config import Config, read_config
from server.readiness import open_store
from server.services.audit import SEALED, seal_some
from server.services.erasures import clean
from server.services.examine import Examined, examine_some, renew_rules
from server.services.job_kinds import KINDS
from server.services.jobs import empty_some
from server.services.running_jobs import Runner
from server.store.transactions import Store
from server.working_alarms import NO_MAIL, AlarmWork, MailBeside
from server.working_files import look_after_files

POLL_SECONDS: Final = 1.0
"""Between two looks for something to do, when there was nothing."""
RESTART_SECONDS: Final = 1.0
SECONDS_TO_STOP: Final = 5.0
NICENESS: Final = 10
"""A worker beside a server leaves the processor to it while officers sync."""


def work(
    store: Store,
    stop: Event,
    clock: Callable[[], int] = now_ms,
    *,
    blobs: Blobs | None = None,
    alarms: AlarmWork = NO_MAIL,
) -> None:
    """
    Examines what there is and what comes, until `stop`. A database that is away is waited for.

    Files are looked after beside that, where their storage is given, and long work is done: what hangs there
    or takes its time keeps no record and no audit waiting. Neither does mail (`alarms`), for which nobody
    waits at the end. Whatever ends one of them ends all, and is raised.
    """
    mail = MailBeside(store, alarms, stop, clock)
    with ThreadPoolExecutor(2, "beside") as beside:
        others = [beside.submit(_work_on_jobs, store, stop, clock)]
        if blobs:
            others.append(beside.submit(_work_on_files, store, blobs, stop, clock))
        try:
            _work_on_records(store, stop, clock, alarms)
        finally:
            stop.set()
        for one in others:
            one.result()
    mail.raise_fault()


def _work_on_files(store: Store, blobs: Blobs, stop: Event, clock: Callable[[], int]) -> None:
    told: dict[str, str] = {}
    try:
        while not stop.is_set():
            if not look_after_files(store, blobs, clock(), told):
                stop.wait(POLL_SECONDS)
    finally:
        stop.set()


def _work_on_jobs(store: Store, stop: Event, clock: Callable[[], int]) -> None:
    runner = Runner(store, KINDS, clock, stop.is_set)
    try:
        while not stop.is_set():
            try:
                is_busy = runner.run_some() or bool(empty_some(store, clock()))
            except (SQLAlchemyError, VerilapError) as fault:
                logs.logger().error("database", **logs.describe(fault))
                is_busy = False
            if not is_busy:
                stop.wait(POLL_SECONDS)
    finally:
        stop.set()


def _work_on_records(store: Store, stop: Event, clock: Callable[[], int], alarms: AlarmWork) -> None:
    is_ready = False
    while not stop.is_set():
        try:  # before all else: it is soon done, and may be what somebody waits for
            alarms.escalate(store, clock())
        except SQLAlchemyError as fault:
            logs.logger().error("database", **logs.describe(fault))
        try:
            if not is_ready:
                renew_rules(store)
                is_ready = True
            done = _step(store, clock)
        except SQLAlchemyError as fault:
            logs.logger().error("database", **logs.describe(fault))
            done = Examined()
        try:  # by itself: what stops the one does not stop the other
            _seal(store)
            clean(store, clock())
        except SQLAlchemyError as fault:
            logs.logger().error("database", **logs.describe(fault))
        if not done.records:
            stop.wait(POLL_SECONDS)


def work_once(
    store: Store,
    clock: Callable[[], int] = now_ms,
    *,
    blobs: Blobs | None = None,
    alarms: AlarmWork = NO_MAIL,
) -> Examined:
    """Examines until there is nothing left that no other worker has taken; files and mail too, as `work`."""
    alarms.escalate(store, clock())
    renew_rules(store)
    total = Examined()
    while (done := _step(store, clock)).taken:
        total.add(done)
    while _seal(store):
        pass
    clean(store, clock())
    while blobs and look_after_files(store, blobs, clock()):
        pass
    runner = Runner(store, KINDS, clock)
    while runner.run_some() or empty_some(store, clock()):
        pass
    alarms.send_mail(store, clock)
    return total


def _seal(store: Store) -> bool:
    """Chains what was put on record; the heads go to the log, which does not lie in the database."""
    heads = seal_some(store)
    for head in heads:
        logs.logger().info(SEALED, partition=head.partition, seq=head.seq, digest=head.digest)
    return bool(heads)


def _step(store: Store, clock: Callable[[], int]) -> Examined:
    began = time.perf_counter()
    done = examine_some(store, clock)
    if done.records:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        logs.logger().info(
            "examined", records=done.records, with_problems=done.with_problems, ms=milliseconds
        )
    return done


def stop_on_signals(stop: Event) -> None:
    """Stops on SIGTERM and SIGINT; what is being examined is finished first."""
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())


def serve_until_stopped(config: Config, stop: Event) -> None:
    """A worker as a process of its own. Raises `NotInitialisedError`."""
    logs.configure(config.log_format)
    logs.forward_libraries()
    stop_on_signals(stop)
    with open_store(config) as store:
        logs.logger().info("worker-started", pid=os.getpid())
        work(store, stop, blobs=open_blobs(config), alarms=AlarmWork.of(config))
    logs.logger().info("worker-stopped", pid=os.getpid())


# --- beside a server -----------------------------------------------------------------------------


class WorkerBeside:
    """A worker process that lives as long as this one, and is started again when it dies."""

    def __init__(self) -> None:
        self._stopping = Event()
        self._changing = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher = Thread(target=self._watch, name="worker", daemon=True)

    def __enter__(self) -> None:
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        """What it is examining it finishes, for some seconds at most."""
        with self._changing:
            self._stopping.set()
            if self._process:
                self._process.terminate()
        self._watcher.join(SECONDS_TO_STOP)
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        while True:
            with self._changing:
                if self._stopping.is_set():
                    return
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "server.working"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                )
            status = self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            if self._stopping.is_set():
                return
            logs.logger().error("worker-died", status=status)
            self._stopping.wait(RESTART_SECONDS)


def main() -> None:
    """The worker that `WorkerBeside` starts."""
    stop = Event()
    Thread(target=_stop_at_the_end_of_input, args=[stop], daemon=True).start()
    os.nice(NICENESS)
    serve_until_stopped(read_config(), stop)


def _stop_at_the_end_of_input(stop: Event) -> None:
    while os.read(0, 1):
        pass
    stop.set()


if __name__ == "__main__":
    main()
