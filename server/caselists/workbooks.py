"""A sheet of a workbook as rows of cells, with the values that the file holds beside its formulas."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import openpyxl

from server.caselists.tables import MAX_COLUMNS, Cell, NotCalculated, Row, is_filled
from server.faults import Place, refuse
from server.xlsform.workbook import PIECE, check_workbook

MAX_INFLATED: Final = 192 * 1024 * 1024
"""Bytes of a workbook with a list, unpacked; 60,000 rows of 30 columns have some 90 MB."""
MAX_EMPTY: Final = 100_000
"""Empty rows between filled ones; a sheet of nothing but formatted cells has a million."""
FORMULA: Final = re.compile(rb"<(\w+:)?f[\s>/]")
NOT_CALCULATED: Final = NotCalculated()


@dataclass(frozen=True)
class SheetFile:
    """One sheet. `formulas` are the columns with formulas by row; those that there are."""

    path: Path
    sheet: str
    width: int
    formulas: dict[int, frozenset[int]] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Empty rows below the last filled one are left out."""
        empty = 0
        for number, cells in enumerate(self._cells(), start=1):
            if is_filled(cells):
                empty = 0
                yield number, cells
            elif (empty := empty + 1) > MAX_EMPTY:
                refuse("list-empty-rows", Place(self.sheet, number), most=MAX_EMPTY)

    def _cells(self) -> Iterator[tuple[Cell, ...]]:
        for number, cells in enumerate(_read(self.path, self.sheet, self.width, is_calculated=True), start=1):
            values = tuple(cell.value for cell in cells)
            if number in self.formulas:
                values = tuple(
                    NOT_CALCULATED if place in self.formulas[number] and _is_absent(cell) else cell.value
                    for place, cell in enumerate(cells)
                )
            yield values


def open_sheet(path: Path, wanted: str | None) -> SheetFile:
    """The sheet of that name, else the first not hidden; the file has a bearable size. `WorkbookError`."""
    warnings.filterwarnings("ignore", module="openpyxl")  # of extensions and styles that nobody needs here
    check_workbook(path.read_bytes(), MAX_INFLATED)
    book = _open(path, is_calculated=True)
    try:
        sheets = {one.title: one for one in book.worksheets}
        shown = [one.title for one in book.worksheets if one.sheet_state == "visible"]
        title = wanted if wanted is not None else next(iter(shown or sheets), "")
        if title not in sheets:
            refuse("list-no-sheet", sheet=title or "—", found=", ".join(sheets) or "—")
    finally:
        book.close()
    width = max((len(row) for row in _heads(path, title)), default=0)
    if width > MAX_COLUMNS:
        refuse("list-columns", most=MAX_COLUMNS)
    return SheetFile(path, title, width, _formulas(path, title, width))


def _heads(path: Path, title: str) -> Iterator[tuple[Any, ...]]:
    """The first row with anything in it, up to its last filled cell."""
    for empty, cells in enumerate(_read(path, title, None, is_calculated=True)):
        filled = [place for place, cell in enumerate(cells, start=1) if cell.value is not None]
        if filled:
            yield tuple(cells)[: filled[-1]]
            return
        if empty > MAX_EMPTY:
            refuse("list-empty-rows", Place(title, empty), most=MAX_EMPTY)


def _formulas(path: Path, title: str, width: int) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    if not _has_formulas(path):
        return found
    for number, cells in enumerate(_read(path, title, width, is_calculated=False), start=1):
        places = frozenset(place for place, cell in enumerate(cells) if cell.data_type == "f")
        if places:
            found[number] = places
    return found


def _has_formulas(path: Path) -> bool:
    """Whether any sheet may have one: reading all cells for it takes as long as importing them."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            before = b""
            with archive.open(name) as part:
                while name.startswith("xl/worksheets/") and (piece := part.read(PIECE)):
                    if FORMULA.search(before + piece):
                        return True
                    before = piece[-20:]
    return False


def _is_absent(cell: Any) -> bool:
    """An empty text is a result too; it has the type of texts."""
    return cell.value is None and cell.data_type != "str"


def _read(path: Path, title: str, width: int | None, *, is_calculated: bool) -> Iterator[tuple[Any, ...]]:
    book = _open(path, is_calculated=is_calculated)
    try:
        sheet: Any = book[title]
        sheet.reset_dimensions()  # what the file says of its size is not always so
        yield from sheet.iter_rows(max_col=width)
    finally:
        book.close()


def _open(path: Path, *, is_calculated: bool) -> Any:
    # As bytes: by its path it is refused unless its name ends as a workbook's, and not every list has a name.
    data = io.BytesIO(path.read_bytes())
    return openpyxl.load_workbook(data, read_only=True, data_only=is_calculated, keep_links=False)
