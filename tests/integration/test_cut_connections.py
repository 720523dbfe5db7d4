"""A sync whose connection is cut at any byte of its request and of its answer has the effect of one.

The device tries again by itself, without waiting. Each round it hands in a new record,
an edit of a colleague's record and a removal in it, and there are a record and an edit of
the colleague's to be had; one request carries all of it. What each round begins with is
brought there beforehand, for all rounds at once: so a round costs little more than the
sync that is cut, and every byte can have its own.
"""

import itertools
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from client_sync import database as device_database
from client_sync.device import Device
from client_sync.line import Patience
from client_sync.report import SyncReport
from domain.access import Reach
from domain.operations import read_operation
from server.clock import now_ms
from server.services.enrol import make_code
from server.store import feed
from server.store.log import verdicts_of
from tests.conftest import Length
from tests.support.cutting_proxy import Cut, CuttingProxy, Way, cutting_proxy
from tests.support.ledger_check import assert_sound, assert_unbroken
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.server import serving

HERE: Final = "64.02.18.2007"
FORM: Final = "verifikasi_anak"
KEY: Final = "x'" + "07" * 32 + "'"
EDGE: Final = 16
"""Offsets before and behind the border of headers and body, and the end, that are always tried."""
SHARES: Final = 3
"""Tests among which the offsets of one way are divided, so that two processes have equal work."""
BATCH: Final = 200
"""Records that the colleague hands in at once."""


@dataclass
class Field:
    """A device behind the proxy, a colleague's device, and the server between them."""

    office: Office
    proxy: CuttingProxy
    device: Device
    colleague: RawDevice
    made: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    round: int = 0

    def begin(self, rounds: int) -> None:
        """The colleague begins a record for each of so many rounds, and the device has them all."""
        answers = {"a": "first", "m/m_1/x": "1", "m/m_2/x": "2"}
        new = [str(uuid.uuid4()) for _ in range(rounds)]
        for batch in (new[at : at + BATCH] for at in range(0, rounds, BATCH)):
            filled = [self.colleague.submission(record, answers) for record in batch]
            self.colleague.sync(*filled, limit=1)
            self.made += [read_operation(one).id for one in filled]
        self.begun += new
        self.proxy.arm(None)
        assert self.device.sync().is_quiet

    def prepare(self) -> None:
        """New work on both sides, of the same size each time."""
        self.round += 1
        text = f"{self.round:05}"
        record = self.begun.pop()
        edit = self.colleague.operation([("b", text, ())], record=record)
        other = self.colleague.submission(str(uuid.uuid4()), {"a": text})
        self.colleague.sync(edit, other, limit=1)
        for saved in (
            self.device.new(FORM, HERE, {"a": text, "b": "y" * 40}),
            self.device.set(record, {"a": text + "x"}),
            self.device.set(record, {}, remove=["m/m_1"]),
        ):
            self.made += saved.operations
        self.made += [read_operation(one).id for one in (edit, other)]

    def sync(self, cut: Cut | None) -> tuple[SyncReport, bool]:
        """A sync through a line that breaks as told; whether it did."""
        self.proxy.arm(cut)
        report = self.device.sync()
        was_cut = cut is not None and not self.proxy.is_armed
        return report, was_cut

    def assert_level(self) -> None:
        """The device holds what the server holds, its own work included, each operation once."""
        with self.office.store.read() as connection:
            there = dict(feed.digests_in(connection, HERE, Reach((), None, has_set_aside=True)))
            assert verdicts_of(connection, self.made[-10:]).keys() == set(self.made[-10:])
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
        yield Field(office, proxy, device, colleague)


def offsets(size: int, border: int, step: int) -> list[int]:
    """Every `step`-th offset of a message of `size` bytes; more of them where its parts begin and end."""
    edges = itertools.chain(
        range(0, 80, min(step, 3)), range(border - EDGE, border + EDGE), range(size - EDGE, size + EDGE)
    )
    return sorted({*range(0, size, step), *(one for one in edges if one >= 0)})


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("way", Way)
def test_a_sync_that_is_cut_at_any_byte_has_the_effect_of_one(
    on_the_line: Field, way: Way, share: int, length: Length
) -> None:
    """Invariants 2, 5 and 11; at every byte on SQLite, on PostgreSQL with `--length long`.

    Broken on purpose: a repeated operation taken for a new one; a repeated one counted again in `have`;
    operations acknowledged when they were sent. Each failed here.
    """
    field = on_the_line
    field.begin(1)
    field.prepare()
    report, _ = field.sync(None)
    assert (report.traffic.requests, report.is_quiet) == (1, True)
    size = field.proxy.passed[way]
    bodies = {Way.UP: report.traffic.bytes_up, Way.DOWN: report.traffic.bytes_down}
    step = 1 if field.office.url.startswith("sqlite") else length.of(41, 1)
    tried = offsets(size, size - bodies[way], step)[share::SHARES]
    field.begin(len(tried))
    cuts = 0
    for offset in tried:
        field.prepare()
        report, was_cut = field.sync(Cut(way, offset, is_reset=bool(offset % 2)))
        assert (report.is_quiet, report.sent) == (True, 3), offset
        # Cut behind its last byte, the answer may have been read in time.
        assert report.traffic.requests in {1 + was_cut, 1 + (was_cut and offset < size - EDGE)}, offset
        field.assert_level()
        cuts += was_cut
    assert cuts >= len(tried) - EDGE  # those beyond the end cut nothing
    with field.office.store.read() as connection:
        log = assert_sound(connection)
        assert_unbroken(connection)
    assert log.statuses == dict.fromkeys(field.made, "ok")
