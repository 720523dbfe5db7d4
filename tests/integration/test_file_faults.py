"""
What befalls a file besides the line: full storages, restored servers, twins, lost villages, clocks, revoking.

In the end the server has exactly its bytes, or the device still has them and says that they wait.
"""

import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from client_sync.device import Device
from client_sync.line import Patience
from server.blobs import BlobsFullError
from server.clock import now_ms
from server.context import context_of
from tests.support.attached import PHOTO_FORM
from tests.support.devices import FAR_VILLAGE
from tests.support.file_world import CHUNK, KEY, SIZE, Sender, before_files, cut_small, officer
from tests.support.office import Office
from tests.support.server import serving
from tests.support.snapshots import restore_snapshot, take_snapshot
from tests.support.uploading import hash_of, holders, kept_bytes

Enrol = Callable[..., Sender]


@pytest.fixture
def url(office: Office) -> Iterator[str]:
    office.publish(PHOTO_FORM)
    with serving(office.app) as where:
        yield where


@pytest.fixture
def enrol(office: Office, url: str, tmp_path: Path) -> Iterator[Enrol]:
    """Makes a device of an officer that tries twice and never waits."""
    opened: list[Device] = []

    def make(name: str = "asha", clock: Callable[[], int] | None = None) -> Sender:
        home = tmp_path / f"device-{len(opened)}"
        named = {"clock": clock} if clock else {}
        patience = Patience(attempts=2, sleep=lambda _: None)
        device = Device.open(home, KEY, patience=patience, **named)  # type: ignore[arg-type]
        opened.append(device)
        device.enroll(url, officer(office, name))
        device.sync()
        return Sender(device, tmp_path)

    yield make
    for device in opened:
        device.close()


def test_a_storage_that_is_full_keeps_neither_the_text_back_nor_loses_what_came(
    office: Office, enrol: Enrol, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: an upload dropped with the storage's refusal."""
    sender = enrol()
    cut_small(monkeypatch)
    sender.attach()

    def refuse(*_: object) -> None:
        raise BlobsFullError("the folder of files takes no more")

    with monkeypatch.context() as patch:
        patch.setattr(context_of(office.app).blobs.__class__, "put", refuse)
        report = sender.device.sync()
    assert (report.is_quiet, report.files.waiting, report.files.code) == (True, 1, "storage-full")
    sender.assert_safe(office)
    report = sender.device.sync()
    assert report.files.is_done
    assert report.traffic.bytes_up < CHUNK  # what came is not sent again
    sender.assert_there(office)


@pytest.mark.parametrize("moment", ["before the record", "while it was sent"])
def test_a_server_that_came_back_from_a_backup_gets_the_files_again(
    office: Office, enrol: Enrol, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Broken on purpose: the files that were sent are not asked about after a restore."""
    sender = enrol()
    cut_small(monkeypatch)
    backups = [take_snapshot(office.store.engine)]
    before_files(monkeypatch, lambda: backups.append(take_snapshot(office.store.engine)))
    sender.attach()
    assert sender.device.sync().files.is_done
    restore_snapshot(office.store.engine, backups[moment == "while it was sent"])
    assert kept_bytes(office, next(iter(sender.attached))) is None
    if moment == "while it was sent":
        sender.attach()  # nothing else differs: what else was sent is looked for before it is dropped
        sender.device.store.settings.put("keep_files", 0)
    sender.device.sync()
    sender.device.sync()
    sender.assert_there(office)


def test_the_same_file_is_sent_once_for_two_records_and_two_answers(office: Office, enrol: Enrol) -> None:
    """Broken on purpose: a file that the store has already was refused by it."""
    sender = enrol()
    first = sender.attach(b"x" * SIZE)
    record = next(iter(sender.device.dossiers())).record
    assert sender.attach(b"x" * SIZE) == sender.attach(b"x" * SIZE, record) == first
    report = sender.device.sync()
    assert (report.files.sent, report.files.bytes_sent) == (1, SIZE)
    sender.assert_there(office)


def test_two_devices_that_send_the_same_file_at_once_both_have_sent_it(
    office: Office, enrol: Enrol, tmp_path: Path
) -> None:
    """Broken on purpose: nobody was noted to have a file that he sent."""
    data = b"y" * 300_000
    for sender in (enrol("asha"), enrol("budi")):
        sender.attach(data)
        sender.device.close()
    reports: list[bool] = []

    def send(home: Path) -> None:
        with Device.open(home, KEY) as device:
            reports.append(device.sync().files.is_done)

    threads = [threading.Thread(target=send, args=[tmp_path / f"device-{i}"]) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert reports == [True, True]
    assert kept_bytes(office, hash_of(data)) == data
    assert holders(office, hash_of(data), "asha", "budi") == {"asha", "budi"}


@pytest.mark.parametrize("fate", ["moved", "revoked"])
def test_a_photo_of_work_that_is_held_is_kept(
    office: Office, enrol: Enrol, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    """Broken on purpose: uploads refused to a device that was revoked."""
    sender = enrol()
    sender.attach()
    if fate == "moved":
        office.move("asha", FAR_VILLAGE)
        report = sender.device.sync()
        assert report.verdicts["held"] == report.sent == 2
    else:
        before_files(monkeypatch, lambda: office.revoke("asha"))
        report = sender.device.sync()
    assert report.files.is_done
    sender.assert_there(office)


@pytest.mark.parametrize("first", [0, 4_070_908_800_000], ids=["1970", "2099"])
def test_a_clock_that_is_decades_off_and_then_set_right_loses_no_file(
    office: Office, enrol: Enrol, first: int
) -> None:
    """Broken on purpose: the days for which a sent file stays counted by the device's clock."""
    clock, ticks = [first], itertools.count()
    sender = enrol(clock=lambda: clock[0] + next(ticks))
    hash_ = sender.attach()
    for now in (first, now_ms(), now_ms()):
        clock[0] = now
        assert sender.device.sync().files.is_done
    sender.assert_there(office)
    assert sender.kept(hash_) is not None
