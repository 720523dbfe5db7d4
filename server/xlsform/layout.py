"""
How the sheets of a workbook are laid out, for what pyxform says nothing of.

It stops after sixty empty rows or twenty empty columns, and takes a formula whose value was never stored for
an empty cell. What is lost so is found here.
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import openpyxl
from openpyxl.utils import column_index_from_string, get_column_letter

FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
VALUE: Final = re.compile(rb"<(?:\w+:)?(?:v|is)[\s/>]")
ROW: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*?\br=\"(\d+)\"")
STORED_TEXT: Final = "str"
"""The type of a cell whose formula gave a text, also an empty one."""


@dataclass(frozen=True)
class Layout:
    """
    `letters` gives the letter of each heading, `below` the first row with something in it that was not read.

    `unknown` are row and heading of each formula without a stored value.
    """

    letters: Mapping[str, str]
    below: int | None
    unknown: tuple[tuple[int, str], ...]


def layouts(content: bytes, titles: Mapping[str, str], read: Mapping[str, int]) -> dict[str, Layout]:
    """The layout of each sheet by its name: `titles` as its tab says, `read` the rows that pyxform took."""
    values = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content), read_only=True) if _calculates(content) else None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: _part(archive, values[title]) for name, title in titles.items()}
        return {
            name: _look(values[title], formulas[title] if formulas else None, read[name], parts[name])
            for name, title in titles.items()
        }
    finally:
        values.close()
        if formulas:
            formulas.close()


def _part(archive: zipfile.ZipFile, sheet: Any) -> bytes:
    return archive.read(sheet._worksheet_path)


def _calculates(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = (name for name in archive.namelist() if name.startswith("xl/worksheets/"))
        return any(FORMULA.search(archive.read(name)) for name in sheets)


def _look(sheet: Any, formulas: Any, read: int, part: bytes) -> Layout:
    first = next(sheet.iter_rows(max_row=1, values_only=True), ())
    letters = {
        " ".join(str(text).split()): get_column_letter(number)
        for number, text in enumerate(first, start=1)
        if text is not None and str(text).strip()
    }
    # Empty styled cells may reach to column XFD; each row would be filled up to there.
    width = max((column_index_from_string(letter) for letter in letters.values()), default=1)
    below = _below(sheet, width, read) if _ends_at(part) > read + 1 else None
    unknown = _unknown(sheet, formulas, width, letters) if formulas else ()
    return Layout(letters, below, tuple(unknown))


def _ends_at(part: bytes) -> float:
    """
    The last row with a value, from the part's text: without an end where that does not number its rows.

    A sheet that was formatted as a whole has hundreds of thousands of rows with nothing in them, which cost
    seconds to go through.
    """
    last = max((found.start() for found in VALUE.finditer(part)), default=0)
    rows = ROW.findall(part, 0, last)
    return int(rows[-1]) if rows else math.inf if last else 0


def _below(sheet: Any, width: int, read: int) -> int | None:
    rows = enumerate(sheet.iter_rows(min_row=2, max_col=width, values_only=True), start=2)
    left = islice(rows, read, None)
    return next((number for number, row in left if any(cell not in {None, ""} for cell in row)), None)


def _unknown(sheet: Any, formulas: Any, width: int, letters: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    headings = {column_index_from_string(letter): heading for heading, letter in letters.items()}
    both = zip(sheet.iter_rows(max_col=width), formulas.iter_rows(max_col=width), strict=False)
    for number, (values, written) in enumerate(both, start=1):
        for column, (value, formula) in enumerate(zip(values, written, strict=False), start=1):
            is_unknown = formula.data_type == "f" and value.value is None and value.data_type != STORED_TEXT
            if is_unknown and (number == 1 or column in headings):
                yield number, headings.get(column, "")
