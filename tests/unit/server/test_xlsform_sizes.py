"""Forms that are too deep or too long: refused with the row, before anything slow is done with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.operations import MAX_PATH, is_path
from server.xlsform import sheets
from server.xlsform.check_sizes import LONGEST_MEMBER, MOST_CONTAINERS, MOST_REPEATS
from tests.support.workbooks import definition_of, faults_of, told, warnings_of


def nested(kinds: list[str], names: str = "g") -> str:
    """A question inside of groups and repeats, the first outermost."""

    def lines() -> Iterator[str]:
        yield "type | name | label"
        for number, kind in enumerate(kinds):
            yield f"begin {kind} | {names}{number} | G"
        yield "text | q | Q"
        for kind in reversed(kinds):
            yield f"end {kind} | |"

    return "\n".join(lines())


@pytest.mark.parametrize(
    ("kinds", "code", "row"),
    [
        (["repeat"] * (MOST_REPEATS + 3), "nested-repeats", MOST_REPEATS + 2),
        (["repeat"] * 400, "nested-repeats", MOST_REPEATS + 2),
        (["group"] * (MOST_CONTAINERS + 3), "nested-groups", MOST_CONTAINERS + 2),
    ],
)
def test_what_nests_too_deep_is_refused_at_its_first_row(
    tmp_path: Path, kinds: list[str], code: str, row: int
) -> None:
    """Seen to fail, after minutes, where the converter was asked all the same."""
    assert told(faults_of(tmp_path, survey=nested(kinds))) == [(code, "survey", row, "type")]


@pytest.mark.parametrize("kinds", [["repeat"] * MOST_REPEATS, ["group"] * (MOST_CONTAINERS - 1) + ["repeat"]])
def test_what_nests_as_deep_as_it_may_is_taken(tmp_path: Path, kinds: list[str]) -> None:
    warnings_of(tmp_path, survey=nested(kinds, names="g"))


def test_two_deep_parts_are_both_told(tmp_path: Path) -> None:
    both = f"{nested(['group'] * 31)}\n" + nested(["group"] * 31, names="h").partition("\n")[2]
    assert [row for _, _, row, _ in told(faults_of(tmp_path, survey=both))] == [32, 95]


LONG = "n" * 190


def test_a_path_that_devices_refuse_is_refused_once(tmp_path: Path) -> None:
    """Seen to fail without the check: the form could be filled and not saved."""
    survey = f"""
    type | name | label
    begin group | {LONG}a | G
    begin group | {LONG}b | G
    text | q234567890123456 | Q
    text | q2345678901234567 | Q
    begin group | {LONG}c | G
    text | inside | Q
    end group | |
    end group | |
    end group | |
    """
    found = faults_of(tmp_path, survey=survey)
    assert told(found) == [("path-long", "survey", row, "name") for row in (5, 6)]
    assert "401" in found[0].message("en")


@pytest.mark.parametrize(
    ("length", "is_taken"), [(MAX_PATH - LONGEST_MEMBER - 3, True), (MAX_PATH - 47, False)]
)
def test_there_is_room_for_the_ids_of_members(tmp_path: Path, length: int, is_taken: bool) -> None:
    """Seen to fail where a member counted as one character."""
    survey = f"type | name | label\nbegin repeat | r | R\ntext | {'q' * length} | Q\nend repeat | |"
    if is_taken:
        definition_of(tmp_path, survey=survey)
        assert is_path(f"r/{'m' * LONGEST_MEMBER}/{'q' * length}")
    else:
        assert told(faults_of(tmp_path, survey=survey)) == [("path-long", "survey", 3, "name")]


def test_too_many_choices_belong_into_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred thousand of them took the converter half a minute."""
    assert sheets.MAX_ROWS["choices"] <= 20_000
    monkeypatch.setitem(sheets.MAX_ROWS, "choices", 3)
    choices = "list_name | name | label\n" + "\n".join(f"l | c{number} | C" for number in range(4))
    survey = "type | name | label\nselect_one l | q | Q"
    (found,) = faults_of(tmp_path, survey=survey, choices=choices)
    assert (found.code, found.place.sheet) == ("choices-rows", "choices")
    assert "select_one_from_file" in found.message("id")
