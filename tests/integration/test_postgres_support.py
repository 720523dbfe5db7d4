"""The PostgreSQL server that the tests start for themselves."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support.inner_pytest import run_pytest, start_pytest
from tests.support.postgres import Cluster, running_cluster

ROOT = Path(__file__).parents[2]

# Starts a cluster, says where it is, and waits to be killed.
OWNER = """
import signal, sys
from tests.support.postgres import start_cluster
cluster = start_cluster()
print(cluster.pid, cluster.folder, flush=True)
signal.pause()
"""

WAITING = """
import signal
def test_waiting(postgres_cluster):
    print(postgres_cluster.pid, postgres_cluster.folder, flush=True)
    signal.pause()
"""

ON_BOTH = """
def test_on_both(database_url):
    assert database_url
"""


def test_every_database_is_fresh(new_database: Callable[[], str]):
    """Seen to fail with one database for all calls."""
    for url in (new_database(), new_database()):
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE here (n integer)"))
        engine.dispose()


@pytest.mark.postgres
def test_a_database_can_be_copied_from_another(postgres_cluster: Cluster):
    original = postgres_cluster.create_database()
    engine = create_engine(original)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE villages AS SELECT 237 AS n"))
    engine.dispose()
    copy = create_engine(postgres_cluster.create_database(template=original))
    with copy.connect() as connection:
        assert connection.scalar(text("SELECT n FROM villages")) == 237
    copy.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("fixture", "fsync"),
    [("postgres_cluster", "off"), ("durable_postgres_cluster", "on")],
    ids=["fast", "durable"],
)
def test_only_the_durable_cluster_forces_commits_to_disk(
    request: pytest.FixtureRequest, fixture: str, fsync: str
):
    cluster: Cluster = request.getfixturevalue(fixture)
    with psycopg.connect(cluster.conninfo()) as connection:
        assert connection.execute("SHOW fsync").fetchone() == (fsync,)
        assert connection.execute("SHOW synchronous_commit").fetchone() == (fsync,)


@pytest.mark.postgres
def test_what_was_committed_is_there_after_the_server_was_killed():
    with running_cluster(durable=True) as cluster:
        with psycopg.connect(cluster.conninfo()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        cluster.kill()
        cluster.start()
        with psycopg.connect(cluster.conninfo()) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


@pytest.mark.postgres
def test_a_stopped_cluster_leaves_no_process_and_no_folder():
    with running_cluster() as cluster:
        pid = cluster.pid
        assert pid is not None
    assert not is_running(pid)
    assert not cluster.folder.exists()


@pytest.mark.postgres
def test_the_server_ends_with_the_process_that_started_it_even_when_that_is_killed():
    """Seen to fail without the request to the kernel: the server went on for ever.

    The next cluster removes the folder; seen to fail without `_remove_abandoned`.
    """
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid, folder = owner.stdout.readline().split()
    assert is_running(int(pid))
    owner.kill()
    owner.communicate()
    assert becomes_true(lambda: not is_running(int(pid)))
    with running_cluster():
        assert not Path(folder).exists()


@pytest.mark.postgres
def test_sigterm_ends_a_test_run_with_its_server_stopped_and_its_folder_removed(tmp_path: Path):
    """Seen to fail without the handler: the folder stayed."""
    run = start_pytest(tmp_path, WAITING, "-s")
    assert run.stdout is not None
    pid, folder = next(line.split()[-2:] for line in run.stdout if "verilap-pg-" in line)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert not is_running(int(pid))
    assert not Path(folder).exists()


def test_a_run_without_postgresql_says_so_and_keeps_the_sqlite_tests(tmp_path: Path):
    """Seen to fail with the line taken out of the summary."""
    run = run_pytest(tmp_path, ON_BOTH, "--collect-only", VERILAP_TEST_POSTGRES="no")
    assert run.returncode == 0
    assert "PostgreSQL 15 or newer was left out of this run by VERILAP_TEST_POSTGRES." in run.stdout
    assert "test_on_both[sqlite]" in run.stdout
    assert "[postgres]" not in run.stdout


def test_a_run_that_cannot_have_postgresql_ends_at_once_with_one_sentence(tmp_path: Path):
    """Seen to fail without the look before the first test: every test failed by itself."""
    run = run_pytest(tmp_path, ON_BOTH, VERILAP_PG_BIN=str(tmp_path), VERILAP_TEST_POSTGRES="")
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert (
        run.stderr.strip() == f"ERROR: VERILAP_PG_BIN={tmp_path} holds no PostgreSQL server of 15 or newer."
    )
    assert "no tests ran" in run.stdout


def is_running(pid: int) -> bool:
    """Whether a process exists and is more than an entry that its parent has not yet read."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def becomes_true(claim: Callable[[], bool], seconds: float = 30) -> bool:
    """Ask again until the claim holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not claim() and time.monotonic() < deadline:
        time.sleep(0.02)
    return claim()
