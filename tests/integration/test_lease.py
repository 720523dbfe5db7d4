"""
A device without its server for a month shows nothing of what is in it until the office unlocks it.

Broken on purpose, each seen here: contact alone that unlocked it; a lock that ended with its program;
`show` and `list` left out of the lock; a new form that was refused; a revoked device whose contact counted;
a jump of the clock that locked.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from client_sync.device import Device
from client_sync.errors import StoreLocked
from domain.lease import DAY_MS
from server.clock import now_ms
from server.services import leases
from server.store import credentials
from tests.support.local_line import KEY, LocalLine, enrolled, impatient
from tests.support.machine import Machine, machine
from tests.support.office import Office
from tests.support.server import serving
from tests.support.terminal import Ended

__all__ = ["machine"]

VILLAGE, FORM = "64.02.18.2007", "verifikasi_anak"
Run = Callable[..., Ended]
Reopen = Callable[..., Device]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def phone(office: Office, home: Path, machine: Machine) -> Iterator[Device]:
    """Asha's, with one record that the server has."""
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", home) as opened:
        opened.new(FORM, VILLAGE, {"a": "a child's name"})
        opened.sync()
        yield opened


@pytest.fixture
def reopen(office: Office, home: Path, phone: Device) -> Iterator[Reopen]:
    """Begins the program anew, by another clock on the wall if a test says so."""
    opened: list[Device] = []

    def again(wall: int | None = None) -> Device:
        clock = now_ms if wall is None else (lambda: wall)
        connect = lambda _url: LocalLine(office.client)  # noqa: E731
        opened.append(Device.open(home, KEY, connect=connect, patience=impatient(), clock=clock))
        return opened[-1]

    yield again
    for one in opened:
        one.close()


def unlock(office: Office) -> None:
    office.person("admin", "admin")
    with office.store.write() as connection:
        (device,) = credentials.devices_of(connection, "asha")
        leases.unlock_device(connection, "admin", device.id, now_ms())


def is_locked(device: Device) -> bool:
    try:
        return not list(device.dossiers())
    except StoreLocked:
        return True


def test_it_locks_after_the_lease_takes_new_forms_and_shows_all_again_when_the_office_says_so(
    office: Office, phone: Device, machine: Machine, reopen: Reopen
) -> None:
    record = next(phone.dossiers()).record
    correction = phone.drafts.start_correction(record).id
    machine.wait(29.9)
    assert not is_locked(phone)
    machine.wait(0.2)
    asked: list[Callable[[Device], object]] = [
        lambda one: one.dossier(record),
        lambda one: list(one.dossiers()),
        lambda one: list(one.cases()),
        lambda one: one.set(record, {"a": "2"}),
        lambda one: one.resolve(record, "a", "2"),
        lambda one: one.new(FORM, VILLAGE, {"a": "3"}, case=record),
        lambda one: one.drafts.start_correction(record),
        lambda one: one.drafts.type_answer(correction, "a", "4"),
        lambda one: one.drafts.finish_draft(correction),
    ]
    for device in (phone, reopen()):
        for ask in asked:
            with pytest.raises(StoreLocked):
                ask(device)
    locked = reopen()
    draft = locked.drafts.start_draft(FORM, VILLAGE)
    locked.drafts.type_answer(draft.id, "a", "filed while it is locked")
    filed = {locked.drafts.finish_draft(draft.id).record, locked.new(FORM, VILLAGE, {"a": "5"}).record}
    for _ in range(2):
        report = reopen().sync()
        assert (report.locked, report.unsent, report.received) == (True, 0, 0)
        assert is_locked(reopen())
    unlock(office)
    assert is_locked(reopen()), "it hears of it by a sync"
    report = reopen().sync()
    assert (report.locked, report.is_quiet) == (False, True)
    assert {one.record for one in reopen().dossiers()} == {record, *filed}
    with reopen() as after:
        after.drafts.type_answer(correction, "a", "4")
        assert after.drafts.finish_draft(correction).record == record
    machine.wait(29.9)
    assert not is_locked(reopen())


def test_contact_begins_the_lease_anew(phone: Device, machine: Machine, reopen: Reopen) -> None:
    for _ in range(4):
        machine.wait(20)
        assert reopen().sync().is_quiet
    assert not is_locked(reopen())


YEARS: Final = [0, 1_000, 4_070_908_800_000, 253_402_300_799_000]
"""1970 and 2099, and the year 9999."""


def test_no_jump_of_the_clock_locks_it_and_no_clock_set_back_keeps_it_open(
    phone: Device, machine: Machine, reopen: Reopen
) -> None:
    for wall in [*YEARS, *reversed(YEARS)]:
        assert not is_locked(reopen(wall))
    for _ in range(3):
        machine.restart()
        for wall in [*YEARS, *reversed(YEARS)]:
            assert not is_locked(reopen(wall))
    for _ in range(30):
        machine.wait(1)
        reopen(0)
    assert is_locked(reopen(0))


def test_on_a_machine_that_tells_of_no_start_a_day_a_use_counts(
    phone: Device, machine: Machine, reopen: Reopen
) -> None:
    machine.forget_boots()
    start = now_ms()
    assert not any(is_locked(reopen(start + i * 2 * DAY_MS)) for i in range(30))
    assert is_locked(reopen(start + 99 * DAY_MS))


def test_an_office_that_wants_no_lease_locks_nothing_and_another_number_counts(
    office: Office, phone: Device, machine: Machine, reopen: Reopen
) -> None:
    for days, waited, is_shut in ((0, 4000, False), (7, 6.9, False), (7, 7.1, True)):
        with office.store.write() as connection:
            leases.set_lease_days(connection, days, now_ms())
        reopen().sync()
        machine.wait(waited)
        assert is_locked(reopen()) is is_shut, (days, waited)


def test_a_device_that_the_server_locks_shows_nothing_any_more(
    office: Office, phone: Device, reopen: Reopen
) -> None:
    """As one whose own count was set back."""
    with office.store.write() as connection:
        (device,) = credentials.devices_of(connection, "asha")
        credentials.see_device(connection, device.id, now_ms() - 31 * DAY_MS)
    phone.new(FORM, VILLAGE, {"a": "2"})
    report = phone.sync()
    assert (report.locked, report.unsent) == (True, 0)
    assert is_locked(phone)
    unlock(office)
    assert reopen().sync().is_quiet
    assert len(list(reopen().dossiers())) == 2


def test_a_revoked_device_is_not_unlocked_by_contact_and_its_lease_goes_on(
    office: Office, phone: Device, machine: Machine, reopen: Reopen
) -> None:
    office.revoke("asha")
    for _ in range(2):
        machine.wait(20)
        reopen().sync()
    assert is_locked(reopen())


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def verilap(*arguments: str, language: str = "en") -> Ended:
        from client_sync.cli import main

        for name, value in (("HOME", str(home)), ("KEY", KEY), ("LANG", language), ("RETRIES", "1")):
            monkeypatch.setenv(f"VERILAP_{name}", value)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(arguments))
        printed = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, printed.out, printed.err)

    return verilap


def test_every_command_says_that_it_is_locked_and_what_to_do(
    office: Office, phone: Device, machine: Machine, run: Run, tmp_path: Path
) -> None:
    record = next(phone.dossiers()).record
    machine.wait(31)
    instance = tmp_path / "x.xml"
    instance.write_text("<data/>")
    for arguments in (
        ("list",),
        ("list", "--json"),
        ("cases",),
        ("conflicts",),
        ("show", record),
        ("show", record, "--json"),
        ("show", record, "--xml"),
        ("set", record, "a=2"),
        ("set", record, "--xml", str(instance)),
        ("resolve", record, "a", "2"),
    ):
        for language, words in (("en", "ask the office to unlock"), ("id", "mintalah kantor membuka")):
            told = run(*arguments, language=language)
            assert told.status == 1, arguments
            assert words in told.err
            assert "[store-locked]" in told.err
            assert "a child's name" not in told.out + told.err
    answers = tmp_path / "answers.json"
    answers.write_text('{"a": "9"}')
    filed = run("new", FORM, "--village", VILLAGE, "--answers", str(answers))
    assert filed.status == 0, filed.err
    status: Any = json.loads(run("status", "--json").out)
    assert (status["locked"], status["unsent"], status["records"], status["cases"]) == (True, 1, None, None)
    assert "Locked" in run("status").out
    assert "Terkunci" in run("status", language="id").out


def test_whatever_is_killed_while_it_is_locked_or_unlocked_it_ends_up_unlocked_with_everything(
    office: Office, phone: Device, home: Path
) -> None:
    """Processes of the real command, against a server in this one."""
    chance = random.Random(0)
    with serving(office.app) as address:
        identity = phone.identity
        object.__setattr__(identity, "url", address)
        phone.store.settings.identity = identity
        environment = {**os.environ, "VERILAP_HOME": str(home), "VERILAP_KEY": KEY, "VERILAP_RETRIES": "1"}

        def sync(kill_after: float | None) -> int:
            command = [sys.executable, "-c", "from client_sync.cli import main; main(['sync'])"]
            process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
            try:
                process.communicate(timeout=kill_after)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            return process.returncode

        phone.store.settings.put("lock", "AAAAAAAAAAA")
        filed = [phone.new(FORM, VILLAGE, {"a": str(i)}).record for i in range(30)]
        for _ in range(3):
            sync(0.2 + chance.random() * 0.6)
        assert sync(60) == 1, "it is locked still"
        unlock(office)
        for _ in range(3):
            sync(0.2 + chance.random() * 0.6)
        assert sync(60) == 0
    assert set(filed) <= {one.record for one in phone.dossiers()}
    assert phone.store.outbox.count_queued() == 0
