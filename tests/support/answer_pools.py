"""Answers that people and faulty programs give, by the type of a question; `fillings` draws from them."""

from __future__ import annotations

from random import Random
from typing import Final

GOOD: Final[dict[str, tuple[str, ...]]] = {
    "text": (
        "Asha", "Budi Utomo", "a", "b", "ab", "abc", "é", "Siti Nurháliza", "日本", "😀x", "1", "3",
        "-4.50", "12",
        "1 2", "2024-02-29", "2026-09-21", "07:30", "mangga", "satu-dua", "6402180107150001", "a b  c",
        "A", "yes",
    ),
    "integer": ("0", "1", "2", "3", "4", "5", "7", "12", "17", "18", "60", "-1", "2147483647"),
    "decimal": ("0", "0.5", "1", "1.25", "2.5", "-2.25", "12.345", "99.9", "1000000", "0.1", "3.0"),
    "date": (
        "2026-09-21", "2026-09-20", "2026-09-22", "2024-02-29", "2020-01-01", "2015-06-30", "2008-09-21",
        "2008-09-22", "1970-01-01", "1955-12-31", "2027-01-01", "2026-08-22",
    ),
    "datetime": (
        "2026-09-21T22:20:12.000+08:00", "2026-09-21T08:00:00.000+08:00", "2026-09-20T16:30:00.000Z",
        "2020-02-29T23:59:59.999+07:00", "1970-01-01T00:00:00.000+08:00", "2026-09-22T00:00:00.000+08:00",
    ),
    "time": ("07:30:00.000+08:00", "00:00:00.000+08:00", "23:59:59.000+08:00", "12:00:00.000+07:00"),
    "geopoint": (
        "-0.502106 117.153709 12.3 4.5", "-0.5 117.1 0 25", "0.25 116.75 100.5 8", "-0.42 116.98 0 0",
    ),
    "geotrace": (
        "-0.5 117.1 0 0; -0.51 117.12 0 0; -0.52 117.11 0 0", "-0.4 116.9 1 2; -0.4 116.95 1 2",
        "-0.502106 117.153709 12.3 4.5;0.5 117.2 3.25 4;",
    ),
    "geoshape": (
        "-0.5 117.1 0 0; -0.51 117.12 0 0; -0.52 117.11 0 0; -0.5 117.1 0 0",
        "0.1 117 0 0;0.1 117.5 0 0;0.4 117.5 0 0;0.4 117 0 0;0.1 117 0 0",
    ),
    "image": ("foto-1.jpg", "a.png"),
    "audio": ("suara.m4a",),
    "video": ("film.mp4",),
    "file": ("surat.pdf",),
    "barcode": ("8991234567890", "QR-12"),
    "acknowledge": ("OK",),
}  # fmt: skip

ODD: Final[dict[str, tuple[str, ...]]] = {
    "text": (
        "   ", " a ", "x", "<&>\"'", "a,b;c", "NaN", "Infinity", "true", "0", "e\n\tf", "{{7*7}}",
        "%d",
    ),
    "integer": ("abc", "1.5", "-3.9", "007", "1e3", "2147483648", "99999999999999999999", " 5 ", "+5", "1,5"),
    "decimal": (
        "abc", "1e3", ".5", "5.", "1,5", "100000000000000000000", "0.000001", "NaN", " 2.5", "-0",
        "1e-7",
    ),
    "date": (
        "2026-02-30", "2026-13-01", "26-1-1", "yesterday", "10000-01-01", "2024-02-29T10:00:00",
        "2026-9-1",
    ),
    "datetime": (
        "2026-09-21", "2026-09-21T25:00:00.000+08:00", "2026-09-21T10:00", "now",
        "2026-02-30T10:00:00.000+08:00",
    ),
    "time": ("06:00:00.000Z", "25:00:00.000+08:00", "07:30", "7:30", "noon"),
    "geopoint": ("1 2", "91 181 0 0", "x y", "-0.5", "-0.5 117.1 0 0 0"),
    "geotrace": ("0 0 0 0; 0 1 0 0", "-0.5 117.1 0 0", "x; y", "1 2 0 0; 1 3 0 0; 1 2 0 0"),
    "geoshape": ("1 2 0 0; 1 3 0 0; 2 3 0 0", "0 0; 0 1; 1 1; 0 0", "x; y"),
    "acknowledge": ("ok", "no"),
}  # fmt: skip

SHAPED: Final = (
    "6402180107150001", "6402184107150002", "6402182902080003", "6402180112990004", "1234567890123456",
    "6402180101200007", "081234567890", "+6281345678901", "0001", "4321", "007", "12", "3", "2026-09",
    "2026-T3", "2025-01",
)  # fmt: skip
"""What regular expressions in forms ask for: numbers of identity cards and telephones, periods. Invented."""

AS: Final = {"range": "decimal", "hidden": "text", "calculate": "text", "note": "text"}


def ordinary(kind: str, chance: Random) -> str:
    """An answer as a person gives it to a question of this type."""
    return chance.choice(GOOD.get(AS.get(kind, kind)) or GOOD["text"])


def odd(kind: str, chance: Random) -> str:
    """One that nobody should give: malformed, out of range, oddly written."""
    return chance.choice(ODD.get(AS.get(kind, kind)) or ODD["text"])
