"""How long the data of people are kept, by rule: which case is due, and what keeps it nevertheless."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from domain.errors import InvalidRequest

COLUMNS: Final = ("list", "after", "years", "basis")
MOST_YEARS: Final = 100


class After(StrEnum):
    """What the years of a rule are counted from."""

    LAST_ENTRY = "last-entry"
    """When the server took in the latest of all that belongs to the case."""
    BIRTH_DATE = "birth-date"
    """The birth date that the case says; a case that says none is not due by the rule."""


class Kept(StrEnum):
    """Why a case that is due is not erased by rule."""

    CONFLICT = "conflict"
    UNREVIEWED = "unreviewed"
    HELD = "held"
    REFERRED = "referred"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Rule:
    """Cases of a list are erased so many `years` after something; `basis` is the law by which."""

    list_name: str
    after: After
    years: int
    basis: str

    @property
    def name(self) -> str:
        return f"{self.list_name}/{self.after}"


def read_rules(rows: Sequence[dict[str, str]]) -> tuple[Rule, ...]:
    """
    Rules from the rows of a table with the columns `COLUMNS`.

    Raises `InvalidRequest` (``retention-rule``) with the row's number, counted from 2 as a spreadsheet does.
    """
    if not rows:
        raise InvalidRequest("there is no rule", code="retention-rule", row=2, column="list")
    return tuple(_rule(row, number) for number, row in enumerate(rows, 2))


def _rule(row: dict[str, str], number: int) -> Rule:
    said = {name: (row.get(name) or "").strip() for name in COLUMNS}
    years = said["years"]
    faults = {
        "list": not said["list"].isidentifier(),
        "after": said["after"] not in set(After),
        "years": not (years.isdecimal() and years.isascii() and 0 < int(years) <= MOST_YEARS),
        "basis": not said["basis"],
    }
    if wrong := next((name for name, is_wrong in faults.items() if is_wrong), None):
        raise InvalidRequest(f"row {number}: {wrong}", code="retention-rule", row=number, column=wrong)
    return Rule(said["list"], After(said["after"]), int(years), said["basis"])


def is_due(rule: Rule, last_entry: int, births: Collection[str], now: int) -> bool:
    """
    Whether the years of a rule are over; times are milliseconds since 1970.

    `births` are the dates (ISO 8601) that the case says: while people disagree on it, the latest counts.
    """
    if rule.after is After.LAST_ENTRY:
        return _years_later(_day(last_entry), rule.years) <= _day(now)
    days = [day for text in births if (day := _read_day(text))]
    return bool(days) and _years_later(max(days), rule.years) <= _day(now)


def _day(milliseconds: int) -> date:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _years_later(day: date, years: int) -> date:
    """The 29th of February becomes the first of March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
