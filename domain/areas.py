"""Villages and the areas that people are responsible for, by Kemendagri code.

A code is that of a village (``64.02.18.2007``) or the beginning of one: a kecamatan
(``64.02.18``), a regency (``64.02``), a province (``64``). Eight village names repeat
in the regency, so names are never keys. Source of codes: Kepmendagri 300.2.2-2138/2025.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import InvalidRequest

VILLAGE_CODE = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}")
AREA_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


@dataclass(frozen=True, slots=True)
class Village:
    """A village (desa or kelurahan) and its kecamatan."""

    code: str
    name: str
    kecamatan: str


def is_village(code: object) -> bool:
    """Whether `code` has the form of a village's code; digits are ASCII digits."""
    return isinstance(code, str) and VILLAGE_CODE.fullmatch(code) is not None


def read_area(code: str) -> str:
    """The code of a village or of an area above it. Raises `InvalidRequest` for anything else."""
    if not AREA_CODE.fullmatch(code):
        raise InvalidRequest(f"{code!r} is no area code such as 64.02.18 or 64.02.18.2007", code="area-code")
    return code


def covers(area: str, village: str) -> bool:
    """Whether `village` lies in `area`."""
    return village == area or village.startswith(area + ".")


def is_covered(village: str, areas: Iterable[str]) -> bool:
    """Whether `village` lies in any of `areas`."""
    return any(covers(area, village) for area in areas)
