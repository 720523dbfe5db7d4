"""Words of the pages that need no request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forms.display import masked
from server.web.answers import MOST_TOLD_APART, anchor_of, tell_apart
from server.web.wording import SHOWN_AT_ONCE, day_in_words, tame

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


@given(st.text(max_size=3 * SHOWN_AT_ONCE))
def test_a_tamed_text_fits_a_page_and_loses_no_character(text: str):
    told = tame(text)
    whole = told.start + told.rest
    assert len(whole) == len(text)
    assert all(character >= " " or character in "\n\t" for character in whole)
    whole.encode()


@pytest.mark.parametrize(
    ("day", "language", "words"),
    [
        ("2015-02-28", "id", "28 Februari 2015"),
        ("2015-02-28", "en", "28 February 2015"),
        ("2015-02-31", "id", "2015-02-31"),
        ("10000-01-01", "id", "10000-01-01"),
        ("kemarin", "id", "kemarin"),
        ("", "id", ""),
    ],
)
def test_a_day_is_told_in_words_and_what_is_none_as_it_came(day: str, language: str, words: str):
    assert day_in_words(day, language) == words


@given(st.text(max_size=60))
def test_the_address_of_a_question_has_only_plain_characters(path: str):
    assert anchor_of(path).isascii()
    assert not set(anchor_of(path)) & set(" \"'<>&#%/")
