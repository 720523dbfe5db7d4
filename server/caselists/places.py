"""The village that a row names: by its code, or by names as people write them."""

import re
from collections.abc import Iterable
from typing import Final

from server.caselists.properties import folded
from server.store.areas import StoredVillage

KIND: Final = re.compile(r"^(desa|ds|kelurahan|kel|kecamatan|kec)(\.\s*|\s+)(?=\S)")


class Places:
    """All villages, found by code and by name. Eight names repeat in the regency: alone they say nothing."""

    def __init__(self, villages: Iterable[StoredVillage]) -> None:
        self._by_code = {village.code: village for village in villages}
        self._by_name: dict[str, list[StoredVillage]] = {}
        for village in self._by_code.values():
            self._by_name.setdefault(_name(village.name), []).append(village)

    def find(self, village: str, district: str) -> str | None:
        """The code; nothing where no village is meant, or several are, or one of another kecamatan."""
        known = self._by_code.get(village)
        named = [known] if known else self._by_name.get(_name(village), [])
        meant = [one for one in named if not district or _is_in(one, district)]
        return meant[0].code if len(meant) == 1 else None


def _is_in(village: StoredVillage, district: str) -> bool:
    return district == village.kecamatan_code or _name(district) == _name(village.kecamatan)


def _name(text: str) -> str:
    return KIND.sub("", folded(text), count=1)
