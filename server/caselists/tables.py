"""The file of an office's list as headings and rows of cells: CSV here, workbooks in `workbooks`."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from openpyxl.utils import get_column_letter

from server.faults import ListError, Place, WorkbookError, fault, refuse
from server.xlsform.tables import delimiter_of
from server.xlsform.workbook import OLE_MAGIC, PIECE

MAX_FILE: Final = 64 * 1024 * 1024
"""Bytes of a list; 60,000 rows of 30 columns have some 15 MB."""
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 300
ZIP_MAGIC: Final = b"PK"
HEADING: Final = 64 * 1024
"""Characters of a CSV file in which its headings end."""


class NotCalculated:
    """A formula in a cell of which the file does not hold the result."""


Cell: TypeAlias = "str | int | float | bool | datetime | date | time | timedelta | NotCalculated | None"
Row: TypeAlias = tuple[int, tuple[Cell, ...]]
"""Its number as a spreadsheet shows it, and its cells; a line of a CSV file may have fewer or more."""


class Source(Protocol):
    """What gives the rows of a file, as often as it is asked, the one with the headings too."""

    @property
    def sheet(self) -> str | None: ...

    def rows(self) -> Iterator[Row]: ...


@dataclass(frozen=True)
class Table:
    """
    A list: its headings, each in its column, and how many filled rows stand below them.

    A column without a heading has the empty one. Reading the whole file once is behind making one: what
    cannot be read is found before anything is imported.
    """

    source: Source
    headings: tuple[str, ...]
    first: int
    """The row of the headings."""
    count: int

    @property
    def sheet(self) -> str | None:
        """The sheet's name; a CSV file has none."""
        return self.source.sheet

    def rows(self) -> Iterator[Row]:
        """The filled rows below the headings."""
        with reading():
            for number, cells in self.source.rows():
                if number > self.first and is_filled(cells):
                    yield number, cells

    def place(self, row: int, column: int | None = None) -> Place:
        """A cell, or a row."""
        if column is None:
            return Place(self.sheet, row)
        return Place(self.sheet, row, self.headings[column], get_column_letter(column + 1))


def open_table(path: Path, sheet: str | None = None) -> Table:
    """
    The list in a file; of a workbook that sheet, else the first that is not hidden.

    Raises `ListError` for everything that cannot be read, has no headings, or is too large.
    """
    from server.caselists.workbooks import open_sheet  # openpyxl takes a while

    with reading():
        head = _head(path)
        source = open_sheet(path, sheet) if head.startswith((ZIP_MAGIC, OLE_MAGIC)) else csv_file(path, sheet)
        rows = source.rows()
        first, cells = next((row for row in rows if is_filled(row[1])), (1, ()))
        headings = tuple(" ".join(str(cell or "").split()) for cell in cells)
        while headings and not headings[-1]:
            headings = headings[:-1]
        if not headings:
            refuse("list-no-headings")
        if len(headings) > MAX_COLUMNS:
            refuse("list-columns", most=MAX_COLUMNS)
        count = sum(is_filled(row) for _, row in rows)
        if count > MAX_ROWS:
            refuse("list-rows", most=MAX_ROWS)
        return Table(source, headings, first, count)


@contextmanager
def reading() -> Iterator[None]:
    """Makes a `ListError` of whatever breaks on a file: it came from outside, and must end in a sentence."""
    try:
        yield
    except ListError:
        raise
    except WorkbookError as error:
        raise ListError(error.faults) from None
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ListError([fault("list-unreadable", reason=reason)]) from error


def is_filled(cells: tuple[Cell, ...]) -> bool:
    """Whether anything stands in a row."""
    return any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in cells)


def _head(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            refuse("file-large", file=path.name, most=MAX_FILE // 1024 // 1024)
        with path.open("rb") as file:
            return file.read(len(OLE_MAGIC))
    except OSError as error:
        refuse("file-unreadable", file=path.name, reason=error.strerror)


def csv_file(path: Path, sheet: str | None) -> "CsvFile":
    """Raises `WorkbookError` for what is surely none, and where a sheet of it is wanted."""
    if sheet is not None:
        refuse("list-csv-sheet", sheet=sheet)
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            if b"\0" in piece:
                refuse("file-encoding", file=path.name, reason="NUL")
    return CsvFile(path)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file in UTF-8 with commas, semicolons or tabs; it is never in memory as a whole."""

    path: Path
    sheet: None = None

    def rows(self) -> Iterator[Row]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                sign = delimiter_of(file.read(HEADING).lstrip())
                file.seek(0)
                reader = csv.reader(file, strict=True, delimiter=sign)
                for number, cells in enumerate(islice(reader, MAX_ROWS * 2), start=1):
                    yield number, tuple(cells)
        except (UnicodeDecodeError, csv.Error) as error:
            refuse("file-encoding", file=self.path.name, reason=str(error))
