"""Numbers, days, places and chance by themselves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forms.xpath.chance import drawn_number, drawn_uuid, seed_of, shuffled
from domain.forms.xpath.dates import DAY_MS, EARLIEST, LATEST, day_text, midnight, moment_of, moment_of_days
from domain.forms.xpath.numbers import number_of, number_text

WITA = 480


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("-.5", -0.5), (" 7 ", 7), ("1e3", 1000), ("Infinity", math.inf), ("1970-01-01", -1 / 3)],
)
def test_a_text_is_the_number_that_the_phone_reads(text, number):
    assert number_of(text, WITA) == number


@pytest.mark.parametrize(
    "text", ["", " ", "x", "1,5", "0x10", "1 2", "١٢", "NaN", "2026-02-30", "1" * 500, "--1"]
)
def test_another_text_is_no_number(text):
    assert math.isnan(number_of(text, WITA))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (1.5e-6, "0.0000015"),
        (-2.5, "-2.5"),
    ],
)
def test_a_number_is_written_as_on_the_phone(number, text):
    assert number_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_reads_as_the_same_number(number):
    assert number_of(number_text(number), WITA) == number


@pytest.mark.parametrize(
    "text", ["2024-02-29", "2026-09-21T22:20:12.125+08:00", "1969-12-31T23:59:59.000-11:30"]
)
def test_a_moment_is_read_as_it_is_written(text):
    moment = moment_of(text, WITA)
    assert moment_of(day_text(moment, WITA), WITA) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "0001-01-01",
        "9999-12-31T23:00-14:00",
        "0000-01-01",
        "2026-01-01T24:00",
        "2026-01-01T10:00+15:00",
        "2026-1-1",
        "x" * 10**6,
    ],
)
def test_what_is_no_day_is_none(text):
    assert moment_of(text, WITA) is None


@given(st.integers(EARLIEST + 2 * DAY_MS, LATEST), st.integers(-14 * 60, 14 * 60))
def test_midnight_begins_the_day_of_the_place(moment, offset):
    began = midnight(moment, offset)
    assert 0 <= moment - began < DAY_MS
    assert moment_of(day_text(began, offset)[:10], offset) == began


def test_a_number_of_days_beyond_the_calendar_is_no_moment():
    assert moment_of_days(1e9) is None
    assert moment_of_days(math.nan) is None
    assert moment_of_days(0.5) == DAY_MS // 2


@given(st.lists(st.integers()), st.integers(-(2**63), 2**63 - 1))
def test_a_shuffle_loses_nothing_and_is_the_same_for_the_same_seed(items, seed):
    assert sorted(shuffled(items, seed)) == sorted(items)
    assert shuffled(items, seed) == shuffled(items, seed)


def test_a_shuffle_is_that_of_the_specification():
    """The order that the phone's engine gives for the seed 42."""
    assert shuffled(["mangga", "jambu", "pisang", "salak", "durian"], 42) == [
        "mangga",
        "durian",
        "pisang",
        "jambu",
        "salak",
    ]


def test_a_seed_that_is_no_number_counts_by_its_digest():
    assert seed_of(math.nan, "") == 0
    assert seed_of(math.nan, "a") == seed_of(math.nan, "a") != seed_of(math.nan, "b")
    assert seed_of(-1.7, "") == -1


def test_chance_comes_from_the_seed_alone():
    assert drawn_number("s") == drawn_number("s") != drawn_number("t")
    assert 0 <= drawn_number("s") < 1
    assert drawn_uuid("s")[14] == "4"
    assert drawn_uuid("s")[19] in "89ab"
