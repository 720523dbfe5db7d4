"""The office of each test, on both databases."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.installation import initialise
from tests.support.filings import KECAMATAN
from tests.support.furnished import furnish_at
from tests.support.office import ApiClient, Office
from tests.support.pages import Person, at_work
from tests.support.passwords import cheap_passwords, real_passwords
from tests.support.postgres import Cluster
from tests.support.raw_device import RawDevice

__all__ = ["cheap_passwords", "real_passwords"]  # fixtures: pytest finds them here by name


@pytest.fixture(scope="session")
def furnished_postgres(postgres_cluster: Cluster) -> str:
    """What the databases of offices on PostgreSQL are copied from."""
    url = postgres_cluster.create_database()
    furnish_at(url)
    return url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, new_database: Callable[..., str]) -> str:
    """
    A fresh database for this test; the test runs on SQLite and on PostgreSQL.

    Empty for `config`, which fills it as `init` does; else furnished: on SQLite by the office itself.
    """
    is_postgres = request.node.callspec.params["new_database"] == "postgres"
    if is_postgres and "config" not in request.fixturenames:
        return new_database(request.getfixturevalue("furnished_postgres"))
    return new_database()


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A fresh office with 237 villages and one form."""
    made = Office(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """A store as `init` makes it, for whoever runs commands; its office comes after it, with its key."""
    made = Config(tmp_path, database_url)
    initialise(made)
    return made


@pytest.fixture
def asha(office: Office) -> RawDevice:
    """An officer's device in one kecamatan, like the next two."""
    return office.device("asha", "officer", KECAMATAN)


@pytest.fixture
def budi(office: Office) -> RawDevice:
    return office.device("budi", "officer", KECAMATAN)


@pytest.fixture
def citra(office: Office) -> RawDevice:
    return office.device("citra", "officer", KECAMATAN)


@pytest.fixture
def supervisor(office: Office) -> ApiClient:
    """A supervisor of the kecamatan, by the API."""
    return office.api("siti", "supervisor", KECAMATAN)


@pytest.fixture
def siti(office: Office) -> Person:
    """The same supervisor, signed in at the pages."""
    return at_work(office)


@pytest.fixture
def api(office: Office, siti: Person) -> ApiClient:
    """What she has done there, by the API."""
    return office.api("siti")
