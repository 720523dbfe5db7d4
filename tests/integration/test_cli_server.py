"""``verilap-server`` as an administrator uses it, on both databases."""

import os
import pty
import re
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from alembic import command, op
from alembic.migration import MigrationContext
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine, inspect, text

from server.app import create_app
from server.cli import main
from server.config import Config
from server.context import store_of
from server.installation import initialise
from server.migrations import HEAD
from server.models import Base
from server.store.transactions import engine_options
from tests.support import forms
from tests.support.server import LiveServer, environment_of, make_config, run_command, verilap_server

AREAS = str(forms.FORMS / "kukar_areas.csv")
VILLAGE = "64.02.18.2007"
CODE = re.compile(r"[2-9A-Z]{5}-[2-9A-Z]{5}")
Run = Callable[..., Result]


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """The settings of an installation that is not made yet."""
    return make_config(database_url, tmp_path)


@pytest.fixture
def run(config: Config) -> Run:
    """Runs a command in this process, with the installation's environment."""

    def run_it(*arguments: str, stdin: str = "", **variables: str) -> Result:
        env: dict[str, str | None] = {
            **dict.fromkeys(("LC_ALL", "LC_MESSAGES")),
            **environment_of(config),
            **variables,
        }
        return CliRunner().invoke(main, list(arguments), input=stdin, env=env)

    return run_it


@pytest.fixture
def ready(run: Run) -> Run:
    """The same on an installation with villages, an officer and a supervisor."""
    assert run("init").exit_code == 0
    assert run("load-areas", AREAS).exit_code == 0
    for name, role in (("asha", "officer"), ("siti", "supervisor")):
        arguments = ("add-user", name, "--role", role, "--villages", VILLAGE, "--password-stdin")
        assert run(*arguments, stdin="sandi-uji-12\n").exit_code == 0
    return run


def last_line(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout.rstrip("\n").rpartition("\n")[2]


# --- init ----------------------------------------------------------------------------------------


def test_init_works_where_the_locale_is_not_installed(tmp_path):
    """Broken on purpose: an ellipsis in alembic.ini, which Alembic reads in the locale's encoding."""
    config = make_config(f"sqlite:///{tmp_path / 'verilap.db'}", tmp_path)
    done = run_command(config, "init", LC_ALL="xx_XX.UTF-8")
    assert done.returncode == 0, done.stderr


def test_init_makes_a_folder_and_a_secret_that_only_the_owner_reads(run: Run, config: Config) -> None:
    assert run("init").exit_code == 0
    assert stat.S_IMODE(config.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(config.secret_file.stat().st_mode) == 0o600
    assert len(config.secret_file.read_text()) >= 40


def test_init_may_be_run_again_and_changes_nothing(ready: Run, config: Config) -> None:
    secret = config.secret_file.read_text()
    result = ready("init")
    assert result.exit_code == 0
    assert "already" in result.stdout
    assert config.secret_file.read_text() == secret
    assert CODE.fullmatch(last_line(ready("enroll", "asha")))


def test_init_makes_exactly_the_tables_of_the_models(run: Run, config: Config) -> None:
    """Broken on purpose: a column was added to a model only, and was named here."""
    from alembic.autogenerate import compare_metadata

    assert run("init").exit_code == 0
    engine = create_engine(config.database_url, **engine_options(config.database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == HEAD
    engine.dispose()


def test_an_interrupted_init_leaves_nothing_and_the_next_one_works(
    run: Run, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: with a transaction for each statement, tables were left behind."""
    made = op.create_table
    names: list[str] = []

    def fail_at_the_tenth(name: str, *columns: Any, **settings: Any) -> Any:
        names.append(name)
        if len(names) == 10:
            raise RuntimeError("the power went off")
        return made(name, *columns, **settings)

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", fail_at_the_tenth)
        with pytest.raises(RuntimeError):
            initialise(config)
    engine = create_engine(config.database_url, **engine_options(config.database_url))
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    assert run("add-user", "x", "--role", "admin").exit_code == 1
    assert run("init").exit_code == 0


def test_a_store_of_an_older_version_is_migrated_and_keeps_what_is_in_it(ready: Run, config: Config) -> None:
    """Broken on purpose: the revision of the code was left at the older one."""
    app = create_app(config)
    with app.app_context():
        command.downgrade(app.extensions["migrate"].migrate.get_config(), "0001")
    store_of(app).engine.dispose()
    assert "(schema-outdated)" in ready("enroll", "asha").stderr
    assert f"from 0001 to {HEAD}" in ready("init").stdout
    assert CODE.fullmatch(last_line(ready("enroll", "asha")))


def test_a_store_of_a_newer_version_is_left_alone(ready: Run, config: Config) -> None:
    engine = create_engine(config.database_url, **engine_options(config.database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for arguments, code in ((("init",), "schema-newer"), (("enroll", "asha"), "schema-outdated")):
        result = ready(*arguments)
        assert result.exit_code == 1
        assert f"({code})" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("enroll", "x"),
        ("token", "x"),
        ("check",),
        ("work",),
        ("work", "--once"),
        ("load-areas", AREAS),
        ("run", "--port", "0"),
    ],
)
def test_a_command_before_init_says_what_to_do_and_makes_nothing(
    run: Run, config: Config, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert "verilap-server init" in result.stderr
    assert not config.data.exists()


def test_a_database_that_is_not_there_is_named_where_it_was_looked_for(
    run: Run, config: Config, tmp_path: Path
) -> None:
    """Broken once: the folder of the secret was named, where nothing is missing."""
    assert run("init").exit_code == 0
    result = run("check", DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere/office.db")
    assert result.exit_code == 1
    assert str(tmp_path / "elsewhere") in result.stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_variable_that_makes_no_sense_is_named_without_its_password(run: Run) -> None:
    for url in ("mysql://root:geheim@localhost/x", "nonsense", "sqlite://", "sqlite:///:memory:"):
        result = run("init", DATABASE_URL=url)
        assert result.exit_code == 1
        assert "DATABASE_URL" in result.stderr
        assert "geheim" not in result.output


def test_a_database_that_does_not_answer_is_a_sentence(run: Run, config: Config) -> None:
    result = run("init", DATABASE_URL="postgresql://nobody:geheim@127.0.0.1:1/nothing")
    assert result.exit_code == 1
    assert "(database-unavailable)" in result.stderr
    assert "Traceback" not in result.output
    assert "geheim" not in result.output


# --- accounts, villages, forms -------------------------------------------------------------------


def test_codes_and_tokens_stand_alone_on_the_last_line(ready: Run) -> None:
    assert CODE.fullmatch(last_line(ready("enroll", "asha")))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", last_line(ready("token", "siti")))


def test_an_officer_needs_no_password_others_do(ready: Run) -> None:
    assert ready("add-user", "budi", "--role", "officer", "--villages", VILLAGE).exit_code == 0
    result = ready("add-user", "dewi", "--role", "supervisor", "--villages", VILLAGE)
    assert result.exit_code == 1
    assert "--password-stdin" in result.stderr


@pytest.mark.parametrize("way", ["terminal", "standard input"])
def test_a_password_may_be_left_empty_where_none_is_needed(ready: Run, config: Config, way: str) -> None:
    """On a terminal as from standard input. Broken on purpose: it was asked until something came."""
    officer = ("add-user", "budi", "--role", "officer", "--villages", VILLAGE)
    supervisor = ("add-user", "dewi", "--role", "supervisor", "--villages", VILLAGE)
    if way == "terminal":
        assert "No password was given: budi" in typed(config, officer, "", "")
        # An empty one is asked for again.
        word = "perahu dan pinang"
        assert "Added dewi" in typed(config, supervisor, "", word, word)
    else:
        assert "No password was given: budi" in ready(*officer, "--password-stdin", stdin="\n").stderr
        assert "(password-length)" in ready(*supervisor, "--password-stdin", stdin="\n").stderr
    assert CODE.fullmatch(last_line(ready("enroll", "budi")))


def typed(config: Config, arguments: tuple[str, ...], *lines: str) -> str:
    """What a command says to somebody at a terminal who answers each question with a line."""
    ours, its = pty.openpty()
    command_line, said = [verilap_server(), *arguments], b""
    with subprocess.Popen(
        command_line,
        env=environment_of(config),
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        with ExitStack() as ends:
            ends.callback(os.close, its)
            ends.callback(os.close, ours)
            for line in lines:
                # What is typed before the question is thrown away, as by any program that asks for passwords.
                while not said.endswith(b": "):
                    said += (letter := process.stdout.read(1))
                    assert letter, said
                os.write(ours, f"{line}\n".encode())
                said += process.stdout.read(1)
        said += process.stdout.read()
    assert process.returncode == 0, said
    return said.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add-user", "ASHA", "--role", "officer", "--villages", VILLAGE), "account-exists"),
        (("add-user", "b c", "--role", "officer", "--villages", VILLAGE), "account-name"),
        (("add-user", "budi", "--role", "officer"), "no-areas"),
        (("add-user", "budi", "--role", "officer", "--villages", "64.02.99"), "unknown-area"),
        (("add-user", "budi", "--role", "officer", "--villages", "Muara Wis"), "area-code"),
        (("enroll", "nobody"), "unknown-account"),
        (("token", "nobody"), "unknown-account"),
        (("revoke-device", "asha"), "unknown-device"),
        (("set-password", "nobody", "--password-stdin"), "unknown-account"),
        (("load-areas", "/nothing/here.csv"), "file"),
        (("publish-form", "/nothing/here.xlsx"), ""),
    ],
)
def test_what_cannot_be_done_is_a_sentence_with_a_code(
    ready: Run, arguments: tuple[str, ...], code: str
) -> None:
    result = ready(*arguments, stdin="sandi-uji-12\n")
    assert result.exit_code == 1
    assert f"({code}" in result.stderr
    assert "Traceback" not in result.output
    assert "internal" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [("add-user", "x"), ("add-user", "x", "--role", "king"), ("nothing",), ("run", "--port", "x")],
)
def test_a_command_that_was_not_asked_for_properly_exits_with_2(
    ready: Run, arguments: tuple[str, ...]
) -> None:
    assert ready(*arguments).exit_code == 2


def test_messages_are_indonesian_where_the_locale_is(ready: Run) -> None:
    result = ready("enroll", "nobody", LANG="id_ID.UTF-8")
    assert result.stderr == "Tidak ada akun nobody. (unknown-account)\n"


def test_accounts_are_changed_closed_and_opened(ready: Run) -> None:
    assert "head" in ready("change-user", "siti", "--role", "head", "--villages", "64.02").stdout
    assert ready("disable-user", "siti").exit_code == 0
    assert "(account-disabled)" in ready("token", "siti").stderr
    assert ready("enable-user", "siti").exit_code == 0
    last_line(ready("token", "siti"))
    assert "1 token " in ready("token", "siti", "--revoke").stdout
    assert ready("set-password", "siti", "--password-stdin", stdin="sandi-baru-12\n").exit_code == 0


def test_villages_may_be_loaded_again(ready: Run) -> None:
    assert "237 villages: 0 new, 0 changed" in ready("load-areas", AREAS).stdout


def test_a_form_is_published_once(ready: Run, config: Config, tmp_path: Path) -> None:
    survey = (("type", "name", "label"), ("text", "nama", "Nama"))
    path = forms.workbook(tmp_path, survey=survey)
    assert "Published coba@1" in ready("publish-form", str(path)).stdout
    again = ready("publish-form", str(path))
    assert again.exit_code == 0
    assert "already published" in again.stdout
    path = forms.workbook(tmp_path, survey=(*survey, ("text", "alamat", "Alamat")))
    changed = ready("publish-form", str(path))
    assert changed.exit_code == 1
    assert "(form-version-taken)" in changed.stderr
    newer = forms.workbook(tmp_path, survey=survey, settings=(forms.SETTINGS[0], ("Coba", "coba", "2")))
    assert ready("publish-form", str(newer)).exit_code == 0


# --- starting ------------------------------------------------------------------------------------

SHOWS_WHAT_IS_IMPORTED = """
import sys
import {modules}
print(*sorted(sys.modules.keys() & {{"alembic", "flask", "flask_sqlalchemy", "sqlalchemy"}}))
"""


@pytest.mark.parametrize(
    ("modules", "loaded"),
    [("server.cli", ""), ("server.cli, server.readiness, server.services.enrol", "sqlalchemy")],
    ids=["help", "a command"],
)
def test_a_command_starts_without_what_only_the_server_needs(modules: str, loaded: str) -> None:
    """Importing was half of a command's time. Broken on purpose: `server` imported its context."""
    code = SHOWS_WHAT_IS_IMPORTED.format(modules=modules)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == loaded


# --- devices -------------------------------------------------------------------------------------


def test_devices_are_listed_with_what_the_office_asks_about_them(ready: Run, config: Config) -> None:
    """A lost phone is found by its name or by when it was last seen, and revoked by the id beside it.

    Broken on purpose: `current_device` did not note that a device asked; the time was that of UTC;
    `devices NAME` listed everybody's; the word for revoked was left out.
    """
    assert "No device" in ready("devices").stderr
    enrolled, asked = 1_790_000_000_000, 1_790_000_000_000 + 3 * 3_600_000
    app = create_app(config)
    app.config["VERILAP_CLOCK"] = lambda: enrolled
    tokens = {name: enroll(app, last_line(ready("enroll", name)), name) for name in ("asha", "siti")}
    clock = iter([asked, asked + 60_000, asked + 3_599_999])
    for now in clock:
        app.config["VERILAP_CLOCK"] = lambda now=now: now
        headers = {"Authorization": f"Bearer {tokens['asha']}"}
        body = {"protocol": 1, "replica": REPLICAS["asha"]}
        assert app.test_client().post("/api/v1/sync", json=body, headers=headers).status_code == 200
    store_of(app).engine.dispose()
    hers = ready("devices", "ASHA").stdout.splitlines()
    assert [line.split("  ")[1:] for line in hers] == [
        ["asha", "“Tablet asha”", "enrolled 2026-09-21 22:13 WITA", "last seen 2026-09-22 01:13 WITA"]
    ]
    assert len(ready("devices").stdout.splitlines()) == 2
    device = hers[0].partition(" ")[0]
    assert ready("revoke-device", "asha", "--device", device).exit_code == 0
    assert re.search(r"  revoked 20\d\d-", last_line(ready("devices", "asha")))
    assert "(unknown-account)" in ready("devices", "nobody").stderr


REPLICAS = {"asha": "kQ3xabcdefghijklmnopqr", "siti": "kQ4xabcdefghijklmnopqr"}


def enroll(app: Flask, code: str, name: str) -> str:
    body = {"code": code, "replica": REPLICAS[name], "device": f"Tablet {name}"}
    answer = app.test_client().post("/api/v1/enroll", json=body)
    assert answer.status_code in (200, 201), answer.json
    return str((answer.json or {})["token"])


# --- check ---------------------------------------------------------------------------------------


def test_check_exits_with_1_on_a_difference_only(ready: Run, config: Config) -> None:
    result = ready("check")
    assert (result.exit_code, result.stdout) == (0, "Checked 0 records and 0 operations: no difference.\n")
    store = store_of(create_app(config))
    with store.write() as connection:
        connection.execute(text("UPDATE feed_head SET seq = 7 WHERE feed = :feed"), {"feed": VILLAGE})
    store.engine.dispose()
    result = ready("check")
    assert result.exit_code == 1
    assert VILLAGE in result.stdout


# --- run -----------------------------------------------------------------------------------------


def test_a_server_serves_and_stops_cleanly_on_sigterm(ready: Run, config: Config) -> None:
    with LiveServer(config) as server:
        assert requests.get(f"{server.url}/health", timeout=10).json()["status"] == "ok"
        code = run_command(config, "enroll", "asha").stdout.splitlines()[-1]
        body = {"code": code, "replica": "kQ3xabcdefghijklmnopqr"}
        token = requests.post(f"{server.url}/api/v1/enroll", json=body, timeout=10).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{server.url}/api/v1/areas", headers=headers, timeout=10).status_code == 200
        assert server.terminate() == 0
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{server.url}/health", timeout=10)
    log = server.log.read_text()
    assert token not in log
    assert code not in log
    assert '"route": "/api/v1/enroll"' in log


def test_a_port_that_is_taken_is_a_sentence(ready: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = ready("run", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "(cannot-listen)" in result.stderr


def test_health_tells_of_a_schema_that_is_not_this_versions(ready: Run, config: Config) -> None:
    app = create_app(config)
    client = app.test_client()
    assert client.get("/health").status_code == 200
    with store_of(app).write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/health")
    assert (answer.status_code, answer.json) == (503, {"status": "schema"})
    with store_of(app).write() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert client.get("/health").status_code == 503
    store_of(app).engine.dispose()


def test_two_inits_at_once_make_one_store(config: Config) -> None:
    results: list[int] = []
    threads = [
        threading.Thread(target=lambda: results.append(run_command(config, "init").returncode))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0, 0]
    assert os.listdir(config.data)
