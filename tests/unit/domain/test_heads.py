"""Ends of chains as they travel, and which of two may lie in one chain."""

import pytest

from domain.heads import NO_CHAIN, Head, kecamatan_of, read_head

A, B = "a" * 16, "b" * 16


@pytest.mark.parametrize("head", [Head(1, A), Head(10**15, "_-0Z" * 4), NO_CHAIN])
def test_a_head_is_read_as_it_was_written(head: Head) -> None:
    assert read_head(str(head)) == head


def test_of_a_whole_digest_the_beginning_travels() -> None:
    assert str(Head(7, A + "rest")) == f"7.{A}"


@pytest.mark.parametrize(
    "piece",
    ["", "aaaa", "7", "7.", f"0.{A}", f"07.{A}", f"7.{A}a", f"7.{A[1:]}", f"-7.{A}", f"7.{A}\n", f"٧.{A}"],
)
def test_anything_else_is_no_head(piece: str) -> None:
    assert read_head(piece) is None


@pytest.mark.parametrize(
    ("later", "is_contradiction"),
    [
        (Head(6, A), True),
        (NO_CHAIN, True),
        (Head(7, B), True),
        (Head(7, A), False),
        (Head(7, A + "the rest of the digest"), False),
        (Head(8, B), False),
    ],
)
def test_a_chain_does_not_become_shorter_nor_another_at_a_place(later: Head, is_contradiction: bool) -> None:
    assert Head(7, A).contradicts(later) is is_contradiction


def test_no_digest_is_like_every_digest() -> None:
    """Broken on purpose: the empty beginning of a digest fitted all."""
    assert not NO_CHAIN.is_of(0, "")
    assert not NO_CHAIN.is_of(0, A)
    assert not Head(7, A).is_of(7, None)


def test_both_sides_name_the_same_kecamatan_in_the_same_order() -> None:
    assert kecamatan_of(["64.02.19.2001", "64.02.18.2007", "64.02.18.2001"]) == ["64.02.18", "64.02.19"]
