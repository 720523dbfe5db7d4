"""How far a clock is to be trusted. Broken on purpose: the offset asked for after the time."""

import pytest

from domain.clocks import ClockTrust, clock_trust, offset_of
from domain.filled import DRIFT_MS, FIRST_MS
from tests.support.builders import operation

NOW = 1_790_000_000_000


@pytest.mark.parametrize(
    ("time", "offset", "trust"),
    [
        (NOW - 1000, 20, ClockTrust.MEASURED),
        (NOW - 1000, -DRIFT_MS, ClockTrust.MEASURED),
        (NOW - 1000, DRIFT_MS + 1, ClockTrust.OFF),
        (0, -DRIFT_MS - 1, ClockTrust.OFF),
        (NOW - 1000, None, ClockTrust.UNKNOWN),
        (0, None, ClockTrust.IMPOSSIBLE),
        (FIRST_MS - 1, 0, ClockTrust.IMPOSSIBLE),
        (NOW + DRIFT_MS, 0, ClockTrust.MEASURED),
        (NOW + DRIFT_MS + 1, None, ClockTrust.IMPOSSIBLE),
    ],
)
def test_a_clock_is_trusted_as_far_as_it_was_compared(
    time: int, offset: int | None, trust: ClockTrust
) -> None:
    assert clock_trust(time, offset, NOW) is trust


@pytest.mark.parametrize(("told", "offset"), [(5, 5), (-5, -5), ("5", None), (None, None), (True, None)])
def test_an_offset_is_a_whole_number(told: object, offset: int | None) -> None:
    assert offset_of(operation(meta={"offset_ms": told})) == offset
    assert offset_of(operation()) is None
