"""Names as they are looked for."""

from collections.abc import Iterator

from tests.support.vectors.cases import Case, cases_of

NAMES = [
    "", " ", "Siti Aminah", "H. Muhammad Noor, S.Pd.", "Hj. Siti Rahmah binti H. Abdul Gani", "Moh. Soeharto",
    "Djoko Tjahjadi", "Achmad Fauzie", "Ust. Khadijah", "Fatimah Az-Zahra", "Oesman bin Affan", "Yusuf",
    "Jusup",
    "Muh", "M. Ali", "An", "Ny. Bu", "O'Neill", "Nur`aini", "Al Qodri", "Xaverius Phoenix", "Sjarifoeddin",
    "Ratu Ayu Dewi Anak Agung Istri", "ANDI  MAPPANYUKKI", "a\u0301ndre\u0301", "André", "Ångström",
    "straße", "STRASSE",
    "ﬁtri", "Ⅷ", "ｓｉｔｉ", "İpek", "ı", "Kelvin K", "😀 Siti", "Σίσυφος", "Ana\u00a0Maria", "Ana\tMaria",
    "a\ufe0fb", "a\u034fb",
    "a\u0345b", "a\u0489b", "a\u20ddb", "q\u0323\u0307a", "\u1100\u1161 lee", "aab bba ccc", "oooo", "mahh",
    "ahh", "ah", "Mariah",
    "__proto__", "constructor", "123 4567890123",
]  # fmt: skip
NUMBERS = [
    "6402180000000009", "6402.1800.0000.0009", "6402 1800 0000 0009", " 6402-1800-0000-0009\n",
    "640218000000000",
    "64021800000000099", "６４０２１８００００００００09", "6402/180000000009x", "٦٤٠٢١٨٠٠٠٠٠٠٠٠٠٩",
    "6402\u00a01800\u30000000\x1c0009",
    "6402\ufeff180000000009", "",
]  # fmt: skip


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("name", *((f"the name {name!r}", name) for name in NAMES))
    yield from cases_of("number", *((f"a number: {number!r}", number) for number in NUMBERS))
    yield from cases_of("names", ("all beginnings of several names", NAMES[2:8]), ("of none", []))
