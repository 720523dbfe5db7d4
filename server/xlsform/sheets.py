"""
The sheets of a workbook as a person sees them: rows by Excel's number, columns by heading and letter.

pyxform reads the cells, so that what is checked here is what it converts; what it leaves out is reported
(`server.xlsform.layout`) instead of lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyxform import aliases
from pyxform.entities.entities_parsing import const as pyxform_constants
from pyxform.parsing.sheet_headers import clean_text_values, process_header
from pyxform.question import MultipleChoiceQuestion, Option
from pyxform.survey import Survey
from pyxform.xls2json_backends import DefinitionData, get_xlsform

from server.faults import Fault, Place, fault, refuse
from server.xlsform.headings import canonical, with_our_headings
from server.xlsform.layout import Layout, layouts
from server.xlsform.survey import SurveyRow, survey_rows

Key = tuple[str, ...]
"""pyxform's name of a column: ``("bind", "relevant")``, ``("label", "English (en)")``."""

SHEETS: Final[tuple[str, ...]] = ("settings", "survey", "choices", "entities")
NEEDED: Final = ("survey", "settings")
MAX_ROWS: Final = {"survey": 10_000, "choices": 20_000, "settings": 100, "entities": 1_000}

ALIASES: Final[dict[str, tuple[Mapping[str, object], frozenset[str]]]] = {
    "settings": (aliases.settings_header, frozenset(Survey.get_slot_names())),
    "survey": (aliases.survey_header, frozenset(MultipleChoiceQuestion.get_slot_names())),
    "choices": (aliases.list_header, frozenset(Option.get_slot_names())),
    "entities": (
        aliases.entities_header,
        frozenset(one.value for one in pyxform_constants.EntityColumns.value_list()),
    ),
}


@dataclass(frozen=True)
class Cell:
    """One filled cell: its place, the column's name and what stands in it, cleaned as pyxform does."""

    place: Place
    key: Key
    text: str


@dataclass(frozen=True)
class Sheet:
    """
    One sheet: `title` as its tab says, `keys` the columns by heading, `rows` the cells from row 2 on.

    `ours` tells how a heading of our own is written there, where it is written otherwise.
    """

    title: str
    keys: Mapping[str, Key]
    letters: Mapping[str, str]
    rows: Sequence[Mapping[str, str]]
    ours: Mapping[str, str] = field(default_factory=dict)

    def cells(self) -> Iterator[Cell]:
        """Every filled cell below the headings, row by row."""
        for number, row in enumerate(self.rows, start=2):
            yield from self.cells_of(number, row)

    def cells_of(self, number: int, row: Mapping[str, str]) -> Iterator[Cell]:
        """The filled cells of one row."""
        for heading, text in row.items():
            if heading in self.keys:
                yield Cell(self.place(number, heading), self.keys[heading], clean(text))

    def place(self, row: int, heading: str) -> Place:
        """The place of a cell by its heading."""
        return Place(self.title, row, self.written(heading), self.letters.get(heading))

    def written(self, heading: str) -> str:
        """A heading as it stands in the sheet."""
        return self.ours.get(heading, heading)

    def place_of(self, row: int, key: Key) -> Place:
        """The place of a cell by the column's name; the row alone where the sheet has no such column."""
        heading = next((text for text, known in self.keys.items() if known == key), None)
        return self.place(row, heading) if heading else Place(self.title, row)


def clean(text: str) -> str:
    """A cell as pyxform takes it: blanks together, typographic quotation marks straight."""
    return str(clean_text_values(str(text), strip_whitespace=True))


@dataclass(frozen=True)
class Workbook:
    """All sheets of a workbook that mean something to a form, and pyxform's reading of them."""

    data: DefinitionData
    sheets: Mapping[str, Sheet]
    faults: tuple[Fault, ...] = ()

    @cached_property
    def survey_rows(self) -> tuple[SurveyRow, ...]:
        """The rows of the survey sheet with the paths that they make."""
        return tuple(survey_rows(self.sheets["survey"]))

    @cached_property
    def rows_by_path(self) -> dict[str, SurveyRow]:
        """The row that makes a path of the definition; the first where two make the same."""
        return {row.path: row for row in reversed(self.survey_rows) if row.path}

    def settings(self) -> dict[str, str]:
        """The first row of the settings, by the columns' names."""
        sheet = self.sheets["settings"]
        first = next(iter(sheet.rows), {})
        return {cell.key[0]: cell.text for cell in sheet.cells_of(2, first) if len(cell.key) == 1}


def read_sheets(content: bytes) -> Workbook:
    """Reads a workbook that `read_workbook` let pass; `WorkbookError` when a sheet is missing or too long."""
    data = get_xlsform(content, file_type=".xlsx")
    titles = {str(title).lower(): str(title) for title in data.sheet_names or ()}
    for needed in NEEDED:
        if needed not in titles:
            refuse("sheet-missing", sheet=needed, found=", ".join(titles.values()) or "—")
    data = with_our_headings(data, titles)
    titles = {name: titles[name] for name in SHEETS if name in titles}
    found = layouts(content, titles, {name: len(getattr(data, name) or ()) for name in titles})
    sheets = {name: _sheet(name, title, found[name].letters, data) for name, title in titles.items()}
    for name, sheet in sheets.items():
        if len(sheet.rows) > MAX_ROWS[name]:
            code = "choices-rows" if name == "choices" else "sheet-rows"
            refuse(code, Place(sheet.title), most=MAX_ROWS[name])
    lost = [one for name, sheet in sheets.items() for one in _lost(name, sheet, found[name], data)]
    return Workbook(data, sheets, tuple(lost))


def _lost(name: str, sheet: Sheet, layout: Layout, data: DefinitionData) -> Iterator[Fault]:
    """What stands in the sheet and would not be read."""
    read = {heading for row in getattr(data, f"{name}_header") or () for heading in row}
    for heading in sheet.letters:
        if heading not in read:
            yield fault("heading-beyond", sheet.place(1, heading))
    if layout.below:
        yield fault("row-below", Place(sheet.title, layout.below))
    for row, heading in layout.unknown:
        yield fault("formula-unknown", Place(sheet.title, row, heading or None, layout.letters.get(heading)))


def _sheet(name: str, title: str, headings: Mapping[str, str], data: DefinitionData) -> Sheet:
    known, columns = ALIASES[name]
    has_double = any("::" in heading for heading in headings)
    renamed = canonical(name, headings)
    letters = {renamed.get(heading, heading): letter for heading, letter in headings.items()}
    keys = {heading: tuple(process_header(heading, has_double, known, columns)[1]) for heading in letters}
    ours = {name: heading for heading, name in renamed.items()}
    return Sheet(title, keys, letters, getattr(data, name) or (), ours)
