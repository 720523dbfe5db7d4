"""The rows of choice files and other tables: CSV, XML and GeoJSON, each as columns with text."""

import csv
import io
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import Any, Final
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import ParseError, fromstring

from pyxform.parsing.expression import is_xml_tag

from server.faults import refuse
from server.xlsform.geojson import geojson_rows
from server.xlsform.workbook import DOCTYPES

MAX_ROWS: Final = 100_000
Row = dict[str, str]
Choice = dict[str, Any]
"""``{"name": …, "label": {"id": …, "en": …}, further columns as text}``"""


def rows_in(name: str, content: bytes) -> list[Row]:
    """The rows of a file by its ending; `WorkbookError` naming the file, and for CSV the line."""
    readers = {".xml": _xml_rows, ".geojson": geojson_rows}
    rows = readers.get(PurePosixPath(name).suffix.lower(), _csv_rows)(name, content)
    if len(rows) > MAX_ROWS:
        refuse("file-rows", file=name, most=MAX_ROWS)
    return rows


def choices_in(name: str, content: bytes, value: str, label: str) -> list[Choice]:
    """
    The choices of a file; `value` and `label` are the columns that hold name and label of a choice.

    Labels are proper names, the same in both languages: the phone knows no languages in a file. The columns
    themselves are kept, since filters and ``instance(…)`` speak of them.
    """
    rows = rows_in(name, content)
    if not rows:
        refuse("file-empty", file=name)
    return [_choice(name, number, row, value, label) for number, row in enumerate(rows, start=2)]


def _choice(file: str, number: int, row: Row, value: str, label: str) -> Choice:
    if not row.get(value):
        refuse("file-no-value", file=file, column=value, line=number)
    if not row.get(label):
        refuse("file-no-label", file=file, column=label, line=number)
    others = {column: text for column, text in row.items() if column not in {"name", "label"}}
    return {**others, "name": row[value], "label": {"id": row[label], "en": row[label]}}


def _csv_rows(name: str, content: bytes) -> list[Row]:
    if b"\0" in content:
        refuse("file-encoding", file=name, reason="NUL")
    try:
        text = content.decode("utf-8-sig")
        stream = io.StringIO(text, newline="")
        rows = list(csv.reader(stream, strict=True, delimiter=delimiter_of(text)))
    except (UnicodeDecodeError, csv.Error) as error:
        refuse("file-encoding", file=name, reason=str(error))
    headings = rows[0] if rows else []
    _check_headings(name, headings)
    return [_cells(name, line, headings, row) for line, row in enumerate(rows[1:], start=2) if row]


def _check_headings(name: str, headings: list[str]) -> None:
    """The phone opens no form with a list whose columns are no names of XML."""
    for number, heading in enumerate(headings, start=1):
        if not is_xml_tag(heading):
            refuse("file-heading", file=name, heading=heading, column=number)
        if heading in headings[: number - 1]:
            refuse("file-heading-twice", file=name, heading=heading)


def _cells(name: str, line: int, headings: list[str], row: list[str]) -> Row:
    if any(row[len(headings) :]):
        refuse("file-row-long", file=name, line=line)
    return dict(zip_longest(headings, row[: len(headings)], fillvalue=""))


def delimiter_of(text: str) -> str:
    """Excel writes semicolons where the comma is the decimal sign, as in Indonesia."""
    heading = text.partition("\n")[0]
    return next((sign for sign in ",;\t" if sign in heading), ",")


def _xml_rows(name: str, content: bytes) -> list[Row]:
    """``<root><item><name>…</name>…</item>…</root>``: an item's parts are the columns."""
    if any(mark in content for mark in DOCTYPES):
        refuse("file-doctype", file=name)
    try:
        root = fromstring(content)  # noqa: S314 (without a document type there are no entities)
    except (ParseError, ValueError, LookupError) as error:
        refuse("file-xml", file=name, reason=str(error))
    if any("}" in str(one.tag) for one in root.iter()):
        refuse("file-namespace", file=name)
    return [_parts(name, item) for item in root.iter("item")] or [_parts(name, item) for item in root]


def _parts(name: str, item: Node) -> Row:
    row: Row = {}
    for part in item:
        if part.tag in row:
            refuse("file-heading-twice", file=name, heading=part.tag)
        row[part.tag] = (part.text or "").strip()
    return row
