"""
Passwords that are taken, and those that whoever guesses tries first.

Broken on purpose, each time with a failing test: eleven characters; a common one with a year after it, in
capitals, or twice; a sequence of the keyboard; a rule that asks for digits.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidRequest
from domain.passwords import LONGEST, SHORTEST, check_password


def refusal(password: str, name: str = "siti") -> str:
    try:
        check_password(name, password)
    except InvalidRequest as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "perahu dan pinang",
        "rahasia sekali 17",
        "PERAHUHIJAU!",
        "sungai mahakam tenang",
        "ᮊᮥᮒ ᮊᮥᮒ ᮊᮝ ᮘᮔ",
        "qzjvkxwpmrtb",
    ],
)
def test_a_long_one_of_whatever_signs_is_taken(password: str) -> None:
    assert refusal(password) == ""


@pytest.mark.parametrize("password", ["", "x", "perahuhijau", "p" * (LONGEST + 1)])
def test_length_counts(password: str) -> None:
    assert refusal(password) == "password-length"


@pytest.mark.parametrize(
    "password",
    [
        "indonesia2026",
        "INDONESIA1945!",
        "password1234",
        "P A S S W O R D 1",
        "rahasia12345",
        "sayangsayang",
        "bismillah786",
        "kutaikartanegara",
        "verilap-2026",
        "admin admin 1",
        "qwertyuiop123",
        "1234567890123",
        "098765432109",
        "abcdefghijkl",
        "aaaaaaaaaaaa",
        "121212121212",
        "asdfghjkl;;;;",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert refusal(password) == "password-common"


@pytest.mark.parametrize("password", ["siti.aminah12", "Siti.Aminah-99", "siti.aminah.a"])
def test_the_accounts_own_name_with_a_little_more_is_refused(password: str) -> None:
    assert refusal(password, "siti.aminah") == "password-name"


def test_a_name_within_something_long_does_no_harm() -> None:
    assert refusal("perahu milik siti di hulu") == ""


@given(st.text(min_size=SHORTEST, max_size=60), st.text(max_size=10))
def test_every_text_is_judged_and_a_longer_one_is_never_too_short(password: str, name: str) -> None:
    assert refusal(password, name) in ("", "password-common", "password-name")
