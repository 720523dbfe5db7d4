"""The villages of the demo: real codes and names; houses stand somewhere near, nobody lives there."""

import csv
from pathlib import Path
from random import Random
from typing import Final

from domain.areas import Village

FORMS: Final = Path(__file__).resolve().parents[1] / "forms"
AREAS: Final = FORMS / "kukar_areas.csv"

MUARA_WIS, SEBEMBAN, MELINTANG = "64.02.18.2001", "64.02.18.2002", "64.02.18.2003"
ENGGELAM, LEBAK_CILONG, MUARA_ENGGELAM = "64.02.18.2004", "64.02.18.2006", "64.02.18.2007"
UMAQ_DIAN, UMAQ_TUKUNG, MUARA_TIQ = "64.02.12.2005", "64.02.12.2009", "64.02.12.2013"

KECAMATAN_MUARA_WIS, KECAMATAN_TABANG, REGENCY = "64.02.18", "64.02.12", "64.02"

CENTRES: Final = {KECAMATAN_MUARA_WIS: (-0.27, 116.42), KECAMATAN_TABANG: (0.57, 116.02)}
"""Latitude and longitude of a kecamatan in degrees, to some kilometres."""
VILLAGES_APART: Final = 0.06
HOUSES_APART: Final = 0.008


def read_villages() -> dict[str, Village]:
    """The villages of the regency by code."""
    with AREAS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["kode"]: Village(row["kode"], row["nama"], row["kecamatan"]) for row in rows}


def kecamatan_of(village: str) -> str:
    """The code of a village's kecamatan."""
    return village.rpartition(".")[0]


def geopoint_in(village: str, chance: Random) -> str:
    """A place in a village, as a form keeps it: latitude, longitude, altitude and accuracy in metres."""
    latitude, longitude = CENTRES[kecamatan_of(village)]
    heart = Random(village)  # the same for every house of the village
    latitude += heart.uniform(-VILLAGES_APART, VILLAGES_APART) + chance.uniform(-HOUSES_APART, HOUSES_APART)
    longitude += heart.uniform(-VILLAGES_APART, VILLAGES_APART) + chance.uniform(-HOUSES_APART, HOUSES_APART)
    return f"{latitude:.6f} {longitude:.6f} {chance.uniform(8, 60):.1f} {chance.uniform(3, 18):.1f}"
