"""From an expression of the XForm back to the cell that it was written in."""

from typing import Final

from server.faults import Place
from server.xlsform.logic import Placed
from server.xlsform.sheets import Key, Workbook
from server.xlsform.survey import SurveyRow
from server.xlsform.xform import XForm

KEYS: Final[dict[str, Key]] = {
    "relevant": ("bind", "relevant"),
    "calculate": ("bind", "calculate"),
    "constraint": ("bind", "constraint"),
    "required": ("bind", "required"),
    "readonly": ("bind", "readonly"),
    "count": ("control", "jr:count"),
    "choice_filter": ("choice_filter",),
    "default": ("default",),
    "trigger": ("bind", "calculate"),
}
TEXTS: Final[dict[str, Key]] = {
    "label": ("label",),
    "hint": ("hint",),
    "jr:constraintMsg": ("bind", "jr:constraintMsg"),
    "jr:requiredMsg": ("bind", "jr:requiredMsg"),
}
DATASET: Final = ("dataset",)
ENTITY_KEYS: Final[dict[str, Key]] = {
    "@id": ("entity_id",),
    "@create": ("create_if",),
    "@update": ("update_if",),
    "label": ("label",),
}
COUNT: Final = "_count"
"""What pyxform adds to a repeat's name for the question that holds a calculated count."""


def place_of(placed: Placed, workbook: Workbook, xform: XForm) -> Place:
    """The cell of an expression; the sheet where pyxform wrote it by itself."""
    if "/meta/" in placed.node:
        return _place_in_meta(placed.node, workbook, xform)
    return cell_of(placed.kind, xform.definition_path(placed.node), workbook)


def cell_of(kind: str, path: str, workbook: Workbook) -> Place:
    """The cell of an expression by its kind and its path in the definition."""
    row = workbook.rows_by_path.get(path)
    if row is not None:
        return row.place(*_key(kind, row))
    repeat = workbook.rows_by_path.get(path.removesuffix(COUNT))
    if repeat is not None and repeat.begins == "repeat":
        return repeat.place(*KEYS["count"])
    return Place(workbook.sheets["survey"].title)


def _key(kind: str, row: SurveyRow) -> Key:
    """The column of an expression; of a text the first language that shows a value."""
    if kind not in TEXTS:
        return KEYS[kind]
    of_kind = [key for key in row.cells if key[: len(TEXTS[kind])] == TEXTS[kind]]
    return next((key for key in of_kind if "${" in row.cells[key]), TEXTS[kind])


def _place_in_meta(node: str, workbook: Workbook, xform: XForm) -> Place:
    """Entities and the instance's name have sheets of their own."""
    entity = next((one for one in xform.entities if node.startswith(f"{one.at}/")), None)
    sheet = workbook.sheets.get("entities")
    if entity is None or sheet is None:
        return workbook.sheets["settings"].place_of(2, ("instance_name",))
    rows = [cell.place.row for cell in sheet.cells() if cell.key == DATASET and cell.text == entity.list_name]
    column = ENTITY_KEYS.get(node.rpartition("/")[2], DATASET)
    return sheet.place_of(rows[0], column) if rows and rows[0] else Place(sheet.title)
