"""
What of a form is too deep or too long: paths that devices refuse, and nesting that takes minutes to convert.

The converter's time grows with the cube of nested repeats, so that what is beyond is never given to it.
"""

from collections.abc import Iterator
from typing import Final

from domain.operations import MAX_PATH
from server.faults import Fault, fault
from server.xlsform.sheets import Workbook
from server.xlsform.survey import SurveyRow

MOST_REPEATS: Final = 8
MOST_CONTAINERS: Final = 30
"""Repeats in one another (the ids of more do not fit into a path); groups and repeats together."""
LONGEST_MEMBER: Final = 45
"""Characters of the longest id of a member that we make: ``m_`` and a digest."""


def check_nesting(workbook: Workbook) -> list[Fault]:
    """The first row of each part of the form that nests too deep."""
    return [found for row in workbook.survey_rows for found in _too_deep(row)]


def _too_deep(row: SurveyRow) -> Iterator[Fault]:
    if not row.begins:
        return
    repeats = [one for one in (*row.around, row) if one.begins == "repeat"]
    if row.begins == "repeat" and len(repeats) == MOST_REPEATS + 1:
        yield fault("nested-repeats", row.place("type"), most=MOST_REPEATS)
    elif len(row.around) == MOST_CONTAINERS and len(repeats) <= MOST_REPEATS:
        yield fault("nested-groups", row.place("type"), most=MOST_CONTAINERS)


def check_lengths(workbook: Workbook) -> Iterator[Fault]:
    """Questions, groups and repeats whose records' paths may be too long; nothing of what is inside those."""
    for row in workbook.survey_rows:
        outer = longest(row.around[-1].path) if row.around else 0
        length = longest(row.path)
        if length > MAX_PATH >= outer:
            yield fault("path-long", row.place("name"), length=length, most=MAX_PATH, path=row.path)


def longest(path: str) -> int:
    """How long a record's path can become, with ids of members in place of ``*``."""
    return len(path) + path.split("/").count("*") * (LONGEST_MEMBER - 1)
