"""Codes as people type them, and the number on both screens."""

from hypothesis import given
from hypothesis import strategies as st

from domain.enrolling import code_digest, confirmation_number

TEXT = st.text(min_size=1, max_size=43, alphabet="ABCabc-_019")


@given(TEXT, TEXT, TEXT)
def test_a_number_has_six_digits_and_follows_from_all_three(digest: str, key: str, nonce: str) -> None:
    """Broken on purpose: leading noughts left out; the nonce left out."""
    number = confirmation_number(digest, key, nonce)
    assert len(number) == 6
    assert number.isdigit()
    assert number == confirmation_number(digest, key, nonce)
    assert len({confirmation_number(digest, key, f"{nonce}{i}") for i in range(4)}) > 1
    assert len({confirmation_number(digest, f"{key}{i}", nonce) for i in range(4)}) > 1
    assert len({confirmation_number(f"{digest}{i}", key, nonce) for i in range(4)}) > 1


def test_a_code_is_the_same_however_it_is_typed() -> None:
    assert code_digest("ABCDE-FGHJK") == code_digest(" abcde fghjk ")
    assert code_digest("ABCDE-FGHJK") != code_digest("ABCDE-FGHJL")
