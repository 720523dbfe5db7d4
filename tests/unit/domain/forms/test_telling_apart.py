"""Numbers of persons and families that differ, shown so that a person can choose between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forms.display import MOST_TOLD_APART, masked, tell_apart

digits = st.text("0123456789", min_size=16, max_size=16)
middles = st.lists(st.text("0123456789", min_size=8, max_size=8), min_size=2, max_size=4)


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        (["6402181203120001", "6402181203190001"], ["6402*******20001", "6402*******90001"]),
        (["6402181203120001", "6402181203120001"], ["6402********0001", "6402********0001"]),
        (["6402181203120001", "1111111111111111"], ["6402********0001", "1111********1111"]),
        (["6402181203120001", ""], ["6402********0001", ""]),
    ],
)
def test_numbers_that_look_alike_show_where_they_differ(numbers: list[str], shown: list[str]):
    assert tell_apart(numbers) == shown


@given(middles)
def test_telling_numbers_apart_never_shows_more_than_four_further_digits(hidden: list[str]):
    """Seen to fail without the limit."""
    numbers = [f"6402{middle}0001" for middle in hidden]
    for number, shown in zip(numbers, tell_apart(numbers), strict=True):
        further = [i for i, (a, b) in enumerate(zip(shown, masked(number), strict=True)) if a != b]
        assert len(further) <= MOST_TOLD_APART
        assert all(shown[i] == number[i] for i in further)


@given(digits, st.integers(0, 15), st.sampled_from("0123456789"))
def test_two_numbers_that_differ_in_one_digit_look_different(number: str, place: int, digit: str):
    other = number[:place] + digit + number[place + 1 :]
    first, second = tell_apart([number, other])
    assert (first != second) is (number != other)
