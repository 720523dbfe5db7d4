"""The rows of choice files and other tables: CSV, XML and GeoJSON, each as columns with text."""

import csv
import io
import json
from pathlib import PurePosixPath
from typing import Any, Final
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import ParseError, fromstring

from server.faults import refuse
from server.xlsform.elements import Text, language_code
from server.xlsform.workbook import DOCTYPES

MAX_ROWS: Final = 100_000
Row = dict[str, str]
Choice = dict[str, Any]
"""``{"name": …, "label": {"id": …, "en": …}, further columns as text}``"""


def rows_in(name: str, content: bytes) -> list[Row]:
    """The rows of a file by its ending; `WorkbookError` naming the file, and for CSV the line."""
    readers = {".xml": _xml_rows, ".geojson": _geojson_rows}
    rows = readers.get(PurePosixPath(name).suffix.lower(), _csv_rows)(name, content)
    if len(rows) > MAX_ROWS:
        refuse("file-rows", file=name, most=MAX_ROWS)
    return rows


def choices_in(name: str, content: bytes, value: str, label: str) -> list[Choice]:
    """
    The choices of a file; `value` and `label` are the columns that hold name and label of a choice.

    A label column without a language holds proper names, the same in both languages. The columns themselves
    are kept, since filters and ``instance(…)`` speak of them.
    """
    rows = rows_in(name, content)
    if not rows:
        refuse("file-empty", file=name)
    return [_choice(name, number, row, value, label) for number, row in enumerate(rows, start=2)]


def _choice(file: str, number: int, row: Row, value: str, label: str) -> Choice:
    if not row.get(value):
        refuse("file-no-value", file=file, column=value, line=number)
    labels = _labels(row, label)
    if not labels:
        refuse("file-no-label", file=file, column=label, line=number)
    others = {
        column: text
        for column, text in row.items()
        if column not in {"", "name", "label"} and not column.startswith(f"{label}::")
    }
    return {**others, "name": row[value], "label": labels}


def _labels(row: Row, label: str) -> Text:
    labels = {
        language_code(column.partition("::")[2].strip()): text
        for column, text in row.items()
        if column.startswith(f"{label}::")
    }
    return labels or ({"id": row[label], "en": row[label]} if row.get(label) else {})


def _csv_rows(name: str, content: bytes) -> list[Row]:
    if b"\0" in content:
        refuse("file-encoding", file=name, reason="NUL")
    try:
        text = content.decode("utf-8-sig")
        stream = io.StringIO(text, newline="")
        reader = csv.DictReader(stream, restkey="", restval="", strict=True, delimiter=delimiter_of(text))
        return [{str(column): str(cell) for column, cell in row.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        refuse("file-encoding", file=name, reason=str(error))


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
    return [_parts(item) for item in root.iter("item")] or [_parts(item) for item in root]


def _parts(item: Node) -> Row:
    return {part.tag.rpartition("}")[2]: (part.text or "").strip() for part in item}


def _geojson_rows(name: str, content: bytes) -> list[Row]:
    """The features, with their properties and the geometry as ODK writes it."""
    try:
        data = json.loads(content)
        return [_feature(one) for one in data["features"]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        refuse("file-geojson", file=name, reason=f"{type(error).__name__}: {error}")


def _feature(feature: dict[str, Any]) -> Row:
    properties = {name: _text(value) for name, value in (feature.get("properties") or {}).items()}
    if "id" in feature:
        properties["id"] = _text(feature["id"])
    return {**properties, "geometry": _geometry(feature["geometry"])}


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _geometry(geometry: dict[str, Any]) -> str:
    """Points as ``latitude longitude 0 0``, joined by ``;`` (a polygon's outer ring)."""
    points = geometry["coordinates"]
    if geometry["type"] == "Point":
        points = [points]
    elif geometry["type"] == "Polygon":
        points = points[0]
    return "; ".join(f"{float(point[1]):.15g} {float(point[0]):.15g} 0 0" for point in points)
