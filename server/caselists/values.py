"""What a cell says as a value of its property: as the question would keep it, or why it cannot be."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from domain.forms.binding import KEPT
from domain.forms.fields import Choice
from domain.forms.values import is_date, is_geopoint, is_integer, is_number
from server.caselists.cells import POWER, CellError
from server.caselists.properties import KK, NIK, Property, folded

DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
"""Day, month and year as people here write them."""
MIDNIGHT: Final = re.compile(r"[T ]00:00(:00)?(\.0+)?")
DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]{1,2}")
"""With three digits behind it a comma may divide thousands."""
IDENTITY: Final = re.compile(r"[1-9][0-9]{15}")
BETWEEN: Final = str.maketrans("", "", " .-'’\u00a0")
"""What people write into long numbers to read them, and what spreadsheets take as the sign of a text."""
SEVERAL: Final = re.compile(r"\s*[,;|\n]\s*")

Kept = Callable[[str], str | None]


def value_of(text: str, asked: Property) -> str:
    """The value that a text is for a property. Raises `CellError` with a code for what is none."""
    if asked.field is None:
        return text
    if asked.role in (NIK, KK):
        return identity_of(text)
    if asked.choices and asked.field.type in CHOOSING:
        return CHOOSING[asked.field.type](text, asked.choices)
    kept, code = READ.get(asked.field.type, ANY_TEXT)
    value = kept(text)
    if value is None:
        raise CellError(code)
    return value


def identity_of(text: str) -> str:
    """A NIK or family card number: sixteen digits, the first of them not 0. Raises `CellError`."""
    if POWER.fullmatch(text):
        raise CellError("list-number-lost")
    digits = text.translate(BETWEEN)
    if not IDENTITY.fullmatch(digits):
        raise CellError("list-identity")
    return digits


def _integer(text: str) -> str | None:
    return (KEPT["int"](text) or None) if is_integer(text) else None


def _decimal(text: str) -> str | None:
    number = text.replace(",", ".") if DECIMAL_COMMA.fullmatch(text) else text
    return number if is_number(number) else None


def _day(text: str) -> str | None:
    written = MIDNIGHT.sub("", text)
    if found := DAY.fullmatch(written):
        day, month, year = map(int, found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return None
    return written if is_date(written) else None


def _kept_as(kind: str) -> Kept:
    return lambda text: text if KEPT[kind](text) else None


READ: Final[Mapping[str, tuple[Kept, str]]] = {
    "integer": (_integer, "list-not-integer"),
    "range": (_decimal, "list-not-number"),
    "decimal": (_decimal, "list-not-number"),
    "date": (_day, "list-not-date"),
    "time": (_kept_as("time"), "list-not-time"),
    "datetime": (_kept_as("dateTime"), "list-not-time"),
    "dateTime": (_kept_as("dateTime"), "list-not-time"),
    "geopoint": (lambda text: text if is_geopoint(text) else None, "list-not-place"),
    "geotrace": (_kept_as("geotrace"), "list-not-place"),
    "geoshape": (_kept_as("geoshape"), "list-not-place"),
    "acknowledge": (lambda text: "OK" if text.casefold() in {"ok", "ya", "yes"} else None, "list-choice"),
}
"""How texts of a type are kept, and what is told of others. All other types take any text."""

ANY_TEXT: Final[tuple[Kept, str]] = (lambda text: text, "")


def _one(text: str, choices: Mapping[str, Choice]) -> str:
    if text in choices:
        return text
    meant = {name for name, choice in choices.items() if folded(text) in _words(name, choice)}
    if len(meant) != 1:
        raise CellError("list-choice")
    return meant.pop()


def _words(name: str, choice: Choice) -> Iterable[str]:
    return {folded(name), *map(folded, choice.label.values())}


def _some(text: str, choices: Mapping[str, Choice]) -> str:
    """Several: names with blanks between them, or names and words with commas or the like."""
    parts = text.split()
    if not all(name in choices for name in parts):
        is_one = any(folded(text) in _words(name, choice) for name, choice in choices.items())
        parts = [text] if is_one else [part for part in SEVERAL.split(text) if part]
    return " ".join(dict.fromkeys(_one(part, choices) for part in parts))


CHOOSING: Final[Mapping[str, Callable[[str, Mapping[str, Choice]], str]]] = {
    "select_one": _one,
    "select_multiple": _some,
    "rank": _some,
}
