"""Which case a row of an office's list means: the one it meant before, one that is like it, or a new one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.cases import LABEL, case_kind, case_of_key
from domain.merge import RecordState
from domain.operations import VILLAGE
from server.caselists.headings import Layout
from server.caselists.properties import CaseList
from server.caselists.rows import ListRow, Named
from server.caselists.tables import Table
from server.faults import Fault, fault
from server.store import erasures, imports
from server.store.records import StoredRecord

NEEDED: Final = {VILLAGE: "list-no-village", LABEL: "list-no-name"}
"""What a row says that begins a case."""


class Became(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    """It changes its case, and something there stands beside another value from then on."""
    LEFT_OUT = "left-out"


@dataclass(frozen=True)
class Outcome:
    """What became of a row, and which case it means; `fault` says why it is left out."""

    row: ListRow
    became: Became
    case: str = ""
    fault: Fault | None = None


@dataclass
class Importing:
    """
    An import under way: who imports what, and the cases that rows are recognised by.

    `known` are, by property, the cases that were there at the beginning; `meant` the rows by the cases that
    they mean.
    """

    list_name: str
    cases: CaseList
    layout: Layout
    table: Table
    actor: Actor
    secret: bytes
    known: Mapping[str, Named]
    meant: dict[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return case_kind(self.list_name)

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """What was settled for good."""
        self.meant.update({one.case: one.row.number for one in outcomes if one.case})

    def key_case(self, row: ListRow) -> str:
        """The id of the case that the row's key makes."""
        return case_of_key(self.secret, self.list_name, row.key)

    def case_of_number(self, number: str) -> str:
        """The id that it would make, were it the key."""
        return case_of_key(self.secret, self.list_name, number)

    def like(self, row: ListRow) -> frozenset[str]:
        """The cases that say what the row is recognised by."""
        values = {name: row.said.get(name, "") for name in self.known}
        return frozenset().union(*(self.known[name].get(value, ()) for name, value in values.items()))

    def of_person(self, row: ListRow) -> frozenset[str]:
        """Those with the row's number of a person or family."""
        named = self.known.get(self.cases.identity.name, {}) if self.cases.identity else {}
        return named.get(row.identity, frozenset()) if row.identity else frozenset()

    def refuse(self, row: ListRow, code: str, path: str = "", **facts: object) -> Outcome:
        """A row left out, told at the column of a path, else at the key's."""
        column = self.layout.column_of(path)
        place = self.table.place(row.number, column.place if column else self.layout.key)
        return Outcome(row, Became.LEFT_OUT, fault=fault(code, place, **facts))


@dataclass(frozen=True)
class Planned:
    """A row with its case, which is noted when the key alone would not lead there again."""

    row: ListRow
    case: str
    key_case: str
    stored: StoredRecord | None
    is_noted: bool

    @property
    def state(self) -> RecordState | None:
        return self.stored.state if self.stored else None


@dataclass(frozen=True)
class Keys:
    """
    Of a batch: the ids that the rows' keys make (`made`, by row), and other cases that those mean (`noted`).

    `cases` are all that any of the rows may mean; `numbers` the ids that the rows' numbers of a person or
    family would make, by row; `erased` those of both that were erased.
    """

    made: Mapping[int, str]
    noted: Mapping[str, str]
    cases: frozenset[str]
    numbers: Mapping[int, str]
    erased: frozenset[str]

    def is_erased(self, row: ListRow) -> bool:
        """Whether the row is about somebody whose data were erased: by its key, or by its number."""
        made = self.made[row.number]
        return not self.erased.isdisjoint({made, self.noted.get(made), self.numbers.get(row.number)})

    @classmethod
    def of(cls, connection: Connection, importing: Importing, rows: Sequence[ListRow]) -> "Keys":
        """Those of some rows."""
        made = {row.number: importing.key_case(row) for row in rows}
        noted = imports.cases_meant(connection, made.values())
        alike = (case for row in rows for case in importing.like(row))
        cases = frozenset({*made.values(), *noted.values(), *alike})
        numbers = {row.number: importing.case_of_number(row.identity) for row in rows if row.identity}
        erased = erasures.among(connection, {*cases, *numbers.values()}).records
        return cls(made, noted, cases, numbers, erased)


def plan_rows(
    importing: Importing, rows: Sequence[ListRow], keys: Keys, stored: Mapping[str, StoredRecord]
) -> Iterator[Planned | Outcome]:
    """Each row with its case, or why it is left out. `stored` are those of the cases that exist."""
    rows_of = {case: importing.meant[case] for case in keys.cases & importing.meant.keys()}
    for row in rows:
        made = keys.made[row.number]
        if keys.is_erased(row):
            yield importing.refuse(row, "list-erased")
            continue
        plan = _plan_row(importing, row, made, keys.noted.get(made), stored)
        if isinstance(plan, Planned):
            first = rows_of.setdefault(plan.case, row.number)
            if first != row.number:
                plan = importing.refuse(row, "list-case-twice", first=first)
        yield plan


def _plan_row(
    importing: Importing, row: ListRow, key_case: str, noted: str | None, stored: Mapping[str, StoredRecord]
) -> Planned | Outcome:
    """The case that the row meant before; else the one case that is like it; else a new one."""
    before = noted or (key_case if key_case in stored else None)
    alike = importing.like(row)
    if before is None and len(alike) > 1:
        return importing.refuse(row, "list-several-cases", count=len(alike))
    case = before or next(iter(alike), key_case)
    found = stored.get(case)
    if found is None:
        for path, code in NEEDED.items():
            if path not in row.said:
                return importing.refuse(row, code)
    return Planned(row, case, key_case, found, is_noted=noted is not None or case == key_case)
