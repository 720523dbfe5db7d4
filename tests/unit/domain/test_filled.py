"""The moment that today() means in a form, whoever looks and whenever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.filled import DRIFT_MS, FIRST_MS, Entered, begun_at, filled_at

MARCH, NOVEMBER = 1_772_424_000_000, 1_794_000_000_000
MINUTE = 60_000


def test_the_latest_answer_says_it_and_the_sync_does_not() -> None:
    entered = [Entered(MARCH, 0, NOVEMBER), Entered(MARCH + MINUTE, 0, NOVEMBER)]
    assert filled_at(entered, 7) == MARCH + MINUTE
    assert filled_at([], 7) == 7


def test_a_form_that_is_corrected_later_was_begun_when_it_was() -> None:
    entered = [Entered(MARCH + MINUTE, 0, NOVEMBER), Entered(MARCH, 0, NOVEMBER)]
    assert begun_at(entered, 7) == MARCH
    assert begun_at([], 7) == 7


def test_a_clock_that_is_known_to_be_behind_is_corrected() -> None:
    assert Entered(MARCH - 90 * MINUTE, 90 * MINUTE, NOVEMBER).moment == MARCH


@pytest.mark.parametrize("time", [0, FIRST_MS - 1, NOVEMBER + DRIFT_MS + 1, 4_070_908_800_000, -5])
def test_a_clock_that_cannot_be_right_gives_way_to_the_servers(time: int) -> None:
    assert Entered(time, 0, NOVEMBER).moment == NOVEMBER


@given(st.lists(st.builds(Entered, *[st.integers(-(2**52), 2**52)] * 2, st.just(NOVEMBER)), min_size=1))
def test_it_never_lies_after_the_receipt_and_order_does_not_matter(entered: list[Entered]) -> None:
    assert filled_at(entered, 0) == filled_at(reversed(entered), 0)
    assert FIRST_MS <= filled_at(entered, 0) <= NOVEMBER + DRIFT_MS
