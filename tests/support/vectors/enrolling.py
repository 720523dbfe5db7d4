"""One-use codes, addresses with them, and the number that both sides see."""

from collections.abc import Iterator

from tests.support.vectors.cases import Case, cases_of

CODES = ["", "ABCD-EFGH-2345", "abcd efgh 2345", " 0O1I ", "straße", "ﬁ", "ıİ", "Ａ", "A\nB", "😀Z"]
ADDRESSES = [
    "https://verilap.example/#ABCD", " https://verilap.example/ \n", "https://a.example/#", "#ABCD", "",
    "a#b#c",
    "\x1chttps://a.example\x85", "\ufeffhttps://a.example",
]  # fmt: skip


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("code", *((f"what was typed: {code!r}", code) for code in CODES))
    yield from cases_of("address", *((f"what was typed: {one!r}", one) for one in ADDRESSES))
    numbers = [
        (f"the number of {one}", [one, "A" * 43, f"nonce {one}"])
        for one in ("", "0" * 64, "é", *map(str, range(12)))
    ]
    yield from cases_of("confirmation", *numbers)
