"""A sync whose connection is cut at any byte of its request and of its answer has the effect of one.

The device tries again by itself, without waiting. Each round it hands in a new record,
an edit of a colleague's and a removal, and there are a record and an edit of the
colleague's to be had; one request carries all of it.
"""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from client_sync import database as device_database
from client_sync.device import Device
from client_sync.engine import SyncReport
from client_sync.line import Patience
from domain.operations import read_operation
from server.clock import now_ms
from server.services.enrol import make_code
from server.store import feed
from server.store.log import verdicts_of
from tests.conftest import Length
from tests.support.cutting_proxy import Cut, CuttingProxy, Way, cutting_proxy
from tests.support.ledger_check import assert_sound
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.server import serving

HERE: Final = "64.02.18.2007"
FORM: Final = "verifikasi_anak"
KEY: Final = "x'" + "07" * 32 + "'"
EDGE: Final = 16
"""Offsets before and behind the border of headers and body, and the end, that are always tried."""


@dataclass
class Field:
    """A device behind the proxy, a colleague's device, and the server between them."""

    office: Office
    proxy: CuttingProxy
    device: Device
    colleague: RawDevice
    made: list[str]
    round: int = 0

    def prepare(self) -> None:
        """New work on both sides, of the same size each time."""
        self.round += 1
        text = f"{self.round:05}"
        record = str(uuid.uuid4())
        begun = self.colleague.submission(record, {"a": text, "m/m_1/x": "1", "m/m_2/x": "2"})
        self.colleague.sync(begun, limit=1)
        assert self.device.sync().is_quiet
        edit = self.colleague.operation([("b", text, ())], record=record)
        other = self.colleague.submission(str(uuid.uuid4()), {"a": text})
        self.colleague.sync(edit, other, limit=1)
        for saved in (
            self.device.new(FORM, HERE, {"a": text, "b": "y" * 40}),
            self.device.set(record, {"a": text + "x"}),
            self.device.set(record, {}, remove=["m/m_1"]),
        ):
            self.made += saved.operations
        self.made += [read_operation(one).id for one in (begun, edit, other)]

    def sync(self, cut: Cut | None) -> tuple[SyncReport, bool]:
        """A sync through a line that breaks as told; whether it did."""
        self.proxy.arm(cut)
        report = self.device.sync()
        was_cut = cut is not None and not self.proxy.is_armed
        return report, was_cut

    def assert_level(self) -> None:
        """The device holds what the server holds, its own work included, each operation once."""
        with self.office.store.read() as connection:
            there = dict(feed.digests_in(connection, HERE, None))
            assert verdicts_of(connection, self.made[-12:]).keys() == set(self.made[-12:])
        assert self.device.store.records.digests_in(HERE) == there
        for record in list(there)[-3:]:
            assert not self.device.store.outbox.uncontained_of(record)


@pytest.fixture
def on_the_line(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setattr(device_database, "ROUNDS", 1)
    office.person("asha", "officer", "64.02.18")
    with office.store.write() as connection:
        code = make_code(connection, "asha", now_ms())
    colleague = office.device("budi", "officer", "64.02.18")
    patience = Patience(attempts=3, sleep=lambda _: None)
    with (
        serving(office.app) as url,
        cutting_proxy(url) as proxy,
        Device.open(tmp_path / "device", KEY, patience=patience) as device,
    ):
        device.enroll(proxy.url, code)
        device.sync()
        yield Field(office, proxy, device, colleague, [])


def offsets(size: int, border: int, step: int) -> list[int]:
    """Every `step`-th offset of a message of `size` bytes; more of them where its parts begin and end."""
    edges = itertools.chain(
        range(0, 80, min(step, 3)), range(border - EDGE, border + EDGE), range(size - EDGE, size + EDGE)
    )
    return sorted({*range(0, size, step), *(one for one in edges if one >= 0)})


@pytest.mark.parametrize("way", Way)
def test_a_sync_that_is_cut_at_any_byte_has_the_effect_of_one(
    on_the_line: Field, way: Way, length: Length
) -> None:
    """Invariants 2, 5 and 11.

    Broken on purpose: a repeated operation taken for a new one; a repeated one counted again in `have`;
    operations acknowledged when they were sent; a server that tells of a record only once. Each failed here.
    """
    field = on_the_line
    field.prepare()
    report, _ = field.sync(None)
    assert (report.traffic.requests, report.is_quiet) == (1, True)
    size = field.proxy.passed[way]
    bodies = {Way.UP: report.traffic.bytes_up, Way.DOWN: report.traffic.bytes_down}
    cuts, tried = 0, offsets(size, size - bodies[way], length.of(41, 1))
    for offset in tried:
        field.prepare()
        report, was_cut = field.sync(Cut(way, offset, is_reset=bool(offset % 2)))
        assert (report.is_quiet, report.sent) == (True, 3), offset
        # Cut behind its last byte, the answer may have been read in time.
        assert report.traffic.requests in {1 + was_cut, 1 + (was_cut and offset < size - EDGE)}, offset
        field.assert_level()
        cuts += was_cut
    assert cuts >= len(tried) - 2 * EDGE  # those beyond the end cut nothing
    with field.office.store.read() as connection:
        log = assert_sound(connection)
    assert log.statuses == dict.fromkeys(field.made, "ok")
