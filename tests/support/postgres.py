"""
A PostgreSQL server for tests, benchmarks and the demo: started from the binaries, in a folder of its own.

Nobody starts a service by hand and no running server is touched. `start_cluster()` makes a cluster in a new
temporary folder, listening on a free port of 127.0.0.1 and on a Unix socket, and `Cluster.stop()` removes it.
The server ends with the process that started it, even when that process is killed.

Its collation (Indonesian) and time zone (Asia/Makassar) differ from those of SQLite on purpose: code that
sorts both in Python and in the database, or that forgets a time zone, shows it here.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from tests.support.packages import MissingPackageError
from tests.support.parents import end_with_parent
from tests.support.postgres_binaries import NEED, ensure_binaries, major_version
from tests.support.postgres_folder import Account, new_folder, processes_in

SUPERUSER = "verilap"
START_SECONDS = 60.0
STOP_SECONDS = 30.0

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "timezone": "Asia/Makassar",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10s",
}
FAST: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DURABLE: Mapping[str, str] = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class ClusterError(Exception):
    """The server could not be made or started; carries the end of its log."""


@dataclass
class Cluster:
    """
    A running PostgreSQL server of our own.

    `url(database)` gives a SQLAlchemy URL (`postgresql+psycopg://…`); `create_database()` makes a fresh
    database, empty or a copy of another, and gives its URL. `kill()` ends all its processes by SIGKILL,
    `start()` brings it back on the same port, `stop()` ends it in good order and removes its folder.
    """

    binaries: Path
    folder: Path
    port: int
    password: str
    settings: Mapping[str, str]
    account: Account
    _process: subprocess.Popen[bytes] | None = None
    _count: int = 0
    _owner: int = field(default_factory=os.getpid)

    @property
    def version(self) -> int:
        """The server's major version."""
        return major_version(self.binaries)

    @property
    def pid(self) -> int | None:
        """The process id of the server's first process; `None` when it is not running."""
        return self._process.pid if self._process is not None else None

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database by name."""
        return f"postgresql+psycopg://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def conninfo(self, database: str = "postgres") -> str:
        """The same as `url`, for psycopg itself and `psql`."""
        return f"postgresql://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, template: str | None = None) -> str:
        """
        Make a new database and give its URL.

        `template`: the URL or name of a database to copy, to which nobody may be connected; otherwise the new
        database is empty.
        """
        self._count += 1
        name = f"t{self._owner}_{self._count}"
        source = database_name(template) if template else "template0"
        self._administer(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(source)
            )
            if self.settings.get("fsync") == "off"
            else sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
        return self.url(name)

    def drop(self, database: str) -> None:
        """Drop a database by URL or name, whoever is still connected."""
        name = sql.Identifier(database_name(database))
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))

    def start(self) -> None:
        """Start the server on its port and wait until it answers. Raises `ClusterError`."""
        self._process = _spawn(self)
        try:
            self._wait_until_it_answers()
        except ClusterError:
            self.kill()
            raise

    def kill(self) -> None:
        """SIGKILL to every process of the server; data and port stay."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._process = None
        self._end_its_children()

    def halt(self) -> None:
        """End the server in good order (fast shutdown); data and port stay."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def stop(self) -> None:
        """End the server in good order and remove its folder."""
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, characters: int = 4000) -> str:
        """The end of the server's log."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8", errors="replace")[-characters:] if path.exists() else ""

    def _administer(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with suppress(psycopg.OperationalError), psycopg.connect(self.conninfo(), connect_timeout=5):
                return
            time.sleep(0.03)
        raise ClusterError(f"PostgreSQL did not start on port {self.port}:\n{self.log()}")

    def _end_its_children(self) -> None:
        """A new server refuses to start while a child of the old one still holds the shared memory."""
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and (children := processes_in(self.folder / "data")):
            for child in children:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            time.sleep(0.01)


def start_cluster(
    *, durable: bool = False, settings: Mapping[str, str] | None = None, binaries: Path | None = None
) -> Cluster:
    """
    A new PostgreSQL cluster, running.

    `durable`: with fsync, as in production (for kill tests and benchmarks); without it the ordinary tests are
    several times faster. `settings` are further `postgresql.conf` settings.

    Raises `MissingPackageError` (also when PostgreSQL is left out) and `ClusterError`.
    """
    folder_of_binaries = binaries or ensure_binaries()
    if folder_of_binaries is None:
        raise MissingPackageError(f"PostgreSQL is left out by {NEED.variable}.")
    account = Account.suitable()
    cluster = Cluster(
        binaries=folder_of_binaries,
        folder=new_folder(account),
        port=0,
        password=secrets.token_urlsafe(16),
        settings={**SETTINGS, **(DURABLE if durable else FAST), **(settings or {})},
        account=account,
    )
    try:
        _initialise(cluster)
        _start_on_a_free_port(cluster)
    except BaseException:
        cluster.stop()
        raise
    return cluster


@contextmanager
def running_cluster(*, durable: bool = False, settings: Mapping[str, str] | None = None) -> Iterator[Cluster]:
    """`start_cluster` for a `with` statement."""
    cluster = start_cluster(durable=durable, settings=settings)
    try:
        yield cluster
    finally:
        cluster.stop()


def database_name(url_or_name: str) -> str:
    """The name of a database, from its URL or name."""
    return make_url(url_or_name).database or "" if "://" in url_or_name else url_or_name


def _initialise(cluster: Cluster) -> None:
    password_file = cluster.folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(cluster.password + "\n", encoding="utf-8")
    cluster.account.own(password_file)
    command = [
        str(cluster.binaries / "initdb"),
        f"--pgdata={cluster.folder / 'data'}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=icu",
        "--icu-locale=id-ID",
        "--no-instructions",
        "--no-sync",
    ]
    result = subprocess.run(  # type: ignore[call-overload]
        command,
        cwd=cluster.folder,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        **cluster.account.popen_arguments(),
    )
    password_file.unlink()
    if result.returncode != 0:
        raise ClusterError(f"initdb failed:\n{result.stdout}{result.stderr}")


def _start_on_a_free_port(cluster: Cluster) -> None:
    """Another process may take the port between our look and the server's start: try again."""
    for attempt in range(5):
        cluster.port = _free_port()
        try:
            cluster.start()
        except ClusterError:
            if attempt == 4 or "could not bind" not in cluster.log():
                raise
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _spawn(cluster: Cluster) -> subprocess.Popen[bytes]:
    settings = {**cluster.settings, "port": str(cluster.port), "unix_socket_directories": str(cluster.folder)}
    command = [str(cluster.binaries / "postgres"), "-D", str(cluster.folder / "data")]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (cluster.folder / "log").open("ab") as log:
        process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
            command,
            cwd=cluster.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGINT),  # a fast shutdown
            **cluster.account.popen_arguments(),
        )
    return process


def _environment() -> dict[str, str]:
    """Without the PG… variables of whoever runs the tests, and with messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}
