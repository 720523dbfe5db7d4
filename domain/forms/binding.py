"""
How a value is kept under its XForm type: what the phone's engine makes of a text when it reads it.

A text that is no value of the type counts as blank in expressions; the record keeps it, and it is a problem.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeAlias

from domain.forms.fields import Field
from domain.forms.xpath.dates import moment_of
from domain.forms.xpath.numbers import NUMBER

Kept: TypeAlias = Callable[[str], str]
LONGEST: Final = 400
LONGEST_TRACE: Final = 64 * 1024
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


def trace(text: str) -> str:
    """A line: two points or more that do not end where they began."""
    points = _points(text)
    return ";".join(points) if len(points) >= 2 and _ends(points) == 2 else ""


def shape(text: str) -> str:
    """A border: three points or more, the last where the first is."""
    points = _points(text)
    return ";".join(points) if len(points) >= 3 and _ends(points) == 1 else ""


def acknowledged(text: str) -> str:
    return "OK" if text.lower() == "ok" else ""


def between(start: float, end: float, kept: Kept) -> Kept:
    """A number of a type from `start` to `end`."""

    def bounded(text: str) -> str:
        found = kept(text)
        return found if found and start <= float(found) <= end else ""

    return bounded


def _points(trace: str) -> list[str]:
    """The points of a line; none at all if one of them is none."""
    parts = trace.split(";") if len(trace) <= LONGEST_TRACE else []
    if parts and not parts[-1].strip():
        parts.pop()
    points = [point(part) for part in parts]
    return points if all(points) else []


def _ends(points: list[str]) -> int:
    """How many different places a line begins and ends at."""
    return len({tuple(one.split()[:2]) for one in (points[0], points[-1])})


def _number(text: str) -> float | None:
    stripped = text.strip() if len(text) <= LONGEST else ""
    if not NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if abs(number) != float("inf") else None


KEPT: Final[dict[str, Kept]] = {
    "int": integer,
    "decimal": decimal,
    "date": day,
    "time": time,
    "dateTime": day_and_time,
    "geopoint": point,
    "geotrace": trace,
    "geoshape": shape,
}
"""For each type of the XForm that changes a text how it does; the others keep it as it is."""


def kept_by(field: Field) -> Kept | None:
    """How a question's values are kept; none where they stay as they are."""
    if field.type == "acknowledge":
        return acknowledged
    kept = KEPT.get(field.logic.bind_type or "")
    bounds = bounds_of(field)
    return between(*bounds, kept) if kept and bounds else kept


def bounds_of(field: Field) -> tuple[float, float] | None:
    """The least and greatest number of a range; none for another type."""
    if field.type != "range":
        return None
    start = _number(field.logic.parameters.get("start", "1"))
    end = _number(field.logic.parameters.get("end", "10"))
    return None if start is None or end is None else (start, end)
