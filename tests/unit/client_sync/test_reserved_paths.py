"""What stands at reserved paths is typed by nobody, and only members of repeats are removed.

Broken on purpose, each time with a failing test here: `refuse_reserved` compared with a list of the
reserved paths that are known; it let the village through in `new`; a correction draft skipped it;
`settled_value` took any text at a reserved path; `_is_member` looked at the id alone, then at the form
alone; `refuse_no_member` refused to take back what stands removed; `--restore` was not looked at;
`refuse_no_question` left out in `new`, `set` and drafts, looked at the form alone, at what is below alone.
"""

import json

import pytest

from domain.errors import InvalidRequest
from domain.operations import DEAD, read_operation
from tests.support.builders import operation_json
from tests.support.devices import FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, Fleet, Phone
from tests.support.loopback import FORM
from tests.support.terminal import Verilap

RESERVED = [
    "$assigned",
    "$round",
    "$case",
    "$of",
    "$review",
    "$same-as",
    "$foo",
    "$village/x",
    "$assigned/m_1",
]
GROUPED = {
    **FORM,
    "version": "2",
    "fields": [
        *FORM["fields"],
        {"path": "g_kk/nama_kk", "type": "text", "label": {}, "pdp": "umum", "group": ["g_kk"]},
    ],
    "groups": [{"path": "g_kk", "label": {"id": "Keluarga"}}],
}
FILLED = {
    "nama": "a",
    "g_kk/nama_kk": "b",
    "anggota/m_1/nama": "c",
    "anggota/m_2/nama": "d",
    "lain/m_3/x": "e",
}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    fleet.server.forms = [GROUPED]
    return fleet.phone()


def code_of(refused: pytest.ExceptionInfo[InvalidRequest]) -> str:
    return refused.value.code


@pytest.mark.parametrize("path", [*RESERVED, "$village"])
def test_nobody_files_a_reserved_path(asha: Phone, path: str) -> None:
    draft = asha.drafts.start_draft("anak", VILLAGE)
    with pytest.raises(InvalidRequest) as in_new:
        asha.new("anak", VILLAGE, {path: VILLAGE})
    with pytest.raises(InvalidRequest) as in_draft:
        asha.drafts.type_answer(draft.id, path, VILLAGE)
    assert code_of(in_new) == code_of(in_draft) == "reserved-path"
    assert asha.operations() == []


@pytest.mark.parametrize("path", RESERVED)
def test_nobody_sets_a_reserved_path(asha: Phone, path: str) -> None:
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    draft = asha.drafts.start_correction(record)
    with pytest.raises(InvalidRequest) as in_set:
        asha.set(record, {path: "budi"})
    with pytest.raises(InvalidRequest) as in_draft:
        asha.drafts.type_answer(draft.id, path, "budi")
    assert code_of(in_set) == code_of(in_draft) == "reserved-path"
    assert len(asha.operations()) == 1


def test_a_record_moves_to_another_village_by_hand(asha: Phone) -> None:
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.set(record, {"$village": OTHER_VILLAGE})
    assert asha.dossier(record).village == OTHER_VILLAGE


def from_elsewhere(fleet: Fleet, record: str, *changes: tuple[str, object, list[str]]) -> None:
    """An operation of a newer version, or of another program."""
    sent = operation_json(changes, record=record, author="x", replica="office", form=None)  # type: ignore
    fleet.server.office(read_operation(sent))


def test_where_people_disagree_at_a_reserved_path_one_of_their_values_is_chosen(
    fleet: Fleet, asha: Phone
) -> None:
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    from_elsewhere(fleet, record, ("$assigned", "budi", []))
    from_elsewhere(fleet, record, ("$assigned", "carla", []))
    asha.sync()
    with pytest.raises(InvalidRequest) as refused:
        asha.resolve(record, "$assigned", "asha")
    assert code_of(refused) == "reserved-path"
    asha.resolve(record, "$assigned", "carla")
    assert asha.dossier(record).answers["$assigned"] == "carla"
    assert asha.dossier(record).is_settled


def test_a_village_on_which_people_disagree_may_be_a_third_one(fleet: Fleet, asha: Phone) -> None:
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    from_elsewhere(fleet, record, ("$village", OTHER_VILLAGE, []))
    asha.sync()
    asha.resolve(record, "$village", FAR_VILLAGE)
    assert asha.dossier(record).village == FAR_VILLAGE


# --- removals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("$village", "reserved-path"),
        ("$assigned/m_1", "reserved-path"),
        ("g_kk", "not-a-member"),
        ("g_kk/nama_kk", "not-a-member"),
        ("anggota", "not-a-member"),
        ("anggota/m_1/nama", "not-a-member"),
        ("nama", "not-a-member"),
        ("lain", "not-a-member"),
    ],
)
def test_only_a_member_of_a_repeat_is_removed_or_restored(asha: Phone, path: str, code: str) -> None:
    record = asha.new("anak", VILLAGE, FILLED).record
    with pytest.raises(InvalidRequest) as removed:
        asha.remove(record, path)
    with pytest.raises(InvalidRequest) as restored:
        asha.restore(record, path)
    assert code_of(removed) == code_of(restored) == code


def test_a_member_is_removed_by_the_form_or_where_that_says_nothing_by_its_id(asha: Phone) -> None:
    filled = {**FILLED, "anggota/ibu/nama": "f"}
    record = asha.new("anak", VILLAGE, filled).record
    for member in ("anggota/m_1", "anggota/ibu", "lain/m_3"):
        asha.remove(record, member)
        assert asha.dossier(record).is_hidden(member)
        asha.restore(record, member)
        assert not asha.dossier(record).is_hidden(member)


def test_without_the_form_what_looks_like_a_member_is_removed(asha: Phone) -> None:
    record = asha.new("anak", VILLAGE, FILLED).record
    asha.store.database._connection.execute("UPDATE form SET definition = NULL")
    for path in ("g_kk", "anggota", "m_1"):
        with pytest.raises(InvalidRequest) as refused:
            asha.remove(record, path)
        assert code_of(refused) == "not-a-member"
    asha.remove(record, "anggota/m_1")
    assert asha.dossier(record).is_hidden("anggota/m_1")


@pytest.mark.parametrize("path", ["g_kk", "anggota"])
def test_what_another_program_removed_elsewhere_can_be_restored(fleet: Fleet, asha: Phone, path: str) -> None:
    saved = asha.new("anak", VILLAGE, FILLED)
    asha.sync()
    from_elsewhere(fleet, saved.record, (path, DEAD, list(saved.operations)))
    asha.sync()
    assert asha.dossier(saved.record).is_hidden(path)
    asha.restore(saved.record, path)
    assert asha.dossier(saved.record).answers == {"$village": VILLAGE, **FILLED}


# --- what is no question --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["anggota/m_1", "anggota/ibu", "anggota", "g_kk", "lain", "lain/m_3"])
def test_nobody_answers_at_a_member_a_group_or_a_repeat(asha: Phone, path: str) -> None:
    """A removal would replace the answer, and taking it back could not bring it back."""
    record = asha.new("anak", VILLAGE, FILLED).record
    draft = asha.drafts.start_correction(record)
    with pytest.raises(InvalidRequest) as in_new:
        asha.new("anak", VILLAGE, {**FILLED, path: "x"})
    with pytest.raises(InvalidRequest) as in_set:
        asha.set(record, {path: "x"})
    with pytest.raises(InvalidRequest) as in_draft:
        asha.drafts.type_answer(draft.id, path, "x")
    assert code_of(in_new) == code_of(in_set) == code_of(in_draft) == "not-a-question"
    assert len(asha.operations()) == 1


def test_a_question_of_another_version_is_answered_and_not_removed(asha: Phone) -> None:
    filled = {**FILLED, "g_baru/m_berat": "12"}
    record = asha.new("anak", VILLAGE, filled).record
    asha.set(record, {"g_baru/m_berat": "13", "lain/m_3/y": "z"})
    with pytest.raises(InvalidRequest) as refused:
        asha.remove(record, "g_baru/m_berat")
    assert code_of(refused) == "not-a-member"


@pytest.mark.parametrize("is_known", [True, False])
def test_undoing_a_removal_brings_back_whatever_people_entered(asha: Phone, is_known: bool) -> None:
    """Invariant 3, where the form is on the device and where it is not."""
    record = asha.new("anak", VILLAGE, FILLED).record
    if not is_known:
        asha.store.database._connection.execute("UPDATE form SET definition = NULL")
    for member in ("anggota/m_1", "lain/m_3"):
        with pytest.raises(InvalidRequest):
            asha.set(record, {member: "catatan"})
        before = asha.dossier(record).answers
        asha.remove(record, member)
        asha.restore(record, member)
        assert asha.dossier(record).answers == before


def test_where_another_program_answered_at_a_member_people_are_settled(fleet: Fleet, asha: Phone) -> None:
    record = asha.new("anak", VILLAGE, FILLED).record
    asha.sync()
    from_elsewhere(fleet, record, ("anggota/m_1", "x", []))
    from_elsewhere(fleet, record, ("anggota/m_1", "y", []))
    asha.sync()
    asha.resolve(record, "anggota/m_1", "x")
    assert asha.dossier(record).is_settled


# --- the commands --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_commands_refuse_and_say_why(asha: Phone, verilap: Verilap, language: str) -> None:
    record = asha.new("anak", VILLAGE, FILLED).record
    why = {"id": "milik program", "en": "belong to the program"}[language]
    what = {"id": "bukan anggota", "en": "is no member"}[language]
    which = {"id": "bukan pertanyaan", "en": "is no question"}[language]
    answers = json.dumps({"$assigned": "budi"})
    new = verilap(asha, "new", "anak", "--village", VILLAGE, answers=answers, language=language)
    assert new.status == 2
    assert why in new.err
    for arguments, words in (
        (["$assigned=budi"], why),
        (["$village=" + OTHER_VILLAGE, "$round=2"], why),
        (["--remove", "$village"], why),
        (["--remove", "g_kk"], what),
        (["--restore", "anggota"], what),
        (["anggota/m_1=x"], which),
    ):
        told = verilap(asha, "set", record, *arguments, language=language)
        assert (told.status, told.out) == (2, "")
        assert words in told.err
    assert len(asha.operations()) == 1
