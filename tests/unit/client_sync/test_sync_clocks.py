"""A device's clock may say anything.

Broken on purpose, with a failing test here: the device's own clock used to forget old operations.
"""

import pytest

from tests.support.devices import FAR_VILLAGE, VILLAGE, Fleet, stored

DAY = 24 * 3600 * 1000


@pytest.mark.parametrize("clock", [0, 4_070_908_800_000, -5_000])
def test_a_clock_of_1970_or_2099_breaks_nothing(fleet: Fleet, clock: int) -> None:
    asha = fleet.phone()
    asha.clock.now = clock
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    asha.clock.now = 1_790_000_000_000
    asha.set(record, {"nama": "b"})
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    assert asha.dossier(record).answers["nama"] == "b"
    assert asha.store.outbox.offered("asha") != []  # nothing was forgotten for the leap


def test_the_error_of_the_clock_is_measured_and_stands_in_operations(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.clock.now = fleet.server.clock - 3_600_000
    asha.sync()
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    offset = fleet.server.requests[-1]["ops"][0]["meta"]["offset_ms"]
    assert abs(offset - 3_600_000) < 1000


def test_own_operations_are_kept_for_ninety_days_of_the_servers_time(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    held = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    asha.sync()
    asha.clock.now += 400 * DAY
    fleet.server.clock += 89 * DAY
    asha.sync()
    assert asha.status_of(saved.operations[0]) == "ok"
    fleet.server.clock += 2 * DAY
    asha.sync()
    assert asha.status_of(saved.operations[0]) is None
    assert asha.status_of(held.operations[0]) == "held"
    assert asha.sync().traffic.requests == 1
    assert stored(asha) == {k: v for k, v in fleet.server.state.records.items() if k == saved.record}
