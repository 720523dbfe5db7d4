"""
What the four forms say of each question to the office and to the phone, written down a second time.

A role that is lost shows an identity number in full; a property that is lost leaves it out of the case; a
message that names another limit sends an officer in circles. Nothing else notices. Broken on purpose to see
each fail: `nik` without its role, `a_nik` without its property, 17 where the limit is 18, `l_tgl` not asked
of what came in part, a place without `parameters`.
"""

import re

import pytest

from domain.forms.program import Program
from forms.build import FORM_IDS, SHEETS
from tests.support.forms import compiled, context, definition
from tests.unit.test_forms_build import table

every_form = pytest.mark.parametrize("form_id", FORM_IDS)
CHILD, FAMILY, DELIVERY, FOLLOW_UP = FORM_IDS

ROLES = {
    CHILD: {
        "nik": "nik",
        "kk": "no_kk",
        "nama": "nama_anak",
        "nama_panggilan": "nama_panggilan",
        "nama_ibu": "nama_ibu",
        "nama_lain": "nama_ayah nama_pengasuh informan_nama",
        "tgl_lahir": "tgl_lahir",
        "jenis_kelamin": "jenis_kelamin",
        "hp": "hp_pengasuh",
        "alamat": "alamat pindah_keterangan",
        "lokasi": "lokasi",
        "desa": "desa",
        "kecamatan": "kecamatan",
        "desa_baru": "pindah_desa",
        "id_kasus": "id_kasus",
        "nama_kasus": "nama_kasus",
        "desa_kasus": "desa_kasus",
    },
    FAMILY: {
        "nik": "a_nik",
        "kk": "no_kk",
        "nama": "nama_kk a_nama",
        "nama_ibu": "a_nama_ibu",
        "nama_lain": "informan_nama",
        "tgl_lahir": "a_tgl_lahir",
        "jenis_kelamin": "a_jenis_kelamin",
        "alamat": "alamat pindah_keterangan",
        "lokasi": "lokasi",
        "desa": "desa",
        "kecamatan": "kecamatan",
        "desa_baru": "pindah_desa",
        "id_kasus": "id_keluarga a_kasus",
        "nama_kasus": "nama_kasus a_nama_kasus",
        "desa_kasus": "desa_kasus",
        "id_anggota": "a_id",
    },
    DELIVERY: {
        "nik_akhir": "nik_akhir",
        "nama": "nama_penerima",
        "nama_lain": "nama_wakil saksi",
        "alamat": "alamat pindah_keterangan",
        "lokasi": "lokasi",
        "desa": "desa",
        "kecamatan": "kecamatan",
        "desa_baru": "pindah_desa",
        "id_kasus": "id_penyaluran",
        "nama_kasus": "nama_kasus",
        "desa_kasus": "desa_kasus",
        "isi_kasus": "kasus_program kasus_periode kasus_nama_penerima kasus_bentuk kasus_uang_rencana",
        "id_anggota": "b_id",
    },
    FOLLOW_UP: {
        "alamat": "pindah_keterangan",
        "lokasi": "lokasi",
        "desa_baru": "pindah_desa",
        "id_kasus": "id_kasus",
        "nama_kasus": "nama_kasus",
        "desa_kasus": "desa_kasus",
        "id_anggota": "l_id",
    },
}
"""What each question is to the office."""

SAME = "alamat_baru<pindah_keterangan"
PROPERTIES = {
    (CHILD, "anak"): f"""
        keluarga<id_keluarga status_keberadaan {SAME} rt alamat nama<nama_anak nama_panggilan jenis_kelamin
        tgl_lahir umur_perkiraan nik_status nik no_kk dokumen status_ayah nama_ayah status_ibu nama_ibu
        tinggal_bersama nama_lembaga nama_pengasuh hp_pengasuh jam_sendiri stel_pakaian tempat_tidur
        partisipasi_sekolah jenjang nama_sekolah penyakit_kronis hambatan imunisasi status_gizi jkn
        anak_bekerja desil""",
    (FAMILY, "keluarga"): f"""
        sumber_usulan status_keberadaan {SAME} rt alamat kk_status no_kk nama_kk jumlah_anggota rumah_milik
        luas_lantai lantai dinding atap air_minum penerangan daya nafkah desil kelayakan""",
    (FAMILY, "anak"): """
        keluarga<a_keluarga nama<a_nama jenis_kelamin<a_jenis_kelamin tgl_lahir<a_tgl_lahir
        umur_perkiraan<a_umur_perkiraan nik_status<a_nik_status nik<a_nik nama_ibu<a_nama_ibu
        partisipasi_sekolah<a_sekolah hambatan<a_hambatan status_gizi<a_gizi jkn<a_jkn""",
    (DELIVERY, "penyaluran"): """
        penerima_kasus<id_penerima no_bast program sumber_dana periode tgl_salur rt alamat status_salur
        alasan_gagal bentuk uang_rencana uang_terima penerima<nama_penerima""",
    (FOLLOW_UP, "anak"): f"""
        kunjungan_terakhir<tgl_kunjungan status_keberadaan {SAME} tinggal_bersama jam_sendiri stel_pakaian
        partisipasi_sekolah kunjungan_berikut""",
}
"""What each form says of the cases of a list: a property, with its question if that has another name."""

SPELT = {
    "rt": "1 3",
    "nik": "16 0 4 0000",
    "a_nik": "16 0 4 0000",
    "no_kk": "16 0",
    "nik_akhir": "4",
    "nama_anak": "80",
    "nama_kk": "80",
    "a_nama": "80",
    "hp_pengasuh": "08 628 628 7 12 0",
    "periode": "2026 01 2026 1",
    "kebutuhan": "3",
}
"""The numbers in the messages of limits that are no plain bounds."""
WORDS = {"tiga": "3", "three": "3", "empat": "4", "four": "4"}
LANGUAGES = ("Bahasa Indonesia (id)", "English (en)")
BOUND = re.compile(r"(?:\.|string-length\(\.\)) *[<>]=? *(\d+)")


def survey(form_id):
    return table(SHEETS / f"{form_id}.survey.csv")


def name_of(path):
    return path.rpartition("/")[2]


def numbers_in(message):
    """As digits, without the marks between thousands: ``1.000–50.000`` → 1000 and 50000."""
    plain = re.sub(r"(?<=\d)[.,](?=\d{3})", "", message)
    return re.findall(r"\d+", " ".join(WORDS.get(word.strip("."), word) for word in plain.split()))


@every_form
def test_every_question_has_the_role_by_which_the_office_treats_it(form_id):
    found = {}
    for one in definition(form_id).fields:
        if one.role:
            found.setdefault(one.role, set()).add(name_of(one.path))
    assert found == {role: set(names.split()) for role, names in ROLES[form_id].items()}


@pytest.mark.parametrize(("form_id", "list_name"), PROPERTIES)
def test_every_property_of_a_case_comes_from_its_question(form_id, list_name):
    (found,) = [one for one in definition(form_id).entities if one["list"] == list_name]
    wanted = [one.partition("<") for one in PROPERTIES[form_id, list_name].split()]
    assert {name: name_of(path) for path, name in found["save_to"].items()} == {
        name: question or name for name, _, question in wanted
    }


def test_a_property_is_the_same_thing_in_every_form_that_says_it():
    """Otherwise what is masked in one form stands open in the case."""
    told = {}
    for form_id in FORM_IDS:
        form = definition(form_id)
        for entity in form.entities:
            for path, name in entity["save_to"].items():
                told.setdefault((entity["list"], name), set()).add(form.field_at(path).role)
    assert {key: roles for key, roles in told.items() if len(roles) > 1} == {}


@every_form
def test_a_message_names_the_numbers_of_its_limit(form_id):
    for row in survey(form_id):
        bounds = BOUND.findall(row["constraint"])
        wanted = SPELT[row["name"]].split() if row["name"] in SPELT else bounds
        if wanted and "${" not in row["constraint"]:
            for language in LANGUAGES:
                assert numbers_in(row[f"constraint_message::{language}"]) == wanted, (row["name"], language)


@every_form
def test_every_place_and_every_picture_says_how_good_it_has_to_be(form_id):
    rows = survey(form_id)
    places = [row["parameters"] for row in rows if row["type"] == "geopoint"]
    assert set(places) == {"capture-accuracy=10 warning-accuracy=50"}
    pixels = [600 if row["appearance"] == "signature" else 1280 for row in rows if row["type"] == "image"]
    assert [row["parameters"] for row in rows if row["type"] == "image"] == [
        f"max-pixels={number}" for number in pixels
    ]
    xform = compiled(form_id).xform
    assert xform.count('accuracyThreshold="10"') == xform.count('AccuracyThreshold="50"') == len(places)
    assert [int(one) for one in re.findall(r':max-pixels="(\d+)"', xform)] == pixels


@pytest.mark.parametrize(("status", "is_asked"), [("1", True), ("2", True), ("3", False), ("4", False)])
def test_when_and_for_what_is_asked_of_every_service_that_arrived(status, is_asked):
    answers = {"g_tugas/status_keberadaan": "1", "layanan/m_1/l_status": status}
    found = Program.of(definition(FOLLOW_UP)).evaluate(answers, context())
    assert [found.relevant(f"layanan/m_1/{name}") for name in ("l_tgl", "l_guna")] == [is_asked] * 2
