"""How one answer is shown to a person."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from domain.forms.fields import DEFAULT_LANGUAGE, Choice, Field, Text, in_language
from domain.forms.values import is_geopoint
from domain.operations import DEAD, RESTRICTED, Value

MARKERS: Final[tuple[tuple[Value, Text], ...]] = (
    (RESTRICTED, {"id": "(jawaban terbatas)", "en": "(restricted answer)"}),
    (DEAD, {"id": "(dihapus)", "en": "(removed)"}),
)
OTHER_MARKER: Final[Text] = {"id": "(keterangan sistem)", "en": "(system note)"}
MASKED_ROLES: Final = frozenset({"nik", "kk"})
MASK: Final = "*"
FILES: Final = frozenset({"image", "audio", "video", "file"})
KILOBYTE, MEGABYTE = 1024, 1024 * 1024
VISIBLE_END: Final = 4
MOST_TOLD_APART: Final = 4
"""Digits of a number that are shown beyond the masked ones, so that two numbers can be told apart."""


def shown(
    value: Value, field: Field | None, choices: Mapping[str, Choice], language: str, *, reveal: bool = False
) -> str:
    """The answer in words; what does not fit its question is shown as it came."""
    if not isinstance(value, str):
        return _marker(value, language)
    if field is None:
        return value
    if field.type == "select_one":
        return _choice(value, choices, language)
    if field.type in {"select_multiple", "rank"}:
        return ", ".join(_choice(name, choices, language) for name in value.split())
    if field.type == "geopoint":
        return _place(value)
    if field.type in FILES:
        return _file(value, language)
    return masked(value) if field.role in MASKED_ROLES and not reveal else value


def masked(number: str) -> str:
    """A NIK or KK number as it may be shown: ``6402********0001``; something shorter shows nothing."""
    hidden = len(number) - 2 * VISIBLE_END
    if hidden < VISIBLE_END:
        return MASK * len(number)
    return f"{number[:VISIBLE_END]}{MASK * hidden}{number[-VISIBLE_END:]}"


def tell_apart(numbers: Sequence[str]) -> list[str]:
    """
    Numbers masked as always, but for at most four of the digits in which they differ.

    Two numbers of which the masked parts alone differ would look the same, and nobody could
    choose between them; this is as much as the choice needs.
    """
    shown = [masked(number) for number in numbers]
    if len({len(number) for number in numbers}) > 1 or len(set(shown)) == len(set(numbers)):
        return shown
    places = [i for i in range(len(numbers[0])) if len({number[i] for number in numbers}) > 1]
    open_ones = [i for i in places if any(text[i] == MASK for text in shown)][:MOST_TOLD_APART]
    return [
        "".join(number[i] if i in open_ones else text[i] for i in range(len(number)))
        for number, text in zip(numbers, shown, strict=True)
    ]


def _marker(value: Value, language: str) -> str:
    for marker, words in MARKERS:
        if value == marker:
            return in_language(words, language)
    return in_language(OTHER_MARKER, language)


def _choice(name: str, choices: Mapping[str, Choice], language: str = DEFAULT_LANGUAGE) -> str:
    found = choices.get(name)
    return (in_language(found.label, language) if found else "") or name


def _place(value: str) -> str:
    """``-0.4321 116.9876 12 5`` (latitude, longitude, altitude, accuracy in metres) in short."""
    if not is_geopoint(value):
        return value
    parts = value.split()
    accuracy = f" (±{parts[3]} m)" if len(parts) == 4 else ""
    return f"{parts[0]}, {parts[1]}{accuracy}"


def size_words(size: int, language: str) -> str:
    """
    So many bytes, as people read them everywhere: ``212 KB``, ``2,1 MB`` (a KB has 1024).

    In whole numbers, since an answer may say any size, also one that is no fraction any more.
    """
    if size < MEGABYTE:
        return f"{max(1, _nearest(size, KILOBYTE)) if size else 0} KB"
    whole, tenth = divmod(_nearest(10 * size, MEGABYTE), 10)
    return f"{whole}{'.' if language == 'en' else ','}{tenth} MB"


def _nearest(size: int, unit: int) -> int:
    return (size + unit // 2) // unit


def _file(value: str, language: str) -> str:
    """A file is the JSON text of its hash, size in bytes, type and name."""
    try:
        file = json.loads(value)
    except (ValueError, RecursionError):
        return value
    match file:
        case {"name": str(name), "size": int(size)}:
            return f"{name} ({size_words(size, language)})"
        case {"hash": str(), "name": str(name)}:
            return name
    return value
