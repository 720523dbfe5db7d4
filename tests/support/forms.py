"""The real forms, built and compiled once for all tests; and small workbooks for the odd cases."""

import io
import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import openpyxl

from domain.forms.definition import FormDefinition
from domain.forms.program import Context
from forms.build import FORM_IDS, FORMS, build_all
from server.expressions import context_at
from server.xlsform import CompiledForm, compile_workbook

__all__ = ["FORMS", "FORM_IDS", "NOW", "compiled", "context", "definition", "workbook"]

NOW: Final = 1_790_000_412_000
"""2026-09-21, 22:20:12 in the office."""

Rows = Sequence[Sequence[str | None]]
SETTINGS: Rows = (("form_title", "form_id", "version"), ("Coba", "coba", "1"))


def context(moment: int = NOW) -> Context:
    """What the rules may know besides the answers."""
    return context_at(moment)


@cache
def compiled(form_id: str) -> CompiledForm:
    """One of the four forms, compiled from its sheets."""
    return _all_compiled()[form_id]


@cache
def _all_compiled() -> dict[str, CompiledForm]:
    with tempfile.TemporaryDirectory() as folder:
        return {path.stem: compile_workbook(path) for path in build_all(Path(folder))}


@cache
def definition(form_id: str) -> FormDefinition:
    """The definition of one of the four forms, by way of its JSON as a device gets it."""
    data: dict[str, Any] = json.loads(compiled(form_id).definition_bytes)
    return FormDefinition.from_json(data)


def workbook(
    folder: Path, *, name: str = "coba.xlsx", settings: Rows | None = SETTINGS, **sheets: Rows
) -> Path:
    """A workbook with these sheets, each a header and its rows; `settings=None` leaves that sheet out."""
    book = openpyxl.Workbook()
    del book[book.sheetnames[0]]
    given = dict(sheets) if settings is None else {**sheets, "settings": settings}
    for title, rows in given.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    path = folder / name
    path.write_bytes(buffer.getvalue())
    return path
