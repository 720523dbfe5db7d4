"""
Forms act on a device: what they begin with, and what a change sets, is saved with what somebody enters.

Broken on purpose, each time with a failing test here: a default over a given answer, or over the case's; what
a trigger sets without the ids in view, or at a path on which people disagree; a member that was brought back
taken for a new one; a hidden restricted answer taken for blank; `end` written by a correction.
"""

import json

import pytest

from domain.operations import VILLAGE as PLACE
from tests.support.acting_form import FORM_ID, acting_form
from tests.support.devices import VILLAGE, Fleet, Phone, replica_of
from tests.support.terminal import Verilap

MOMENT = 1_790_000_412_000


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    fleet.server.forms = [acting_form().definition]
    return fleet.phone()


@pytest.fixture
def budi(fleet: Fleet, asha: Phone) -> Phone:
    return fleet.phone("budi")


def answers(phone: Phone, record: str) -> dict[str, object]:
    found = phone.dossier(record).answers
    return {path: value for path, value in found.items() if not path.startswith("$")}


def shared(asha: Phone, budi: Phone, **given: str) -> str:
    """A record that both have."""
    record = asha.new(FORM_ID, VILLAGE, given).record
    asha.sync()
    budi.sync()
    return record


def both_sync(asha: Phone, budi: Phone) -> None:
    for phone in (asha, budi, asha):
        phone.sync()


def test_a_new_form_begins_with_what_it_says_and_what_is_given_wins(asha: Phone) -> None:
    given = {"nama": "Asha", "picu": "x", "lanjut": "sendiri", "anggota/m_1/a_nama": "Budi"}
    record = asha.new(FORM_ID, VILLAGE, given, started=MOMENT, ended=MOMENT + 60_000).record
    assert answers(asha, record) == {
        **given,
        "mulai": "2026-09-21T22:20:12.000+08:00",
        "selesai": "2026-09-21T22:21:12.000+08:00",
        "hari": "2026-09-21",
        "siapa": "asha",
        "alat": replica_of(asha),
        "kota": "Tenggarong",
        "asal": "dari Tenggarong",
        "rincian": "menunggu",
        "isi": "x!",
        "tanda": "x",
        "sekali": "Tenggarong 2026-09-21",
        "anggota/m_1/a_status": "hidup",
        "anggota/m_1/a_ke": "Asha1",
        "anggota/m_1/a_isi": "Budi#",
    }
    assert len(asha.operations()) == 1


def test_a_case_wins_over_defaults_and_is_seen_by_them(asha: Phone) -> None:
    first = asha.new(FORM_ID, VILLAGE, {"nama": "Asha", "kota": "Samarinda", "picu": "x"}).record
    case = str(asha.dossier(first).answers["$case"])
    second = asha.new(FORM_ID, None, {}, case=case).record
    told = answers(asha, second)
    assert (told["kota"], told["asal"], told["isi"]) == ("Samarinda", "dari Samarinda", "x!")
    assert case not in asha.operations()[-1].records, "untouched answers change no case"
    asha.new(FORM_ID, None, {"picu": "y"}, case=case)
    assert asha.dossier(case).answers["isi"] == "y!"


def test_a_trigger_sets_in_the_same_operation_what_is_in_view(asha: Phone) -> None:
    record = asha.new(FORM_ID, VILLAGE, {"picu": "x"}).record
    before = asha.dossier(record)
    saved = asha.set(record, {"picu": "y"})
    assert len(saved.operations) == 1
    told = answers(asha, record)
    assert (told["isi"], told["lanjut"], told["tanda"]) == ("y!", "y!?", "y")
    part = asha.operations()[-1].part_of(record)
    assert part is not None
    preds = dict(zip(part.paths, part.preds, strict=True))
    assert preds["isi"] == before.on_screen("isi")[record]
    assert {notice.facts["path"] for notice in saved.notices} == {"isi", "lanjut", "tanda"}


def test_what_somebody_else_entered_meanwhile_is_not_replaced(asha: Phone, budi: Phone) -> None:
    record = shared(asha, budi, picu="x")
    budi.set(record, {"isi": "dari Budi"})
    asha.set(record, {"picu": "y"})
    both_sync(asha, budi)
    for phone in (asha, budi):
        assert {one.value for one in phone.dossier(record).conflicts["isi"]} == {"dari Budi", "y!"}


def test_a_path_on_which_people_disagree_is_left_to_them(asha: Phone, budi: Phone, verilap: Verilap) -> None:
    record = shared(asha, budi, picu="x")
    for phone in (asha, budi):
        phone.set(record, {"isi": f"dari {phone.identity.author}"})
    both_sync(asha, budi)
    done = verilap(asha, "set", record, "picu=z", language="en")
    assert done.status == 0
    assert f"verilap resolve {record} isi VALUE" in done.err
    assert {one.value for one in asha.dossier(record).conflicts["isi"]} == {"dari asha", "dari budi"}
    assert asha.dossier(record).answers["picu"] == "z"


def test_settling_a_conflict_at_a_trigger_sets_what_follows(asha: Phone, budi: Phone) -> None:
    record = shared(asha, budi, picu="x", isi="sama", lanjut="sama")
    for phone, value in ((asha, "1"), (budi, "2")):
        phone.set(record, {"picu": value, "isi": "sama", "tanda": "sama"})
    both_sync(asha, budi)
    saved = asha.resolve(record, "picu", "3")
    assert answers(asha, record)["isi"] == "3!"
    assert "isi" in {notice.facts["path"] for notice in saved.notices}


def test_only_new_members_begin(asha: Phone) -> None:
    record = asha.new(FORM_ID, VILLAGE, {"nama": "Asha", "anggota/m_1/a_nama": "Budi"}).record
    asha.set(record, {"anggota/m_1/a_status": ""})
    asha.set(record, {"anggota/m_1/a_nama": "Budiman", "anggota/m_2/a_nama": "Citra"})
    told = answers(asha, record)
    assert (told["anggota/m_1/a_status"], told["anggota/m_1/a_isi"]) == ("", "Budiman#")
    assert (told["anggota/m_2/a_status"], told["anggota/m_2/a_ke"]) == ("hidup", "Asha2")
    asha.remove(record, "anggota/m_1")
    asha.set(record, {"anggota/m_1/a_nama": "Budi"}, restore=["anggota/m_1"])
    assert answers(asha, record)["anggota/m_1/a_status"] == ""


def test_a_form_that_is_opened_again_does_not_begin_again(asha: Phone) -> None:
    record = asha.new(FORM_ID, VILLAGE, {"nama": "Asha"}).record
    before = answers(asha, record)
    asha.set(record, {"kota": "", "nama": "Citra"})
    assert answers(asha, record) == {**before, "kota": "", "nama": "Citra"}
    assert str(before["sekali"]).startswith("Tenggarong ")


def test_what_depends_on_an_answer_that_is_hidden_is_left_alone(asha: Phone, budi: Phone) -> None:
    record = shared(asha, budi, picu="x", aduan="rahasia ")
    assert answers(asha, record)["tanda"] == "rahasia x"
    assert "aduan" in budi.dossier(record).unreadable
    budi.set(record, {"picu": "y"})
    assert [path for path in budi.operations()[-1].part_of(record).paths if path[0] != "$"] == [
        "picu", "isi", "lanjut",
    ]  # fmt: skip
    both_sync(asha, budi)
    assert (answers(asha, record)["isi"], answers(asha, record)["tanda"]) == ("y!", "rahasia x")


def test_a_restricted_answer_that_a_form_sets_stays_in_its_part(asha: Phone) -> None:
    record = asha.new(FORM_ID, VILLAGE, {"picu": "x", "aduan": "rahasia "}).record
    asha.set(record, {"picu": "y"})
    for operation in asha.operations():
        part = operation.part_of(record)
        assert part is not None
        assert part.value_at("tanda") == {"$": "restricted"}
    assert answers(asha, record)["tanda"] == "rahasia y"


def test_a_draft_begins_acts_and_ends(asha: Phone) -> None:
    draft = asha.drafts.start_draft(FORM_ID, VILLAGE)
    begun = {one.path: one.value for one in asha.store.drafts.answers(draft.id)}
    assert (begun["kota"], begun["asal"], begun["siapa"]) == ("Tenggarong", "dari Tenggarong", "asha")
    assert "selesai" not in begun
    asha.drafts.type_answer(draft.id, "picu", "x")
    asha.drafts.type_answer(draft.id, "anggota/m_1/a_nama", "Budi")
    asha.drafts.take_answer_back(draft.id, "kota")
    record = asha.drafts.finish_draft(draft.id).record
    told = answers(asha, record)
    assert (told["isi"], told["lanjut"], told["anggota/m_1/a_status"]) == ("x!", "x!?", "hidup")
    assert "kota" not in told
    assert str(told["selesai"]) > str(told["mulai"])


def test_a_correction_in_a_draft_sets_what_follows_and_no_end(asha: Phone, budi: Phone) -> None:
    record = shared(asha, budi, picu="x")
    ended = answers(asha, record)["selesai"]
    draft = asha.drafts.start_correction(record)
    asha.drafts.type_answer(draft.id, "picu", "y")
    assert {one.path for one in asha.store.drafts.answers(draft.id)} == {"picu", "isi", "lanjut", "tanda"}
    budi.set(record, {"isi": "dari Budi"})
    both_sync(asha, budi)
    asha.drafts.finish_draft(draft.id)
    assert answers(asha, record)["selesai"] == ended
    assert {one.value for one in asha.dossier(record).conflicts["isi"]} == {"dari Budi", "y!"}


def test_a_draft_from_a_case_tells_the_case_what_the_form_set(asha: Phone) -> None:
    first = asha.new(FORM_ID, VILLAGE, {"nama": "Asha", "picu": "x"}).record
    case = str(asha.dossier(first).answers["$case"])
    draft = asha.drafts.start_draft(FORM_ID, case=case)
    asha.drafts.type_answer(draft.id, "picu", "y")
    asha.drafts.finish_draft(draft.id)
    assert (asha.dossier(case).answers["isi"], asha.dossier(case).answers[PLACE]) == ("y!", VILLAGE)
    assert asha.dossier(case).is_settled


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("id", "Formulir mengisi sendiri: isi."), ("en", "The form itself has set isi.")],
)
def test_what_a_form_set_is_told(asha: Phone, verilap: Verilap, language: str, sentence: str) -> None:
    made = verilap(asha, "new", FORM_ID, "--village", VILLAGE, answers='{"picu": "x"}', language=language)
    record = made.out.split()[-1]
    assert (made.status, made.err) == (0, "")
    changed = verilap(asha, "set", record, "picu=y", language=language)
    assert changed.status == 0
    assert sentence in changed.err
    assert json.loads(verilap(asha, "show", record, "--json").out)["answers"]["isi"] == "y!"
