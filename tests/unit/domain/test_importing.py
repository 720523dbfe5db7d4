"""
What a row of an office's list changes in a case, step by step.

`tests/property/test_imports.py` holds the rules on any history.
"""

from domain.cases import Past, case_of_key, changes_of_row, past_of
from domain.merge import fold
from domain.operations import RECORD_ID, Operation
from tests.support.builders import RECORD, edit

SECRET = b"s" * 32


def said(value: str, *sees: Operation, n: int) -> Operation:
    return edit("rt", value, *sees, n=n, kind="case:anak")


def told(log: list[tuple[Operation, bool]], value: str) -> list[tuple[str, ...]]:
    """The preds of what a row adds, if it adds anything."""
    state = fold(None, [one for one, _ in log], RECORD)
    return [change.preds for change in changes_of_row(state, {"rt": value}, past_of(RECORD, log))]


def test_the_id_of_a_case_follows_from_list_and_key_and_cannot_be_guessed() -> None:
    """Broken on purpose: the digest without the secret, and without the list."""
    first = case_of_key(SECRET, "anak", "6402180101150001")
    assert RECORD_ID.fullmatch(first)
    assert first == case_of_key(SECRET, "anak", "6402180101150001")
    others = {case_of_key(SECRET, "keluarga", "6402180101150001"), case_of_key(SECRET, "anak", "1")}
    others.add(case_of_key(b"t" * 32, "anak", "6402180101150001"))
    assert len(others | {first}) == 4


def test_a_row_begins_a_case_with_all_that_it_says() -> None:
    assert [one.path for one in changes_of_row(None, {"$village": "64", "rt": "3"}, Past())] == [
        "$village",
        "rt",
    ]


def test_the_list_replaces_what_it_said_before() -> None:
    first = said("1", n=1)
    assert told([(first, True)], "2") == [(first.id,)]


def test_what_somebody_else_said_stays_beside_what_the_list_says() -> None:
    assert told([(said("1", n=1), False)], "2") == [()]


def test_a_correction_in_the_field_stays() -> None:
    first = said("1", n=1)
    assert told([(first, True), (said("2", first, n=2), False)], "1") == []


def test_what_was_corrected_before_the_first_import_tells_nobody_anything() -> None:
    first = said("1", n=1)
    assert told([(first, False), (said("2", first, n=2), False)], "1") == []


def test_a_list_that_changes_its_mind_twice_says_something_new() -> None:
    """Broken on purpose: any earlier saying counted as answered."""
    first = said("1", n=1)
    second = said("2", first, n=2)
    third = said("3", n=3)
    fourth = said("2", third, n=4)
    log = [(first, True), (second, False), (third, True), (fourth, False)]
    assert told(log, "3") == []
    assert told(log, "1") == [()]


def test_a_list_that_comes_to_agree_takes_its_other_value_back() -> None:
    """Broken on purpose: a value that stood there already was never said; the conflict stayed."""
    own, other = said("1", n=1), said("2", n=2)
    assert told([(own, True), (other, False)], "2") == [(own.id,)]
