"""
What every test may use: databases, the browser, the phone's engine, and how long the long proofs run.

`database_url` and `new_database` run a test on SQLite and on PostgreSQL; `--length` and `--kills` say how
much the long proofs do. `VERILAP_TEST_POSTGRES=no`, `VERILAP_TEST_BROWSER=no` and `VERILAP_TEST_ENGINE=no`
leave those parts out, with a line that says so.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.support.browser import NEED as BROWSER
from tests.support.browser import browser, context, ensure_chromium, page
from tests.support.engine import engine
from tests.support.node import NEED as ENGINE
from tests.support.node import ensure_engine, ensure_tus
from tests.support.packages import MissingPackageError, Need, is_left_out
from tests.support.phone_pages import filling_page, forms_page, phone_pages
from tests.support.postgres import Cluster, start_cluster
from tests.support.postgres_binaries import NEED as POSTGRES
from tests.support.postgres_binaries import ensure_binaries

if TYPE_CHECKING:
    from tests.support.s3_server import S3Server

__all__ = [
    "browser",
    "context",
    "engine",
    "filling_page",
    "forms_page",
    "page",
    "phone_pages",
]  # fixtures: pytest finds them here by name

USUAL_KILLS = 50
USUAL_PHONE_KILLS = 40

NEEDS: dict[str, Need] = {"postgres": POSTGRES, "browser": BROWSER, "engine": ENGINE, "tus": ENGINE}
ENSURE: dict[str, Callable[[], Path | None]] = {
    "postgres": ensure_binaries,
    "browser": ensure_chromium,
    "engine": ensure_engine,
    "tus": ensure_tus,
}

# A busy machine must not make a test fail: no deadlines. "ci" always tries the same examples.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


@dataclass(frozen=True)
class Length:
    """How long the long proofs run; `of(short, long)` picks the number for this run."""

    name: str

    def of(self, short: int, long: int) -> int:
        """The number of rounds, records or seconds that fits this run."""
        return long if self.name == "long" else short


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this suite."""
    group = parser.getgroup("verilap")
    group.addoption(
        "--length", choices=("short", "long"), default="short", help="how long the long proofs run"
    )
    group.addoption(
        "--kills",
        type=int,
        default=USUAL_KILLS,
        help=f"how many processes the kill tests kill (default {USUAL_KILLS})",
    )
    group.addoption(
        "--phone-kills",
        type=int,
        default=USUAL_PHONE_KILLS,
        help=f"how often the browser of a phone is killed while it saves (default {USUAL_PHONE_KILLS})",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose Hypothesis' profile, and let SIGTERM end the run as Ctrl-C does: with its servers stopped."""
    gc.set_threshold(50_000, 20, 20)  # as in `server/serving.py`: looking for cycles took a tenth of the time
    settings.load_profile("long" if config.getoption("--length") == "long" else "ci")
    signal.signal(signal.SIGTERM, _end_in_good_order)


def _end_in_good_order(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt(f"signal {number}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what a variable leaves out; a proof that was asked to be long may take its time."""
    if config.getoption("--length") == "long" or config.getoption("--kills") > USUAL_KILLS:
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
    left_out = {marker for marker, need in NEEDS.items() if is_left_out(need)}
    deselected = [item for item in items if left_out & {mark.name for mark in item.iter_markers()}]
    if deselected:
        config.hook.pytest_deselected(items=deselected)
        items[:] = [item for item in items if item not in set(deselected)]


def pytest_collection_finish(session: pytest.Session) -> None:
    """
    Have ready what the chosen tests need, or end the run with one plain sentence.

    The processes of pytest-xdist leave this to their tests' fixtures.
    """
    gc.freeze()  # thousands of tests that stay until the end
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    needed = {mark.name for item in session.items for mark in item.iter_markers()}
    try:
        for marker in needed & ENSURE.keys():
            ENSURE[marker]()
    except MissingPackageError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, so that nobody takes half a run for a whole one."""
    for need in dict.fromkeys(NEEDS.values()):
        if is_left_out(need):
            terminalreporter.write_line(
                f"{need.name} was left out of this run by {need.variable}.", yellow=True
            )


@pytest.fixture(scope="session")
def length(pytestconfig: pytest.Config) -> Length:
    """How long the long proofs run (`--length`)."""
    return Length(pytestconfig.getoption("--length"))


@pytest.fixture(scope="session")
def kills(pytestconfig: pytest.Config) -> int:
    """How many processes a kill test kills (`--kills`)."""
    number: int = pytestconfig.getoption("--kills")
    return number


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The PostgreSQL server of the ordinary tests: without fsync. One for each pytest-xdist worker."""
    yield from _cluster(durable=False)


@pytest.fixture(scope="session")
def durable_postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with fsync, for tests that kill things."""
    yield from _cluster(durable=True)


def _cluster(*, durable: bool) -> Iterator[Cluster]:
    if not durable:
        # Else the server refuses a PostgreSQL that can lose commits. Imported here: it takes a while.
        from server.store.transactions import UNSAFE_VARIABLE

        os.environ[UNSAFE_VARIABLE] = "yes"
    try:
        cluster = start_cluster(durable=durable)
    except MissingPackageError as error:
        pytest.fail(str(error), pytrace=False)
    yield cluster
    cluster.stop()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A storage that speaks S3, and checks signatures. One for each pytest-xdist worker."""
    from tests.support.s3_server import running_s3  # not above: it takes a while, and few tests need it

    with running_s3() as server:
        yield server


ON_BOTH = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]


@pytest.fixture(params=ON_BOTH)
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """A function that makes a fresh, empty database and gives its URL; on SQLite and on PostgreSQL."""
    yield from _databases(request, tmp_path, "postgres_cluster")


@pytest.fixture(params=ON_BOTH)
def new_durable_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Like `new_database`, on a PostgreSQL that forces its commits to disk."""
    yield from _databases(request, tmp_path, "durable_postgres_cluster")


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """A fresh, empty database for this test; the test runs on SQLite and on PostgreSQL."""
    return new_database()


@pytest.fixture
def durable_database_url(new_durable_database: Callable[[], str]) -> str:
    """Like `database_url`, on a PostgreSQL that forces its commits to disk."""
    return new_durable_database()


def _databases(
    request: pytest.FixtureRequest, folder: Path, cluster_fixture: str
) -> Iterator[Callable[[], str]]:
    if request.param == "sqlite":
        numbers = count(1)
        yield lambda: sqlite_url(folder / f"database-{next(numbers)}" / "verilap.db")
        return
    cluster: Cluster = request.getfixturevalue(cluster_fixture)
    made: list[str] = []

    def make(template: str | None = None) -> str:
        made.append(cluster.create_database(template))
        return made[-1]

    yield make
    for url in made:
        cluster.drop(url)


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{path.resolve()}"
