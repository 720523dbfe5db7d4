"""Secrets that are planted in a whole day's work, to be found nowhere but with those who may read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, quote_plus


@dataclass
class Canaries:
    """
    The table: a secret for each kind. A new kind is a line here, planted by `test_canaries.py`.

    What a server makes by itself (tokens, codes, keys, sessions) is added as it is made.
    """

    kinds: dict[str, str] = field(
        default_factory=lambda: {
            "NIK": "6402181203120001",
            "KK": "6402180101100007",
            "name of a child": "Kanari Putri Sungai",
            "specific answer": "kanari-sakit-paru",
            "restricted answer": "kanari-luka-bakar",
            "name in a case": "Kanari Kasus Rawa",
            "comment of a reviewer": "kanari-komentar-penyelia",
            "reason of a decision": "kanari-alasan-kantor",
            "password": "kanari rahasia 17 hulu",
            "wrong password": "kanari salah 18 hilir",
            "unknown token": f"{'kanariKANARI' * 3}kanari0",
            "unknown code": "KANARIKODE",
        }
    )

    def plant(self, kind: str, secret: str) -> str:
        """Adds one that was made on the way, and gives it."""
        self.kinds[kind] = secret
        self.__dict__.pop("_pattern", None)
        return secret

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        spelt = {one for secret in self.kinds.values() for one in spellings(secret)}
        return re.compile("|".join(re.escape(one) for one in sorted(spelt)), re.IGNORECASE)

    def found_in(self, texts: Iterable[str], but: str = "") -> list[str]:
        """The secrets other than `but` that stand in any of these texts, with what stands around them."""
        known = {one.casefold() for one in spellings(but)}
        return [
            text[max(0, hit.start() - 60) : hit.end() + 20]
            for text in texts
            for hit in self._pattern.finditer(text)
            if hit[0].casefold() not in known
        ]


def spellings(secret: str) -> set[str]:
    """A secret as it stands in texts, in addresses and in JSON."""
    return {secret, quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
