"""
Households that nobody lives in.

Names are put together by chance. NIK and KK numbers have the form of real ones (kecamatan, date, with 40
added to a woman's day, number) but count from 9000, which no register of a day reaches.
"""

import base64
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from demo.places import geopoint_in, kecamatan_of
from domain.areas import Village

MALE, FEMALE = "1", "2"
HEAD, SPOUSE, CHILD, GRANDCHILD = "1", "2", "3", "5"
"""Relations to the head of the household, as form B codes them."""

FIRST_NAMES: Final = {
    MALE: (
        "Ahmad Arbain Aji Bagus Damai Fahmi Gunadi Hendri Ipansyah Jainal Kaspul Lukman Marten Nanang "
        "Pandi Rahmat Rusdi Samsul Syahran Taslim Usman Wahidin Yohanes Yusuf Zaini"
    ),
    FEMALE: (
        "Aisyah Aminah Dayang Dewi Erna Fitri Galuh Hasnah Indah Jamilah Kartini Lina Maya Nadia Norhayati "
        "Puji Rahmi Rusmini Salmah Siti Sri Tiara Wulan Yanti Yuliana Zahra"
    ),
}
SECOND_NAMES: Final = {
    MALE: (
        "Ardiansyah Darmansyah Firmansyah Hamidi Iswandi Kurnain Masrani Noor Pranata Rahmani "
        "Ramadhan Sabirin Suriansyah Syahputra Wardana"
    ),
    FEMALE: (
        "Agustina Anggraini Damayanti Fadilah Handayani Kumala Lasmini Mahrita Melati Novita Purnama "
        "Rahmawati Safitri Sari Utami Wardani"
    ),
}
HAMLETS: Final = ("Rajak", "Hilir", "Hulu", "Sepakat", "Baru")
LANDMARKS: Final = (
    "rumah ketiga dari dermaga",
    "di belakang langgar",
    "seberang balai desa",
    "rumah panggung cat hijau",
    "dekat sumur umum",
    "ujung jembatan kayu",
    "samping warung ces",
    "rumah rakit di tepi danau",
)


class Kind(StrEnum):
    """Who keeps the household."""

    BOTH = "both"
    MOTHER = "mother"
    FATHER = "father"
    GRANDPARENTS = "grandparents"


@dataclass(frozen=True)
class Person:
    """Somebody in a household; `member` is the id under which a form's repeat lists him."""

    name: str
    sex: str
    born: date
    nik: str
    relation: str
    member: str

    def age(self, day: date) -> int:
        """Full years on a day."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))


@dataclass(frozen=True)
class Household:
    """A household. `hardship` is from 0 (it manages) to 1; `father` and `mother` are the children's."""

    village: Village
    kind: Kind
    rt: str
    address: str
    location: str
    kk: str
    father: str
    mother: str
    hardship: float
    members: tuple[Person, ...]

    @property
    def head(self) -> Person:
        return self.members[0]

    @property
    def adults(self) -> tuple[Person, ...]:
        return tuple(one for one in self.members if one.relation in (HEAD, SPOUSE))

    @property
    def children(self) -> tuple[Person, ...]:
        return tuple(one for one in self.members if one.relation in (CHILD, GRANDCHILD))


def invent_household(village: Village, today: date, chance: Random) -> Household:
    """A household of one to three children and the adults who keep it."""
    kind = chance.choices(list(Kind), weights=(5, 3, 1, 2))[0]
    kecamatan = kecamatan_of(village.code)
    adults = _adults(kind, kecamatan, today, chance)
    relation = GRANDCHILD if kind is Kind.GRANDPARENTS else CHILD
    children = [_person(relation, 1, 17, kecamatan, today, chance) for _ in range(chance.randint(1, 3))]
    of_men = [one.name for one in adults if one.sex == MALE]
    of_women = [one.name for one in adults if one.sex == FEMALE]
    own = kind is not Kind.GRANDPARENTS
    return Household(
        village=village,
        kind=kind,
        rt=f"{chance.randint(1, 9):02}",
        address=f"Dusun {chance.choice(HAMLETS)}, {chance.choice(LANDMARKS)}",
        location=geopoint_in(village.code, chance),
        kk=_number(kecamatan, today - timedelta(days=chance.randint(300, 5000)), 0, chance),
        father=of_men[0] if own and of_men else invent_name(MALE, chance),
        mother=of_women[0] if own and of_women else invent_name(FEMALE, chance),
        hardship=chance.betavariate(3, 2),
        members=(*adults, *children),
    )


def invent_name(sex: str, chance: Random) -> str:
    """A name that a form takes: letters and spaces."""
    return f"{chance.choice(FIRST_NAMES[sex].split())} {chance.choice(SECOND_NAMES[sex].split())}"


def invent_member_id(chance: Random) -> str:
    """A member's id: 64 bits, as a device makes it."""
    return "m_" + base64.urlsafe_b64encode(chance.randbytes(8)).rstrip(b"=").decode()


def _adults(kind: Kind, kecamatan: str, today: date, chance: Random) -> list[Person]:
    youngest, oldest = (56, 74) if kind is Kind.GRANDPARENTS else (34, 50)
    sexes = {Kind.MOTHER: (FEMALE,), Kind.FATHER: (MALE,)}.get(kind, (MALE, FEMALE))
    relations = (HEAD, SPOUSE)
    return [
        _person(relation, youngest, oldest, kecamatan, today, chance, sex)
        for relation, sex in zip(relations, sexes, strict=False)
    ]


def _person(
    relation: str, youngest: int, oldest: int, kecamatan: str, today: date, chance: Random, sex: str = ""
) -> Person:
    sex = sex or chance.choice((MALE, FEMALE))
    born = today - timedelta(days=chance.randint(youngest * 365 + 30, oldest * 365 + 300))
    nik = _number(kecamatan, born, 40 if sex == FEMALE else 0, chance)
    return Person(invent_name(sex, chance), sex, born, nik, relation, invent_member_id(chance))


def _number(kecamatan: str, day: date, added: int, chance: Random) -> str:
    return f"{kecamatan.replace('.', '')}{day.day + added:02}{day:%m%y}{chance.randint(9000, 9999)}"
