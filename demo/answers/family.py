"""Answers to form B, *Verifikasi Keluarga Fakir Miskin*; its members are a repeat."""

from typing import Final

from demo.answers.filling import (
    FOUND,
    YES,
    Visit,
    at_least,
    consent_of,
    flat,
    pick,
    picture,
    place_of,
    some,
    yes_or_no,
)
from demo.people import CHILD, FEMALE, GRANDCHILD, Person

NOTES: Final = (
    "Penghasilan dari keramba, berkurang saat air danau surut.",
    "Rumah di atas rakit; atap bocor di dua tempat.",
    "Kepala keluarga buruh sawit lepas, bekerja 12 hari dalam sebulan.",
    "Keluarga layak; belum pernah menerima bantuan tetap.",
    "Listrik dari PLTS desa, hanya malam hari.",
    "Air minum dari danau, dimasak dengan kayu bakar.",
)


def answer_family(visit: Visit) -> dict[str, str]:
    """The household was found and its head answers everything."""
    home = visit.home
    answers = flat(
        {
            "g_tugas": {
                "jenis_kunjungan": pick(visit.chance, {"1": 6, "2": 4}),
                "sumber_usulan": pick(visit.chance, {"1": 5, "2": 3, "5": 2}),
                "status_keberadaan": FOUND,
            },
            "g_setuju": {**consent_of(visit), "pemberi_setuju": "1"},
            "g_wilayah": place_of(home, visit.chance),
            "g_kk": {
                "kk_status": "1",
                "no_kk": home.kk,
                "nama_kk": home.head.name,
                "jumlah_anggota": str(len(home.members)),
            },
            "g_rumah": _house(visit),
            "g_ekonomi": _income(visit),
            "g_bantuan": _aid(visit),
            "g_hasil": _result(visit),
            "g_bukti": {
                "informan_nama": home.head.name,
                "foto_depan": picture(visit.chance, "depan.jpg"),
                "foto_dalam": picture(visit.chance, "dalam.jpg"),
                "ttd_informan": picture(visit.chance, "tanda-tangan.jpg"),
            },
        }
    )
    for person in home.members:
        answers |= answer_member(visit, person)
    return answers


def answer_member(visit: Visit, person: Person) -> dict[str, str]:
    """One member of the household, under the member's id."""
    return flat({f"anggota/{person.member}": {**_identity(visit, person), **_state(visit, person)}})


def _identity(visit: Visit, person: Person) -> dict[str, str | None]:
    age, is_child = person.age(visit.day), person.relation in (CHILD, GRANDCHILD)
    return {
        "a_nama": person.name,
        "a_hubungan": person.relation,
        "a_jenis_kelamin": person.sex,
        "a_tgl_lahir": person.born.isoformat(),
        "a_nik_status": "1",
        "a_nik": person.nik,
        "a_keberadaan": "1",
        "a_kawin": None if age < 10 else "1" if is_child else "2" if len(visit.home.adults) > 1 else "5",
        "a_nama_ibu": visit.home.mother if age < 18 else None,
        "a_dokumen": some(visit.chance, {"1": 0.7, "2": 0.5}, none="0") if age < 17 else "4",
    }


def _state(visit: Visit, person: Person) -> dict[str, str | None]:
    age, chance = person.age(visit.day), visit.chance
    may_be_pregnant = person.sex == FEMALE and 15 <= age <= 49
    is_grown = person.relation not in (CHILD, GRANDCHILD)
    return {
        "a_sekolah": _schooling(age) if 5 <= age <= 30 else None,
        "a_ijazah": pick(chance, {"1": 3, "2": 4, "3": 2, "4": 1}) if age >= 15 else None,
        "a_bekerja": yes_or_no(chance, 0.75 if is_grown else 0.1) if age >= 10 else None,
        "a_hamil": yes_or_no(chance, 0.05 if is_grown else 0.0) if may_be_pregnant else None,
        "a_hambatan": some(chance, {"1": age / 400, "3": age / 500}, none="0"),
        "a_kronis": some(chance, {"2": age / 250, "3": age / 300, "6": age / 700}, none="1"),
        "a_gizi": pick(chance, {"3": 7, "1": 1, "2": 1}) if age < 5 else None,
        "a_jkn": pick(chance, {"1": 6, "0": 2, "2": 1}),
    }


def _schooling(age: int) -> str:
    return "1" if age < 7 else "2" if age < 18 else "3"


def _house(visit: Visit) -> dict[str, str | None]:
    chance, hardship = visit.chance, visit.hardship
    worn = 0.2 + 0.6 * hardship
    light = pick(chance, {"1": 5, "2": 1, "3": 4, "4": hardship})
    toilet = pick(chance, {"1": 6, "2": 2, "4": 1, "6": 2 * hardship})
    return {
        "rumah_milik": pick(chance, {"1": 8, "3": 2, "2": 1}),
        "luas_lantai": at_least(12, chance.gauss(48 - 24 * hardship, 6)),
        "lantai": pick(chance, {"5": 8, "2": 1, "6": 1}),
        "kondisi_lantai": _worn(chance.random() < worn),
        "dinding": pick(chance, {"3": 8, "1": 1, "5": 1}),
        "kondisi_dinding": _worn(chance.random() < worn),
        "atap": pick(chance, {"3": 7, "6": 2, "7": hardship}),
        "kondisi_atap": _worn(chance.random() < worn),
        "air_minum": pick(chance, {"9": 4, "10": 2, "2": 2, "4": 2}),
        "penerangan": light,
        "daya": pick(chance, {"1": 4, "2": 3}) if light == "1" else None,
        "bahan_bakar": pick(chance, {"4": 6, "10": 4}),
        "fasilitas_bab": toilet,
        "tinja": None if toilet == "6" else pick(chance, {"3": 6, "1": 2, "4": 2}),
    }


def _worn(is_worn: bool) -> str:
    return "2" if is_worn else "1"


def _income(visit: Visit) -> dict[str, str | None]:
    chance, hardship = visit.chance, visit.hardship
    income = max(400_000.0, chance.gauss(3_400_000 - 2_400_000 * hardship, 300_000))
    manages = yes_or_no(chance, 1 - hardship)
    owned = {"hp": 0.6, "ces": 0.4, "motor": 0.4, "perahu": 0.2, "tv30": 0.3 - 0.2 * hardship}
    return {
        "nafkah": pick(chance, {"2": 5, "3": 3, "1": 2, "5": 1}),
        "penghasilan": _rupiah(income),
        "peng_makan": _rupiah(income * 0.55),
        "peng_lain": _rupiah(income * 0.35),
        "mampu_dasar": manages,
        "makan_sehari": "3" if manages == YES else "2",
        "protein_minggu": at_least(0, chance.gauss(9 - 6 * hardship, 2)),
        "khawatir_makan": yes_or_no(chance, hardship),
        "beli_pakaian": yes_or_no(chance, 0.8 - 0.6 * hardship),
        "berobat": pick(chance, {"2": 7, "1": 1, "3": 2 * hardship}),
        "maks_sekolah": pick(chance, {"2": 3, "3": 4, "4": 1}),
        "tabungan": yes_or_no(chance, 0.4 - 0.3 * hardship),
        "aset": some(chance, owned, none="tidak_ada"),
    }


def _rupiah(amount: float) -> str:
    """Rounded to what people say: fifty thousands."""
    return str(round(amount / 50_000) * 50_000)


def _aid(visit: Visit) -> dict[str, str | None]:
    likely = {"pkh": 0.3, "sembako": 0.5, "pip": 0.2, "pbi": 0.5, "blt_dd": 0.15, "tunai_kukar": 0.1}
    deciles = {"1": 4, "2": 3, "3": 2, "5": 1, "0": 1}
    return {
        "bantuan_diterima": some(visit.chance, likely, none="tidak_ada"),
        "desil": pick(visit.chance, deciles),
    }


def _result(visit: Visit) -> dict[str, str | None]:
    poor = visit.hardship > 0.5
    return {
        "kelayakan": pick(visit.chance, {"1": 8, "4": 1}) if poor else pick(visit.chance, {"2": 3, "1": 1}),
        "catatan_petugas": visit.chance.choice(NOTES),
    }
