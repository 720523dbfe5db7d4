"""The rows of a form, flattened from pyxform's tree, with the columns that are ours."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from server.faults import refuse

Text = dict[str, str]
"""A text by language: ``{"id": …, "en": …}``."""

TYPES: Final = {
    "select one": "select_one",
    "select one external": "select_one",
    "select all that apply": "select_multiple",
    "photo": "image",
    "string": "text",
    "int": "integer",
    "gps": "geopoint",
    "location": "geopoint",
    "date time": "datetime",
    "dateTime": "datetime",
    "start time": "start",
    "end time": "end",
    "imei": "deviceid",
}
# Filled by the form or the phone; nobody types an answer in.
UNTYPED: Final = frozenset(
    {"calculate", "hidden", "note", "start", "end", "today", "deviceid", "username", "phonenumber", "email"}
    | {"audit", "simserial", "subscriberid", "start-geopoint", "background-audio", "background-geopoint"}
)
OUTSIDE: Final = frozenset({"xml-external", "csv-external"})
"""Rows that name a file and ask nothing."""
CONTAINERS: Final = frozenset({"group", "repeat"})
LANGUAGE_CODE: Final = re.compile(r"\(([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\)\s*$")


@dataclass(frozen=True)
class Element:
    """One row of the survey sheet: a question, a group or a repeat, with its path as in the definition."""

    path: str
    name: str
    type: str
    around: tuple["Element", ...]
    row: dict[str, Any]

    @property
    def is_container(self) -> bool:
        return self.type in CONTAINERS

    @property
    def is_typed_in(self) -> bool:
        """Whether a person enters the answer."""
        return self.type not in UNTYPED

    def own(self, column: str) -> str | None:
        """What the row says in one of our columns, such as ``x_pdp``."""
        value = self.row.get(column)
        return str(value).strip() or None if value is not None else None

    @property
    def node(self) -> str:
        """Where it stands in the XForm: ``/data/anggota/a_umur``."""
        return "/data/" + self.path.replace("/*/", "/")

    def text(self, *keys: str) -> Text:
        """A text of the row by language, such as ``text("bind", "jr:constraintMsg")``; may be empty."""
        value: Any = self.row
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return text_by_language(value) or {}

    def bind(self, name: str) -> str:
        """An expression or flag of the row, as it is written: ``calculate``, ``relevant``, ``required``."""
        return str((self.row.get("bind") or {}).get(name) or "")


def elements_of(tree: dict[str, Any]) -> list[Element]:
    """Every row in the form's order; the ``meta`` blocks that pyxform adds are left out."""
    return list(_walk(tree, "", ()))


def _walk(tree: dict[str, Any], prefix: str, around: tuple[Element, ...]) -> Iterator[Element]:
    for row in tree.get("children", ()):
        if row["name"] == "meta" or row.get("type") in OUTSIDE:
            continue
        element = Element(f"{prefix}{row['name']}", row["name"], _type(row), around, row)
        yield element
        if element.is_container:
            inside = f"{element.path}/*/" if element.type == "repeat" else f"{element.path}/"
            yield from _walk(row, inside, (*around, element))


def _type(row: dict[str, Any]) -> str:
    kind = str(row.get("type", ""))
    if kind in {"loop", "include"}:
        refuse("type-unsupported", type=kind)
    return TYPES.get(kind, kind.replace(" ", "_"))


def text_by_language(text: object) -> Text | None:
    """
    A label or hint of pyxform by language code.

    Without a language it is Indonesian, the office's own. A language is known by the code in brackets at its
    end: ``English (en)``.
    """
    if text is None or text == "":
        return None
    if not isinstance(text, dict):
        return {"id": str(text)}
    return {language_code(language): str(words) for language, words in text.items()}


def language_code(language: str) -> str:
    found = LANGUAGE_CODE.search(language)
    if found:
        return found[1].lower()
    return "id" if language == "default" else language
