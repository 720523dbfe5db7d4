"""What is wrong with the sheet of choices: every row is looked at, also of lists that nobody uses yet."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pyxform import aliases

from server.faults import Fault, fault, warning
from server.xlsform.sheets import Key, Sheet, Workbook

LIST, NAME, LABEL = ("list name",), ("name",), "label"
Cells = Mapping[Key, str]
ALLOWED: Final = "allow_choice_duplicates"
LIST_NAME: Final = re.compile(r"[\w.-]+")


def check_choices(workbook: Workbook) -> Iterator[Fault]:
    """Choices without list, name or label, names with blanks, and names that stand twice in a list."""
    sheet = workbook.sheets.get("choices")
    if sheet is None:
        return
    may_repeat = aliases.yes_no.get(workbook.settings().get(ALLOWED, "no"), False)
    yield from _lists(sheet)
    seen: dict[tuple[str, str], int] = {}
    for number, written in enumerate(sheet.rows, start=2):
        cells = {cell.key: cell.text for cell in sheet.cells_of(number, written)}
        if LIST in cells or NAME in cells:
            yield from _row(sheet, number, cells)
            key = cells.get(LIST, ""), cells.get(NAME, "")
            other = seen.setdefault(key, number)
            if all(key) and other != number:
                place, facts = sheet.place_of(number, NAME), {"list": key[0], "name": key[1], "other": other}
                yield (
                    warning("choice-offered-once", place, **facts)
                    if may_repeat
                    else fault("choice-name-twice", place, **facts)
                )


def _lists(sheet: Sheet) -> Iterator[Fault]:
    """A list's name stands between quotation marks in the expressions of the form."""
    names = {cell.text: cell.place for cell in reversed(list(sheet.cells())) if cell.key == LIST}
    for name, place in names.items():
        if not LIST_NAME.fullmatch(name):
            yield fault("list-name", place, value=name)


def _row(sheet: Sheet, number: int, cells: Cells) -> Iterator[Fault]:
    if LIST not in cells:
        yield fault("choice-list-missing", sheet.place_of(number, LIST), name=cells[NAME])
    if NAME not in cells:
        yield fault("choice-name-missing", sheet.place_of(number, NAME))
    elif any(sign.isspace() for sign in cells[NAME]):
        yield fault(
            "choice-name-blank",
            sheet.place_of(number, NAME),
            name=cells[NAME],
            list=cells.get(LIST, "?"),
        )
    if not any(key[0] in {LABEL, "media"} for key in cells):
        yield warning("choice-label-missing", sheet.place_of(number, (LABEL,)))
