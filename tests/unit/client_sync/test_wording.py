"""Words that the commands use for times and states.

Broken on purpose: the time in UTC; in the machine's own zone; without the years between which it is believed.
"""

import time

import pytest

from client_sync.wording import when
from tests.support.devices import VILLAGE, Fleet
from tests.support.terminal import Verilap

NOON = 1_772_424_000_000
"""2 March 2026, 12.00 in Tenggarong, 04.00 UTC."""


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/New_York"])
def test_times_are_those_of_the_office_whatever_the_machine_is_set_to(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert when(NOON, "id") == when(NOON, "en") == "2026-03-02 12:00 WITA"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("ms", "language", "words"),
    [
        (0, "id", "1970-01-01 08:00 WITA: jam perangkat keliru"),
        (0, "en", "1970-01-01 08:00 WITA: the device's clock is wrong"),
        (-5_000, "id", "1970-01-01 07:59 WITA: jam perangkat keliru"),
        (1_735_660_799_999, "id", "2024-12-31 23:59 WITA: jam perangkat keliru"),
        (1_735_660_800_000, "id", "2025-01-01 00:00 WITA"),
        (4_070_908_800_000, "id", "2099-01-01 08:00 WITA: jam perangkat keliru"),
        (10**17, "id", "waktu yang tidak mungkin: jam perangkat keliru"),
        (-(2**52), "en", "a time that cannot be: the device's clock is wrong"),
        (253_402_300_799_999, "en", "a time that cannot be: the device's clock is wrong"),
    ],
)
def test_a_time_that_is_plainly_wrong_is_said_to_be(ms: int, language: str, words: str) -> None:
    assert when(ms, language) == words  # type: ignore[arg-type]


def test_people_read_a_time_of_their_zone_and_programs_milliseconds(fleet: Fleet, verilap: Verilap) -> None:
    asha = fleet.phone()
    fleet.server.clock = NOON
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    assert "2026-03-02 12:00 WITA" in verilap(asha, "status").out
    assert '"last_sync": 17724240' in verilap(asha, "status", "--json").out
