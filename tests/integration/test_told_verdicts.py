"""
A sync tells of each operation what is true when it ends.

Broken on purpose: the verdicts were read before what waited for its record was judged again; a report did not
take back what a later answer of the same sync told otherwise.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync import line
from client_sync.device import Device
from tests.support.builders import new_id
from tests.support.ledger_check import assert_sound
from tests.support.local_line import enrolled
from tests.support.office import Office
from tests.support.raw_device import RawDevice, whole

VILLAGE, FAR = "64.02.18.2007", "64.02.01.2004"


@pytest.fixture
def device(office: Office, tmp_path: Path) -> Iterator[Device]:
    office.person("budi", "officer", VILLAGE)
    with enrolled(office, "budi", tmp_path / "home") as opened:
        yield opened


def test_what_waited_for_a_record_of_the_same_request_is_told_as_accepted(
    office: Office, asha: RawDevice
) -> None:
    record = new_id()
    change = asha.operation([("b", "2", [])], record=record)
    told = asha.sync(change, asha.submission(record, {"a": "1"}))
    assert "verdicts" not in told
    assert "decisions" not in told
    assert record in whole(told)
    assert "verdicts" not in asha.sync(change)
    with office.store.read() as connection:
        assert_sound(connection)


@pytest.mark.parametrize("at_once", [500, 1])
def test_a_sync_counts_what_was_accepted_when_it_ended(
    office: Office, device: Device, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """In one request, or in three of one or two operations."""
    monkeypatch.setattr(line.Line.__init__, "__defaults__", _with_most(at_once))
    saved = device.new("verifikasi_anak", FAR, {"a": "1"})
    device.set(saved.record, {"b": "2"})
    device.new("verifikasi_anak", VILLAGE, {"a": "1"})
    device.set(saved.record, {"$village": VILLAGE})
    report = device.sync()
    assert report.is_quiet
    assert (report.traffic.requests > 2) == (at_once == 1)
    assert (report.sent, report.verdicts) == (4, {"ok": 3, "held": 1, "void": 0})
    assert [(one.id, one.code) for one in report.refused] == [(saved.operations[0], "outside-scope")]
    assert device.store.outbox.marked() == {saved.operations[0]}


def _with_most(at_once: int) -> tuple[object, ...]:
    given = line.Line.__init__.__defaults__ or ()
    return tuple(at_once if one == line.MOST_OPERATIONS else one for one in given)
