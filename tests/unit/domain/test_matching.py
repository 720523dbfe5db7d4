"""
Names are found however they are spelt.

Broken on purpose: each pair of letters, the titles, the abbreviations and the silent letter left out in turn.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching import (
    LONGEST,
    SHORTEST,
    beginnings_in,
    beginnings_of,
    folded_word,
    looked_for,
    number_in,
    words_of,
)

SAME = [
    ("Soeharto", "Suharto"),
    ("Djoko", "Joko"),
    ("Tjokro", "Cokro"),
    ("Jusuf", "Yusuf"),
    ("Njoman", "Nyoman"),
    ("Sjarif", "Syarif"),
    ("Syarief", "Sarip"),
    ("Muhammad", "Mohammad"),
    ("Mochamad", "Muhamad"),
    ("Muchammad", "Mohamad"),
    ("Khadijah", "Hadijah"),
    ("Achmad", "Ahmad"),
    ("Akhmad", "Ahmad"),
    ("Fitri", "Vitri"),
    ("Fitri", "Pitri"),
    ("Sofyan", "Sopian"),
    ("Ary", "Ari"),
    ("Yuliatie", "Yuliati"),
    ("Annisa", "Anisa"),
    ("Fatimah", "Fatima"),
    ("Aisyah", "Aisya"),
    ("Rizqi", "Rizki"),
    ("Aziz", "Asis"),
    ("Dzikri", "Zikri"),
    ("Ramadhan", "Ramadan"),
    ("Ghazali", "Gazali"),
    ("Utsman", "Usman"),
    ("Ma'ruf", "Maruf"),
    ("Ma’ruf", "MA`RUF"),
    ("Nur'aini", "Nuraini"),
    ("Alex", "Aleks"),
    ("José", "Jose"),
    ("H. Amat", "Amat"),
    ("Hj. Siti Aminah, S.Pd.", "Siti Aminah"),
    ("Dra. Rusmini M.Si", "Rusmini"),
    ("Amat bin Idrus", "Amat Idrus"),
    ("Siti binti Amat", "Siti Amat"),
    ("M. Yusuf", "Muhammad Yusuf"),
    ("Moh. Yusuf", "Muhammad Jusuf"),
    ("Alm. Idrus", "Idrus"),
    ("  idrus ", "IDRUS"),
]
FOUND = [
    ("muham", "Mohammad Yusuf"),
    ("moham", "Muhammad Yusuf"),
    ("yusuf muham", "Muhammad Jusuf"),
    ("rah", "Rahmat"),
    ("rahm", "Rachmat"),
    ("fatimah", "Fatima"),
    ("siti", "Hj. Siti Aminah, S.Pd."),
    ("aminah siti", "Siti Aminah"),
    ("H", "H."),
    ("al", "Al Amin"),
    ("Soeharto", "Suhartono"),
]
NOT_FOUND = [
    ("siti", "Sari"),
    ("siti aminah", "Siti Rahma"),
    ("al", "Alamsyah"),
    ("suhartono", "Suharto"),
    ("aini", "Nuraini"),
    ("", "Siti"),
    ("...", "Siti"),
]


def finds(typed: str, name: str) -> bool:
    """As the search does: of each word any of its beginnings is among the name's."""
    wanted, there = looked_for(typed), beginnings_in([name])
    return bool(wanted) and all(one & there for one in wanted)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_a_name_are_one(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)
    assert finds(one, other)
    assert finds(other, one)


@pytest.mark.parametrize(("typed", "name"), FOUND)
def test_a_name_is_found_by_the_beginnings_of_its_words(typed: str, name: str) -> None:
    assert finds(typed, name)


@pytest.mark.parametrize(("typed", "name"), NOT_FOUND)
def test_another_name_is_not_found(typed: str, name: str) -> None:
    assert not finds(typed, name)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("6402184107150001", "6402184107150001"),
        (" 6402 1841 0715 0001 ", "6402184107150001"),
        ("64.02.18.410715.0001", "6402184107150001"),
        ("６４０２184107150001", "6402184107150001"),
        ("640218410715000", None),
        ("64021841071500011", None),
        ("6402********0001", None),
        ("Siti", None),
        ("", None),
    ],
)
def test_a_number_is_sixteen_digits(typed: str, number: str | None) -> None:
    assert number_in(typed) == number


WORD = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
LETTERS = "aeiouchdjknstyzbdfghlmpqrvwxAÉ'.- ,"
NAME = st.text(LETTERS, max_size=30) | st.text(max_size=30)


@given(WORD, WORD)
def test_the_beginning_of_a_word_finds_it_where_no_sound_is_cut(word: str, rest: str) -> None:
    """A word goes on after an ``a``, which belongs to no pair of letters."""
    typed = f"{word}a"
    assert finds(typed, f"{typed}r{rest}") or len(folded_word(typed)) < SHORTEST or not looked_for(typed)[0]


@given(NAME)
def test_whatever_is_typed_finds_itself(name: str) -> None:
    assert finds(name, name) == bool(looked_for(name))


@given(NAME)
def test_case_blanks_and_marks_make_no_difference(name: str) -> None:
    assert words_of(f"  {name}\t") == words_of(name)


@given(WORD)
def test_a_word_has_few_beginnings(word: str) -> None:
    found = beginnings_of(folded_word(word))
    assert 1 <= len(found) <= LONGEST - SHORTEST + 1
