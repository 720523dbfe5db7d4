"""
Forms begin and update cases, in the operation that files them.

Broken on purpose, each time with a failing test here: an untouched answer counted as one that somebody gave;
every value of a property was named, seen or not; a case got an id by chance, so that each correction
began another; a correction went into a case that says something newer; the village of a case was set to one
outside of the officer's areas.
"""

import json

import pytest

from client_sync import expressions
from client_sync.expressions import PATTERNS
from domain.cases import CASE, begun_by
from domain.errors import InvalidRequest
from domain.operations import VILLAGE as PLACE
from tests.support.casework import (
    ASHA,
    CHILD,
    DELIVERY,
    FAMILY,
    FOLLOW_UP,
    FOUND,
    begin_child,
    case_on,
    disputed,
    phone_with_forms,
    publish_forms,
)
from tests.support.devices import FAR_VILLAGE, OTHER_VILLAGE, VILLAGE, Fleet, Phone
from tests.support.terminal import Ended, Verilap

CLOTHES, SCHOOL = "g_hak/stel_pakaian", "g_hak/partisipasi_sekolah"
CLOTHES_OF_CHILD = "g_pangan/stel_pakaian"
VISIT = {"g_tugas/status_keberadaan": "1", "g_tugas/tgl_kunjungan": "2026-09-20"}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    publish_forms(fleet)
    return phone_with_forms(fleet)


@pytest.fixture
def budi(fleet: Fleet, asha: Phone) -> Phone:
    return phone_with_forms(fleet, "budi")


def test_a_form_and_the_case_that_it_begins_are_one_operation(asha: Phone) -> None:
    saved = asha.new(CHILD, VILLAGE, ASHA)
    (operation,) = asha.operations()
    case = begun_by(saved.record, "", "anak")
    assert [(part.record, part.kind) for part in operation.parts] == [
        (saved.record, "submission"),
        (case, "case:anak"),
    ]
    assert operation.part_of(saved.record).value_at(CASE) == case
    told = case_on(asha, case)
    assert (told["label"], told["nama"], told["stel_pakaian"], told[PLACE]) == ("Asha", "Asha", "5", VILLAGE)


def test_nobody_found_begins_no_case(asha: Phone) -> None:
    asha.new(CHILD, VILLAGE, {"g_tugas/status_keberadaan": "4", "g_anak/nama_anak": "Asha"})
    assert list(asha.cases()) == []


def test_a_case_begins_when_a_correction_says_that_somebody_was_there(asha: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, {**ASHA, "g_setuju/setuju": ""}).record
    assert list(asha.cases()) == []
    asha.set(record, {"g_setuju/setuju": "1"})
    (case,) = asha.cases()
    assert (case.record, case_on(asha, case.record)["nama"]) == (begun_by(record, "", "anak"), "Asha")
    assert asha.dossier(record).answers[CASE] == case.record


def test_two_who_complete_one_form_offline_begin_one_case(asha: Phone, budi: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, {**ASHA, "g_setuju/setuju": ""}).record
    asha.sync()
    budi.sync()
    for phone in (asha, budi):
        phone.set(record, {"g_setuju/setuju": "1"})
    asha.sync()
    budi.sync()
    (case,) = budi.cases()
    assert case.is_settled
    assert budi.dossier(record).is_settled


def test_a_form_from_a_case_begins_with_what_the_case_says(asha: Phone) -> None:
    case = begin_child(asha)
    record = asha.new(FOLLOW_UP, None, VISIT, case=case).record
    told = asha.dossier(record).answers
    assert (told["g_tugas/id_kasus"], told["g_tugas/nama_kasus"]) == (case, "Asha")
    assert told["g_tugas/desa_kasus"] == told[PLACE] == VILLAGE
    assert (told[CLOTHES], told[CASE]) == ("5", case)


def test_answers_that_are_given_win_over_the_case_and_change_it(asha: Phone) -> None:
    case = begin_child(asha)
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2", "g_tugas/id_kasus": "other"}, case=case)
    assert case_on(asha, case)["stel_pakaian"] == "2"
    assert asha.dossier(case).is_settled


def test_an_untouched_answer_overwrites_nothing(asha: Phone) -> None:
    case = begin_child(asha)
    before = len(asha.dossier(case).submission.survivors)
    asha.new(FOLLOW_UP, VILLAGE, {"g_tugas/status_keberadaan": "1"}, case=case)
    assert len(asha.dossier(case).submission.survivors) == before
    assert case not in asha.operations()[-1].records


def test_two_officers_who_change_different_properties_of_a_case_do_not_conflict(
    asha: Phone, budi: Phone
) -> None:
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, SCHOOL: "2"}, case=case)
    asha.sync()
    budi.sync()
    told = case_on(budi, case)
    assert (told["stel_pakaian"], told["partisipasi_sekolah"]) == ("2", "2")
    assert disputed(budi, case) == {}


def test_the_same_property_is_a_conflict_and_is_settled_like_any_other(asha: Phone, budi: Phone) -> None:
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "3"}, case=case)
    asha.sync()
    budi.sync()
    assert disputed(budi, case) == {"stel_pakaian": {"2", "3"}}
    budi.resolve(case, "stel_pakaian", "3")
    assert (disputed(budi, case), case_on(budi, case)["stel_pakaian"]) == ({}, "3")


def test_an_answer_to_a_disputed_property_replaces_the_value_that_was_shown(asha: Phone, budi: Phone) -> None:
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "3"}, case=case)
    asha.sync()
    budi.sync()
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "4"}, case=case)
    assert "4" in disputed(budi, case)["stel_pakaian"]
    assert len(disputed(budi, case)["stel_pakaian"]) == 2


def test_an_untouched_answer_does_not_choose_between_disputed_values(asha: Phone, budi: Phone) -> None:
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "3"}, case=case)
    asha.sync()
    budi.sync()
    before = budi.dossier(case).submission.at("stel_pakaian")
    budi.new(FOLLOW_UP, VILLAGE, {"g_tugas/status_keberadaan": "1"}, case=case)
    assert budi.dossier(case).submission.at("stel_pakaian") == before


# --- corrections ---------------------------------------------------------------------------------


def test_a_correction_reaches_the_case(asha: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, ASHA).record
    asha.set(record, {"g_anak/nama_anak": "Asha Putri"})
    told = case_on(asha, begun_by(record, "", "anak"))
    assert (told["nama"], told["label"]) == ("Asha Putri", "Asha Putri")
    assert asha.dossier(begun_by(record, "", "anak")).is_settled


def test_a_correction_of_an_earlier_visit_leaves_what_a_later_one_said(asha: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, ASHA).record
    case = begun_by(record, "", "anak")
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "2"}, case=case)
    asha.set(record, {"g_pangan/stel_pakaian": "6"})
    assert case_on(asha, case)["stel_pakaian"] == "2"
    assert disputed(asha, case) == {}


def test_settling_a_conflict_in_a_form_settles_it_in_the_case(asha: Phone, budi: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, ASHA).record
    case = begun_by(record, "", "anak")
    asha.sync()
    budi.sync()
    asha.set(record, {"g_pangan/stel_pakaian": "7"})
    budi.set(record, {"g_pangan/stel_pakaian": "8"})
    asha.sync()
    budi.sync()
    assert disputed(budi, case) == {"stel_pakaian": {"7", "8"}}
    budi.resolve(record, "g_pangan/stel_pakaian", "7")
    assert (disputed(budi, case), case_on(budi, case)["stel_pakaian"]) == ({}, "7")


def test_a_case_that_is_not_in_view_is_left_alone(asha: Phone, fleet: Fleet) -> None:
    record = asha.new(CHILD, VILLAGE, ASHA).record
    case = begun_by(record, "", "anak")
    asha.set(case, {PLACE: OTHER_VILLAGE})
    asha.sync()
    budi = phone_with_forms(fleet, "budi", (VILLAGE,))
    assert case not in budi.store.records.ids()
    budi.set(record, {"g_anak/nama_anak": "Asha Putri"})
    assert budi.operations()[-1].records == [record]


# --- drafts --------------------------------------------------------------------------------------


def test_a_draft_from_a_case_begins_filled_and_a_sync_changes_nothing_in_it(asha: Phone, budi: Phone) -> None:
    """What nobody touched overwrites nothing, also when the case says something else by now."""
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    draft = asha.drafts.start_draft(FOLLOW_UP, case=case)
    asha.drafts.type_answer(draft.id, "g_tugas/status_keberadaan", "1")
    asha.drafts.type_answer(draft.id, CLOTHES, "5")
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "1"}, case=case)
    budi.sync()
    asha.sync()
    record = asha.drafts.finish_draft(draft.id).record
    assert asha.dossier(record).answers[CLOTHES] == "5"
    assert (case_on(asha, case)["stel_pakaian"], disputed(asha, case)) == ("1", {})


def test_what_is_typed_in_a_draft_names_what_was_on_the_screen_then(asha: Phone, budi: Phone) -> None:
    case = begin_child(asha)
    asha.sync()
    budi.sync()
    draft = asha.drafts.start_draft(FOLLOW_UP, case=case)
    asha.drafts.type_answer(draft.id, "g_tugas/status_keberadaan", "1")
    asha.drafts.type_answer(draft.id, CLOTHES, "4")
    asha.drafts.type_answer(draft.id, CLOTHES, "3")
    budi.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "1"}, case=case)
    budi.sync()
    asha.sync()
    asha.drafts.finish_draft(draft.id)
    assert disputed(asha, case) == {"stel_pakaian": {"1", "3"}}


def test_a_finished_correction_updates_the_case(asha: Phone) -> None:
    record = asha.new(CHILD, VILLAGE, ASHA).record
    draft = asha.drafts.start_correction(record)
    asha.drafts.type_answer(draft.id, "g_pangan/stel_pakaian", "9")
    asha.drafts.finish_draft(draft.id)
    case = begun_by(record, "", "anak")
    assert (case_on(asha, case)["stel_pakaian"], disputed(asha, case)) == ("9", {})


# --- families and their members ------------------------------------------------------------------

MEMBER = {"a_nama": "Dina", "a_tgl_lahir": "2016-05-01", "a_sekolah": "1", "a_jenis_kelamin": "2"}
HOME = {**FOUND, "g_kk/nama_kk": "Rahmat", "g_kk/jumlah_anggota": "2"}


def family(member: dict[str, str]) -> dict[str, str]:
    return {**HOME, **{f"anggota/m_1/{name}": value for name, value in member.items()}}


def test_a_family_proposes_cases_for_its_children_at_risk(asha: Phone) -> None:
    record = asha.new(FAMILY, VILLAGE, {**family(MEMBER), "anggota/m_2/a_nama": "Rahmat"}).record
    assert len(asha.operations()) == 1
    home = begun_by(record, "", "keluarga")
    child = begun_by(record, "anggota/m_1", "anak")
    assert {one.record for one in asha.cases()} == {home, child}
    told = case_on(asha, child)
    assert (told["label"], told["nama"], told["keluarga"], told[PLACE]) == ("Dina", "Dina", home, VILLAGE)
    assert case_on(asha, home)["label"] == "Rahmat"


def test_a_second_visit_to_a_family_keeps_its_case(asha: Phone) -> None:
    home = begun_by(asha.new(FAMILY, VILLAGE, HOME).record, "", "keluarga")
    record = asha.new(FAMILY, None, {**family(MEMBER), "g_kk/jumlah_anggota": "3"}, case=home).record
    assert (case_on(asha, home)["jumlah_anggota"], disputed(asha, home)) == ("3", {})
    assert case_on(asha, begun_by(record, "anggota/m_1", "anak"))["keluarga"] == home
    assert len(list(asha.cases("keluarga"))) == 1


def test_a_correction_of_a_member_updates_the_case_that_it_proposed(asha: Phone) -> None:
    record = asha.new(FAMILY, VILLAGE, family(MEMBER)).record
    asha.set(record, {"anggota/m_1/a_nama": "Dina Putri"})
    told = case_on(asha, begun_by(record, "anggota/m_1", "anak"))
    assert (told["nama"], told["label"]) == ("Dina Putri", "Dina Putri")
    assert len(list(asha.cases("anak"))) == 1


# --- restricted answers and villages -------------------------------------------------------------


def test_restricted_answers_never_reach_the_case(asha: Phone) -> None:
    secret = {"g_lindung/bahaya_segera": "1", "g_lindung/catatan_lindung": "luka", "g_nilai/rekomendasi": "3"}
    asha.new(CHILD, VILLAGE, {**ASHA, **secret})
    (case,) = asha.cases()
    assert "luka" not in case.submission.to_bytes().decode()
    assert not any(name in case.answers for name in ("bahaya_segera", "catatan_lindung", "rekomendasi"))


def test_a_case_moves_with_its_household_within_the_officers_villages(asha: Phone) -> None:
    case = begin_child(asha)
    asha.new(
        FOLLOW_UP,
        VILLAGE,
        {
            "g_tugas/status_keberadaan": "2",
            "g_pindah/pindah_tujuan": "1",
            "g_pindah/pindah_kecamatan": "64.02.18",
            "g_pindah/pindah_desa": "64.02.18.2006",
        },
        case=case,
    )
    assert case_on(asha, case)[PLACE] == "64.02.18.2006"


@pytest.mark.parametrize("place", [FAR_VILLAGE, OTHER_VILLAGE + "1", "64.02.18.9999"])
def test_a_case_does_not_move_where_its_officer_may_not_write(asha: Phone, place: str) -> None:
    """That would hold the whole form back; a village that does not exist would for ever."""
    case = begin_child(asha)
    moved = {"g_tugas/status_keberadaan": "2", "g_pindah/pindah_tujuan": "1", "g_pindah/pindah_desa": place}
    asha.new(FOLLOW_UP, VILLAGE, moved, case=case)
    assert case_on(asha, case)[PLACE] == VILLAGE


# --- the command ---------------------------------------------------------------------------------


def test_a_form_is_opened_from_a_case_of_its_list_only(asha: Phone) -> None:
    home = begun_by(asha.new(FAMILY, VILLAGE, HOME).record, "", "keluarga")
    with pytest.raises(InvalidRequest) as caught:
        asha.new(DELIVERY, VILLAGE, {}, case=home)
    assert caught.value.code == "case-list"
    record = asha.new(CHILD, VILLAGE, ASHA).record
    with pytest.raises(InvalidRequest) as caught:
        asha.new(FOLLOW_UP, VILLAGE, {}, case=record)
    assert caught.value.code == "not-a-case"


def test_cases_are_listed_shown_and_visited_on_the_command_line(asha: Phone, verilap: Verilap) -> None:
    case = begin_child(asha)

    def run(*arguments: str, answers: str | None = None) -> Ended:
        return verilap(asha, *arguments, answers=answers)

    assert f"{case}  Asha" in run("cases").out
    assert json.loads(run("cases", "anak", "--json").out) == [
        {"record": case, "name": "Asha", "kind": "case:anak", "village": VILLAGE, "conflicts": 0}
    ]
    assert json.loads(run("cases", "keluarga", "--json").out) == []
    assert "stel_pakaian (Berapa stel pakaian" in run("show", case).out
    record = run("new", FOLLOW_UP, "--case", case, answers=json.dumps(VISIT)).out.split()[-1]
    assert json.loads(run("show", record, "--json").out)["answers"]["g_tugas/nama_kasus"] == "Asha"


def test_a_form_that_was_left_out_says_its_case_once_more(asha: Phone, fleet: Fleet) -> None:
    """Seen to fail when what stands in view by void operations counted as said."""
    fleet.server.users["asha"].areas = ()
    record = asha.new(CHILD, VILLAGE, ASHA).record
    asha.sync()
    (operation,) = asha.operations()
    fleet.server.users["asha"].areas = ("64.02.18",)
    fleet.server.decide(operation.id, "void")
    asha.sync()
    case = begun_by(record, "", "anak")
    asha.set(record, {"g_pangan/stel_pakaian": "6"})
    asha.sync()
    told = case_on(phone_with_forms(fleet, "budi"), case)
    assert (told["label"], told["stel_pakaian"], told[PLACE]) == ("Asha", "6", VILLAGE)


# --- rules that cannot be applied ------------------------------------------------------------------


@pytest.fixture
def rules_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of a form break at an answer with an exclamation mark."""

    def matches(pattern: str, text: str) -> bool:
        if "!" in text:
            raise ValueError(text)
        return PATTERNS(pattern, text)

    monkeypatch.setattr(expressions, "PATTERNS", matches)


@pytest.mark.usefixtures("rules_that_fail")
def test_a_form_whose_rules_fail_is_filed_told_and_begins_its_case_when_it_is_mended(
    asha: Phone, verilap: Verilap
) -> None:
    """Broken once: what the rules raised ended `verilap new`, and nothing was filed."""
    answers = json.dumps({**ASHA, "g_anak/nama_anak": "Asha!"})
    filed = verilap(asha, "new", CHILD, "--village", VILLAGE, answers=answers)
    assert filed.status == 0
    record = filed.out.split()[-1]
    assert "Isian ini tidak dapat diperiksa secara otomatis" in verilap(asha, "show", record).out
    assert list(asha.cases()) == []
    asha.set(record, {"g_anak/nama_anak": "Asha"})
    (case,) = asha.cases()
    assert (case.record, case_on(asha, case.record)["nama"]) == (begun_by(record, "", "anak"), "Asha")


@pytest.mark.usefixtures("rules_that_fail")
def test_what_was_said_while_rules_failed_reaches_the_case_and_overwrites_no_later_visit(asha: Phone) -> None:
    """Broken on purpose: the correction replaced what the case says by now, as if that had been in view."""
    case = begin_child(asha, nama="Asha")
    broken = {**ASHA, CLOTHES_OF_CHILD: "2", "g_wilayah/rt": "!"}
    record = asha.new(CHILD, VILLAGE, broken, case=case).record
    assert case_on(asha, case)["stel_pakaian"] == "5"
    asha.new(FOLLOW_UP, VILLAGE, {**VISIT, CLOTHES: "3"}, case=case)
    asha.set(record, {"g_wilayah/rt": "007"})
    assert disputed(asha, case) == {"stel_pakaian": {"2", "3"}}
