"""`verilap-server work`, and the worker that `run` starts: processes that are killed like all others."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from server.config import Config
from server.store import audit
from tests.support.examining import DEFINITION, NOT_WHOLE, Desk
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.server import LiveServer, environment_of, run_command, verilap_server

WRONG = [("a", NOT_WHOLE)]
PATIENCE_S = 60.0
"""For a machine that is busy with other tests; what is waited for takes a second or two."""


@pytest.fixture
def desk(config: Config) -> Iterator[Desk]:
    office = Office(config.database_url, config.data)
    office.publish(DEFINITION)
    yield Desk(office)
    office.close()


def wait_until(is_so: Callable[[], object]) -> None:
    """Looks again and again; fails after a minute."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def wait_until_examined(desk: Desk, record: str) -> None:
    wait_until(lambda: desk.stored(record) == WRONG)


def worker_of(server: LiveServer) -> psutil.Process | None:
    """The worker beside a server."""
    return next(iter(psutil.Process(server.pid).children()), None)


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_work_once_examines_what_waits_and_says_so(desk: Desk, config: Config) -> None:
    asha = desk.office.device("asha", "officer", KECAMATAN)
    wrong, _ = desk.file(asha, a="dua"), desk.file(asha, a="2")
    assert "2 records wait to be checked" in run_command(config, "check").stdout
    done = run_command(config, "work", "--once")
    assert (done.returncode, done.stdout) == (0, "Checked 2 records for problems: 1 with problems.\n")
    assert desk.stored(wrong) == WRONG
    assert "diperiksa: 0 bermasalah" in run_command(config, "work", "--once", LANG="id_ID.UTF-8").stdout
    told = run_command(config, "check")
    assert (told.returncode, "wait" in told.stdout) == (0, False), told.stdout


def test_a_stored_problem_that_is_none_fails_the_check(desk: Desk, config: Config) -> None:
    record = desk.file(desk.office.device("asha", "officer", KECAMATAN), a="2")
    desk.work()
    desk.run("UPDATE examination SET problems_whole = 3")
    told = run_command(config, "check")
    assert told.returncode == 1
    assert f"Record {record}: the problems stored beside it are not those" in told.stdout


def test_a_worker_goes_on_until_it_is_told_to_stop(desk: Desk, config: Config) -> None:
    """It logs what it did, and nothing of whom or what. Broken on purpose: SIGTERM was not heard."""
    asha = desk.office.device("asha", "officer", KECAMATAN)
    worker = subprocess.Popen(
        [verilap_server(), "work"], env=environment_of(config), stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(2):  # also what comes when there was nothing to do
            wait_until_examined(desk, desk.file(asha, a="dua"))
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=PATIENCE_S)
    finally:
        worker.kill()
    assert worker.returncode == 0
    logged = [json.loads(line) for line in said.splitlines()]
    assert [one["event"] for one in logged] == ["worker-started", "examined", "examined", "worker-stopped"]
    assert logged[1].keys() == {"records", "with_problems", "ms", "event", "level", "timestamp"}


def test_run_brings_a_worker_that_lives_as_long_as_it_and_is_started_again_when_it_dies(
    desk: Desk, config: Config
) -> None:
    """Broken on purpose: it was not started again; it did not look at its input, and stayed behind."""
    asha = desk.office.device("asha", "officer", KECAMATAN)
    with LiveServer(config, work=True) as server:
        wait_until_examined(desk, desk.file(asha, a="dua"))
        killed = worker_of(server)
        assert killed
        os.kill(killed.pid, signal.SIGKILL)
        wait_until_examined(desk, desk.file(asha, a="dua"))
        again = worker_of(server)
        assert again
        assert again.pid != killed.pid
        server.kill()
        wait_until(lambda: is_gone(again))
    assert '"event": "worker-died"' in server.log.read_text()


def test_run_alone_seals_what_is_put_on_record_and_tells_the_ends(desk: Desk, config: Config) -> None:
    """Nobody has to start a worker. Broken on purpose: the one beside a server examined only."""

    def unsealed() -> int:
        with desk.office.store.read() as connection:
            return audit.count(connection, is_sealed=False)

    record = desk.file(desk.office.device("asha", "officer", KECAMATAN), a="2")
    desk.office.api("siti", "supervisor", KECAMATAN).get(f"records/{record}")
    assert unsealed() > 0
    with LiveServer(config, work=True) as server:
        wait_until(lambda: unsealed() == 0)
        assert server.terminate() == 0
    assert '"event": "sealed"' in server.log.read_text()


def test_a_server_that_stops_takes_its_worker_along(desk: Desk, config: Config) -> None:
    with LiveServer(config, work=True) as server:
        wait_until_examined(desk, desk.file(desk.office.device("asha", "officer", KECAMATAN), a="dua"))
        worker = worker_of(server)
        assert worker
        assert server.terminate() == 0
        assert is_gone(worker)
    assert "worker-died" not in server.log.read_text()


def test_run_without_work_leaves_that_to_others(config: Config) -> None:
    with LiveServer(config) as server:
        assert worker_of(server) is None
        assert server.terminate() == 0
