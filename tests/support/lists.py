"""Lists as an office keeps them, for tests: as CSV, as a sheet of a workbook, and read without a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from server.caselists.headings import Layout, Reference, Wish, lay_out
from server.caselists.places import Places
from server.caselists.properties import CaseList, read_case_list
from server.caselists.rows import ListRow, Named, RowReader
from server.caselists.tables import Table, open_table
from server.faults import Fault
from server.services.load_areas import read_areas_file
from tests.support.forms import FORM_IDS, FORMS, definition


def csv_file(folder: Path, text: str, name: str = "daftar.csv") -> Path:
    """A CSV file; the lines may be indented."""
    path = folder / name
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", "utf-8")
    return path


def sheet_file(
    folder: Path, rows: Sequence[Sequence[Any]], title: str = "Data", name: str = "daftar.xlsx"
) -> Path:
    """A workbook with one sheet."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    path = folder / name
    book.save(path)
    return path


@cache
def case_list(name: str) -> CaseList:
    """A list as the office's four forms fill it."""
    found = read_case_list(name, [definition(form_id) for form_id in FORM_IDS])
    assert found is not None
    return found


@cache
def places() -> Places:
    """The villages of the regency."""
    return Places(read_areas_file((FORMS / "kukar_areas.csv").read_bytes()))


@dataclass(frozen=True)
class ReadList:
    """A list that was read: what its columns say, its rows, and what is wrong with the others."""

    layout: Layout
    rows: list[ListRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def said(self) -> list[Mapping[str, str]]:
        return [row.said for row in self.rows]

    @property
    def told(self) -> list[tuple[str, int | None, str | None]]:
        """Code, row and column of each fault."""
        return [(one.code, one.place.row, one.place.column) for one in self.faults]


def read_list(
    table: Table | Path,
    name: str = "anak",
    *wishes: str,
    key: str | None = None,
    references: Mapping[Reference, Named] | None = None,
) -> ReadList:
    """All rows of a list; `references` are the cases that it may name, all of them by numbers of persons."""
    opened = open_table(table) if isinstance(table, Path) else table
    cases, known = case_list(name), references or {}
    layout = lay_out(opened, cases, [Wish.read(one) for one in wishes], key)
    reader = RowReader(opened, layout, cases, places(), known, dict.fromkeys(known, True))
    found = ReadList(layout)
    for row in opened.rows():
        read = reader.read(row)
        found.rows.extend([read] if isinstance(read, ListRow) else [])
        found.faults.extend([] if isinstance(read, ListRow) else read)
    return found
