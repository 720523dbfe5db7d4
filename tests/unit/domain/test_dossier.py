"""A submission with its restricted parts: what is shown, and where what is entered goes."""

from __future__ import annotations

import pytest

from domain.compose import Edit, Piece, Writer, edit_of, pieces_of_edits
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, fold
from domain.operations import ALIVE, DEAD, OF, RESTRICTED, VILLAGE, Change, Operation, Value
from tests.support.builders import RECORD, edit, operation
from tests.support.builders import VILLAGE as HERE
from tests.support.office import DEFINITION

FORM = FormDefinition.from_json(DEFINITION)
PART, OTHER_PART, FRESH = (f"00000000-0000-4000-8000-{n:012}" for n in (2, 3, 4))
FAR = "64.02.01.2004"
WRITER = Writer("dewi", ("64.02.18",), FRESH)
BEGUN = operation([(VILLAGE, HERE, ()), ("a", "1", ()), ("r", RESTRICTED, ())])


def submission(*operations: Operation) -> RecordState:
    return fold(None, [BEGUN, *operations], RECORD)


def part(record: str, value: str, author: str = "asha", time: int = 1) -> RecordState:
    heads: list[tuple[str, Value, tuple[str, ...]]] = [(OF, RECORD, ()), (VILLAGE, HERE, ())]
    sent = operation([*heads, ("r", value, ())], record=record, kind="restricted", author=author, time=time)
    return fold(None, [sent], record)


def entered(dossier: Dossier, path: str, value: Value, *preds: str) -> list[Piece]:
    return pieces_of_edits(dossier, [edit_of(dossier, Change(path, value, preds))], FORM, WRITER)


# --- reading -------------------------------------------------------------------------------------


def test_a_restricted_answer_is_shown_where_its_part_is_there() -> None:
    assert Dossier(submission(), (part(PART, "luka"),)).answers["r"] == "luka"
    without = Dossier(submission())
    assert ("r" in without.answers, without.unreadable) == (False, ["r"])


def test_the_latest_of_the_restricted_answers_is_shown_and_all_are_a_conflict() -> None:
    dossier = Dossier(submission(), (part(PART, "luka", time=2), part(OTHER_PART, "memar", "budi", 1)))
    assert dossier.answers["r"] == "luka"
    assert [(one.value, one.record) for one in dossier.conflicts["r"]] == [
        ("luka", PART),
        ("memar", OTHER_PART),
    ]
    assert not dossier.is_settled


def test_equal_restricted_answers_are_no_conflict() -> None:
    assert Dossier(submission(), (part(PART, "luka"), part(OTHER_PART, "luka"))).is_settled


@pytest.mark.parametrize("parts", [(), (part(PART, "luka"),)], ids=["unread", "read"])
def test_an_open_answer_beside_a_restricted_one_is_a_conflict_for_every_reader(
    parts: tuple[RecordState, ...],
) -> None:
    """Else an approval would be refused for a conflict that nobody sees. Broken once: markers left out."""
    dossier = Dossier(submission(edit("r", "open")), parts)
    values = [one.value for one in dossier.conflicts["r"]]
    assert sorted(map(str, values)) == sorted(map(str, ["open", "luka" if parts else RESTRICTED]))
    assert dossier.unreadable == []


def test_what_stands_in_a_removed_member_is_hidden_in_restricted_parts_too() -> None:
    said = operation([("m/m_1/x", "luka", ())], record=PART, kind="restricted")
    removed = Dossier(submission(edit("m/m_1", DEAD)), (fold(None, [said], PART),))
    assert "m/m_1/x" not in removed.answers


def test_an_operation_that_wrote_answer_and_marker_is_one_survivor() -> None:
    """Broken once: the office told such an id twice."""
    both = part(PART, "luka")
    (one,) = [s.id for s in both.at("r")]
    marked = fold(None, [edit("r", RESTRICTED)], RECORD)
    same = RecordState(
        RECORD, "submission", {one: both.origins[one]}, ((marked.rows[0][0], one, *marked.rows[0][2:]),)
    )
    assert Dossier(same, (both,)).survivors["r"] == [one]


# --- composing -----------------------------------------------------------------------------------


def test_a_restricted_change_replaces_what_it_saw_in_each_part_and_marks_the_submission_anew() -> None:
    """The marker moves the version: an approval of what was there before does not stand."""
    dossier = Dossier(submission(), (part(PART, "luka"), part(OTHER_PART, "luka", "budi")))
    (mine,), (other,) = (dossier.on_screen("r")[one] for one in (PART, OTHER_PART))
    made = {one.record: one.change for one in entered(dossier, "r", "x", BEGUN.id, mine, other)}
    assert made == {
        PART: Change("r", "x", (mine,)),
        OTHER_PART: Change("r", "x", (other,)),
        RECORD: Change("r", RESTRICTED, (BEGUN.id,)),
    }


@pytest.mark.parametrize("value", ["luka", "memar", "x"])
def test_of_different_restricted_answers_one_stands_where_it_was_given(value: str) -> None:
    """Broken once: it was written into every part, and its author read what somebody else had entered."""
    dossier = Dossier(submission(), (part(PART, "luka", "asha"), part(OTHER_PART, "memar", "budi")))
    (mine,), (other,) = (dossier.on_screen("r")[one] for one in (PART, OTHER_PART))
    made = {one.record: one.change for one in entered(dossier, "r", value, mine, other)}
    assert made[PART] == Change("r", value if value == "luka" else RESTRICTED, (mine,))
    assert made[OTHER_PART] == Change("r", value if value == "memar" else RESTRICTED, (other,))
    assert (FRESH in made) == (value == "x")


def test_a_question_once_answered_as_restricted_stays_so_whatever_a_newer_form_says() -> None:
    dossier = Dossier(submission(edit("a", RESTRICTED, BEGUN)))
    assert [(one.record, one.change.value) for one in entered(dossier, "a", "x")][-2:] == [
        (FRESH, "x"),
        (RECORD, RESTRICTED),
    ]


@pytest.mark.parametrize("marker", [RESTRICTED, DEAD, ALIVE])
def test_markers_stand_in_the_submission(marker: Value) -> None:
    """Broken once: the removal of a restricted answer's member went into the part and hid nothing."""
    made = entered(Dossier(submission(), (part(PART, "luka"),)), "r", marker)
    assert [one.record for one in made] == [RECORD]


def test_a_new_part_begins_in_a_village_of_its_author() -> None:
    """Broken once: it began in the village that was shown, and the whole operation was held."""
    both = Dossier(submission(edit(VILLAGE, FAR, time=1_790_000_000_001)))
    assert both.village == FAR
    assert Piece(FRESH, "restricted", Change(VILLAGE, HERE, ())) in entered(both, "r", "x")


def test_a_new_part_begins_where_its_submission_is_moved_to() -> None:
    edits = [Edit(VILLAGE, "64.02.18.2001"), Edit("r", "x")]
    made = pieces_of_edits(Dossier(submission()), edits, FORM, WRITER)
    assert Piece(FRESH, "restricted", Change(VILLAGE, "64.02.18.2001", ())) in made


def test_what_a_change_names_and_nobody_knows_is_kept_for_the_submission() -> None:
    dossier = Dossier(submission(), (part(PART, "luka"),))
    unknown = "A" * 22
    assert edit_of(dossier, Change("a", "2", (BEGUN.id, unknown))).preds[RECORD] == (BEGUN.id, unknown)
