"""An acknowledgement implies a durable commit: PostgreSQL settings that would break it (invariant 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from server.app import create_app
from server.context import store_of
from server.installation import initialise
from server.store.transactions import (
    UNSAFE_VARIABLE,
    Store,
    StoreUnsoundError,
    engine_options,
    prepare_engine,
)
from tests.support.postgres import Cluster, running_cluster
from tests.support.server import make_config, run_command
from tests.support.vaults import vault_at

pytestmark = pytest.mark.postgres
ROLE, WORD = "careless", "kata-sandi"


@pytest.fixture
def cluster(postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The server without fsync, and without the allowance for it."""
    monkeypatch.delenv(UNSAFE_VARIABLE)
    return postgres_cluster


@pytest.fixture(scope="module")
def half_safe() -> Iterator[Cluster]:
    """A server of which only `full_page_writes` is off."""
    with running_cluster(durable=True, settings={"full_page_writes": "off"}) as cluster:
        yield cluster


def refusal(url: str) -> StoreUnsoundError:
    with pytest.raises(StoreUnsoundError) as caught:
        shown(url, "fsync")
    return caught.value


def shown(url: str, name: str) -> list[str]:
    """A setting in a transaction that writes, in one after a rollback, and in one that reads."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    store, query = Store(engine, vault_at(url)), text(f"SHOW {name}")
    try:
        with store.write() as connection:
            first = connection.scalar(query)
        with engine.connect() as connection:
            connection.execute(query)
            connection.rollback()
        with store.write() as connection:
            second = connection.scalar(query)
        with store.read() as connection:
            return [first, second, connection.scalar(query)]
    finally:
        engine.dispose()


# --- what the administrator has to turn on ---------------------------------------------------------


def test_a_server_without_fsync_is_refused_and_the_settings_are_named(cluster: Cluster) -> None:
    """Broken on purpose: `prepare_engine` looked at SQLite only."""
    told = refusal(cluster.create_database())
    assert (told.code, told.facts["settings"]) == ("commits-unsafe", "fsync, full_page_writes")


def test_each_of_the_settings_is_looked_at(half_safe: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken on purpose: `full_page_writes` was taken off the list."""
    monkeypatch.delenv(UNSAFE_VARIABLE, raising=False)
    assert refusal(half_safe.create_database()).facts["settings"] == "full_page_writes"


@pytest.mark.parametrize(("locale", "words"), [("en_US", "Its administrator"), ("id_ID", "Administratornya")])
def test_every_command_says_what_to_do(
    postgres_cluster: Cluster, tmp_path: Path, locale: str, words: str
) -> None:
    """`init` before it makes a table, the others on a store that was made while all was well.

    Broken on purpose: the sentence was taken out of a catalogue.
    """
    config = make_config(postgres_cluster.create_database(), tmp_path)
    careful = {UNSAFE_VARIABLE: "", "LC_ALL": f"{locale}.UTF-8"}
    for arguments in (["init"], ["check"], ["run", "--port", "0"]):
        done = run_command(config, *arguments, **careful)
        assert done.returncode == 1
        assert "fsync, full_page_writes" in done.stderr
        assert words in done.stderr
        assert "(commits-unsafe)" in done.stderr
        initialise(config)


def test_health_tells_that_commits_may_be_lost(
    postgres_cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the setting is changed while the server runs. Broken on purpose: it was a fault, 500."""
    config = make_config(postgres_cluster.create_database(), tmp_path)
    initialise(config)
    app = create_app(config)
    try:
        assert app.test_client().get("/health").status_code == 200
        store_of(app).engine.dispose()
        monkeypatch.delenv(UNSAFE_VARIABLE)
        answer = app.test_client().get("/health")
        assert (answer.status_code, answer.json) == (503, {"status": "unsound"})
    finally:
        store_of(app).engine.dispose()


def test_a_server_as_it_is_by_default_is_taken(
    durable_postgres_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(UNSAFE_VARIABLE, raising=False)
    url = durable_postgres_cluster.create_database()
    assert shown(url, "fsync") + shown(url, "synchronous_commit") == ["on"] * 6


# --- what each connection sets ---------------------------------------------------------------------


def by_server(cluster: Cluster, url: str) -> str:
    """The tests' server has it off already."""
    return url


def by_database(cluster: Cluster, url: str) -> str:
    administer(cluster, "ALTER DATABASE {} SET synchronous_commit = off", make_url(url).database or "")
    return url


def by_role(cluster: Cluster, url: str) -> str:
    administer(cluster, f"DROP ROLE IF EXISTS {{}}; CREATE ROLE {{}} LOGIN PASSWORD '{WORD}'", ROLE, ROLE)
    administer(cluster, "ALTER ROLE {} SET synchronous_commit = off", ROLE)
    return make_url(url).set(username=ROLE, password=WORD).render_as_string(hide_password=False)


def by_address(cluster: Cluster, url: str) -> str:
    return f"{url}?options={quote('-c synchronous_commit=off')}"


def administer(cluster: Cluster, statement: str, *names: str) -> None:
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        for one in statement.split(";"):
            named = names[: one.count("{}")]
            connection.execute(sql.SQL(one).format(*map(sql.Identifier, named)))


@pytest.mark.parametrize("turn_off", [by_server, by_database, by_role, by_address])
def test_a_commit_waits_for_the_disk_wherever_that_was_turned_off(
    postgres_cluster: Cluster, turn_off: Callable[[Cluster, str], str]
) -> None:
    """Broken on purpose: no SET; a SET without its commit, which the pool's rollback undid."""
    url = turn_off(postgres_cluster, postgres_cluster.create_database())
    assert shown(url, "synchronous_commit") == ["on"] * 3


@pytest.mark.parametrize("chosen", ["local", "remote_write", "remote_apply"])
def test_what_waits_for_this_disk_too_is_left_as_it_is(postgres_cluster: Cluster, chosen: str) -> None:
    """Whether a standby is waited for is up to the administrator. Broken on purpose: all were set to on."""
    url = f"{postgres_cluster.create_database()}?options={quote(f'-c synchronous_commit={chosen}')}"
    assert shown(url, "synchronous_commit") == [chosen] * 3
