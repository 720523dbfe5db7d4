"""Codes as people type them, and the number on both screens."""

from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from domain.enrolling import code_digest, confirmation_number, enrolment_address, split_address

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


def test_an_address_with_a_code_is_taken_apart_again_and_keeps_the_code_behind_the_hash() -> None:
    """Broken on purpose: the code in the path, where logs would have it."""
    address = enrolment_address("https://verilap.example.go.id/", "ABCDE-FGHJK")
    assert urlsplit(address).path == "/app/"
    assert urlsplit(address).fragment == "ABCDE-FGHJK"
    assert split_address(f" {address}\n") == ("https://verilap.example.go.id/", "ABCDE-FGHJK")
    assert split_address("https://verilap.example.go.id") == ("https://verilap.example.go.id", "")
    assert split_address("https://example.go.id/verilap/#A") == ("https://example.go.id/verilap/", "A")
