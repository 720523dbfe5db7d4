"""Answers to form D, *Kunjungan Pemantauan Anak*: what changed, and whether the help arrived."""

from datetime import timedelta
from typing import Final

from demo.answers.child import LIVES_WITH
from demo.answers.filling import (
    FOUND,
    NO,
    Visit,
    at_least,
    flat,
    pick,
    picture,
    some,
    weight_and_height,
    yes_or_no,
)
from demo.people import invent_member_id

AT_HOME = "1"
CHANGES: Final = {"1": 4, "2": 5, "3": 1}
"""Better, the same, worse."""
PROGRAMMES: Final = ("pkh", "sembako", "tunai_kukar", "pip", "subsidi_sekolah", "pendampingan")
VOICES: Final = (
    "Ingin tetap sekolah bersama teman-teman.",
    "Senang karena sudah punya sepatu baru.",
    "Rindu ibunya yang bekerja di kota.",
)


def answer_follow_up(visit: Visit) -> dict[str, str]:
    """The child was met at home."""
    answers = flat(
        {
            "g_tugas": {
                "nama_kasus": visit.person.name,
                "desa_kasus": visit.home.village.code,
                "tgl_kunjungan": visit.day.isoformat(),
                "kunjungan_ke": str(visit.chance.randint(1, 4)),
                "metode": AT_HOME,
                "status_keberadaan": FOUND,
                "lokasi": visit.home.location,
            },
            "g_asuh": _care(visit),
            "g_hak": {**_needs(visit), **_school(visit), **_health(visit)},
            "g_lindung": {
                "bahaya_segera": NO,
                "indikator_lindung": "0",
                "suara_anak": visit.chance.choice(VOICES) if visit.age >= 6 else None,
            },
            "g_simpul": {
                "tindak_lanjut": pick(visit.chance, {"1": 7, "2": 2, "4": 1}),
                "kunjungan_berikut": (visit.day + timedelta(days=90)).isoformat(),
                "catatan_petugas": "Keadaan anak dibicarakan dengan pengasuh dan ketua RT.",
                "ttd_pengasuh": picture(visit.chance, "pengasuh.jpg"),
            },
        }
    )
    for programme in visit.chance.sample(PROGRAMMES, visit.chance.randint(1, 2)):
        answers |= flat({f"layanan/{invent_member_id(visit.chance)}": _service(visit, programme)})
    return answers


def _care(visit: Visit) -> dict[str, str | None]:
    return {
        "tinggal_bersama": LIVES_WITH[visit.home.kind],
        "pengasuh_sama": yes_or_no(visit.chance, 0.9),
        "jam_sendiri": at_least(0, visit.chance.gauss(3 * visit.hardship, 1)),
        "ubah_asuh": pick(visit.chance, CHANGES),
    }


def _needs(visit: Visit) -> dict[str, str | None]:
    chance = visit.chance
    return {
        "stel_pakaian": at_least(2, chance.gauss(9 - 5 * visit.hardship, 2)),
        "ubah_sandang": pick(chance, CHANGES),
        "makan_pokok": at_least(10, min(21, chance.gauss(20 - 5 * visit.hardship, 2))),
        "protein_hewani": at_least(0, chance.gauss(9 - 5 * visit.hardship, 2)),
        "ubah_pangan": pick(chance, CHANGES),
    }


def _school(visit: Visit) -> dict[str, str | None]:
    is_pupil = visit.age >= 7
    return {
        "partisipasi_sekolah": "2" if is_pupil else "1",
        "hari_absen": at_least(0, visit.chance.gauss(2, 2)) if is_pupil else None,
        "guru_ditemui": yes_or_no(visit.chance, 0.5) if is_pupil else None,
        "ubah_didik": pick(visit.chance, CHANGES) if is_pupil else "8",
    }


def _health(visit: Visit) -> dict[str, str | None]:
    return {
        **weight_and_height(visit),
        "sakit_tak_diobati": yes_or_no(visit.chance, 0.1),
        "ubah_sehat": pick(visit.chance, CHANGES),
    }


def _service(visit: Visit, programme: str) -> dict[str, str | None]:
    status = pick(visit.chance, {"1": 6, "2": 1, "3": 2})
    has_come = status in ("1", "2")
    came = visit.day - timedelta(days=visit.chance.randint(5, 40))
    return {
        "l_program": programme,
        "l_status": status,
        "l_tgl": came.isoformat() if has_come else None,
        "l_guna": some(visit.chance, {"1": 0.7, "2": 0.3, "3": 0.6}, none="5") if has_come else None,
    }
