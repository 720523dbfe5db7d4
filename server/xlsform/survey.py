"""The rows of the survey sheet: what kind each is, and which path of the definition it makes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyxform import aliases
from pyxform.xls2json import RE_BEGIN_CONTROL, RE_END_CONTROL, RE_SELECT

from server.faults import Place

if TYPE_CHECKING:
    from server.xlsform.sheets import Sheet

TYPE, NAME = ("type",), ("name",)


@dataclass(frozen=True)
class SurveyRow:
    """
    One row that says something. `begins` and `ends` are ``group``, ``repeat`` or ``loop``.

    `around` are the paths of its groups and repeats, outermost first; a row that ends one has no path.
    """

    number: int
    cells: Mapping[tuple[str, ...], str]
    sheet: "Sheet"
    type: str
    name: str
    path: str
    around: tuple["SurveyRow", ...]
    begins: str | None = None
    ends: str | None = None

    def place(self, *key: str) -> Place:
        """The place of one of its cells; of the row where the sheet has no such column."""
        return self.sheet.place_of(self.number, key)

    @property
    def list_name(self) -> str | None:
        """The list or file that a select names."""
        found = RE_SELECT.search(self.type)
        return found["list_name"] if found else None

    @property
    def command(self) -> str:
        """The type without the list: ``select_one``."""
        found = RE_SELECT.search(self.type)
        return found["select_command"] if found else self.type

    @property
    def asks_multiple(self) -> bool:
        """Whether an answer may hold several names, with blanks between them."""
        return aliases.select.get(self.command) in {"select all that apply", "rank"}


def survey_rows(sheet: "Sheet") -> Iterator[SurveyRow]:
    """The rows in order, without empty and disabled ones, as pyxform does. Unmatched ends close nothing."""
    around: list[SurveyRow] = []
    for number, written in enumerate(sheet.rows, start=2):
        cells = {cell.key: cell.text for cell in sheet.cells_of(number, written)}
        if not cells or aliases.yes_no.get(cells.get(("disabled",), ""), False):
            continue
        kind, name = cells.get(TYPE, ""), cells.get(NAME, "")
        begin, end = RE_BEGIN_CONTROL.search(kind), RE_END_CONTROL.search(kind)
        begins, ends = (aliases.control[found["type"]] if found else None for found in (begin, end))
        path = "" if ends or not name else _path(around, name)
        row = SurveyRow(number, cells, sheet, kind, name, path, tuple(around), begins, ends)
        if ends and around and around[-1].begins == ends:
            around.pop()
        yield row
        if begins:
            around.append(row)


def _path(around: list[SurveyRow], name: str) -> str:
    if not around:
        return name
    container = around[-1]
    inside = f"{container.path}/*" if container.begins == "repeat" else container.path
    return f"{inside}/{name}"
