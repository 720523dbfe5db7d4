"""What a device showed, as it travels, and when that was by clocks of any kind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.opened import EARLIEST, FUTURE_MS, MOST_TIMES, Opened, OpenedAct, moment_of, read_act
from tests.support.builders import RECORD

NOW = 1_790_000_000_000
YEARS_56 = 56 * 365 * 24 * 3_600_000
SENT: list[Any] = ["read", "asha", 5, 9, None, 2, [RECORD]]


def test_an_act_is_read_as_it_was_written() -> None:
    act = OpenedAct((RECORD,), "read", "asha", 5, 9, -3, 2)
    assert read_act(act.as_json()) == act


@pytest.mark.parametrize(("said", "taken"), [(-5, 1), (0, 1), (7, 7), (2**53 - 1, MOST_TIMES)])
def test_a_count_is_brought_into_its_bounds(said: int, taken: int) -> None:
    assert read_act([*SENT[:5], said, [RECORD]]).count == taken


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((0, one) for one in ("", "READ", "x" * 33, "read\n", 3)),
        *((1, one) for one in ("x" * 65, "a\x00b", "\ud800", None)),
        *((number, one) for number in (2, 3, 4, 5) for one in (2**53, -(2**53), True, 1.5, "7")),
        *((number, None) for number in (2, 3, 5)),
        *((6, one) for one in ([], ["x"], [RECORD, 3], RECORD, None)),
    ],
)
def test_what_is_no_act_is_refused(place: int, value: object) -> None:
    with pytest.raises(ValueError, match=r"^(an act is|not a)"):
        read_act([*SENT[:place], value, *SENT[place + 1 :]])


@pytest.mark.parametrize("sent", [None, {}, [], SENT[:6], [*SENT, 1]])
def test_what_has_not_its_parts_is_refused(sent: object) -> None:
    with pytest.raises(ValueError, match="an act is"):
        read_act(sent)


@pytest.mark.parametrize(
    ("said", "offset", "now", "moment"),
    [
        (NOW - 500, 0, 0, NOW - 500),
        (NOW - 500 - YEARS_56, YEARS_56, YEARS_56, NOW - 500),  # a clock of 1970 that is known to be one
        (NOW - 500, YEARS_56, 0, NOW - 500),  # it was set right before, and nobody had measured it anew
        (NOW - 500 - YEARS_56, 0, YEARS_56, NOW - 500),  # it fell back to 1970, and was measured on sending
        (NOW + 2 * YEARS_56, 0, 0, None),  # 2099 then, right on sending: nobody knows
        (500, None, None, None),
        (500, 0, None, None),
        (NOW + FUTURE_MS, 0, 0, NOW),  # nothing was shown after it was reported
        (NOW + FUTURE_MS + 1, 0, 0, None),
        (EARLIEST, 0, 0, EARLIEST),
        (EARLIEST - 1, 0, 0, None),
    ],
)
def test_a_moment_is_told_where_the_clocks_give_a_possible_one(
    said: int, offset: int | None, now: int | None, moment: int | None
) -> None:
    """Broken on purpose: without the second correction, without a bound on either side."""
    assert moment_of(said, offset, now, NOW) == moment


@given(st.integers(), st.none() | st.integers(), st.none() | st.integers(), st.integers(EARLIEST))
def test_no_moment_is_impossible(said: int, offset: int | None, now: int | None, received: int) -> None:
    moment = moment_of(said, offset, now, received)
    assert moment is None or EARLIEST <= moment <= received


def test_lists_are_counted_until_they_are_reported_and_all_else_by_the_hour() -> None:
    assert [one for one in Opened if one.together_ms is None] == [Opened.LIST]
    assert {one.together_ms for one in Opened} == {None, 3_600_000}
