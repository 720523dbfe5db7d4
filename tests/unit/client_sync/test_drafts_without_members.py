"""
Members of a repeat that are removed while a form is being filled.

Broken on purpose, each time with a failing test here: what a draft said of a removed member was kept; a
removal named what was in view when the draft was finished; the members of a draft alone were sought in the
record; an answer was typed into a member that is gone; a member that was erased was still removed by a draft.
"""

import pytest

from client_sync.erasing import erase
from domain.erasing import Erased
from domain.errors import InvalidRequest
from tests.support.casework import FAMILY, FOUND, phone_with_forms, publish_forms
from tests.support.devices import VILLAGE, Fleet, Phone

MEMBER, OTHER = "anggota/m_1", "anggota/m_2"
HOME = {
    **FOUND,
    "g_kk/nama_kk": "Rahmat",
    f"{MEMBER}/a_nama": "Dina",
    f"{OTHER}/a_nama": "Budi",
}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    publish_forms(fleet)
    return phone_with_forms(fleet)


@pytest.fixture
def record(asha: Phone) -> str:
    saved = asha.new(FAMILY, VILLAGE, HOME)
    asha.sync()
    return saved.record


def test_a_correction_removes_a_member_when_it_is_finished(asha: Phone, record: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.type_answer(draft, f"{MEMBER}/a_nama", "Dina Ayu")
    asha.drafts.remove_member(draft, MEMBER)
    assert asha.dossier(record).answers[f"{MEMBER}/a_nama"] == "Dina"
    asha.drafts.finish_draft(draft)
    shown = asha.dossier(record)
    assert (shown.is_hidden(MEMBER), shown.answers.get(f"{OTHER}/a_nama")) == (True, "Budi")
    assert (dict(shown.conflicts), shown.removals) == ({}, {})


def test_a_removal_does_not_hide_what_came_after_it_was_seen(asha: Phone, record: str, fleet: Fleet) -> None:
    budi = phone_with_forms(fleet, "budi")
    draft = asha.drafts.start_correction(record).id
    asha.drafts.remove_member(draft, MEMBER)
    budi.set(record, {f"{MEMBER}/a_nama": "Dina Ayu"})
    budi.sync()
    asha.sync()
    asha.drafts.finish_draft(draft)
    assert list(asha.dossier(record).removals) == [MEMBER]


def test_a_member_of_the_draft_alone_is_taken_back(asha: Phone, record: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.type_answer(draft, "anggota/m_3/a_nama", "Citra")
    asha.drafts.type_answer(draft, "g_kk/nama_kk", "Rachmat")
    asha.drafts.remove_member(draft, "anggota/m_3")
    asha.drafts.finish_draft(draft)
    assert not [path for path in asha.dossier(record).survivors if path.startswith("anggota/m_3")]


def test_a_new_form_is_filed_without_the_members_that_were_removed(asha: Phone) -> None:
    draft = asha.drafts.start_draft(FAMILY, VILLAGE).id
    for path, value in HOME.items():
        asha.drafts.type_answer(draft, path, value)
    asha.drafts.remove_member(draft, MEMBER)
    answers = asha.dossier(asha.drafts.finish_draft(draft).record).answers
    assert [path for path in answers if path.endswith("a_nama")] == [f"{OTHER}/a_nama"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("g_kk", "not-a-member"),
        ("anggota", "not-a-member"),
        (f"{OTHER}/a_nama", "not-a-member"),
        ("anggota/m_9", "nothing-there"),
        (MEMBER, "member-removed"),
    ],
)
def test_what_is_no_member_any_more_is_not_removed(asha: Phone, record: str, path: str, code: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.remove_member(draft, MEMBER)
    with pytest.raises(InvalidRequest) as refused:
        asha.drafts.remove_member(draft, path)
    assert refused.value.code == code


def test_nothing_is_typed_into_a_member_that_is_removed(asha: Phone, record: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.remove_member(draft, MEMBER)
    with pytest.raises(InvalidRequest) as refused:
        asha.drafts.type_answer(draft, f"{MEMBER}/a_nama", "Dina")
    assert refused.value.code == "member-removed"


def test_a_contested_member_is_settled_before_it_is_removed(asha: Phone, record: str, fleet: Fleet) -> None:
    budi = phone_with_forms(fleet, "budi")
    budi.set(record, remove=[MEMBER])
    asha.set(record, {f"{MEMBER}/a_nama": "Dina Ayu"})
    asha.sync()
    budi.sync()
    asha.sync()
    draft = asha.drafts.start_correction(record).id
    with pytest.raises(InvalidRequest) as refused:
        asha.drafts.remove_member(draft, MEMBER)
    assert refused.value.code == "contested"


def test_an_erased_member_is_removed_by_no_draft(asha: Phone, record: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.remove_member(draft, MEMBER)
    with asha.store.transaction():
        erase(asha.store, Erased(members=frozenset({(record, MEMBER)})))
    assert asha.store.drafts.removals(draft) == []


def test_a_draft_that_is_thrown_away_removes_nobody(asha: Phone, record: str) -> None:
    draft = asha.drafts.start_correction(record).id
    asha.drafts.remove_member(draft, MEMBER)
    asha.drafts.discard_draft(draft)
    assert asha.store.drafts.removals(draft) == []
