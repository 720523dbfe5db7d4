"""
How a value is kept under its XForm type: what the phone's engine makes of a text when it reads it.

A text that is no value of the type counts as blank in expressions; the record keeps it, and it is a problem.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from domain.forms.xpath.dates import moment_of
from domain.forms.xpath.numbers import NUMBER

LONGEST: Final = 400
SMALLEST_INT: Final = -(2**31)
LARGEST_INT: Final = 2**31 - 1
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}(:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?)?")
CLOCK: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
TIME: Final = re.compile(CLOCK)
DAY_AND_TIME: Final = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{CLOCK}")
DECIMALS: Final = 20


def integer(text: str) -> str:
    """Without its fraction, if it fits into 32 bits."""
    number = _number(text)
    if number is None:
        return ""
    whole = int(number)
    return str(whole) if SMALLEST_INT <= whole <= LARGEST_INT else ""


def decimal(text: str) -> str:
    """Plain digits with at least one decimal: ``5`` is ``5.0``."""
    number = _number(text)
    return "" if number is None else decimal_text(number)


def decimal_text(number: float) -> str:
    whole, _, fraction = f"{Decimal(repr(number)):f}".partition(".")
    return f"{whole}.{fraction[:DECIMALS].rstrip('0') or '0'}"


def day(text: str) -> str:
    """The date of a date or of a date with time; one with an offset is none."""
    is_day = len(text) <= LONGEST and DAY.fullmatch(text) is not None and moment_of(text, 0) is not None
    return text[:10] if is_day else ""


def time(text: str) -> str:
    """A time of day with seconds."""
    is_time = len(text) <= LONGEST and TIME.fullmatch(text) and moment_of(f"1970-01-01T{text}", 0) is not None
    return text if is_time else ""


def day_and_time(text: str) -> str:
    is_moment = len(text) <= LONGEST and DAY_AND_TIME.fullmatch(text) and moment_of(text, 0) is not None
    return text if is_moment else ""


def point(text: str) -> str:
    """``latitude longitude altitude accuracy``; the place where the equator meets Greenwich is none."""
    parts = [_number(part) for part in text.split()[:4]] if len(text) <= LONGEST else []
    if len(parts) < 2 or None in parts:
        return ""
    numbers = [number for number in parts if number is not None]
    is_place = abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and numbers[:2] != [0, 0]
    return " ".join(map(decimal_text, numbers)) if is_place else ""


def _number(text: str) -> float | None:
    stripped = text.strip() if len(text) <= LONGEST else ""
    if not NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if abs(number) != float("inf") else None


KEPT: Final[dict[str, Callable[[str], str]]] = {
    "int": integer,
    "decimal": decimal,
    "date": day,
    "time": time,
    "dateTime": day_and_time,
    "geopoint": point,
}
"""For each type of the XForm that changes a text how it does; the others keep it as it is."""
