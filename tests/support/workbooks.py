"""Small workbooks for one question each: what becomes of them, and what is said of their faults."""

from collections.abc import Sequence
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from server.faults import Fault, WorkbookError
from server.texts import form_catalogue
from server.xlsform import compile_workbook
from tests.support.forms import Rows, workbook

Table = str
"""Rows of a sheet as text: one a line, cells between ``|``."""


def rows(table: Table) -> Rows:
    """``type | name``, one row a line; an empty cell is none, and a line of ``-`` an empty row."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return [[] if line == "-" else [cell.strip() or None for cell in line.split("|")] for line in lines]


def book(folder: Path, *, files: dict[str, str] | None = None, **sheets: Table | None) -> Path:
    """A workbook of such sheets with files beside it."""
    for name, content in (files or {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    given: dict[str, Any] = {name: rows(table) for name, table in sheets.items() if table is not None}
    return workbook(folder, **given)


def definition_of(folder: Path, **sheets: Any) -> dict[str, Any]:
    """The definition of such a workbook."""
    return compile_workbook(book(folder, **sheets)).definition


def field_of(folder: Path, path: str, **sheets: Any) -> dict[str, Any]:
    """One of its fields."""
    found = [one for one in definition_of(folder, **sheets)["fields"] if one["path"] == path]
    assert len(found) == 1
    return dict(found[0])


def faults_of(folder: Path, **sheets: Any) -> Sequence[Fault]:
    """What is wrong with such a workbook; each knows what its sentence speaks of."""
    with pytest.raises(WorkbookError) as caught:
        compile_workbook(book(folder, **sheets))
    for one in caught.value.faults:
        named = {name for _, name, _, _ in Formatter().parse(form_catalogue("id")[one.code]) if name}
        assert named <= one.facts.keys(), one
    return caught.value.faults


def told(faults: Sequence[Fault]) -> list[tuple[str, str | None, int | None, str | None]]:
    """Code and place of each."""
    return [(one.code, one.place.sheet, one.place.row, one.place.column) for one in faults]


def warnings_of(folder: Path, **sheets: Any) -> Sequence[Fault]:
    """What is told of a workbook that can be published."""
    return compile_workbook(book(folder, **sheets)).warnings
