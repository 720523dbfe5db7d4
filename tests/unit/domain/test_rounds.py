"""What somebody types into the form of a round, and what it changes in which record."""

import pytest

from domain.compose import Piece, Stamp, seal
from domain.errors import InvalidRequest
from domain.merge import RecordState, fold
from domain.planning import read_assignment, read_round
from domain.rounds import (
    Plan,
    pieces_of_assigning,
    pieces_of_change,
    pieces_of_round,
    read_plan,
    said_by,
    said_of_closing,
)

VILLAGE, OTHER = "64.02.18.2007", "64.02.18.2001"
ONE = "11111111-1111-4111-8111-111111111111"
CASE = "22222222-2222-4222-8222-222222222222"
PLAN = Plan("Semester 2", "2026-09-01", "2026-09-30")


def folded(state: RecordState | None, pieces: list[Piece], n: int = 1) -> RecordState:
    operation = seal(pieces, Stamp("replica-1", n, "siti", n, "AAAAAAAAAAA", {}))
    return fold(state, [operation], pieces[0].record)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("  ", "2026-09-01", "2026-09-30"), "round-title"),
        (("x" * 201, "2026-09-01", "2026-09-30"), "round-title"),
        (("a\x00b", "2026-09-01", "2026-09-30"), "round-title"),
        (("S2", "2026-02-30", "2026-09-30"), "round-begins"),
        (("S2", "0001-01-01", "2026-09-30"), "round-begins"),
        (("S2", "2026-09-01", "besok"), "round-due"),
        (("S2", "2026-09-01", "9999-12-31"), "round-due"),
        (("S2", "2026-09-02", "2026-09-01"), "round-order"),
    ],
)
def test_what_makes_no_round_is_refused_by_its_field(typed: tuple[str, str, str], code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_plan(*typed)
    assert refused.value.code == code


def test_a_round_of_a_day_is_one_and_blanks_are_put_in_order() -> None:
    assert read_plan(" Semester\n 2 ", "2026-09-01", " 2026-09-01") == Plan(
        "Semester 2", "2026-09-01", "2026-09-01"
    )


def test_a_change_names_what_it_replaces_and_is_none_the_second_time() -> None:
    """Broken on purpose: with nothing named both values stood there, in conflict."""
    state = folded(None, pieces_of_round(ONE, VILLAGE, "pantau", PLAN))
    later = said_by(Plan("Semester 2", "2026-09-01", "2026-10-15")) | said_of_closing(True)
    pieces = pieces_of_change(state, later)
    assert [one.change.path for one in pieces] == ["due", "closed"]
    state = folded(state, pieces, 2)
    found = read_round(state)
    assert found is not None
    assert (found.title, found.due, found.is_closed, len(state.at("due"))) == (
        "Semester 2",
        "2026-10-15",
        True,
        1,
    )
    assert pieces_of_change(state, later) == []


def test_an_assignment_that_nobody_has_goes_to_an_officer_where_the_case_is_now() -> None:
    state = folded(None, pieces_of_assigning(None, ONE, CASE, VILLAGE, ""))
    state = folded(state, pieces_of_assigning(state, ONE, CASE, OTHER, "asha", "2026-09-10"), 2)
    found = read_assignment(state)
    assert found is not None
    assert (found.officer, found.village, found.due, found.is_disputed) == (
        "asha",
        OTHER,
        "2026-09-10",
        False,
    )
