"""The files that a form needs beside its workbook: choice lists, pictures, sounds."""

import csv
import html
import io
import re
from pathlib import Path
from typing import Any, Final

from domain.errors import FormError
from server.xlsform.elements import Text, language_code
from server.xlsform.workbook import read_file

MEDIA_URL: Final = re.compile(r"jr://(?:file|file-csv|images|audio|video)/([^\"<>]+)")
SAFE_NAME: Final = re.compile(r"[^/\\\x00-\x1f:.][^/\\\x00-\x1f:]{0,99}")

Choice = dict[str, Any]
"""``{"name": …, "label": {"id": …, "en": …}, further columns as text}``"""


def read_media(xform: str, folder: Path) -> dict[str, bytes]:
    """The files that the XForm names, from the workbook's folder; `FormError` when one is missing."""
    names = sorted({html.unescape(name) for name in MEDIA_URL.findall(xform)})
    return {name: _read_beside(name, folder) for name in names}


def _read_beside(name: str, folder: Path) -> bytes:
    if not SAFE_NAME.fullmatch(name):
        raise FormError(f"a form's file must be named without a folder, found: {name!r}", file=name)
    path = folder / name
    if not path.is_file():
        raise FormError(f"the file {name} is not beside the workbook", file=name)
    return read_file(path)


def choices_in(name: str, content: bytes, parameters: dict[str, str]) -> list[Choice]:
    """
    The choices of a CSV file.

    The question's `parameters` ``value`` and ``label`` may name other columns than ``name`` and ``label``. A
    label column without a language holds proper names, the same in both languages.
    """
    rows = _rows(name, content)
    value, label = parameters.get("value", "name"), parameters.get("label", "label")
    return [_choice(name, number, row, value, label) for number, row in enumerate(rows, start=2)]


def _rows(name: str, content: bytes) -> list[dict[str, str]]:
    if b"\0" in content:
        raise FormError(f"the choice file {name} is not CSV in UTF-8: it holds a NUL", file=name)
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), restkey="", restval="")
        return list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise FormError(f"the choice file {name} is not CSV in UTF-8: {error}", file=name) from error


def _choice(file: str, number: int, row: dict[str, str], value: str, label: str) -> Choice:
    if not row.get(value):
        raise FormError(f"the choice file {file} has no {value} in line {number}", file=file, line=number)
    labels = _labels(row, label)
    if not labels:
        raise FormError(f"the choice file {file} has no column {label}", file=file)
    others = {column: text for column, text in row.items() if _is_extra(column, value, label)}
    return {**others, "name": row[value], "label": labels}


def _labels(row: dict[str, str], label: str) -> Text:
    labels = {
        language_code(column.partition("::")[2].strip()): text
        for column, text in row.items()
        if column.startswith(f"{label}::")
    }
    return labels or ({"id": row[label], "en": row[label]} if row.get(label) else {})


def _is_extra(column: str, value: str, label: str) -> bool:
    return column not in {"", value, label} and not column.startswith(f"{label}::")
