"""What filling the forms has in common: chances, the place of the visit, consent.

Photos and signatures are names of files that nobody has: there is nobody to photograph, and files do not
travel yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final, TypeAlias

from demo.people import FEMALE, Household, Kind, Person, invent_name
from demo.places import kecamatan_of
from domain.canonical import Json, canonical_bytes

Groups: TypeAlias = Mapping[str, Mapping[str, str | None]]
"""Answers by group (or member of a repeat) and question; ``None`` where a question is skipped."""

YES, NO = "1", "2"
FOUND, MOVED, NOT_FOUND = "1", "2", "4"


@dataclass(frozen=True)
class Visit:
    """One visit to a household, about a person of it."""

    home: Household
    person: Person
    day: date
    chance: Random

    @property
    def age(self) -> int:
        return self.person.age(self.day)

    @property
    def hardship(self) -> float:
        return self.home.hardship


def flat(groups: Groups) -> dict[str, str]:
    """The answers by path; a skipped question has none."""
    return {
        f"{group}/{question}": answer
        for group, answers in groups.items()
        for question, answer in answers.items()
        if answer is not None
    }


def pick(chance: Random, weights: Mapping[str, float]) -> str:
    """One choice, by weight."""
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def some(chance: Random, chances: Mapping[str, float], none: str, most: int = 99) -> str:
    """The choices that came true, as a form lists them; `none` when there are none."""
    return " ".join([one for one, likely in chances.items() if chance.random() < likely][:most]) or none


def yes_or_no(chance: Random, likely: float) -> str:
    return YES if chance.random() < likely else NO


def at_least(least: int, value: float) -> str:
    """A whole number, not below `least`."""
    return str(max(least, round(value)))


def place_of(home: Household, chance: Random) -> dict[str, str | None]:
    """The group *Lokasi*: where the household lives; one phone in twenty finds no satellites."""
    has_signal = chance.random() < 0.95
    return {
        "kecamatan": kecamatan_of(home.village.code),
        "desa": home.village.code,
        "rt": home.rt,
        "alamat": home.address,
        "lokasi": home.location if has_signal else None,
        "lokasi_alasan": None if has_signal else "Sinyal GPS tidak didapat di dalam hutan.",
    }


def consent_of(visit: Visit) -> dict[str, str | None]:
    """The group *Penjelasan dan persetujuan*: everybody here agrees."""
    is_parent = visit.home.kind is not Kind.GRANDPARENTS
    return {"pemberi_setuju": "1" if is_parent else "3", "setuju": YES, "dasar_tanpa_setuju": None}


def carer_of(home: Household) -> Person:
    """Who looks after the children: the woman of the house if there is one."""
    women = [one for one in home.adults if one.sex == FEMALE]
    return women[0] if women else home.head


def weight_and_height(visit: Visit) -> dict[str, str | None]:
    """Kilograms and centimetres, somewhat below the usual ones in a household that does not manage."""
    chance, lack = visit.chance, 1 - 0.12 * visit.hardship
    if chance.random() < 0.3:
        return {"berat_kg": None, "tinggi_cm": None}
    age = min(visit.age, 17)  # people stop growing
    weight = (9 + 2.4 * age) * lack * chance.uniform(0.92, 1.08)
    height = (78 + 5.6 * age) * (1 - 0.05 * visit.hardship) * chance.uniform(0.97, 1.03)
    return {"berat_kg": f"{weight:.1f}", "tinggi_cm": f"{height:.1f}"}


def picture(chance: Random, name: str) -> str:
    """A photo or signature as an answer: the canonical JSON of its hash, size, type and name."""
    told: dict[str, Json] = {
        "hash": chance.randbytes(32).hex(),
        "name": name,
        "size": chance.randint(20_000, 90_000),
    }
    return canonical_bytes({**told, "type": "image/jpeg"}).decode()


def witness(chance: Random) -> str:
    return f"{invent_name(pick(chance, {'1': 2, '2': 1}), chance)}, {chance.choice(OFFICES)}"


OFFICES: Final = ("Ketua RT", "Kaur Kesra", "kader posyandu", "Sekretaris Desa")
