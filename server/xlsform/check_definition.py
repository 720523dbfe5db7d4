"""What only the finished definition shows: whether it runs, and what cases tell of restricted answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.forms.definition import FormDefinition
from domain.forms.program import Program
from domain.forms.xpath import XPathError
from domain.protection import DataClass
from server.faults import Fault, Place, fault
from server.xlsform.logic import expressions_of, references
from server.xlsform.places import ENTITY_KEYS, cell_of, place_of
from server.xlsform.running import blamed, fails
from server.xlsform.sheets import Workbook
from server.xlsform.xform import SAVE_TO, XForm

SAVE_TO_KEY = ("bind", "entities:saveto")


def check_definition(workbook: Workbook, xform: XForm, definition: Mapping[str, Any]) -> Iterator[Fault]:
    """The last faults, of a definition that is complete."""
    restricted = {one["path"] for one in definition["fields"] if one["pdp"] == DataClass.RESTRICTED}
    yield from _saved(workbook, xform, restricted)
    yield from _shown(workbook, xform, restricted)
    if error := fails(definition):
        found = blamed(definition)
        place = cell_of(found[1], found[0], workbook) if found else Place()
        yield fault("logic-unreadable", place, reason=error.message)
    else:
        yield from _beside_questions(workbook, xform, definition)


def _beside_questions(workbook: Workbook, xform: XForm, definition: Mapping[str, Any]) -> Iterator[Fault]:
    """What is evaluated when a form is filed: the name of the instance, and what becomes of its cases."""
    program = Program(FormDefinition.from_json(definition))
    for placed in expressions_of(xform):
        if placed.kind == "calculate" and "/meta/" in placed.node:
            try:
                text = xform.bind(placed.node, "calculate") or ""
                program.operand(text, xform.definition_path(placed.node))
            except XPathError as error:
                yield fault("logic-unreadable", place_of(placed, workbook, xform), reason=error.message)


def _saved(workbook: Workbook, xform: XForm, restricted: set[str]) -> Iterator[Fault]:
    """A case is read by everybody who works in its village; restricted answers are not."""
    for node, bind in xform.binds.items():
        path = xform.definition_path(node)
        if bind.get(SAVE_TO) and path in restricted and path in workbook.rows_by_path:
            row = workbook.rows_by_path[path]
            yield fault("save-restricted", row.place(*SAVE_TO_KEY), name=row.name)


def _shown(workbook: Workbook, xform: XForm, restricted: set[str]) -> Iterator[Fault]:
    """Nor are they in the label by which lists show a case; and no condition of a case ever sees them."""
    told = {f"{one.at}/{part}": one.list_name for one in xform.entities for part in ENTITY_KEYS}
    for placed in expressions_of(xform):
        for reference in references(placed) if placed.node in told else ():
            if xform.definition_path(reference.node) in restricted:
                code = "label-restricted" if placed.node.endswith("/label") else "entity-restricted"
                facts = {"list": told[placed.node], "name": reference.node.rpartition("/")[2]}
                yield fault(code, place_of(placed, workbook, xform), **facts)
