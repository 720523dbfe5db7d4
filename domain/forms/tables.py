"""Lists and tables beside a form as expressions see them: ``instance('villages')/root/item/name``."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.fields import Choice, in_language
from domain.forms.xpath.expressions import Expression, Literal
from domain.forms.xpath.nodes import Node

ALL: Final = "*"
ITEM: Final = "item"
NAME: Final = "name"
LABEL: Final = "label"
LOOKING: Final = {"instance", "pulldata"}
"""Functions that look into a list, named by their first argument."""
DIGITS: Final = 9
"""Of a choice's number; no list is longer."""


class Cell:
    """One column of a row."""

    __slots__ = ("_text", "name", "row")

    def __init__(self, row: "Row", name: str, text: str) -> None:
        self.row = row
        self.name = name
        self._text = text

    @property
    def key(self) -> object:
        return self

    def text(self) -> str:
        return self._text

    def parent(self) -> Node | None:
        return self.row

    def children(self, name: str) -> Sequence[Node]:  # noqa: ARG002
        return ()

    def place(self) -> int:
        return 1


class Row:
    """One row; for a choice list `choice` is what it stands for."""

    __slots__ = ("choice", "columns", "number", "table")

    name = ITEM

    def __init__(
        self, table: "Table", number: int, columns: Mapping[str, str], choice: Choice | None
    ) -> None:
        self.table = table
        self.number = number
        self.choice = choice
        self.columns = {name: (Cell(self, name, text),) for name, text in columns.items()}

    @property
    def key(self) -> object:
        return self

    def value(self, column: str) -> str:
        """What stands in a column; empty for a column that the table does not have."""
        found = self.columns.get(column)
        return found[0].text() if found else ""

    def text(self) -> str:
        return "".join(cell.text() for (cell,) in self.columns.values())

    def parent(self) -> Node | None:
        return self.table

    def children(self, name: str) -> Sequence[Node]:
        if name == ALL:
            return [cell for (cell,) in self.columns.values()]
        return self.columns.get(name, ())

    def place(self) -> int:
        return self.number


class Table:
    """The element ``root`` with its rows; `Top` stands above it."""

    name = "root"

    def __init__(self, rows: Sequence[tuple[Mapping[str, str], Choice | None]]) -> None:
        self.rows = [Row(self, number, *row) for number, row in enumerate(rows, start=1)]
        self.top = Top(self)
        self._by_column: dict[str, dict[str, list[Row]]] = {}

    def where(self, column: str, text: str) -> Sequence[Row]:
        """The rows with that text in a column; each column is sorted out once."""
        found = self._by_column.get(column)
        if found is None:
            found = {}
            for row in self.rows:
                if column in row.columns:
                    found.setdefault(row.value(column), []).append(row)
            self._by_column[column] = found
        return found.get(text, ())

    @property
    def key(self) -> object:
        return self

    def text(self) -> str:
        return ""

    def parent(self) -> Node | None:
        return self.top

    def children(self, name: str) -> Sequence[Node]:
        return self.rows if name in {ITEM, ALL} else ()

    def place(self) -> int:
        return 1


class Top:
    """The document of a table: what ``instance()`` gives."""

    __slots__ = ("table",)

    name = ""

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def key(self) -> object:
        return self

    def text(self) -> str:
        return ""

    def parent(self) -> Node | None:
        return None

    def children(self, name: str) -> Sequence[Node]:
        return (self.table,) if name in {self.table.name, ALL} else ()

    def place(self) -> int:
        return 1


class Tables:
    """All lists and tables of a form; each is made when it is first asked for."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self._made: dict[str, Table] = {}

    @property
    def version(self) -> str:
        return self.definition.version

    def has(self, name: str) -> bool:
        return name in self.definition.choices or name in self.definition.tables

    def lack(self, expression: Expression) -> bool:
        """Whether an expression looks into a list that is not here, such as one of cases."""
        return any(
            not self.has(call.arguments[0].value.removesuffix(".csv"))
            for call in expression.functions()
            if call.name in LOOKING and call.arguments and isinstance(call.arguments[0], Literal)
        )

    def table(self, name: str) -> Table | None:
        """The choice list or table of that name."""
        found = self._made.get(name)
        if found is None and self.has(name):
            found = self._made[name] = self._make(name)
        return found

    def instance(self, name: str) -> Node | None:
        found = self.table(name)
        return found.top if found else None

    def lookup(self, table: str, column: str, key_column: str, key: str) -> str:
        found = self.table(table.removesuffix(".csv"))
        rows = found.where(key_column, key) if found else ()
        return rows[0].value(column) if rows else ""

    def words(self, identifier: str) -> str:
        """
        The text of an identifier of the XForm: ``list-3`` for a choice, ``/data/a/b:label`` for a question.
        """
        path, _, part = identifier.rpartition(":")
        field = self.definition.field_at(path.removeprefix("/data/"))
        if field:
            return in_language(field.hint if part == "hint" else field.label)
        name, _, number = identifier.rpartition("-")
        choices = list(self.definition.choices.get(name, {}).values())
        is_known = number.isdecimal() and len(number) <= DIGITS and int(number) < len(choices)
        return in_language(choices[int(number)].label) if is_known else ""

    def _make(self, name: str) -> Table:
        choices = self.definition.choices.get(name)
        if choices is None:
            return Table([(dict(row), None) for row in self.definition.tables[name]])
        return Table([(self._columns(name, place, one), one) for place, one in enumerate(choices.values())])

    def _columns(self, name: str, place: int, choice: Choice) -> Mapping[str, str]:
        return {
            "itextId": f"{name}-{place}",
            NAME: choice.name,
            LABEL: in_language(choice.label),
            **choice.columns,
        }
