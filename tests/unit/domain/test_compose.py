"""What a person entered as operations that are not too large."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from domain.canonical import digest_of
from domain.compose import Piece, Stamp, pack, pieces_of_new, seal
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, fold, view
from domain.operations import (
    MAX_BYTES,
    MAX_CHANGES,
    RESTRICTED,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    VILLAGE,
    Change,
    Operation,
    is_reserved,
)
from domain.review import SUBMITTED
from tests.support.builders import RECORD, new_id
from tests.support.builders import VILLAGE as HERE
from tests.support.office import DEFINITION

STAMP = Stamp("replica-of-the-tests-A", 1, "asha", 1_790_000_000_000, "AAAAAAAAAAA", {})
FORM = FormDefinition.from_json(DEFINITION)
PART = "00000000-0000-4000-8000-000000000002"


def filled(answers: dict[str, str]) -> list[list[Piece]]:
    return pack(pieces_of_new(RECORD, PART, HERE, answers, FORM))


def sealed(packed: Sequence[Sequence[Piece]]) -> list[Operation]:
    return [seal(some, replace(STAMP, n=n)) for n, some in enumerate(packed, 1)]


def states_of(operations: Sequence[Operation]) -> dict[str, RecordState]:
    """Each record as the fold of those of the operations that touch it."""
    records = {record for one in operations for record in one.records}
    return {r: fold(None, [one for one in operations if r in one.records], r) for r in records}


def test_a_filling_that_names_much_becomes_several_operations_that_can_be_sent() -> None:
    """Ninety questions with long paths, about each of which the same forty people disagree.

    Broken on purpose: `pack` did not weigh what is named, and the only operation could not be sealed.
    """
    people = tuple(digest_of(f"{i}".encode()) for i in range(40))
    paths = [f"{i:03}" + "a" * 300 for i in range(90)]
    pieces = [Piece(RECORD, SUBMISSION, Change(path, "1", people)) for path in paths]
    packed = pack(pieces)
    assert [piece for some in packed for piece in some] == pieces
    assert len(packed) > 1
    assert [len(seal(some, STAMP).parts[0].changes) for some in packed] == list(map(len, packed))


@pytest.mark.parametrize("width", [4, 12, 16, 20, 24, 40, 200])
def test_a_filling_of_4_500_answers_becomes_operations_within_the_limits(width: int) -> None:
    """Short paths come to the most changes first, long ones to the most bytes.

    Broken on purpose: `FILL_CHANGES` ignored; `FILL_BYTES` ignored; a change weighed without its empty list
    of preds and its comma, and operations of many short answers could not be sealed.
    """
    answers = {f"m/m_{i:0{width}}/x": str(i) for i in range(4_500)}
    packed = filled(answers)
    operations = sealed(packed)
    assert len(operations) > 2
    for one in operations:
        assert len(one.raw) <= MAX_BYTES
        assert sum(len(part.changes) for part in one.parts) <= MAX_CHANGES
    said = [(change.path, change.value) for one in operations for change in one.part_of(RECORD).changes]
    assert said == [(VILLAGE, HERE), *answers.items(), (REVIEW, SUBMITTED)]


def test_a_filling_in_several_operations_is_submitted_by_the_last_and_merges_whole_in_any_order() -> None:
    """With restricted answers among them. Broken on purpose: the last answers were left out of `pack`;
    the submission was said first.
    """
    answers = {"r": "luka", **{f"m/m_{i:04}/x": str(i) for i in range(4_500)}}
    operations = sealed(filled(answers))
    submitted = [i for i, one in enumerate(operations) if one.part_of(RECORD).value_at(REVIEW) is not None]
    assert submitted == [len(operations) - 1]
    expected = states_of(operations)
    assert expected.keys() == {RECORD, PART}
    assert Dossier(expected[RECORD], (expected[PART],)).answers == {VILLAGE: HERE, **answers}
    assert view(expected[RECORD]).is_settled
    random.Random(1).shuffle(operations)
    assert {r: s.to_bytes() for r, s in states_of(operations).items()} == {
        r: s.to_bytes() for r, s in expected.items()
    }


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("width", [10, 100])
def test_what_is_packed_can_be_sealed_whatever_is_named(width: int, count: int) -> None:
    """Each change names others. Broken on purpose: an operation id weighed as 8 bytes."""
    pieces = [
        Piece(
            RECORD,
            SUBMISSION,
            Change(f"{i:0{width}}", "1", tuple(digest_of(f"{i}.{k}".encode()) for k in range(count))),
        )
        for i in range(2_500)
    ]
    packed = pack(pieces)
    assert [piece for some in packed for piece in some] == pieces
    assert len(sealed(packed)) == len(packed) > 1


def test_a_filling_of_many_records_can_be_sealed() -> None:
    """Broken on purpose: parts weighed nothing."""
    pieces = [Piece(new_id(), SUBMISSION, Change("a", "1", ())) for _ in range(1_500)]
    assert sealed(pack(pieces))


def test_a_restricted_answer_stays_beside_its_marker_however_full_the_operations_are() -> None:
    """Broken on purpose: pieces were divided one by one, and the server held what came without its marker."""
    for filler in range(56_000, 60_200, 150):
        operations = sealed(filled({"a": "x" * filler, "r": "luka" * 20, "b": "y" * 30_000}))
        assert_marked(operations)
        begins = [one for one in operations if PART in one.records]
        assert all(RECORD in one.records for one in begins)


def assert_marked(operations: Sequence[Operation]) -> None:
    """Each answer in a restricted part has a marker of the same operation."""
    for one in operations:
        said = {(part.kind, path) for part in one.parts for path in part.paths if not is_reserved(path)}
        for part in one.parts:
            for path, value in zip(part.paths, part.values, strict=True):
                assert value != RESTRICTED or (RESTRICTED_PART, path) in said
                assert part.kind == SUBMISSION or is_reserved(path) or (SUBMISSION, path) in said


def test_restricted_answers_that_no_operation_holds_together_have_a_marker_each() -> None:
    """One answer that settles a conflict of three parts. Broken on purpose: `pack` made one operation."""
    parts = [new_id() for _ in range(3)]
    pieces = [Piece(part, RESTRICTED_PART, Change("r", "z" * 40_000, ())) for part in parts]
    operations = sealed(pack([*pieces, Piece(RECORD, SUBMISSION, Change("r", RESTRICTED, ()))]))
    assert [one.records for one in operations] == [[part, RECORD] for part in parts]
    assert_marked(operations)
