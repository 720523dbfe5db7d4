"""
An erasure that is killed at any of its steps has not begun, or is ended by the next start.

Broken on purpose: what the next start ended could be used once more; the audit did not tell of it; an object
was forgotten before it was deleted in the storage.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from server.clock import now_ms
from server.config import Config
from server.erasures_file import ErasuresFile
from server.installation import initialise
from server.services import second_person
from server.services.check_store import Checked, check_store
from server.services.erasures import ask_for_erasure, confirmed_erasure
from server.store import erasures
from server.store.audit import rows_naming
from server.working import work_once
from tests.support.builders import new_id
from tests.support.erasing import CANARY, rows_with
from tests.support.filings import KECAMATAN, VILLAGE, arrives
from tests.support.killing_erasure import BEGUN, STEPS
from tests.support.office import Office
from tests.support.server import environment_of, run_command
from tests.support.stored_files import arrives_whole, blobs_of, file

PHOTO = file(CANARY, small=f"{CANARY} kecil")


@pytest.fixture
def config(durable_database_url: str, tmp_path: Path) -> Config:
    made = Config(tmp_path, durable_database_url)
    initialise(made)
    return made


@pytest.fixture
def office(config: Config) -> Iterator[Office]:
    made = Office(config.database_url, config.data)
    yield made
    made.close()


@pytest.fixture
def case(office: Office) -> str:
    record = new_id()
    device = office.device("asha", "officer", KECAMATAN)
    began: Any = [("$village", VILLAGE, []), ("nama", f"{CANARY} Ani", []), ("foto", PHOTO.value, [])]
    arrives(device, device.operation(began, record=record, kind="case:anak"))
    assert PHOTO.small
    arrives_whole(office, "asha", PHOTO, PHOTO.small)
    return record


def confirmed(office: Office, case: str) -> str:
    asker, other = (office.person(name, "head", KECAMATAN) for name in ("dewi", "wakil"))
    with office.store.write() as connection:
        asked = ask_for_erasure(connection, asker, case, "diminta oleh keluarganya", now_ms())
        second_person.confirm(connection, other, asked, now_ms())
    return asked


def erase_until(config: Config, confirmation: str, step: str) -> None:
    command = [sys.executable, "-m", "tests.support.killing_erasure", confirmation, step]
    environment = {**environment_of(config), "PYTHONPATH": os.getcwd()}
    done = subprocess.run(command, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("step", STEPS)
def test_an_erasure_that_is_killed_has_not_begun_or_is_ended_by_the_next_start(
    office: Office, config: Config, case: str, step: str
) -> None:
    asked = confirmed(office, case)
    erase_until(config, asked, step)
    told = run_command(config, "check")  # opens the database, as a server does at its start
    assert told.returncode == 0, told.stdout
    is_begun = STEPS.index(step) >= BEGUN
    assert len(ErasuresFile(config.erasures_file).read()) == is_begun
    assert bool(rows_with(office.store)) != is_begun
    with office.store.read() as connection:
        actor = office.person_in(connection, "dewi")
        assert (confirmed_erasure(connection, actor, case, now_ms()) is None) == is_begun
        told_of = {entry.action for entry, _ in rows_naming(connection, [case])}
        assert ("erase" in told_of) == is_begun
    if not is_begun:
        done = run_command(config, "subject", "erase", case, "--by", "dewi")
        assert done.returncode == 0, done.stderr
    work_once(office.store, blobs=blobs_of(office))
    assert rows_with(office.store) == set()
    assert list(blobs_of(office).names()) == []
    with office.store.read() as connection:
        assert erasures.uncleaned(connection) == []
        assert list(check_store(connection, Checked())) == []
    assert len(ErasuresFile(config.erasures_file).read()) == 1
