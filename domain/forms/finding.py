"""A problem of a record: one thing that is wrong at a path, in words for a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.forms.display import MASKED_ROLES, masked
from domain.forms.fields import DEFAULT_LANGUAGE, Field, Text, in_language

MESSAGES: Final[dict[str, Text]] = {
    "unknown-question": {
        "id": "Versi formulir ini tidak memuat pertanyaan tersebut.",
        "en": "This version of the form has no such question.",
    },
    "choice-unknown": {
        "id": "Pilihan “{value}” tidak ada dalam daftar.",
        "en": "The choice “{value}” is not in the list.",
    },
    "choice-filtered": {
        "id": "Pilihan “{value}” tidak sesuai dengan jawaban lain.",
        "en": "The choice “{value}” does not go with other answers.",
    },
    "not-an-integer": {
        "id": "“{value}” bukan bilangan bulat.",
        "en": "“{value}” is not a whole number.",
    },
    "not-a-number": {"id": "“{value}” bukan angka.", "en": "“{value}” is not a number."},
    "not-a-date": {
        "id": "“{value}” bukan tanggal yang ada (tahun-bulan-hari).",
        "en": "“{value}” is not a date that exists (year-month-day).",
    },
    "not-a-geopoint": {
        "id": "“{value}” bukan titik lokasi (lintang bujur ketinggian ketelitian).",
        "en": "“{value}” is not a location (latitude longitude altitude accuracy).",
    },
    "not-a-time": {
        "id": "“{value}” bukan waktu yang ada (jam:menit:detik).",
        "en": "“{value}” is not a time that exists (hours:minutes:seconds).",
    },
    "not-a-datetime": {
        "id": "“{value}” bukan tanggal dan waktu yang ada (tahun-bulan-hariTjam:menit:detik).",
        "en": "“{value}” is not a date and time that exist (year-month-dayThours:minutes:seconds).",
    },
    "not-a-geotrace": {
        "id": "“{value}” bukan garis: perlu sedikitnya dua titik, dipisahkan titik koma.",
        "en": "“{value}” is not a line: it needs at least two points, with semicolons between them.",
    },
    "not-a-geoshape": {
        "id": "“{value}” bukan batas wilayah: perlu tiga titik atau lebih, dan berakhir di titik pertama.",
        "en": "“{value}” is not a border: it needs three points or more, the last the same as the first.",
    },
    "not-acknowledged": {
        "id": "“{value}” bukan tanda setuju (OK).",
        "en": "“{value}” is no agreement (OK).",
    },
    "not-a-file": {
        "id": "“{value}” bukan keterangan berkas (hash, ukuran, jenis, nama).",
        "en": "“{value}” does not describe a file (hash, size, type, name).",
    },
    "out-of-range": {
        "id": "“{value}” di luar rentang {start} sampai {end}.",
        "en": "“{value}” is not between {start} and {end}.",
    },
    "required": {"id": "Pertanyaan ini wajib dijawab.", "en": "This question must be answered."},
    "constraint": {
        "id": "Jawaban ini tidak memenuhi aturan formulir.",
        "en": "This answer does not meet the form's rule.",
    },
    "count-differs": {
        "id": "Jumlah isian ({count}) berbeda dari yang disebutkan ({expected}).",
        "en": "The number of entries ({count}) differs from the one given ({expected}).",
    },
    "evaluation-failed": {
        "id": "Isian ini tidak dapat diperiksa secara otomatis. Periksalah sendiri, dan beri tahu pengelola.",
        "en": "This form could not be checked automatically. Check it yourself, and tell the administrator.",
    },
    "evaluation-stopped": {
        "id": "Formulir ini terlalu besar untuk diperiksa; aturannya belum diterapkan.",
        "en": "This form is too large to be checked; its rules were not applied.",
    },
}

PROBLEM: Final = "problem"
WARNING: Final = "warning"
"""How bad it is: a warning may well be right, and is not counted."""
EVALUATION_FAILED: Final = "evaluation-failed"
OWN_WORDS: Final = "words."
"""Before the language: the form's own message in a problem's parameters."""

SHOWN: Final = 60
"""Characters of an answer in a message."""
WITHHELD: Final = "…"


@dataclass(frozen=True)
class Problem:
    """
    One thing that is wrong at a path; `params` fill the message of `code`.

    They may hold the form's own words for it, by language, which take its place. `severity` is problem or
    warning. What concerns the record as a whole has an empty path.
    """

    code: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    severity: str = PROBLEM

    @property
    def is_counted(self) -> bool:
        """Whether lists count it."""
        return self.severity == PROBLEM

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence for a person, in Indonesian (``id``) or English (``en``)."""
        own = {
            name.removeprefix(OWN_WORDS): words
            for name, words in self.params.items()
            if name.startswith(OWN_WORDS)
        }
        if own:
            return in_language(own, language)
        return in_language(MESSAGES[self.code], language).format_map(self.params)

    @property
    def rank(self) -> tuple[str, str, str]:
        """By path, then by code."""
        return self.path, self.code, self.params.get("value", "")


def quoted(found: Field, value: str) -> str:
    """An answer in a message: never a restricted one or an identity number, and never a long one."""
    if found.is_restricted or found.role in MASKED_ROLES:
        return WITHHELD
    return shortened(value, SHOWN)


def in_words(found: Field, value: str) -> str:
    """An answer that a text of the form names: a restricted one is withheld, an identity number masked."""
    if found.is_restricted:
        return WITHHELD if value else ""
    return masked(value) if found.role in MASKED_ROLES else value


def shortened(value: str, most: int | None) -> str:
    """An answer cut after so many characters; none: whole."""
    return value if most is None or len(value) <= most else value[:most] + WITHHELD


def own_words(words: Text) -> dict[str, str]:
    """The form's own message as parameters of a problem."""
    return {f"{OWN_WORDS}{language}": text for language, text in words.items() if text}
