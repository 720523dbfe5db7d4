"""
The deeds of ``tests/vectors/deeds.json``: the phone app's device does them too and makes the same operations.

    python -m tests.support.deed_scenes        writes them anew
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest import mock

from domain.cases import begun_by, case_kind
from domain.compose import Piece
from domain.dossier import REMOVAL
from domain.operations import REVIEW, SUBMISSION, VILLAGE, Change
from domain.planning import round_record
from domain.review import Decision, decision_value
from domain.rounds import Plan, pieces_of_assigning, pieces_of_round
from tests.support.casework import ASHA, CHILD, DELIVERY, FAMILY, FOLLOW_UP, FOUND
from tests.support.deed_forms import deed_forms
from tests.support.deeds import AREAS, FAR_VILLAGE, HOME_VILLAGE, OTHER_VILLAGE, VERSION, Scene, state_on

FILE: Final = Path(__file__).parents[1] / "vectors" / "deeds.json"
NIK, OTHER_NIK = "6402184105169001", "6402184105169002"
DINA: Final = {
    "a_nama": "Dina Ayu",
    "a_hubungan": "3",
    "a_jenis_kelamin": "2",
    "a_tgl_lahir": "2016-05-01",
    "a_nik_status": "1",
    "a_nik": NIK,
    "a_sekolah": "1",
    "a_jkn": "1",
}
HOME: Final = {**FOUND, "g_kk/nama_kk": "Rahmat", "g_kk/jumlah_anggota": "2"}
ROUND: Final = "8f9619ff-8b86-4d11-b42d-00c04fc964ff"
PLAN: Final = Plan("Semester 2", "2026-09-01", "2026-09-30")
NAME, NICKNAME = "g_anak/nama_anak", "g_anak/nama_panggilan"


def member(name: str, **answers: str) -> dict[str, str]:
    return {f"anggota/{name}/{question}": value for question, value in answers.items()}


# --- scenes --------------------------------------------------------------------------------------


def a_child_is_found_and_corrected(scene: Scene) -> None:
    # A number that nobody asks for is none that is told.
    hidden = {"g_anak/nik_status": "3", "g_anak/nik": NIK}
    record = scene.fill(CHILD, {**ASHA, **hidden, "g_lindung/bahaya_segera": "1"}, HOME_VILLAGE)
    draft = scene.correct(record)
    scene.type(draft, {NAME: "Asha Putri", NICKNAME: "Ash\u00e9", "tidak/ada": "lain"})
    scene.finish(draft)
    scene.meet()
    draft = scene.correct(record)
    scene.type(draft, {NICKNAME: "Acha"})
    scene.type(draft, {NICKNAME: ""})
    scene.finish(draft)
    scene.discard(scene.correct(record))
    draft = scene.correct(record)
    scene.finish(draft)


def nobody_agreed_and_then_somebody_did(scene: Scene) -> None:
    answers = {**ASHA, "g_setuju/setuju": "2"}
    record = scene.fill(CHILD, answers, HOME_VILLAGE)
    draft = scene.correct(record)
    scene.type(draft, {"g_setuju/setuju": "1", "g_wilayah/desa": FAR_VILLAGE})
    scene.finish(draft)
    draft = scene.correct(record)
    scene.type(draft, {"g_setuju/setuju": "2", "g_wilayah/rt": "3"})
    scene.finish(draft)


def restricted_answers_go_into_a_part(scene: Scene) -> None:
    draft = scene.start("coba", HOME_VILLAGE)
    scene.type(draft, {"nama": "Asha", "sakit": "TB", "anak/m_1/n": "1"})
    record = scene.finish(draft)
    draft = scene.correct(record)
    scene.type(draft, {"obat": "OAT", "sakit": "sembuh"})
    scene.finish(draft)
    scene.meet()
    draft = scene.correct(record)
    scene.type(draft, {"obat": "OAT 2"})
    scene.budi.desk.writer.set(record, {"obat": "lain", VILLAGE: OTHER_VILLAGE})
    scene.finish(draft)
    scene.meet()
    scene.resolve(record, "obat", scene.asha.reader.dossier(record).conflicts["obat"][1].id)


def what_a_form_sets_is_set_when_a_conflict_is_settled(scene: Scene) -> None:
    record = scene.fill("coba", {"nama": "Asha", "sapaan": "Bu Asha"}, HOME_VILLAGE)
    scene.meet()
    for desk, name in ((scene.budi.desk, "Aisha"), (None, "Ayesh")):
        if desk:
            desk.writer.set(record, {"nama": name, "sapaan": "Ibu"})
        else:
            draft = scene.correct(record)
            scene.type(draft, {"nama": name})
            scene.finish(draft)
    scene.meet()
    scene.resolve(record, "nama", "Aisyah")
    scene.resolve(record, "sapaan", scene.asha.reader.dossier(record).conflicts["sapaan"][1].id)
    scene.resolve(record, "sapaan", "nobody disagrees any more")


def members_are_added_and_removed(scene: Scene) -> None:
    people = {**member("m_1", **DINA), **member("m_2", a_nama="Budi", a_isi_form_a="0")}
    draft = scene.start(FAMILY, HOME_VILLAGE)
    scene.type(draft, {**HOME, **people, **member("m_3", a_nama="Citra")})
    scene.remove(draft, "anggota/m_3")
    scene.remove(draft, "anggota")
    record = scene.finish(draft)
    scene.meet()
    draft = scene.correct(record)
    scene.type(draft, {**member("m_4", a_nama="Eka"), **member("m_2", a_nama="Budiman")})
    scene.remove(draft, "anggota/m_2")
    scene.remove(draft, "anggota/m_4")
    scene.type(draft, member("m_2", a_nama="Budi lagi"))
    scene.remove(draft, "anggota/m_9")
    scene.remove(draft, "anggota/m_2")
    scene.finish(draft)


def a_removal_is_contested_and_settled(scene: Scene) -> None:
    first = scene.fill("coba", {"nama": "Asha", "anak/m_1/n": "1", "anak/m_2/n": "2"}, HOME_VILLAGE)
    scene.meet()
    draft = scene.correct(first)
    scene.remove(draft, "anak/m_1")
    scene.remove(draft, "anak/m_2")
    scene.budi.desk.writer.set(first, {"anak/m_1/n": "11", "anak/m_2/n": "22"})
    scene.meet()
    scene.finish(draft)
    scene.meet()
    scene.remove(scene.correct(first), "anak/m_1")
    scene.resolve(first, "anak/m_1" + REMOVAL, "keep")
    scene.resolve(first, "anak/m_2" + REMOVAL, "remove")
    scene.resolve(first, "anak/m_2" + REMOVAL, "remove")
    scene.resolve(first, "nama" + REMOVAL, "perhaps")


def two_officers_disagree_on_a_case_and_one_chooses(scene: Scene) -> None:
    record = scene.fill(CHILD, {**ASHA, "g_pangan/stel_pakaian": "5"}, HOME_VILLAGE)
    case = begun_by(record, "", "anak")
    scene.meet()
    draft = scene.correct(record)
    scene.type(draft, {NAME: "Asha B", "g_pangan/stel_pakaian": "6"})
    scene.budi.desk.writer.set(record, {NAME: "Asha C", "g_pangan/stel_pakaian": "7"})
    scene.finish(draft)
    scene.meet()
    sides = scene.asha.reader.dossier(record).conflicts[NAME]
    scene.resolve(record, NAME, sides[1].id)
    scene.resolve(record, "g_pangan/stel_pakaian", "8")
    scene.meet()
    for path in sorted(scene.asha.reader.dossier(case).conflicts):
        scene.resolve(case, path, scene.asha.reader.dossier(case).conflicts[path][0].id)
    scene.resolve(case, "nama", "Asha D")


def a_visit_begins_with_what_the_case_says(scene: Scene) -> None:
    case = begun_by(scene.fill(CHILD, ASHA, HOME_VILLAGE), "", "anak")
    asked = pieces_of_round(ROUND, HOME_VILLAGE, FOLLOW_UP, PLAN)
    scene.office([*asked, *pieces_of_assigning(None, ROUND, case, HOME_VILLAGE, "asha")])
    draft = scene.start(FOLLOW_UP, None, case)
    scene.type(draft, {**FOUND, "g_tugas/tgl_kunjungan": "2026-09-21", "g_asuh/jam_sendiri": "4"})
    scene.budi.desk.writer.set(case, {"jam_sendiri": "2"})
    scene.meet()
    visit = scene.finish(draft)
    scene.meet()
    draft = scene.correct(visit)
    scene.type(draft, {"g_asuh/jam_sendiri": "5", "g_hak/stel_pakaian": "9"})
    scene.budi.desk.writer.set(case, {"stel_pakaian": "3"})
    scene.meet()
    scene.finish(draft)
    scene.start(FAMILY, None, case)
    scene.start(FOLLOW_UP, None, visit)
    scene.start("tidak", None, case)
    scene.start(FOLLOW_UP, "Muara")


def a_family_is_visited_again(scene: Scene) -> None:
    first = scene.fill(
        FAMILY, {**HOME, **member("m_0", a_nama="Rahmat"), **member("m_1", **DINA)}, HOME_VILLAGE
    )
    home, child = begun_by(first, "", "keluarga"), begun_by(first, "anggota/m_1", "anak")
    scene.meet()
    prefilled = f"anggota/m_{child}"
    draft = scene.start(FAMILY, None, home)
    scene.type(draft, {**FOUND, f"{prefilled}/a_sekolah": "2", f"{prefilled}/a_nama": "Dina Ayu"})
    scene.budi.desk.writer.set(child, {"partisipasi_sekolah": "3", "nama": "Dina A."})
    scene.meet()
    scene.finish(draft)
    entered = {**DINA, "a_nama": " DINA  ayu", "a_nik_status": "3", "a_nik": "", "a_sekolah": "3"}
    again = scene.fill(FAMILY, {**FOUND, **member("m_9", **entered)}, None, home)
    scene.meet()
    draft = scene.correct(again)
    scene.type(draft, {"anggota/m_9/a_kasus": ""})
    scene.finish(draft)
    doubtful = {**DINA, "a_nik": OTHER_NIK, "a_tgl_lahir": "2016-05-01"}
    scene.fill(FAMILY, {**FOUND, **member("m_8", **doubtful)}, None, home)
    scene.fill(FAMILY, {**HOME, **member("m_7", **DINA)}, HOME_VILLAGE)
    draft = scene.start(FAMILY, None, home)
    scene.remove(draft, prefilled)
    scene.type(draft, {**FOUND, "g_wilayah/desa": OTHER_VILLAGE})
    moved = scene.finish(draft)
    draft = scene.correct(moved)
    scene.type(draft, member("m_6", **{**DINA, "a_jkn": "2"}))
    scene.finish(draft)


def a_delivery_is_planned_and_brought(scene: Scene) -> None:
    planned = "7f9619ff-8b86-4d11-b42d-00c04fc964ff"
    said = {
        VILLAGE: HOME_VILLAGE,
        "label": "BPNT Asha",
        "program": "1",
        "penerima": "Asha",
        "periode": "2026-09",
    }
    kind = case_kind("penyaluran")
    scene.office([Piece(planned, kind, Change(path, value, ())) for path, value in said.items()])
    answers = {
        "g_salur/tgl_salur": "2026-09-20",
        "g_status/status_salur": "1",
        "g_wilayah/desa": HOME_VILLAGE,
    }
    record = scene.fill(DELIVERY, answers, None, planned)
    draft = scene.correct(record)
    scene.type(draft, {"g_status/status_salur": "2", "g_wilayah/rt": "4"})
    scene.finish(draft)


def a_return_is_answered_and_a_round_named(scene: Scene) -> None:
    scene.office(pieces_of_round(ROUND, HOME_VILLAGE, CHILD, PLAN))
    record = scene.fill(CHILD, ASHA, HOME_VILLAGE)
    scene.meet()
    state = state_on(scene.asha, record)
    remark = decision_value(Decision.RETURN, state.etag, "Periksa nama", {NAME: "Ejaan?"})
    reviews = tuple(one.id for one in state.at(REVIEW))
    scene.office([Piece(record, SUBMISSION, Change(REVIEW, remark, reviews))])
    draft = scene.correct(record)
    scene.finish(draft)
    scene.meet()
    scene.start(CHILD, HOME_VILLAGE)
    scene.correct(round_record(ROUND, HOME_VILLAGE))


def a_form_that_was_left_out_is_filed_again(scene: Scene) -> None:
    answers = {**HOME, **member("m_1", **DINA), **member("m_2", a_nama="Budi")}
    record = scene.fill(FAMILY, answers, HOME_VILLAGE)
    draft = scene.correct(record)
    scene.remove(draft, "anggota/m_2")
    scene.finish(draft)
    for operation in [one.id for one in scene.asha_operations() if record in one.records]:
        scene.leave_out(operation)
    draft = scene.correct(record)
    scene.type(draft, {"g_kk/nama_kk": "Rachmat"})
    scene.finish(draft)
    small = scene.fill("coba", {"nama": "Asha", "sakit": "TB"}, HOME_VILLAGE)
    for operation in [one.id for one in scene.asha_operations() if small in one.records]:
        scene.leave_out(operation)
    draft = scene.correct(small)
    scene.type(draft, {"nama": "Aisyah"})
    scene.finish(draft)


def what_was_left_out_is_put_away(scene: Scene) -> None:
    record = scene.fill("coba", {"nama": "Asha"}, HOME_VILLAGE)
    (operation,) = [one.id for one in scene.asha_operations()]
    scene.dismiss(operation)
    scene.leave_out(operation)
    scene.dismiss(operation)
    scene.correct(record)


def what_makes_no_sense_is_refused(scene: Scene) -> None:
    answers = {**ASHA, NAME: " Asha ", "g_anak/nik_status": "1", "g_anak/nik": NIK}
    record = scene.fill(CHILD, answers, HOME_VILLAGE)
    draft = scene.correct(record)
    wrong = {
        "$village": HOME_VILLAGE,
        "g_anak/nik": "6402********9001",
        "g_anak": "x",
        "a//b": "x",
        "a#b": "x",
    }
    for path, text in {**wrong, "g_anak/nama_anak/lagi": "x", "a" * 401: "x"}.items():
        scene.type(draft, {path: text})
    scene.type("9f9619ff-8b86-4d11-b42d-00c04fc964ff", {NAME: "x"})
    scene.correct("9f9619ff-8b86-4d11-b42d-00c04fc964ff")
    scene.finish(draft)
    scene.resolve(record, NAME, "x")


def a_child_in_danger(scene: Scene) -> None:
    scene.fill("coba", {"nama": "Asha", "bahaya_segera": "1"}, HOME_VILLAGE)


SCENES: Final[tuple[Callable[[Scene], None], ...]] = (
    a_child_is_found_and_corrected,
    nobody_agreed_and_then_somebody_did,
    restricted_answers_go_into_a_part,
    what_a_form_sets_is_set_when_a_conflict_is_settled,
    members_are_added_and_removed,
    a_removal_is_contested_and_settled,
    two_officers_disagree_on_a_case_and_one_chooses,
    a_visit_begins_with_what_the_case_says,
    a_family_is_visited_again,
    a_delivery_is_planned_and_brought,
    a_return_is_answered_and_a_round_named,
    a_form_that_was_left_out_is_filed_again,
    what_was_left_out_is_put_away,
    what_makes_no_sense_is_refused,
    a_child_in_danger,
)


@contextmanager
def played(play: Callable[[Scene], None], forms: list[dict[str, Any]]) -> Iterator[Scene]:
    """A scene after it was played."""
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(play.__name__, Path(folder), forms)
        try:
            with mock.patch("client_sync.writer.__version__", VERSION):
                play(scene)
            yield scene
        finally:
            scene.close()


def text() -> str:
    """The file's text."""
    forms = deed_forms()
    scenes = []
    for play in SCENES:
        with played(play, forms) as scene:
            scenes.append({"claim": scene.claim.replace("_", " "), "steps": scene.steps})
    head = {"version": VERSION, "areas": AREAS, "author": "asha", "replica": "replica-asha", "forms": forms}
    rows = [json.dumps(one, ensure_ascii=True, separators=(",", ":")) for one in scenes]
    return f'{{"head":{json.dumps(head, separators=(",", ":"))},\n"scenes":[\n' + ",\n".join(rows) + "\n]}\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
