"""What a cell says as text, and what spreadsheets do to what was typed into it."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from unicodedata import normalize

from server.caselists.tables import Cell, NotCalculated

LARGEST_EXACT: Final = 10**15
"""From here on a spreadsheet keeps no more than the first fifteen digits of a number."""
POWER: Final = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]{2}", re.IGNORECASE)
"""A long number as a spreadsheet shows it: ``6.40218E+15``."""
ERRORS: Final = frozenset(
    [
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
        "#BLOCKED!",
    ]
)
NOTHING: Final = frozenset({"", "-", "–", "—"})
"""What people write where there is nothing to say."""


class CellError(ValueError):
    """A cell from which nobody can tell what was typed; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_of(cell: Cell) -> str:
    """
    The text of a cell in NFC, without blanks around it; empty where it says nothing.

    Whole numbers are without decimals, days as ``2026-03-02``. Raises `CellError`.
    """
    if isinstance(cell, NotCalculated):
        raise CellError("list-not-calculated")
    text = normalize("NFC", _plain(cell)).strip()
    if text in ERRORS:
        raise CellError("list-error-value")
    return "" if text in NOTHING else text


def _plain(cell: Cell) -> str:
    return next((told(cell) for kind, told in TOLD if isinstance(cell, kind)), "")


def _number(number: object) -> str:
    value = Decimal(f"{number:.15g}") if isinstance(number, float) else Decimal(str(number))
    if abs(value) >= LARGEST_EXACT:
        raise CellError("list-number-lost")
    return f"{value:f}" if value % 1 else f"{value:.0f}"


def _moment(moment: object) -> str:
    assert isinstance(moment, datetime)
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(timespec="seconds")


def _day(day: object) -> str:
    assert isinstance(day, date)
    return day.isoformat()


def _clock(clock: object) -> str:
    assert isinstance(clock, time)
    return clock.isoformat(timespec="seconds")


TOLD: Final[tuple[tuple[type, Callable[[object], str]], ...]] = (
    (str, str),
    (bool, lambda truth: "TRUE" if truth else "FALSE"),
    (int, _number),
    (float, _number),
    (datetime, _moment),
    (date, _day),
    (time, _clock),
    (timedelta, str),
)
"""By kind of cell; a truth value is a number too, and a moment a day."""
