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
COUNT: Final = "_count"
"""What pyxform adds to a repeat's name for the question that holds a calculated count."""


def place_of(placed: Placed, workbook: Workbook, xform: XForm) -> Place:
    """The cell of an expression; the sheet where pyxform wrote it by itself."""
    path = xform.definition_path(placed.node)
    row = workbook.rows_by_path.get(path)
    if row is not None:
        return row.place(*KEYS[placed.kind])
    repeat = workbook.rows_by_path.get(path.removesuffix(COUNT))
    if repeat is not None and repeat.begins == "repeat":
        return repeat.place(*KEYS["count"])
    if "/meta/" in placed.node:
        return _place_in_meta(placed.node, workbook)
    return Place(workbook.sheets["survey"].title)


def row_of(node: str, workbook: Workbook, xform: XForm) -> SurveyRow | None:
    """The row that made a node."""
    return workbook.rows_by_path.get(xform.definition_path(node))


def _place_in_meta(node: str, workbook: Workbook) -> Place:
    """Entities and the instance's name have sheets of their own."""
    if "/meta/entity" in node and "entities" in workbook.sheets:
        return Place(workbook.sheets["entities"].title)
    return workbook.sheets["settings"].place_of(2, ("instance_name",))
