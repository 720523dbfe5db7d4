"""Cells of what is handed out for spreadsheets. Broken on purpose, each found: every branch of `harmless`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.services.exporting import FORMULAS, LONGEST_CELL, harmless


@pytest.mark.parametrize(
    "cell", ["=1+1", "+62811", "-1", "@SUM(A1)", "\tx", "\r=1", " =1+1", '=HYPERLINK("http://evil")']
)
def test_what_begins_like_a_formula_is_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_a_number_that_would_be_rounded_stays_whole() -> None:
    assert harmless("6402181203120001") == "'6402181203120001"
    assert harmless("123456789012345") == "123456789012345"


@pytest.mark.parametrize("cell", ["", "Asha", "a=b", "64.02.18.2007", "3", "x" * LONGEST_CELL])
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


def test_of_what_is_too_long_the_end_says_how_much_is_left_out() -> None:
    cell = harmless("x" * 40_000)
    assert len(cell) <= LONGEST_CELL
    kept, _, left = cell.partition(" … [")
    assert len(kept) + int(left.rstrip("]")) == 40_000


@given(st.text(max_size=40) | st.builds(str.__mul__, st.sampled_from("=x9"), st.integers(0, 70_000)))
def test_no_cell_runs_or_is_cut_by_a_spreadsheet(cell: str) -> None:
    told = harmless(cell)
    assert not told.lstrip(" ").startswith(FORMULAS)
    assert len(told) <= LONGEST_CELL
