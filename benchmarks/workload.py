"""The one workload of all benchmarks: ``record(i)`` is a form of 40 fields with three members of 6 each.

About 1.4 KB of JSON. All invented from the word lists below; the same (seed, i) gives
the same record on every machine, so that other systems can be measured on it too.
"""

import datetime as dt
import random
import uuid
from typing import Any

SEED = 20261123
FORM_ID = "child_verification"
PHOTO_FORM_ID = "photos"
PHOTO_PATHS = ("house", "family")
"""A form of a note and these photos."""
_EPOCH = dt.datetime(2026, 9, 1, 7, 0, 0)  # noqa: DTZ001 (its offset is written by hand)

MALE = (
    "Agus Ahmad Andi Arif Bagus Bambang Bayu Budi Dedi Dimas Eko Fajar Galih Hendra Heru Imam Irfan Joko "
    "Made Nyoman Putu Rizki Rudi Slamet Sugeng Surya Taufik Teguh Wahyu Yusuf"
).split()
FEMALE = (
    "Ayu Citra Dewi Dian Endang Fitri Hartini Indah Kartika Kadek Lestari Lina Maya Mega Nia Ningsih Nur "
    "Puspita Putri Rahma Ratna Rina Sari Siti Sri Tini Tuti Wati Wulan Yuni"
).split()
LAST = (
    "Anggraini Firmansyah Gunawan Halim Handayani Hasibuan Hidayat Kurniawan Kusuma Lubis Maulana Nasution "
    "Nugroho Pangestu Permana Pratama Purnomo Rahayu Ramadhan Santoso Saputra Setiawan Sihombing Simanjuntak "
    "Siregar Suharto Sulistyo Susanto Utami Wibowo Widodo Wijaya Yulianto"
).split()
PLACES = [
    ("Jawa Barat", "Garut", ["Cibatu", "Karangpawitan", "Leles", "Wanaraja"]),
    ("Jawa Tengah", "Wonosobo", ["Garung", "Kejajar", "Mojotengah", "Sapuran"]),
    ("Jawa Timur", "Bondowoso", ["Curahdami", "Grujugan", "Prajekan", "Tlogosari"]),
    ("Nusa Tenggara Timur", "Kupang", ["Amarasi", "Fatuleu", "Semau", "Takari"]),
    ("Sulawesi Selatan", "Bone", ["Ajangale", "Barebbo", "Cenrana", "Libureng"]),
    ("Kalimantan Barat", "Sambas", ["Jawai", "Paloh", "Sejangkung", "Tebas"]),
]
VILLAGE = "Suka Karang Tanjung Mekar Sumber Kedung Wana Bumi Pasir Muara".split()
VILLAGE2 = "maju jaya sari mulya agung rejo makmur baru indah asih".split()
STREET = "Melati Mawar Kenanga Merdeka Diponegoro Pahlawan Cempaka Anggrek Sudirman Kartini".split()
NOTES = (
    "Rumah dikunjungi, data sesuai kartu keluarga.",
    "Anak sedang di sekolah, diwakili ibu.",
    "Kartu keluarga hilang, pakai surat desa.",
    "Perlu kunjungan ulang minggu depan.",
    "Jalan rusak setelah hujan, akses motor saja.",
    "Nama anak berbeda satu huruf dengan daftar.",
    "Tidak ada catatan.",
    "Ayah merantau ke Kalimantan sejak 2024.",
)
CHOICES = {
    "sex": ["male", "female"],
    "status": ["verified", "not_found", "moved", "duplicate", "refused"],
    "respondent_relation": ["mother", "father", "grandparent", "guardian", "neighbour"],
    "id_document": ["family_card", "birth_certificate", "village_letter", "none"],
    "school_level": ["none", "preschool", "primary", "junior", "senior"],
    "water_source": ["piped", "well", "spring", "river", "rain", "bottled"],
    "toilet": ["private", "shared", "public", "none"],
    "floor": ["tile", "cement", "wood", "bamboo", "earth"],
    "roof": ["tile", "zinc", "asbestos", "thatch"],
    "wall": ["brick", "wood", "bamboo"],
    "income_band": ["lt1m", "1to2m", "2to4m", "gt4m"],
    "occupation": ["farmer", "labourer", "trader", "fisher", "teacher", "driver", "none"],
    "relation": ["head", "spouse", "child", "parent", "sibling", "other"],
    "yes_no": ["yes", "no"],
}


def record_id(i: int, seed: int = SEED) -> str:
    """The id of record i."""
    return str(uuid.UUID(int=random.Random(f"id:{seed}:{i}").getrandbits(128), version=4))


def record(i: int, seed: int = SEED) -> dict[str, Any]:
    """Record i, with its members under ``members``."""
    r = random.Random(f"{seed}:{i}")

    def c(key: str) -> str:
        return r.choice(CHOICES[key])

    def name(sex: str) -> str:
        return f"{r.choice(MALE if sex == 'male' else FEMALE)} {r.choice(LAST)}"

    prov, reg, districts = r.choice(PLACES)
    start = _EPOCH + dt.timedelta(minutes=7 * i + r.randrange(6), seconds=r.randrange(60))
    end = start + dt.timedelta(minutes=r.randrange(6, 40), seconds=r.randrange(60))
    sex = c("sex")
    age = r.randrange(6, 180)
    birth = (start - dt.timedelta(days=int(age * 30.44) + r.randrange(28))).date()
    rec: dict[str, Any] = {
        "id": record_id(i, seed),
        "form": "child_verification",
        "form_version": "2026090101",
        "device_id": f"dev-{r.randrange(1, 41):03d}",
        "enumerator": f"enum{r.randrange(1, 61):02d}",
        "start": start.isoformat() + "+07:00",
        "end": end.isoformat() + "+07:00",
        "visit_date": start.date().isoformat(),
        "visit_no": r.randrange(1, 4),
        "status": r.choices(CHOICES["status"], (80, 8, 6, 3, 3))[0],
        "province": prov,
        "regency": reg,
        "district": r.choice(districts),
        "village": r.choice(VILLAGE) + r.choice(VILLAGE2),
        "address": f"Jl. {r.choice(STREET)} No. {r.randrange(1, 200)} "
        f"RT {r.randrange(1, 13):02d}/RW {r.randrange(1, 9):02d}",
        "lat": round(-8.9 + r.random() * 10, 7),
        "lon": round(105 + r.random() * 19, 7),
        "gps_accuracy": round(3 + r.random() * 12, 1),
        "child_code": f"CH{r.randrange(10**7):07d}",
        "child_name": name(sex),
        "child_sex": sex,
        "birth_date": birth.isoformat(),
        "age_months": age,
        "nik": f"{r.randrange(11, 77)}{r.randrange(10**14):014d}",
        "mother_name": name("female"),
        "father_name": name("male"),
        "respondent": name(r.choice(CHOICES["sex"])),
        "respondent_relation": c("respondent_relation"),
        "phone": f"+628{r.randrange(10**9, 10**10)}",
        "id_document": c("id_document"),
        "school_level": c("school_level"),
        "attends_school": c("yes_no"),
        "height_cm": round(60 + age * 0.6 + r.random() * 8, 1),
        "weight_kg": round(6 + age * 0.2 + r.random() * 4, 2),
        "water_source": c("water_source"),
        "toilet": c("toilet"),
        "floor": c("floor"),
        "roof": c("roof"),
        "income_band": c("income_band"),
        "consent": c("yes_no"),
        "note": r.choice(NOTES),
    }
    rec["members"] = []
    for k in range(3):
        s = c("sex")
        rec["members"].append(
            {
                "name": name(s),
                "relation": "head" if k == 0 else c("relation"),
                "sex": s,
                "birth_year": r.randrange(1950, 2024),
                "occupation": c("occupation"),
                "literate": c("yes_no"),
            }
        )
    return rec
