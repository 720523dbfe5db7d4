"""The PostgreSQL server that the tests start for themselves."""

from __future__ import annotations

import os
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
    waiting = tmp_path / "test_waiting.py"
    waiting.write_text(
        "import signal\n"
        "def test_waiting(postgres_cluster):\n"
        "    print(postgres_cluster.pid, postgres_cluster.folder, flush=True)\n"
        "    signal.pause()\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-s", "-p", "tests.conftest", "--rootdir", str(ROOT)]
    command += ["-c", str(ROOT / "setup.cfg"), "-p", "no:cacheprovider", str(waiting)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid, folder = next(line.split()[-2:] for line in run.stdout if "verilap-pg-" in line)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert not is_running(int(pid))
    assert not Path(folder).exists()


def test_a_run_without_postgresql_says_so_and_keeps_the_sqlite_tests():
    """Seen to fail with the line taken out of the summary."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", __file__]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    said = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "VERILAP_TEST_POSTGRES": "no"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "PostgreSQL 15 or newer was left out of this run by VERILAP_TEST_POSTGRES." in said
    assert "test_every_database_is_fresh[sqlite]" in said
    assert "[postgres]" not in said


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
