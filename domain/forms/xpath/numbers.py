"""
Numbers as XPath has them: floating point, with NaN and infinities instead of errors.

How a number is written follows the phone's engine (ECMAScript): whole numbers without a point, NaN as the
empty text, so that a calculation with an unanswered question stays blank.
"""

import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from domain.forms.xpath.dates import DAY_MS, moment_of

NAN: Final = math.nan
INFINITY: Final = math.inf
BLANK: Final = " \t\r\n"
"""White space of XML."""
LONGEST: Final = 60
"""Characters of a number; beyond the digits that a number keeps."""
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INFINITIES: Final = {"Infinity": INFINITY, "+Infinity": INFINITY, "-Infinity": -INFINITY}
LOGARITHMS: Final[frozenset[object]] = frozenset({math.log, math.log10})
PLAIN_FROM: Final = 1e-6
PLAIN_BELOW: Final = 1e21
"""Smaller and larger numbers are written with an exponent (ECMAScript 6.1.6.1.20)."""
EXACT_BELOW: Final = 2.0**53
"""From here on not every whole number can be told from the next."""


def number_of(text: str, offset: int) -> float:
    """
    The number that a text is; the days since 1970 for a date; NaN for everything else.

    A date begins at midnight in the place whose offset in minutes is given.
    """
    stripped = text.strip() if len(text) <= LONGEST else ""
    if NUMBER.fullmatch(stripped):
        return float(stripped)
    if not stripped:
        return NAN
    moment = moment_of(text, offset)
    return INFINITIES.get(stripped, NAN) if moment is None else moment / DAY_MS


def number_text(number: float) -> str:
    """The number in words of the form: the shortest digits that name it."""
    if number == number // 1 and abs(number) < EXACT_BELOW:
        return str(int(number))
    if math.isnan(number):
        return ""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if PLAIN_FROM <= abs(number) < PLAIN_BELOW:
        return f"{Decimal(repr(number)):f}".removesuffix(".0")
    digits, _, exponent = repr(number).partition("e")
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"


def is_none(number: float) -> bool:
    """Whether it is NaN, what XPath has in place of a number that nobody gave."""
    return math.isnan(number)


def is_true(number: float) -> bool:
    """A number is true unless it is zero or none."""
    return number != 0 and not math.isnan(number)


def divided(left: float, right: float) -> float:
    """``div``: by zero gives an infinity, or NaN for zero by zero."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return NAN
    return math.copysign(INFINITY, left) * math.copysign(1, right)


def remainder(left: float, right: float) -> float:
    """``mod``: the remainder with the sign of the left side."""
    if right == 0 or math.isinf(left) or math.isnan(left):
        return NAN
    return math.fmod(left, right)


def rounded(number: float, decimals: float) -> float:
    """To so many decimals, halves away from zero; negative decimals round to tens, hundreds, …"""
    scale = calm(pow, 10.0, float(whole(decimals)))
    shifted = abs(number) * scale
    if math.isnan(shifted) or math.isinf(shifted) or scale == 0:
        return NAN if math.isnan(shifted) or scale == 0 else number
    nearest = math.floor(shifted + 0.5) if shifted < EXACT_BELOW / 2 else shifted
    return math.copysign(nearest / scale, number) if number else 0.0


def whole(number: float) -> float:
    """The number without its fraction; of what lies between -1 and 0 the zero below zero, as on the phone."""
    return math.copysign(math.trunc(number), number) if math.isfinite(number) else number


def floor(number: float) -> float:
    return math.copysign(math.floor(number), number) if math.isfinite(number) else number


def ceiling(number: float) -> float:
    """See `whole` for the zero below zero."""
    return math.copysign(math.ceil(number), number) if math.isfinite(number) else number


def calm(function: Callable[..., Any], *numbers: float) -> float:
    """What the function gives, with NaN and infinity where Python raises."""
    if any(map(math.isnan, numbers)):
        return NAN
    try:
        return float(function(*numbers))
    except OverflowError:
        return INFINITY
    except (ValueError, ZeroDivisionError, TypeError):  # the last for a root of a negative number
        return _edge(function, numbers)


def _edge(function: Callable[..., Any], numbers: tuple[float, ...]) -> float:
    """Logarithm of zero and zero to a negative power; everything else has no value."""
    if function in LOGARITHMS and numbers[0] == 0:
        return -INFINITY
    return INFINITY if function is pow and numbers[0] == 0 else NAN


def total(numbers: Iterable[float]) -> float:
    """
    The sum; NaN for no numbers at all, as on the phone.

    Added one after the other: `sum` of Python 3.12 corrects its rounding, and no phone does.
    """
    added: float | None = None
    for number in numbers:
        added = number if added is None else added + number
    return NAN if added is None else added


def extreme(numbers: Iterable[float], choose: Callable[[list[float]], float]) -> float:
    """The least or greatest; NaN when there is none, or one is no number."""
    found = list(numbers)
    return NAN if not found or any(map(math.isnan, found)) else choose(found)
