"""
The page for the person responsible says the same in both languages.

That what it names exists is held with all documents (`test_docs.py`); that it names each role, and the hours
that the law counts, here. Broken on purpose: a row left out of one of them, a command in one only.
"""

import re

import pytest

from domain.access import Role
from tests.support.documents import ROOT

PAGES = {
    name: (ROOT / "docs" / name).read_text("utf-8") for name in ("data-protection.md", "perlindungan-data.md")
}
ENGLISH, INDONESIAN = PAGES.values()


def headings(text: str) -> list[str]:
    """The levels of the headings, in order."""
    return re.findall(r"^(#+) ", text, re.MULTILINE)


def rows(text: str) -> list[list[int]]:
    """Of each table the number of cells in each row."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[line.count(" | ") for line in table.splitlines()] for table in tables]


def names(text: str) -> list[set[str]]:
    """What stands as code, by section."""
    return [
        set(re.findall(r"`([^`]+)`", section)) - {"officer", "supervisor"} for section in text.split("\n## ")
    ]


def articles(text: str) -> list[set[str]]:
    """The numbers of articles, by section; ranges as they are written."""
    spelt = re.sub(r"Pasal|art\.", "§", text)
    return [set(re.findall(r"(?<=§ )[\d–]+", section)) for section in spelt.split("\n## ")]


@pytest.mark.parametrize("told", [headings, rows, names, articles])
def test_both_languages_have_the_same(told) -> None:
    assert told(ENGLISH) == told(INDONESIAN)


@pytest.mark.parametrize("page", PAGES)
def test_every_role_is_named(page: str) -> None:
    words = {"officer": "petugas", "supervisor": "penyelia", "partner": "mitra"}
    for role in Role:
        assert role.value in PAGES[page] or words.get(role.value, "?") in PAGES[page], role


@pytest.mark.parametrize("page", PAGES)
def test_the_hours_of_a_breach_end_with_the_seventy_second(page: str) -> None:
    hours = [int(hour) for hour in re.findall(r"^\| (?:hour|jam) (\d+) \|", PAGES[page], re.MULTILINE)]
    assert hours == sorted(hours)
    assert hours[-1] == 72
