"""Rules of the merge that generated histories do not reach; for the others see tests/property."""

import pytest

from domain.merge import fold, is_under, preds_of_removal, preds_of_restore, view
from domain.operations import ALIVE, DEAD
from tests.support.builders import RECORD, edit, operation


@pytest.mark.parametrize(
    ("versions", "newest"),
    [
        (("9", "10"), "10"),
        (("2026010101", "2026010102"), "2026010102"),
        (("draft", "1"), "1"),
        (("v2", "v10"), "v10"),
        (("1.9", "1.10"), "1.10"),
        (("1.9", "1.9-2"), "1.9-2"),
        (("v10", "1.10"), "v10"),
        (("v10", "2"), "2"),
        (("1", "01"), "1"),
    ],
)
def test_a_record_is_read_with_the_newest_version_of_its_form(versions: tuple[str, str], newest: str) -> None:
    """Whoever came last. Broken on purpose: the oldest version taken; versions compared as texts."""
    forms = [f"verifikasi_anak@{version}" for version in versions]
    operations = [edit(f"a{i}", "1", form=form, salt=f"s{i}") for i, form in enumerate(forms)]
    for some in (operations, operations[::-1]):
        assert fold(None, some, RECORD).form == f"verifikasi_anak@{newest}"


def test_a_version_of_which_nothing_is_left_counts_no_more() -> None:
    """Broken on purpose: the origins of replaced values kept."""
    newer = edit("a", "1", form="verifikasi_anak@2")
    older = edit("a", "2", newer, form="verifikasi_anak@1")
    assert fold(None, [newer, older], RECORD).form == "verifikasi_anak@1"


def test_a_removal_spares_the_member_whose_id_only_begins_alike() -> None:
    """Broken on purpose: `is_under` without the stroke; the removal named the other one's answers too."""
    one, other = edit("m/m_1/x", "1", salt="1"), edit("m/m_10/x", "2", salt="2")
    state = fold(None, [one, other], RECORD)
    assert preds_of_removal(state, "m/m_1") == (one.id,)
    assert not is_under("m/m_10", "m/m_1")
    removed = fold(state, [edit("m/m_1", DEAD, one, salt="3")], RECORD)
    assert view(removed).answers == {"m/m_10/x": "2"}


def test_bringing_back_names_what_was_brought_back_before() -> None:
    """Broken on purpose: the removals alone were named, and every undo left one more value behind."""
    answer = edit("m/m_1/x", "1")
    gone = edit("m/m_1", DEAD, answer, salt="1")
    back = edit("m/m_1", ALIVE, gone, salt="2")
    # Somebody who has not seen that it is back removes it as well.
    again = edit("m/m_1", DEAD, answer, salt="3")
    state = fold(None, [answer, gone, back, again], RECORD)
    preds = preds_of_restore(state, "m/m_1")
    assert set(preds) == {back.id, again.id}
    undone = fold(state, [operation([("m/m_1", ALIVE, preds)], salt="4")], RECORD)
    assert [one.value for one in undone.at("m/m_1")] == [ALIVE]
    assert view(undone).answers == {"m/m_1/x": "1"}


@pytest.mark.parametrize("salts", [("1", "2"), ("2", "1"), ("3", "4"), ("5", "6")])
def test_what_two_removals_have_seen_counts_together(salts: tuple[str, str]) -> None:
    """Whichever stands last. Broken on purpose: only what the last removal had seen; it was contested."""
    one, other = edit("m/m_1/x", "1", salt="x"), edit("m/m_1/y", "2", salt="y")
    whole = edit("m/m_1", DEAD, one, other, salt=salts[0])
    half = edit("m/m_1", DEAD, one, salt=salts[1])
    shown = view(fold(None, [one, other, whole, half], RECORD))
    assert (shown.answers, shown.removals) == ({}, {})
    assert shown.hidden == {"m/m_1"}
