"""`verilap-server audit`, and the worker that seals: from a shell, on a store like any other."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.audit_commands import WORDS
from server.clock import now_ms
from server.config import Config
from server.services.audit import Act, Audited, put
from server.services.who_read import SHOWN
from tests.support.examining import DEFINITION
from tests.support.filings import KECAMATAN, VILLAGE, submit
from tests.support.office import Office
from tests.support.server import run_command


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    made.publish(DEFINITION)
    yield made
    made.close()


def test_who_was_shown_a_record_is_listed_by_account(office: Office, config: Config) -> None:
    record = submit(office.device("asha", "officer", KECAMATAN))
    siti = office.api("siti", "supervisor", KECAMATAN)
    siti.get(f"records/{record}")
    siti.get("records")
    office.device("budi", "officer", KECAMATAN).sync()
    told = run_command(config, "audit", "who-read", record)
    assert told.returncode == 0, told.stderr
    assert f"Record {record}: 1 records with the forms about it; shown to 2 accounts." in told.stdout
    assert "siti: 2 times" in told.stdout
    assert "budi: 1 times" in told.stdout
    assert told.stdout.index("siti") < told.stdout.index("budi")
    assert "received by the device  device " in told.stdout
    assert (
        "dalam daftar  kantor" in run_command(config, "audit", "who-read", record, LANG="id_ID.UTF-8").stdout
    )
    shown = json.loads(run_command(config, "audit", "who-read", record, "--json").stdout)["shown"]
    assert [one["action"] for one in shown] == ["read", "list", "feed"]
    assert {one["sealed"] for one in shown} == {False}


def test_who_was_shown_a_photo_of_a_record_is_among_them(office: Office, config: Config) -> None:
    """Broken on purpose: it was not among what shows a record."""
    record = submit(office.device("asha", "officer", KECAMATAN))
    with office.store.write() as connection:
        put(connection, Act("siti", Audited.READ_FILE, [record], VILLAGE, detail={"kind": "shown"}), now_ms())
    told = run_command(config, "audit", "who-read", record)
    assert "saw a photo or file  office" in told.stdout, told.stderr


def test_there_are_words_for_whatever_shows_a_record() -> None:
    """What a device showed offline has words of its own."""
    assert {*WORDS, Audited.OPENED.value} == SHOWN


@pytest.mark.parametrize("record", ["x", "00000000-0000-4000-8000-000000000000"])
def test_a_record_that_is_not_there_is_told(config: Config, record: str) -> None:
    told = run_command(config, "audit", "who-read", record)
    assert (told.returncode, "(unknown-record)" in told.stderr) == (1, True)


def test_a_worker_seals_tells_the_heads_and_a_change_is_found(
    office: Office, config: Config, tmp_path: Path
) -> None:
    record = submit(office.device("asha", "officer", KECAMATAN))
    office.api("siti", "supervisor", KECAMATAN).get(f"records/{record}")
    done = run_command(config, "work", "--once")
    assert done.returncode == 0, done.stderr
    logged = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert {one["partition"] for one in logged if one["event"] == "sealed"} == {"", KECAMATAN}
    log = tmp_path / "server.log"
    log.write_text(done.stderr)
    sound = run_command(config, "audit", "verify", "--heads", str(log))
    assert sound.returncode == 0, sound.stdout
    assert "in 2 chains, 2 heads kept elsewhere. Not sealed yet: 0." in sound.stdout
    with office.store.write() as connection:
        connection.execute(text("UPDATE audit SET account = 'dewi' WHERE account = 'siti'"))
    told = run_command(config, "audit", "verify")
    assert told.returncode == 1
    assert f"Chain “{KECAMATAN}”: the row at place 1" in told.stdout
    assert "NOT what was sealed, in 1 places" in told.stdout
    assert "TIDAK sama" in run_command(config, "audit", "verify", LANG="id_ID.UTF-8").stdout


def test_what_devices_report_fails_the_verification_until_it_is_left_aside(
    office: Office, config: Config, tmp_path: Path
) -> None:
    """And the heads that a device knows are compared like those of the log."""
    asha = office.device("asha", "officer", KECAMATAN)
    record = submit(asha)
    office.api("siti", "supervisor", KECAMATAN).get(f"records/{record}")
    run_command(config, "work", "--once")
    told = asha.sync(heads="", config=asha.sync()["config"])
    seq, _, digest = told["heads"].partition(".")
    kept = {"event": "sealed", "partition": KECAMATAN, "seq": int(seq), "digest": digest}
    (file := tmp_path / "heads").write_text(json.dumps(kept))
    assert run_command(config, "audit", "verify", "--heads", str(file)).returncode == 0
    file.write_text(json.dumps({**kept, "digest": "x" * 16}))
    other = run_command(config, "audit", "verify", "--heads", str(file))
    assert (other.returncode, "kept elsewhere: it was written anew" in other.stdout) == (1, True)
    file.write_text(json.dumps({**kept, "digest": digest[:15]}))
    assert "(no-heads)" in run_command(config, "audit", "verify", "--heads", str(file)).stderr
    asha.sync(heads=f"{seq}.{'x' * 16}", config=asha.sync()["config"])
    reported = run_command(config, "audit", "verify")
    assert reported.returncode == 1
    assert f"Chain “{KECAMATAN}” is not the one that 1 devices were told of" in reported.stdout
    assert "--since" in run_command(config, "audit", "verify", LANG="id_ID.UTF-8").stdout
    assert run_command(config, "audit", "verify", "--since", "2099-01-01").returncode == 0
    assert run_command(config, "audit", "verify", "--since", "2020-01-01").returncode == 1


def test_a_reading_on_a_device_is_told_apart(office: Office, config: Config) -> None:
    asha = office.device("asha", "officer", KECAMATAN)
    record = submit(asha)
    acts = [
        ["read", "asha", now_ms() - 5_000, now_ms() - 5_000, 0, 3, [record]],
        ["glanced-at", "dewi", 5, 5, 0, 1, [record]],
    ]
    asha.sync(opened={"batch": "A" * 22, "acts": acts})
    told = run_command(config, "audit", "who-read", record).stdout
    assert "offline: 3 times, reported" in told
    assert "the device's clock was wrong" in told
    assert "glanced-at" in told
    assert "the device says: by dewi" in told
    assert "luring: 3 kali" in run_command(config, "audit", "who-read", record, LANG="id_ID.UTF-8").stdout


def test_a_file_of_heads_that_is_not_there_is_told(config: Config) -> None:
    told = run_command(config, "audit", "verify", "--heads", "nothing.log")
    assert (told.returncode, "(file)" in told.stderr) == (1, True)
