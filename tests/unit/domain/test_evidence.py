"""What a filling says for and against itself; each rule was seen to fail with its constant changed."""

from hypothesis import given
from hypothesis import strategies as st

from domain.evidence import (
    FEWEST,
    FLAGS,
    NEAR,
    accuracy_of,
    duration_of,
    edits_after_finishing,
    in_order,
    is_short,
    place_of,
    same_place,
    says_danger,
    usual_duration,
    usual_place,
)
from domain.forms.xpath.geo import Point
from domain.merge import fold
from tests.support.builders import RECORD, edit, operation

HOUSES = [Point(-0.43 - number / 5000, 116.98 + number / 5000) for number in range(10)]
places = st.builds(Point, st.floats(-60, 60), st.floats(-170, 170))


def test_of_few_places_none_is_usual_and_what_is_no_place_is_none() -> None:
    assert usual_place(HOUSES[: FEWEST - 1]) is None
    found = usual_place(HOUSES)
    assert found is not None
    assert found.count == len(HOUSES)
    assert [place_of(text) for text in ("x", "91 0", "", "-0.5 117 3 4")] == [
        None,
        None,
        None,
        Point(-0.5, 117),
    ]


@given(st.lists(places, min_size=1, max_size=2))
def test_up_to_a_tenth_of_wrong_places_move_what_is_usual_by_no_more_than_a_house(wrong: list[Point]) -> None:
    """Broken on purpose: a mean in the place of the median."""
    houses = HOUSES * 2
    found, before = usual_place([*houses, *wrong]), usual_place(houses)
    assert found is not None
    assert before is not None
    assert before.metres_to(found.middle) < 100
    assert not found.is_far(found.metres_to(HOUSES[0]))


def test_far_is_beyond_two_kilometres_and_twice_as_far_as_nine_of_ten() -> None:
    """Broken on purpose: by the nearer of the two, so that half a river village was far from itself."""
    dense = usual_place(HOUSES)
    assert dense is not None
    assert not dense.is_far(NEAR)
    assert dense.is_far(NEAR + 1)
    river = usual_place([Point(-0.4, 116 + number / 50) for number in range(20)])
    assert river is not None
    assert river.spread > 15_000
    assert not river.is_far(river.spread * 2)
    assert river.is_far(river.spread * 2 + 1)


def test_how_exact_a_place_is_stands_fourth() -> None:
    told = {
        place: accuracy_of(place) for place in ("1 2 3 48.6", "1 2 3", "1 2 3 0", "1 2 3 x", "1 2 3 inf", "")
    }
    assert list(told.values()) == [49, None, None, None, None, None]


def test_two_measurements_are_one_only_where_all_digits_agree_and_there_are_enough() -> None:
    """Broken on purpose: rounded places that two people typed were called copied."""
    assert same_place("-0.43212 116.98765 1 5", "-0.43212 116.98765 9 20")
    assert not same_place("-0.43212 116.98765", "-0.43212 116.98766")
    assert not same_place("-0.43 116.98", "-0.43 116.98")
    assert not same_place("", "")


def test_a_filling_is_short_below_a_third_of_what_is_usual() -> None:
    usual = usual_duration([600_000, 900_000, 700_000, 800_000, 50_000_000])
    assert usual == 800_000
    assert is_short(266_666, usual)
    assert not is_short(266_667, usual)
    assert usual_duration([1] * (FEWEST - 1)) is None


@given(st.dictionaries(st.sampled_from(["started", "ended"]), st.one_of(st.integers(), st.text(), st.none())))
def test_a_duration_is_told_only_where_a_device_says_both_ends_of_it_in_their_order(
    meta: dict[str, object],
) -> None:
    told, started, ended = duration_of(meta), meta.get("started"), meta.get("ended")
    is_said = isinstance(started, int) and isinstance(ended, int) and ended >= started
    assert (told is not None) == is_said
    assert told is None or told >= 0


def test_edits_count_from_the_first_time_that_the_form_was_sent_for_review() -> None:
    """Broken on purpose: the second half of a large filling counted, and so did a decision."""
    half = operation([("a", "1", ())])
    rest = operation([("b", "1", ()), ("$review", "submitted", ())], n=2)
    later = [edit("a", "2", half, n=3), edit("b", "2", rest, n=4, author="budi"), edit("a", "3", n=5)]
    decided = operation([("$review", {"decision": "approve", "etag": "x"}, ())], n=6, author="siti")
    assert edits_after_finishing([half, rest], RECORD) == {}
    assert edits_after_finishing([half, rest, *later, decided], RECORD) == {"asha": 2, "budi": 1}


def test_one_voice_that_says_danger_is_enough() -> None:
    first, second = operation([("g/bahaya_segera", "0", ())]), operation([("g/bahaya_segera", "1", ())], n=2)
    assert says_danger(fold(None, [first, second], RECORD))
    assert not says_danger(fold(None, [first], RECORD))


@given(st.sets(st.sampled_from(FLAGS)))
def test_flags_are_told_the_gravest_first(codes: set[str]) -> None:
    told = in_order(codes)
    assert set(told) == codes
    assert list(told) == [one for one in FLAGS if one in codes]
