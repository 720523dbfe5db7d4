"""A cut anywhere in a longer sync: after the next one the device holds what the server holds.

The exchange of `/sync` alone is cut at every byte in `test_cut_connections.py`. Here a sync
takes several requests: the device compares what the server has after a restore (`/have`,
`/etags`, `want`), fetches villages and forms, or hands in more than one batch. Every round
begins from the same copies of the device and of the server. The device does not try again
by itself: what a cut sync has done must be enough for the next one.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from client_sync import engine, line
from client_sync.device import Device
from client_sync.errors import Unreachable
from client_sync.report import SyncReport
from client_sync.store.settings import LINE
from domain.access import Reach
from server.clock import now_ms
from server.services.enrol import make_code
from server.store import feed, forms
from tests.conftest import Length
from tests.support.builders import new_id
from tests.support.cutting_proxy import Cut, CuttingProxy, Way, cutting_proxy
from tests.support.ledger_check import assert_sound, assert_unbroken, read_log
from tests.support.local_line import KEY, impatient
from tests.support.office import DEFINITION, Office
from tests.support.raw_device import RawDevice
from tests.support.server import serving
from tests.support.snapshots import Rows, restore_snapshot, take_snapshot

EVERYTHING = Reach((), None, has_set_aside=True)

HERE, THERE, FORM = "64.02.18.2007", "64.02.01.2004", "verifikasi_anak"
MESSAGE: Final = re.compile(rb"(?:POST|GET) /api/v1/|HTTP/1\.1 \d\d\d ")
BORDER: Final = b"\r\n\r\n"


@dataclass
class Start:
    """What every round begins with: a copy of the device in `folder`, and one of the server."""

    office: Office
    proxy: CuttingProxy
    folder: Path
    rows: Rows

    def sync(self, cut: Cut | None) -> None:
        """Begins anew, syncs over a line that breaks as told, syncs again, and looks at both sides."""
        home = self.folder / "now"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / "start", home)
        restore_snapshot(self.office.store.engine, self.rows, but=["village", "form", "form_media"])
        with Device.open(home, KEY, patience=impatient()) as device:
            self.proxy.arm(cut)
            with suppress(Unreachable):
                device.sync()
            self.proxy.tapes = None
            self.proxy.arm(None)
            self._assert_level(device, device.sync())

    def _assert_level(self, device: Device, report: SyncReport) -> None:
        assert report.is_quiet
        with self.office.store.read() as connection:
            log = read_log(connection)
            villages = self.office.villages_in(connection, self.office.person_in(connection, "asha"))
            published = {(one.form_id, one.version) for one in forms.published(connection)}
            there = {village: dict(feed.digests_in(connection, village, EVERYTHING)) for village in villages}
        assert set(log.statuses.values()) == {"ok"}
        assert set(device.store.outbox.offered("asha")) <= log.statuses.keys()
        assert {one: device.store.records.digests_in(one) for one in villages} == there
        assert {one.code for one in device.store.forms.villages()} == set(villages)
        assert {(one.form_id, one.version) for one in device.store.forms.published()} == published
        assert not device.store.forms.without_definition()
        assert not any(device.store.outbox.uncontained_of(one) for one in device.store.records.ids())
        last = device.sync()  # nothing was counted twice: both sides' counts agree
        assert (last.traffic.requests, last.sent, last.received, last.sent_again) == (1, 0, 0, 0)


@pytest.fixture
def line_to_asha(office: Office) -> Iterator[CuttingProxy]:
    with serving(office.app) as url, cutting_proxy(url) as proxy:
        yield proxy


def after_a_restore(office: Office, device: Device, colleague: RawDevice) -> Rows:
    """The server has lost a day: work of both, which one device has, and another's new work since."""
    backup = take_snapshot(office.store.engine)
    colleague.sync(colleague.submission(new_id(), {"a": "lost"}))
    for text in "12":
        device.new(FORM, HERE, {"a": text})
    device.sync()
    restore_snapshot(office.store.engine, backup)
    colleague.sync(colleague.submission(new_id(), {"a": "since"}))
    return take_snapshot(office.store.engine)


def other_villages_and_forms(office: Office, device: Device, colleague: RawDevice) -> Rows:
    """The officer got a village with a record in it, and there is a new version of the form."""
    far = office.device("eka", "officer", THERE)
    far.sync(far.submission(new_id(), {"a": "far"}, village=THERE))
    device.new(FORM, HERE, {"a": "1"})
    office.move("asha", HERE, THERE)
    office.publish({**DEFINITION, "version": "2026020101"})
    return take_snapshot(office.store.engine)


def two_batches(office: Office, device: Device, colleague: RawDevice) -> Rows:
    """More than goes into one request, the second of which is begun before the first is stored."""
    for n in range(30):
        device.new(FORM, HERE, {"a": str(n)})
    device.store.settings.put(LINE, None)
    return take_snapshot(office.store.engine)


Prepare = Callable[[Office, Device, RawDevice], Rows]
SYNC, HAVE, ETAGS = "POST /api/v1/sync", "POST /api/v1/have", "GET /api/v1/etags"
SCENES: Final[dict[str, tuple[Prepare, set[str]]]] = {
    "restore": (after_a_restore, {SYNC, HAVE, ETAGS}),
    "config": (other_villages_and_forms, {SYNC, "GET /api/v1/areas", "GET /api/v1/forms"}),
    "batches": (two_batches, {SYNC}),
}


def begin(office: Office, proxy: CuttingProxy, folder: Path, prepare: Prepare) -> Start:
    """The officer's device with a record of a colleague's, then what `prepare` makes of it all."""
    office.person("asha", "officer", HERE)
    with office.store.write() as connection:
        code = make_code(connection, "asha", now_ms())
    colleague = office.device("budi", "officer", HERE)
    colleague.sync(colleague.submission(new_id(), {"a": "first"}))
    with Device.open(folder / "start", KEY, patience=impatient()) as device:
        device.enroll(proxy.url, code)
        device.sync()
        rows = prepare(office, device, colleague)
    return Start(office, proxy, folder, rows)


def offsets(tape: bytes, step: int) -> list[int]:
    """Every `step`-th byte, and those around which headers and bodies begin and end."""
    edges = [one.start() for one in MESSAGE.finditer(tape)]
    edges += [one.end() for one in re.finditer(re.escape(BORDER), tape)]
    near = {edge + by for edge in (*edges, len(tape)) for by in (-1, 0, 1)}
    return sorted({*range(0, len(tape), step), *(one for one in near if one >= 0)})


@pytest.mark.slow
@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("scene", SCENES)
def test_after_a_cut_in_a_longer_sync_the_next_one_brings_both_sides_together(
    office: Office,
    line_to_asha: CuttingProxy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scene: str,
    way: Way,
    length: Length,
) -> None:
    """Invariants 2, 4, 5 and 11. BROKEN"""
    monkeypatch.setattr(line, "FIRST_BATCH", 1024)
    monkeypatch.setattr(engine, "AHEAD_FROM", 3)
    prepare, expected = SCENES[scene]
    start = begin(office, line_to_asha, tmp_path, prepare)
    line_to_asha.tapes = tapes = {one: bytearray() for one in Way}
    start.sync(None)
    asked = re.findall(rb"((?:GET|POST) /api/v1/\w+)", tapes[Way.UP])
    assert {one.decode() for one in asked} >= expected
    assert asked.count(SYNC.encode()) >= 2
    step = length.of(41 if office.url.startswith("sqlite") else 123, 1)
    for number, offset in enumerate(offsets(bytes(tapes[way]), step)):
        start.sync(Cut(way, offset, is_reset=bool(number % 2)))
    with office.store.read() as connection:
        assert_sound(connection)
        if scene != "restore":
            assert_unbroken(connection)
