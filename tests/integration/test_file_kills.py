"""A device or a server that is killed at any step of a file loses nothing of it, and nothing half is left."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from client_sync.device import Device
from client_sync.line import Patience
from server.config import Config
from server.installation import initialise
from tests.conftest import Length
from tests.support.attached import PHOTO_FORM
from tests.support.devices import VILLAGE
from tests.support.dying_device import KILLED, DyingDevice
from tests.support.dying_server import NONE, STEPS, DyingServer
from tests.support.file_world import KEY, QUESTION, SIZE, Sender, answer_hash, cut_small, officer
from tests.support.office import Office
from tests.support.server import serving
from tests.support.uploading import hash_of

MOST: Final = 400


# --- the device ----------------------------------------------------------------------------------


@pytest.fixture
def killed(office: Office, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Runs the command on the store ``device``, killed at a statement that writes."""
    office.publish(PHOTO_FORM)
    code = officer(office)
    device = DyingDevice(
        tmp_path / "device", {"VERILAP_KEY": KEY, "VERILAP_RETRIES": "1", "VERILAP_LANG": "en"}
    )
    with serving(office.app) as url:
        assert device.run(MOST, "enroll", url, code) == 0
        assert device.run(MOST, "sync") == 0
        yield device.run
    device.close()


def test_a_file_is_attached_in_whole_or_not_at_all(
    office: Office, killed: Callable[..., int], tmp_path: Path
) -> None:
    """Broken on purpose: the file committed apart from the operation that names it."""
    with Device.open(tmp_path / "device", KEY) as device:
        record = device.new("foto", VILLAGE, {"nama": "Ani"}).record
    before: str | None = None
    attached: set[str] = set()
    for at in range(MOST):
        file = tmp_path / f"{at}.bin"
        file.write_bytes(secrets.token_bytes(SIZE))
        status = killed(at, "attach", record, QUESTION, str(file))
        with Device.open(tmp_path / "device", KEY) as device:
            answered = answer_hash(device, record)
            if answered != before:
                assert answered == hash_of(file.read_bytes())
                attached.add(answered)
            kept = device.store.files.all()
            assert {one.hash for one in kept} == attached, at
            if answered != before:
                (one,) = [one for one in kept if one.hash == answered]
                assert device.store.files.read(one) == file.read_bytes()
        if status == 0:
            break
        assert status == KILLED
        before = answered
    assert answered != before
    assert 4 < at < MOST - 1


def test_a_device_that_is_killed_while_it_sends_goes_on(
    office: Office, killed: Callable[..., int], tmp_path: Path, length: Length
) -> None:
    """
    What it takes for sent is there, and what is not there it still has.

    Broken on purpose: a file noted as sent before its pieces went.
    """
    step = length.of(2 if office.url.startswith("sqlite") else 5, 1)
    attached: dict[str, bytes] = {}
    for at in range(0, MOST, step):
        with Device.open(tmp_path / "device", KEY) as device:
            Sender(device, tmp_path, attached).attach()
        status = killed(at, "sync")
        with Device.open(tmp_path / "device", KEY) as device:
            Sender(device, tmp_path, attached).assert_safe(office)
        if status == 0:
            break
        assert status == KILLED
        assert killed(MOST, "sync") == 0
        with Device.open(tmp_path / "device", KEY) as device:
            Sender(device, tmp_path, attached).assert_there(office)
            attached.clear()
    assert 10 < at < MOST - step


# --- the server ----------------------------------------------------------------------------------


def test_a_server_that_is_killed_while_it_takes_files_has_them_in_the_end(
    durable_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: Length
) -> None:
    """
    Whenever it died at a step it is there again when the device tries once more, and dies at the next one.

    Broken on purpose: an upload that has all its bytes called kept.
    """
    config = Config(tmp_path, durable_database_url)
    initialise(config)
    office = Office(config.database_url, config.data)
    office.publish(PHOTO_FORM)
    code = officer(office)
    cut_small(monkeypatch)
    left = list(STEPS if config.is_sqlite else STEPS[:: length.of(3, 1)])
    server = DyingServer(config)

    def start_again(_seconds: float) -> None:
        if server.is_dead:
            server.start(left.pop(0) if left else NONE)

    patience = Patience(attempts=20, seconds=600, sleep=start_again)
    try:
        server.start()
        with Device.open(tmp_path / "device", KEY, patience=patience) as device:
            device.enroll(server.url, code)
            device.sync()
            sender = Sender(device, tmp_path)
            server.start(left.pop(0))
            for _ in STEPS:
                sender.attach()
                report = device.sync()
                assert (report.is_quiet, report.files.is_done) == (True, True), left
                sender.assert_there(office)
            assert not left
            server.start()
            device.sync()
            sender.assert_there(office)
    finally:
        server.close()
        office.close()
