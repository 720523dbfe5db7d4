"""
Who may settle what people disagree on.

Broken on purpose, each with a failing test here: two values of one person taken for a dispute; a value that
was only named and is not there any more counted among those that stand side by side; a removal that its
author takes back taken for a settlement; somebody who had the case before kept out.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dossier import REMOVAL
from domain.merge import RecordState, fold, view
from domain.operations import ALIVE, DEAD, RESTRICTED, Operation, Value, read_operation
from domain.planning import ASSIGNMENT, assignment_record, earlier_path
from domain.settling import (
    NOT_ASSIGNED,
    SETTLED_BEFORE,
    assigned_in,
    parts_that_decide,
    settled_in,
    undone_by,
    why_not,
)
from tests.support.builders import RECORD, edit, new_id, operation, operation_json, with_part

MEMBER = "m/m_A"


def state_of(*operations: Operation) -> RecordState:
    return fold(None, operations, RECORD)


def settles(before: Sequence[Operation], then: Operation) -> list[str]:
    return settled_in(state_of(*before), then.part_of(RECORD), then.author)


def by(author: str, path: str, value: Value, *sees: Operation, n: int = 1) -> Operation:
    return edit(path, value, *sees, author=author, replica=f"replica-of-{author}", n=n)


ASHA, BUDI = by("asha", "a", "4"), by("budi", "a", "5")


def test_who_names_both_values_settles_whether_he_means_to_or_not() -> None:
    assert settles([ASHA, BUDI], by("citra", "a", "5", ASHA, BUDI)) == ["a"]
    assert settles([ASHA, BUDI], by("asha", "a", "6", ASHA, BUDI, n=2)) == ["a"]


def test_an_ordinary_answer_settles_nothing() -> None:
    assert settles([ASHA, BUDI], by("asha", "a", "6", ASHA, n=2)) == []
    assert settles([ASHA, BUDI], by("asha", "b", "6", n=2)) == []
    assert settles([ASHA], by("budi", "a", "5", ASHA)) == []
    assert settled_in(None, ASHA.part_of(RECORD), "asha") == []


def test_equal_values_are_no_dispute_and_neither_are_ones_own() -> None:
    same = by("budi", "a", "4")
    assert settles([ASHA, same], by("citra", "a", "5", ASHA, same)) == []
    other = by("asha", "a", "5", n=7)
    assert settles([ASHA, other], by("asha", "a", "5", ASHA, other, n=8)) == []
    assert settles([ASHA, other], by("budi", "a", "5", ASHA, other)) == ["a"]


def test_who_had_not_seen_that_it_was_settled_makes_it_disputed_again() -> None:
    settled = by("siti", "a", "4", ASHA, BUDI)
    late = by("citra", "a", "5", ASHA, BUDI)
    assert settles([ASHA, BUDI, settled], late) == []
    state = state_of(ASHA, BUDI, settled, late)
    assert list(view(state).conflicts) == ["a"]
    assert settles([ASHA, BUDI, settled, late], by("asha", "a", "4", settled, late, n=2)) == ["a"]


def test_the_markers_of_restricted_answers_are_no_answers() -> None:
    marker = by("budi", "a", RESTRICTED)
    assert settles([ASHA, marker], by("citra", "a", "4", ASHA, marker)) == []


def contested() -> tuple[Operation, Operation, Operation]:
    """A member; asha removed it, and budi worked on it meanwhile."""
    begun = by("asha", f"{MEMBER}/x", "1")
    removed = by("asha", MEMBER, DEAD, begun, n=2)
    return begun, removed, by("budi", f"{MEMBER}/x", "2", begun)


def test_a_contested_removal_is_settled_by_repeating_it_or_by_taking_back_anothers() -> None:
    begun, removed, worked = contested()
    before = [begun, removed, worked]
    assert settles(before, by("citra", MEMBER, DEAD, removed, worked)) == [MEMBER + REMOVAL]
    assert settles(before, by("budi", MEMBER, ALIVE, removed, n=2)) == [MEMBER + REMOVAL]
    assert settles(before, by("asha", MEMBER, ALIVE, removed, n=3)) == []
    assert settles([begun, removed], by("budi", MEMBER, ALIVE, removed, n=2)) == []
    assert settles([begun, worked], removed) == []


def test_what_a_form_says_of_its_case_is_no_decision_between_people() -> None:
    case = new_id()
    sent = operation_json([("a", "1", [])])
    assert [part.record for part in parts_that_decide(operation())] == [RECORD]
    with_case = operation_with_part(sent, case)
    assert [part.record for part in parts_that_decide(with_case)] == [RECORD]
    alone = operation([("nama", "Asha", [])], record=case, kind="case:anak")
    assert [part.record for part in parts_that_decide(alone)] == [case]


def operation_with_part(sent: object, case: str) -> Operation:
    return read_operation(with_part(sent, case, "case:anak", ["nama", "Asha", []]))


@pytest.mark.parametrize(
    ("assigned", "is_reviewer", "is_before", "code"),
    [
        ((), False, False, None),
        (("asha",), False, False, None),
        (("budi",), False, False, NOT_ASSIGNED),
        (("budi",), True, True, None),
        ((), False, True, SETTLED_BEFORE),
        (("asha", "budi"), False, True, SETTLED_BEFORE),
        (("budi",), False, True, NOT_ASSIGNED),
    ],
)
def test_whose_case_it_is_settles_once(
    assigned: Sequence[str], is_reviewer: bool, is_before: bool, code: str | None
) -> None:
    assert why_not("asha", assigned, is_reviewer=is_reviewer, is_settled_before=is_before) == code


def test_a_case_is_his_who_has_it_and_his_who_had_it_before() -> None:
    round_id, case = new_id(), new_id()
    record = assignment_record(round_id, case)

    def assignment(*changes: tuple[str, Value, Sequence[str]], author: str = "siti") -> Operation:
        facts: Any = {"record": record, "kind": ASSIGNMENT, "form": None}
        return operation(changes, **facts, author=author, replica=f"replica-of-{author}")

    def whose(*operations: Operation) -> frozenset[str]:
        return assigned_in([fold(None, operations, record)])

    facts: tuple[tuple[str, Value, Sequence[str]], ...] = (
        ("$village", "64.02.18.2007", []),
        ("$round", round_id, []),
        ("$case", case, []),
    )
    begun = assignment(*facts, ("$assigned", "asha", []))
    moved = assignment(("$assigned", "budi", [begun.id]), (earlier_path("asha"), "asha", []), author="wati")
    other = assignment(("$assigned", "citra", [begun.id]), author="dewi")
    nobodys = assignment(("$assigned", "", [begun.id]), (earlier_path("asha"), "asha", []), author="wati")
    assert assigned_in([]) == frozenset()
    assert whose(begun) == {"asha"}
    assert whose(begun, moved) == {"asha", "budi"}
    assert whose(begun, moved, other) == {"asha", "budi", "citra"}
    assert whose(begun, nobodys) == frozenset()


@given(st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, max_size=4), st.integers(0, 15))
def test_it_settles_exactly_where_several_of_the_surviving_values_are_named(
    values: list[str], chosen: int
) -> None:
    before = [by(f"officer{i}", "a", value) for i, value in enumerate(values)]
    seen = [one for i, one in enumerate(before) if chosen >> i & 1]
    then = by("citra", "a", "9", *seen)
    different = {one.parts[0].values[0] for one in seen}
    assert settles(before, then) == (["a"] if len(different) > 1 else [])
    assert len(view(state_of(*before, then)).conflicts) <= 1


@pytest.mark.parametrize("told", [None, 7, "short", "x" * 22])
def test_only_the_id_of_an_operation_says_what_is_undone(told: object) -> None:
    meta = {"form": "f@1", **({"undoes": told} if told is not None else {})}
    assert undone_by(operation(meta=meta)) is None
    assert undone_by(operation(meta={"undoes": ASHA.id})) == ASHA.id
