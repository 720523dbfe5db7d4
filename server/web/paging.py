"""Lists in pages that are counted: which one is asked for, and where the others are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import url_for

PAGE: Final = 50
MOST: Final = 100_000


@dataclass(frozen=True)
class Pages:
    """What of a list is shown (from the `first`-th to the `last`-th of `total`), and what is beside it."""

    first: int
    last: int
    total: int
    before: str = ""
    after: str = ""


def read_page(text: str | None) -> int:
    """The number of a page in an address, from 1; what is none is the first."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 1
    return min(max(number, 1), MOST)


def pages_of(endpoint: str, number: int, total: int, kept: Mapping[str, str]) -> Pages:
    """The `number`-th page of a list at an endpoint, whose address has `kept` in it."""
    first = (number - 1) * PAGE
    last = min(first + PAGE, total)
    told: dict[str, Any] = dict(kept)
    before = url_for(endpoint, **told, page=number - 1) if number > 1 else ""
    after = url_for(endpoint, **told, page=number + 1) if last < total else ""
    return Pages(first + 1, last, total, before, after)
