"""
How far a photo lies from the place of its form, and which earlier photo it stands beside.

Broken on purpose to see these fail: another member's place taken; a member's own place not first; the role
of a place not looked at; rejected rounds and this one taken; the latest round before an approved one; a
member compared by the name of its question; one of two questions of a name taken.
"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.photos import Round, last_photo, metres_between, place_for, same_question
from domain.review import ReviewState
from tests.support.small_forms import form, question

FORM = form(
    question("photo", type="image"),
    question("first", type="geopoint"),
    question("house", type="geopoint", role="lokasi"),
    question("m/*/photo", type="image"),
    question("m/*/point", type="geopoint"),
    repeats=["m"],
)
HERE, THERE = "-0.4321 116.9876 12 5", "-0.4330 116.9876"
DEGREE = 111_319
"""Metres along a meridian, on a ball of the equatorial radius."""


# --- where ---------------------------------------------------------------------------------------


def test_metres_are_those_along_the_ground() -> None:
    assert metres_between(HERE, THERE) == 100
    assert metres_between("0 0", "1 0") == pytest.approx(DEGREE, abs=5)
    assert metres_between(HERE, HERE) == 0


@pytest.mark.parametrize("other", ["", "somewhere", "1", "91 0", "0 181", "NaN NaN", "1 2 3 4 5", "1;2"])
def test_what_is_no_place_has_no_distance(other: str) -> None:
    assert metres_between(HERE, other) is None
    assert metres_between(other, HERE) is None


PLACES = st.builds("{:.6f} {:.6f}".format, st.floats(-90, 90), st.floats(-180, 180))


@given(PLACES, PLACES)
def test_no_distance_is_longer_than_half_way_round_and_both_directions_are_one(
    first: str, second: str
) -> None:
    there, back = metres_between(first, second), metres_between(second, first)
    assert there is not None
    assert there == back
    assert 0 <= there <= math.pi * 6_378_101


def test_a_photo_is_measured_against_the_place_of_its_form() -> None:
    answers = {"first": HERE, "house": THERE, "m/m_1/point": HERE}
    assert place_for(FORM, answers, "photo") == "house"
    assert place_for(FORM, {"first": HERE}, "photo") == "first"
    assert place_for(FORM, {"photo": HERE}, "photo") is None
    assert place_for(FORM, {"house": {"$": "restricted"}, "first": HERE}, "photo") == "first"


def test_a_photo_of_a_member_is_measured_against_that_member_s_place_only() -> None:
    answers = {"m/m_1/point": HERE, "m/m_2/point": THERE}
    assert place_for(FORM, answers, "m/m_2/photo") == "m/m_2/point"
    assert place_for(FORM, answers, "m/m_3/photo") is None
    assert place_for(FORM, {**answers, "house": HERE}, "m/m_3/photo") == "house"
    assert place_for(FORM, {**answers, "house": HERE}, "m/m_1/photo") == "m/m_1/point"


# --- the last round ------------------------------------------------------------------------------


def of(record: str, begun: int, state: ReviewState = ReviewState.PENDING, *paths: str) -> Round:
    return Round(record, begun, state, FORM, paths or ("photo",))


def chosen(*rounds: Round, path: str = "photo") -> str | None:
    found = last_photo(rounds, 100, FORM, path)
    return found[0].record if found else None


def test_the_latest_earlier_round_that_was_approved_goes_first() -> None:
    approved, later = of("a", 10, ReviewState.APPROVED), of("b", 20)
    assert chosen(approved, later) == "a"
    assert chosen(of("z", 5, ReviewState.APPROVED), approved, later) == "a"
    assert chosen(of("a", 10), later) == "b"


def test_neither_this_round_nor_a_later_nor_a_rejected_one_is_the_last() -> None:
    assert chosen(of("same", 100), of("later", 101, ReviewState.APPROVED)) is None
    assert chosen(of("rejected", 90, ReviewState.REJECTED), of("older", 10)) == "older"


def test_a_round_without_a_photo_of_the_view_is_passed_over() -> None:
    assert chosen(of("a", 10, ReviewState.APPROVED, "other"), of("b", 5)) == "b"
    assert chosen(of("a", 10, ReviewState.APPROVED, "other")) is None


def test_another_form_s_question_of_the_same_name_is_the_same_view() -> None:
    assert same_question(FORM, "g/photo", FORM, ["evidence/photo"]) == "evidence/photo"
    assert same_question(FORM, "g/photo", FORM, ["g/photo", "evidence/photo"]) == "g/photo"
    assert same_question(FORM, "g/photo", FORM, ["one/photo", "two/photo"]) is None
    assert same_question(None, "g/photo", None, ["other"]) is None


def test_a_member_compares_with_itself_only() -> None:
    assert same_question(FORM, "m/m_1/photo", FORM, ["m/m_1/photo", "m/m_2/photo"]) == "m/m_1/photo"
    assert same_question(FORM, "m/m_1/photo", FORM, ["m/m_2/photo", "photo"]) is None
    assert same_question(FORM, "photo", FORM, ["m/m_2/photo"]) is None
