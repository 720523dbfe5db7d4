"""Answers to form A, *Verifikasi Anak Terlantar*."""

from typing import Final

from demo.answers.filling import (
    FOUND,
    MOVED,
    NO,
    NOT_FOUND,
    YES,
    Visit,
    at_least,
    carer_of,
    consent_of,
    flat,
    pick,
    picture,
    place_of,
    some,
    weight_and_height,
    yes_or_no,
)
from demo.people import Kind

ALIVE_HERE, ALIVE_ELSEWHERE, DEAD = "1", "2", "3"
LIVES_WITH: Final = {Kind.BOTH: "1", Kind.MOTHER: "2", Kind.FATHER: "3", Kind.GRANDPARENTS: "4"}
NOTES: Final = (
    "Anak sehat dan ramah. Rumah papan di atas air, lantai sebagian lapuk.",
    "Pengasuh bekerja sebagai nelayan; penghasilan tidak tetap saat air surut.",
    "Anak sering membantu menjemur ikan sebelum sekolah.",
    "Sekolah ditempuh dengan ces; biaya bensin memberatkan.",
    "Perlu dibantu mengurus akta kelahiran.",
    "Keluarga pindahan, belum tercatat di KK setempat.",
    "Kakak tertua tidak melanjutkan sekolah setelah ayah meninggal.",
    "Seragam dan sepatu sudah tidak layak.",
)


def answer_child(visit: Visit) -> dict[str, str]:
    """A child was found and its carer answers everything."""
    father, mother = _parents(visit)
    is_pupil = visit.age >= 7 and visit.chance.random() > 0.25 * visit.hardship
    return flat(
        {
            "g_tugas": {**_reason(visit), "status_keberadaan": FOUND},
            "g_setuju": consent_of(visit),
            "g_wilayah": place_of(visit.home, visit.chance),
            "g_anak": _identity(visit),
            "g_ortu": _care(visit, father, mother),
            "g_pangan": _food(visit),
            "g_sekolah": _school(visit, is_pupil),
            "g_sehat": _health(visit),
            "g_kerja": _work(visit, is_pupil),
            "g_lindung": _protection(visit),
            "g_bantuan": _aid(visit),
            "g_nilai": _assessment(visit),
            "g_bukti": _evidence(visit),
        }
    )


def answer_child_not_found(visit: Visit) -> dict[str, str]:
    """The child has moved, or nobody knows where it is."""
    has_moved = visit.chance.random() < 0.6
    where = {"pindah_tujuan": "2", "pindah_keterangan": "Ikut kerabat ke Samarinda."}
    known = {"nama_kasus": visit.person.name, "desa_kasus": visit.home.village.code}
    return flat(
        {
            "g_tugas": {
                **known,
                **_reason(visit),
                "status_keberadaan": MOVED if has_moved else NOT_FOUND,
            },
            "g_pindah": dict(where) if has_moved else {},
            "g_nilai": {"catatan_petugas": "Menurut ketua RT rumah sudah kosong sejak musim kemarau."},
        }
    )


def _reason(visit: Visit) -> dict[str, str | None]:
    kind = pick(visit.chance, {"1": 7, "2": 2, "3": 1})
    source = pick(visit.chance, {"9": 4, "1": 3, "2": 2, "4": 1, "5": 1, "8": 2})
    return {"jenis_kunjungan": kind, "sumber_laporan": source}


def _parents(visit: Visit) -> tuple[str, str]:
    """How father and mother are: who is not in the house is dead or elsewhere."""
    here = {Kind.BOTH: (True, True), Kind.FATHER: (True, False), Kind.MOTHER: (False, True)}
    father, mother = here.get(visit.home.kind, (False, False))
    gone = [pick(visit.chance, {ALIVE_ELSEWHERE: 3, DEAD: 2}) for _ in range(2)]
    return ALIVE_HERE if father else gone[0], ALIVE_HERE if mother else gone[1]


def _identity(visit: Visit) -> dict[str, str | None]:
    child, chance = visit.person, visit.chance
    status = pick(chance, {"1": 7, "2": 2, "3": 1 + 2 * visit.hardship})
    documents = some(chance, {"1": 0.75, "2": 0.4, "3": 0.85, "5": 0.6}, none="0")
    return {
        "nama_anak": child.name,
        "nama_panggilan": child.name.split()[0][:3] if chance.random() < 0.5 else None,
        "jenis_kelamin": child.sex,
        "tgl_lahir": child.born.isoformat(),
        "nik_status": status,
        "nik": child.nik if status in ("1", "2") else None,
        "no_kk": visit.home.kk,
        "dokumen": documents,
        "alasan_tanpa_akta": None if "1" in documents.split() else pick(chance, {"1": 2, "2": 2, "4": 1}),
    }


def _care(visit: Visit, father: str, mother: str) -> dict[str, str | None]:
    home, chance, carer = visit.home, visit.chance, carer_of(visit.home)
    is_separated = ALIVE_ELSEWHERE in (father, mother)
    has_phone = chance.random() < 0.5
    mother_works = visit.age < 5 and mother != DEAD
    return {
        "status_ayah": father,
        "nama_ayah": home.father,
        "status_ibu": mother,
        "nama_ibu": home.mother,
        "tinggal_bersama": LIVES_WITH[home.kind],
        "alasan_terpisah": some(chance, {"1": 0.4, "2": 0.5}, none="5") if is_separated else None,
        "nama_pengasuh": carer.name,
        "kondisi_pengasuh": "1"
        if carer.age(visit.day) >= 60
        else some(chance, {"2": 0.1, "4": 0.5 * visit.hardship}, "0"),
        "hp_pengasuh": f"08{chance.randint(12, 59)}{chance.randint(1000000, 9999999)}" if has_phone else None,
        "jam_sendiri": at_least(0, chance.gauss(4 * visit.hardship, 2)),
        "ibu_bekerja": yes_or_no(chance, 0.4) if mother_works else None,
    }


def _food(visit: Visit) -> dict[str, str | None]:
    chance, hardship = visit.chance, visit.hardship
    return {
        "stel_pakaian": at_least(1, chance.gauss(9 - 6 * hardship, 2)),
        "tempat_tidur": yes_or_no(chance, 0.95 - 0.4 * hardship),
        "makan_pokok": at_least(7, min(21, chance.gauss(21 - 7 * hardship, 2))),
        "protein_nabati": at_least(0, chance.gauss(8 - 5 * hardship, 2)),
        "protein_hewani": at_least(0, chance.gauss(9 - 6 * hardship, 2)),
        "pernah_asi": yes_or_no(chance, 0.9) if visit.age < 5 else None,
    }


def _school(visit: Visit, is_pupil: bool) -> dict[str, str | None]:
    if visit.age < 3:
        return {}
    if not is_pupil and visit.age < 7:
        return {"partisipasi_sekolah": "1"}
    chance = visit.chance
    level = "2" if visit.age < 13 else "3" if visit.age < 16 else "4"
    if not is_pupil:
        reasons = some(chance, {"1": 0.6, "2": 0.4, "3": 0.3}, none="11")
        return {"partisipasi_sekolah": "3", "jenjang": level, "alasan_tidak_sekolah": reasons}
    name = {"2": "SDN", "3": "SMPN", "4": "SMAN"}[level]
    return {
        "partisipasi_sekolah": "2",
        "jenjang": level,
        "nama_sekolah": f"{name} {chance.randint(1, 9)} {visit.home.village.kecamatan}",
        "hari_absen": at_least(0, min(26, chance.gauss(5 * visit.hardship, 2))),
        "seragam_layak": yes_or_no(chance, 0.95 - 0.6 * visit.hardship),
    }


def _health(visit: Visit) -> dict[str, str | None]:
    chance = visit.chance
    was_ill = yes_or_no(chance, 0.35)
    return {
        "sakit_sebulan": was_ill,
        "diobati": yes_or_no(chance, 0.8) if was_ill == YES else None,
        "penyakit_kronis": some(chance, {"4": 0.05, "7": 0.02}, none="1"),
        "hambatan": some(chance, {"1": 0.02, "3": 0.02, "5": 0.04, "7": 0.02}, none="0"),
        "imunisasi": pick(chance, {"1": 6, "2": 3, "8": 1}) if visit.age < 5 else None,
        **weight_and_height(visit),
        "status_gizi": pick(chance, {"3": 7, "1": visit.hardship, "2": visit.hardship, "8": 1}),
        "jkn": pick(chance, {"1": 6, "0": 2, "2": 1, "99": 1}),
    }


def _work(visit: Visit, is_pupil: bool) -> dict[str, str | None]:
    if visit.age < 5:
        return {}
    likely = visit.hardship * (0.2 if is_pupil else 0.6) if visit.age >= 10 else 0.05
    works = pick(visit.chance, {"1": 1 - likely, "2": likely, "3": likely / 3})
    hours = None if works == "1" else at_least(1, visit.chance.gauss(10, 5))
    return {"anak_bekerja": works, "jam_kerja": hours}


def _protection(visit: Visit) -> dict[str, str | None]:
    signs = some(visit.chance, {"1": 0.12 * visit.hardship, "5": 0.05 * visit.hardship}, none="0")
    has_signs = signs != "0"
    return {
        "bahaya_segera": NO,
        "indikator_lindung": signs,
        "rujukan_lindung": "0" if has_signs else None,
        "catatan_lindung": "Anak menjaga adik sendiri sampai sore." if has_signs else None,
    }


def _aid(visit: Visit) -> dict[str, str | None]:
    likely = {"pkh": 0.3, "sembako": 0.4, "pip": 0.25, "pbi": 0.4, "blt_dd": 0.1}
    deciles = {"1": 3, "2": 3, "3": 2, "4": 1, "0": 1, "88": 1}
    return {
        "bantuan_diterima": some(visit.chance, likely, none="tidak_ada"),
        "desil": pick(visit.chance, deciles),
    }


def _assessment(visit: Visit) -> dict[str, str | None]:
    chance, hardship = visit.chance, visit.hardship
    neglected = hardship > 0.6
    needs = {"sandang": 0.3, "pangan": hardship, "pendidikan": 0.4, "kesehatan": 0.2, "dokumen": 0.3}
    return {
        "kategori_ppks": ("1" if visit.age < 5 else "2") if neglected else "0",
        "kebutuhan": some(chance, needs, none="pendidikan", most=3),
        "rekomendasi": pick(chance, {"1": 8, "2": 1, "5": 1})
        if neglected
        else pick(chance, {"4": 3, "1": 2}),
        "catatan_petugas": chance.choice(NOTES),
    }


def _evidence(visit: Visit) -> dict[str, str | None]:
    return {
        "informan_nama": carer_of(visit.home).name,
        "informan_hub": "2",
        "foto_rumah": picture(visit.chance, "rumah.jpg"),
        "ttd_informan": picture(visit.chance, "tanda-tangan.jpg"),
    }
