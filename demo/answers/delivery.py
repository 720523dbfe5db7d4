"""Answers to form C, *Penyaluran Bantuan*: help is handed over, as money or as goods."""

from typing import Final

from demo.answers.filling import NO, Visit, flat, pick, picture, place_of, witness
from demo.people import invent_member_id

COUNTY, STATE = "3", "1"
CASH, GOODS = "1", "3"
MONEY: Final = {"tunai_kukar": ("200000", COUNTY), "yapi": ("600000", STATE), "pkh": ("750000", STATE)}
"""What a programme pays at once, and from which purse."""
PARCELS: Final = {
    "sembako_apbd": (("Beras", "kg", "10"), ("Minyak goreng", "liter", "2"), ("Telur", "paket", "1")),
    "sandang": (("Seragam sekolah", "stel", "2"), ("Sepatu", "buah", "1")),
    "permakanan": (("Makanan siap saji", "paket", "14"),),
}
"""What is handed over: name, unit, amount."""
GOOD, SPOILT = "1", "2"
WHOLE, PARTLY = "1", "2"
TOO_FEW = "7"


def answer_delivery(visit: Visit) -> dict[str, str]:
    """Help reaches its receiver; one parcel in seven is not complete."""
    programme = visit.chance.choice((*MONEY, *PARCELS))
    is_short = programme in PARCELS and visit.chance.random() < 0.15
    answers = flat(
        {
            "g_salur": _occasion(visit, programme),
            "g_wilayah": place_of(visit.home, visit.chance),
            "g_penerima": _receiver(visit),
            "g_status": _status(programme, is_short),
            "g_bukti": {
                "foto_serah": picture(visit.chance, "serah-terima.jpg"),
                "ttd_penerima": picture(visit.chance, "penerima.jpg"),
                "ttd_petugas": picture(visit.chance, "petugas.jpg"),
                "saksi": witness(visit.chance),
            },
        }
    )
    for number, (name, unit, amount) in enumerate(PARCELS.get(programme, ())):
        received = str(int(amount) - 1) if is_short and number == 0 else amount
        member = f"barang/{invent_member_id(visit.chance)}"
        answers |= flat({member: _item(name, unit, amount, received)})
    return answers


def _occasion(visit: Visit, programme: str) -> dict[str, str | None]:
    return {
        "no_bast": f"BAST/{visit.chance.randint(1, 400):03}/{visit.day:%m/%Y}",
        "program": programme,
        "sumber_dana": MONEY[programme][1] if programme in MONEY else COUNTY,
        "periode": f"{visit.day:%Y-%m}",
        "tgl_salur": visit.day.isoformat(),
    }


def _receiver(visit: Visit) -> dict[str, str | None]:
    is_child = visit.age < 18
    return {
        "nama_penerima": visit.person.name,
        "nik_akhir": visit.person.nik[-4:],
        "cocok_identitas": pick(visit.chance, {"1": 5, "2": 3, "3": 2}),
        "penerima_hadir": "2" if is_child else "1",
        "nama_wakil": visit.home.head.name if is_child else None,
    }


def _status(programme: str, is_short: bool) -> dict[str, str | None]:
    amount = MONEY[programme][0] if programme in MONEY else None
    return {
        "status_salur": PARTLY if is_short else WHOLE,
        "alasan_gagal": TOO_FEW if is_short else None,
        "bentuk": CASH if amount else GOODS,
        "uang_rencana": amount,
        "uang_terima": amount,
        "ada_potongan": NO,
    }


def _item(name: str, unit: str, amount: str, received: str) -> dict[str, str | None]:
    return {
        "b_nama": name,
        "b_satuan": unit,
        "b_rencana": amount,
        "b_terima": received,
        "b_kondisi": GOOD if received == amount else SPOILT,
    }
