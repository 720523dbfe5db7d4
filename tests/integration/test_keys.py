"""
`verilap-server keys`, and a master key that is missing, wrong, given in the environment or rotated.

Broken on purpose: a new key made where one was missing; the old master key overwritten before anything was
wrapped by the new one; the old data key removed at once; the newest data key asked for once a process.
"""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from server.cli import main
from server.config import Config
from server.models import DataKey, OperationRow
from server.models_evidence import AuditRow
from server.services.check_store import Checked, check_store
from server.services.keys import rotate_data
from server.store import settings
from server.store.sealing import COLUMNS
from server.vault import header_of, number_of
from tests.support.builders import new_id
from tests.support.filings import KECAMATAN, submit
from tests.support.office import Office
from tests.support.server import LiveServer, environment_of

NEW = base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    submit(made.device("asha", "officer", KECAMATAN))
    yield made
    made.close()


def run(config: Config, *arguments: str, **variables: str) -> Result:
    """A command in this process."""
    given = {**environment_of(config), **dict.fromkeys(("LC_ALL", "LC_MESSAGES")), **variables}
    return CliRunner().invoke(main, list(arguments), env=given)


def key_file(config: Config) -> Path:
    return config.key_source.file


def everything(office: Office) -> list[list[tuple[object, ...]]]:
    """All rows that keys and sealing may touch."""
    with office.store.engine.connect() as connection:
        tables = ("data_key", "operation", "record")
        return [[tuple(r) for r in connection.execute(text(f"SELECT * FROM {t} ORDER BY 1"))] for t in tables]


def numbers(office: Office) -> tuple[list[int], set[int | None]]:
    """The data keys that there are, and those that have sealed an operation."""
    with office.store.engine.connect() as connection:
        stored = connection.execute(select(DataKey.number).where(DataKey.purpose == "data")).scalars().all()
        used = {number_of(body) for body in connection.execute(select(OperationRow.body)).scalars()}
    return sorted(stored), used


def is_sound(office: Office) -> bool:
    with office.store.read() as connection:
        return not list(check_store(connection, Checked()))


# --- a key that is not the one -------------------------------------------------------------------

COMMANDS = [
    ("init",),
    ("check",),
    ("run", "--port", "0"),
    ("work", "--once"),
    ("keys", "show"),
    ("keys", "rotate"),
]
WRONG = {
    "key-missing": lambda file: file.unlink(),
    "key-malformed": lambda file: file.write_text("not a key\n"),
    "key-wrong": lambda file: file.write_text(f"{NEW}\n"),
}


@pytest.mark.parametrize("code", WRONG)
def test_no_command_goes_on_with_another_key_and_nothing_is_written(
    office: Office, config: Config, code: str
) -> None:
    before = everything(office)
    WRONG[code](key_file(config))
    for command in COMMANDS:
        done = run(config, *command)
        assert done.exit_code == 1, (command, done.stdout)
        assert f"({code})" in done.stderr, command
    assert everything(office) == before
    assert key_file(config).exists() == (code != "key-missing")


def test_a_server_without_its_key_says_so_and_takes_nothing(office: Office, config: Config) -> None:
    office.store.vault.keyring = None
    key_file(config).unlink()
    assert office.client.get("/health").json == {"status": "key"}
    asha = office.device("asha", "officer", KECAMATAN)
    answer = asha.post("sync", asha.request(asha.submission(new_id())))
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["error"]["code"] == "key-missing"


def test_a_key_in_the_database_that_was_changed_is_told(office: Office, config: Config) -> None:
    with office.store.write() as connection:
        connection.execute(text("UPDATE data_key SET admits_plain = true"))
    assert "(key-damaged)" in run(config, "check").stderr


def test_the_passphrase_of_a_device_is_not_taken_for_the_master_key(config: Config) -> None:
    """Both commands run on one machine in the README. Broken on purpose: one name for both."""
    assert run(config, "check", VERILAP_KEY="a passphrase").exit_code == 0


def test_the_key_may_stand_in_the_environment_or_in_another_file(
    office: Office, config: Config, tmp_path: Path
) -> None:
    key = key_file(config).read_text().strip()
    other = tmp_path / "elsewhere"
    key_file(config).rename(other)
    assert run(config, "check", VERILAP_MASTER_KEY=key).exit_code == 0
    assert run(config, "check", VERILAP_KEY_FILE=str(other)).exit_code == 0
    assert run(config, "check").exit_code == 1


def test_init_says_where_the_key_lies_and_who_else_may_read_it(office: Office, config: Config) -> None:
    assert str(key_file(config)) in run(config, "init").stdout
    assert key_file(config).stat().st_mode & 0o777 == 0o600
    key_file(config).chmod(0o644)
    assert "chmod 600" in run(config, "init").stderr


def test_a_sealed_setting_that_was_changed_is_not_made_anew(office: Office) -> None:
    """Another secret would begin every imported case a second time."""
    with office.store.write() as connection:
        settings.write(connection, settings.IMPORT_SECRET, "ab" * 32)
        connection.execute(text("UPDATE setting SET value = 'cd' WHERE name = 'import-secret'"))
    with office.store.read() as connection, pytest.raises(Exception, match="was changed"):
        settings.read(connection, [settings.IMPORT_SECRET])


# --- other keys ----------------------------------------------------------------------------------


def rotations(office: Office) -> list[str]:
    """What the audit has of keys. Broken on purpose: neither row was put there."""
    with office.store.read() as connection:
        query = select(AuditRow.action).where(
            AuditRow.action.like("%key-rotated"), AuditRow.account == "~console"
        )
        return list(connection.execute(query).scalars())


def test_another_master_key_wraps_everything_and_the_former_one_is_kept_for_backups(
    office: Office, config: Config
) -> None:
    former = key_file(config).read_text()
    done = run(config, "keys", "rotate")
    assert done.exit_code == 0, done.stderr
    assert key_file(config).read_text() != former
    (kept,) = key_file(config).parent.glob("master-key.former-*")
    assert kept.read_text() == former
    assert str(kept) in done.stdout
    assert rotations(office) == ["master-key-rotated"]
    assert run(config, "check").exit_code == 0
    key_file(config).write_text(former)
    assert "(key-wrong)" in run(config, "check").stderr


def test_a_master_key_in_the_environment_is_rotated_by_putting_another_before_it(
    office: Office, config: Config
) -> None:
    former = key_file(config).read_text().strip()
    key_file(config).unlink()
    assert "(key-in-environment)" in run(config, "keys", "rotate", VERILAP_MASTER_KEY=former).stderr
    assert run(config, "keys", "rotate", VERILAP_MASTER_KEY=f"{NEW},{former}").exit_code == 0
    assert run(config, "check", VERILAP_MASTER_KEY=NEW).exit_code == 0
    assert "(key-wrong)" in run(config, "check", VERILAP_MASTER_KEY=former).stderr


def test_another_data_key_seals_everything_and_the_former_one_is_gone(office: Office, config: Config) -> None:
    """Broken on purpose: the file was not written anew, and held what the former key had sealed."""
    device = office.device("budi", "officer", KECAMATAN)
    for number in range(60):
        submit(device, {"a": "x" * (number * 40 % 700)})
    assert numbers(office) == ([1], {1})
    done = run(config, "keys", "rotate", "--data")
    assert (done.exit_code, done.stderr) == (0, "")
    stored, used = numbers(office)
    assert used == set(stored)
    assert 1 not in used
    told = run(config, "keys", "show").stdout
    assert "Everything is sealed by the newest data key." in told
    assert rotations(office) == ["data-key-rotated"]
    if office.store.is_sqlite:
        assert office.store.engine.url.database
        assert header_of(1) not in Path(office.store.engine.url.database).read_bytes()
    assert is_sound(office)


def killed_before(config: Config, what: str, step: int) -> bool:
    """Whether a rotation was killed before this step; false where it had not so many."""
    command = [sys.executable, "-m", "tests.support.killing_rotation", what, str(step)]
    environment = {**environment_of(config), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()
    return done.returncode != 0


@pytest.mark.parametrize("what", ["master", "data"])
def test_a_rotation_that_is_killed_anywhere_leaves_everything_readable_and_goes_on(
    office: Office, config: Config, what: str
) -> None:
    step = 1
    while killed_before(config, what, step) and step < 50:
        office.store.vault.keyring = None
        assert is_sound(office)
        submit(office.device("asha", "officer", KECAMATAN))
        step += 1
    assert step > (3 if what == "master" else len(COLUMNS))
    office.store.vault.keyring = None
    assert is_sound(office)
    assert len(key_file(config).read_text().split()) == 1
    stored, used = numbers(office)
    if what == "data":
        assert len(stored) == 1
        assert used == set(stored)


def test_a_server_that_runs_notices_other_keys(office: Office, config: Config) -> None:
    """It writes by the new data key at once, whichever master key has wrapped that."""
    with LiveServer(config) as server:
        token = office.device_token("asha")
        headers = {"Authorization": f"Bearer {token}"}
        for _ in range(3):
            asha = office.device("asha", "officer", KECAMATAN)
            sent = asha.request(asha.submission(new_id()))
            answer = requests.post(f"{server.url}/api/v1/sync", json=sent, headers=headers, timeout=20)
            assert answer.status_code == 200
            assert "verdicts" not in answer.json()
            assert run(config, "keys", "rotate", "--data").exit_code == 0
            assert run(config, "keys", "rotate").exit_code == 0
        stored, used = numbers(office)
        assert used == set(stored)
        assert requests.get(f"{server.url}/health", timeout=20).json()["status"] == "ok"
    assert is_sound(office)


def test_rows_that_cannot_be_opened_stay_and_do_not_keep_others_from_a_new_key(office: Office) -> None:
    submit(office.device("budi", "officer", KECAMATAN))
    with office.store.write() as connection:
        first = connection.execute(text("SELECT min(id) FROM operation")).scalar_one()
        body = connection.execute(
            text("SELECT body FROM operation WHERE id = :one"), {"one": first}
        ).scalar_one()
        damaged = body[:-1] + bytes([body[-1] ^ 1])
        where = {"one": first, "body": damaged}
        connection.execute(text("UPDATE operation SET body = :body WHERE id = :one"), where)
    for turn in (1, 2):
        done = rotate_data(office.store, turn)
        assert done.unreadable == 1
        assert done.sealed > 1
    assert 1 in numbers(office)[0]
    with office.store.read() as connection:
        query = text("SELECT body FROM operation WHERE id = :one")
        assert connection.execute(query, {"one": first}).scalar_one() == damaged


def test_two_offices_in_one_process_have_keys_of_their_own(office: Office, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    other = Office(f"sqlite:///{tmp_path}/second/verilap.db", tmp_path / "second")
    try:
        submit(other.device("asha", "officer", KECAMATAN))
        assert is_sound(other)
        assert is_sound(office)
        assert key_file(Config(tmp_path, "")).read_text() != (tmp_path / "second/master-key").read_text()
    finally:
        other.close()
