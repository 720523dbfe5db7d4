"""What a row says of a case, or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.cases import LABEL
from domain.forms.display import masked
from domain.operations import VILLAGE
from server.caselists.cells import CellError, text_of
from server.caselists.headings import Column, Layout, Reference
from server.caselists.places import Places
from server.caselists.properties import DESA, KECAMATAN, KK, NAME, NIK, CaseList
from server.caselists.tables import Row, Table
from server.caselists.values import identity_of, value_of
from server.faults import Fault, Place, fault

LONG_NUMBER: Final = 12
"""Digits from which on a number is nobody's business in a list of faults."""

Named = Mapping[str, frozenset[str]]
"""The cases of a list by what a property of them says."""


@dataclass(frozen=True)
class ListRow:
    """
    A row without a fault: what tells it apart, and what it says by path.

    `identity` is the number that tells its case apart, empty where it says none.
    """

    number: int
    key: str
    said: Mapping[str, str]
    identity: str = ""


@dataclass
class RowReader:
    """Reads the rows of a table from the first on: it tells what stands twice at the later row."""

    table: Table
    layout: Layout
    cases: CaseList
    places: Places
    references: Mapping[Reference, Named]
    is_identity: Mapping[Reference, bool]
    """Of each reference, whether its property is a number of a person or family."""
    _keys: dict[str, int] = field(default_factory=dict)
    _identities: dict[str, int] = field(default_factory=dict)

    def read(self, row: Row) -> "ListRow | list[Fault]":
        """The row, or everything that is wrong with it."""
        number, cells = row
        if len(cells) > len(self.table.headings) and any(cells[len(self.table.headings) :]):
            return [fault("list-row-long", self.table.place(number))]
        reading = _Reading(self, number, row)
        said, key = reading.said(), reading.key()
        faults = [*reading.faults, *self._told_twice(number, key, said)]
        if faults:
            return faults
        return ListRow(number, key, said, self._identity(said))

    def _identity(self, said: Mapping[str, str]) -> str:
        return said.get(self.cases.identity.name, "") if self.cases.identity else ""

    def _told_twice(self, number: int, key: str, said: Mapping[str, str]) -> list[Fault]:
        """A row that is left out is one of the two as well: mended, it would mean the other one's case."""
        first = self._keys.setdefault(key, number) if key else number
        if first != number:
            return [fault("list-key-twice", self.table.place(number, self.layout.key), first=first)]
        identity = self._identity(said)
        first = self._identities.setdefault(identity, number) if identity else number
        if first != number:
            column = self.layout.column_of(self.cases.identity.name) if self.cases.identity else None
            place = self.table.place(number, column.place if column else None)
            return [fault("list-person-twice", place, first=first)]
        return []


class _Reading:
    """One row while it is read."""

    def __init__(self, reader: RowReader, number: int, row: Row) -> None:
        self.reader = reader
        self.number = number
        self.cells = row[1]
        self.faults: list[Fault] = []
        self._values: dict[int, str] = {}

    def said(self) -> dict[str, str]:
        """By path, without what the row says nothing of."""
        found: dict[str, str] = {}
        for column in self.reader.layout.columns:
            if value := self._value(column):
                found[column.property.name] = value
        village, district = found.pop(DESA, ""), found.pop(KECAMATAN, "")
        if village and (code := self._village(village, district)):
            found[VILLAGE] = code
        if LABEL not in found and (named := self.reader.cases.with_role(NAME)) and named.name in found:
            found[LABEL] = found[named.name]
        return found

    def key(self) -> str:
        """The value of the key's column, where it has a property, else its text."""
        place = self.reader.layout.key
        key = self._values.get(place) or " ".join(self._text(place).split())
        if not key and not any(one.place.letter == self._place(place).letter for one in self.faults):
            self._tell("list-key-missing", place)
        return key

    def _value(self, column: Column) -> str:
        text = self._text(column.place)
        if not text:
            return ""
        try:
            if column.reference:
                return self._named(column, column.reference, text)
            value = value_of(text, column.property)
        except CellError as error:
            self._tell(error.code, column.place, value=self._shown(column, text))
            return ""
        self._values[column.place] = value
        return value

    def _named(self, column: Column, reference: Reference, text: str) -> str:
        value = identity_of(text) if self.reader.is_identity[reference] else text
        found = self.reader.references[reference].get(value, frozenset())
        if len(found) == 1:
            return next(iter(found))
        code = "list-reference-several" if found else "list-reference-none"
        shown = self._shown(column, text)
        self._tell(code, column.place, value=shown, list=reference.list_name, name=reference.property)
        return ""

    def _village(self, village: str, district: str) -> str:
        code = self.reader.places.find(village, district)
        if code is None:
            column = self.reader.layout.column_of(DESA)
            shown, where = _without_numbers(village), _without_numbers(district) or "—"
            self._tell("list-village", column.place if column else 0, value=shown, district=where)
        return code or ""

    def _text(self, place: int) -> str:
        cell = self.cells[place] if place < len(self.cells) else None
        try:
            return text_of(cell)
        except CellError as error:
            self._tell(error.code, place)
            return ""

    def _shown(self, column: Column, text: str) -> str:
        """A value as a line may tell it: identity numbers as lists show them, wherever they stand."""
        is_identity = column.property.role in (NIK, KK) or (
            column.reference is not None and self.reader.is_identity[column.reference]
        )
        return masked(text) if is_identity else _without_numbers(text)

    def _tell(self, code: str, place: int, **facts: object) -> None:
        told = fault(code, self._place(place), **{"value": "", **facts})
        if told not in self.faults:
            self.faults.append(told)

    def _place(self, place: int) -> Place:
        return self.reader.table.place(self.number, place)


def _without_numbers(text: str) -> str:
    return masked(text) if sum(sign.isdigit() for sign in text) >= LONG_NUMBER else text
