"""What only the finished definition shows: whether it runs, and what cases tell of restricted answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.forms.fields import RESTRICTED_CLASS
from server.faults import Fault, fault
from server.xlsform.logic import expressions_of, references
from server.xlsform.places import cell_of, place_of
from server.xlsform.running import blamed, fails
from server.xlsform.sheets import Workbook
from server.xlsform.xform import SAVE_TO, XForm

SAVE_TO_KEY = ("bind", "entities:saveto")


def check_definition(workbook: Workbook, xform: XForm, definition: Mapping[str, Any]) -> Iterator[Fault]:
    """The last faults, of a definition that is complete."""
    restricted = {one["path"] for one in definition["fields"] if one["pdp"] == RESTRICTED_CLASS}
    yield from _saved(workbook, xform, restricted)
    yield from _shown(workbook, xform, restricted)
    if error := fails(definition):
        path, kind = blamed(definition)
        yield fault("logic-unreadable", cell_of(kind, path, workbook), reason=error.message)


def _saved(workbook: Workbook, xform: XForm, restricted: set[str]) -> Iterator[Fault]:
    """A case is read by everybody who works in its village; restricted answers are not."""
    for node, bind in xform.binds.items():
        path = xform.definition_path(node)
        if bind.get(SAVE_TO) and path in restricted and path in workbook.rows_by_path:
            row = workbook.rows_by_path[path]
            yield fault("save-restricted", row.place(*SAVE_TO_KEY), name=row.name)


def _shown(workbook: Workbook, xform: XForm, restricted: set[str]) -> Iterator[Fault]:
    """Nor are they in the label by which lists show a case."""
    labels = {f"{one.at}/label": one.list_name for one in xform.entities}
    for placed in expressions_of(xform):
        for reference in references(placed) if placed.node in labels else ():
            if xform.definition_path(reference.node) in restricted:
                facts = {"list": labels[placed.node], "name": reference.node.rpartition("/")[2]}
                yield fault("label-restricted", place_of(placed, workbook, xform), **facts)
