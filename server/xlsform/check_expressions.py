"""
Expressions as they stand in the sheets: can they be read, are the functions known, are the arguments right.

pyxform leaves this to a Java program. The same parser reads them here that evaluates them later, so what
passes can be evaluated. References are replaced by paths of the same length: a position in the expression is
one in the cell.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Final

from pyxform import aliases
from pyxform.parsing.expression import RE_PYXFORM_REF_INNER, RE_PYXFORM_REF_OUTER, is_xml_tag
from pyxform.utils import default_is_dynamic

from domain.forms.xpath import FUNCTIONS, XPathError, parse
from server.faults import Fault, Place
from server.xlsform.check_phone import phone_faults
from server.xlsform.columns import unknown_columns
from server.xlsform.sheets import Cell, Key, Sheet, Workbook
from server.xlsform.survey import SurveyRow

ALWAYS_EXPRESSIONS: Final[frozenset[Key]] = frozenset(
    {
        ("bind", "relevant"),
        ("bind", "calculate"),
        ("bind", "constraint"),
        ("choice_filter",),
        ("control", "jr:count"),
    }
)
FLAGS: Final[frozenset[Key]] = frozenset({("bind", "required"), ("bind", "readonly")})
"""``yes`` and ``no``, or an expression."""
OF_ENTITIES: Final = frozenset({"label", "entity_id", "create_if", "update_if"})
ELSEWHERE: Final = frozenset({"intersects", "extract-signed"})
"""Functions that XForms has and neither our evaluator nor the phone's engine."""
ALIKE: Final = 0.7
"""The likeness from which another function may be meant: ``id`` is no ``uuid``."""
AROUND: Final = 25
"""Characters of an expression that a message shows."""


def check_expressions(workbook: Workbook) -> Iterator[Fault]:
    """The first fault of every expression in the workbook."""
    for place, text in _expressions(workbook):
        if fault_of_it := expression_fault(place, text):
            yield fault_of_it
        else:
            yield from phone_faults(parse(without_references(text)), place)
    yield from _filter_columns(workbook)


def expression_fault(place: Place, text: str) -> Fault | None:
    """What is wrong with one expression, in the words of its own kind."""
    try:
        parse(without_references(text))
    except XPathError as error:
        return Fault(_code(error, text), place, _facts(error, text))
    return None


def without_references(text: str) -> str:
    """The expression with a path for each ``${name}``, as long as it was; each name keeps its own."""
    return str(RE_PYXFORM_REF_OUTER.sub(_as_path, text))


def _as_path(found: re.Match[str]) -> str:
    inside = found["pyxform_ref"] or ""
    is_name = RE_PYXFORM_REF_INNER.fullmatch(inside) is not None and is_xml_tag(inside)
    return f"/{inside if is_name else 'q'}".ljust(len(found[0]))


def _code(error: XPathError, text: str) -> str:
    if error.facts.get("function") in ELSEWHERE:
        return "function-unsupported"
    if error.code == "xpath-function-unknown" and _near(error):
        return "xpath-function-near"
    if error.code == "xpath-arguments" and "place" in error.facts:
        return "xpath-no-path"
    if error.code == "xpath-syntax" and error.position >= len(text.rstrip()):
        return "xpath-ends"
    return error.code


def _near(error: XPathError) -> str:
    return ", ".join(get_close_matches(str(error.facts.get("function", "")), FUNCTIONS, n=1, cutoff=ALIKE))


def _facts(error: XPathError, text: str) -> dict[str, str]:
    start = max(0, error.position - AROUND)
    excerpt = f"{'…' if start else ''}{text[start : error.position + AROUND]}"
    facts = {"argument" if name == "place" else name: str(value) for name, value in error.facts.items()}
    return {**facts, "near": _near(error), "excerpt": excerpt, "position": str(error.position + 1)}


def _expressions(workbook: Workbook) -> Iterator[tuple[Place, str]]:
    for row in workbook.survey_rows:
        for key, text in row.cells.items():
            if _is_expression(row, key, text):
                yield row.place(*key), text
    for name, is_one in (("settings", _is_instance_name), ("entities", _is_of_entity)):
        sheet = workbook.sheets.get(name)
        yield from ((cell.place, cell.text) for cell in (sheet.cells() if sheet else ()) if is_one(cell))


def _is_expression(row: SurveyRow, key: Key, text: str) -> bool:
    if key in FLAGS:
        return text not in aliases.yes_no
    if key == ("default",):
        return bool(default_is_dynamic(text, row.type))
    return key in ALWAYS_EXPRESSIONS


def _is_instance_name(cell: Cell) -> bool:
    return cell.key == ("instance_name",)


def _is_of_entity(cell: Cell) -> bool:
    return cell.key[0] in OF_ENTITIES


def _filter_columns(workbook: Workbook) -> Iterator[Fault]:
    """Bare names in a choice filter are columns of the list; those of files are known when they are read."""
    sheet = workbook.sheets.get("choices")
    columns = _columns(sheet) if sheet else frozenset()
    lists = {cell.text for cell in sheet.cells() if cell.key == ("list name",)} if sheet else set()
    is_ours: Callable[[SurveyRow], bool] = lambda row: row.list_name in lists  # noqa: E731
    for row in filter(is_ours, workbook.survey_rows):
        text = row.cells.get(("choice_filter",))
        if text and expression_fault(row.place(), text) is None:
            yield from unknown_columns(
                without_references(text), columns, row.place("choice_filter"), row.list_name
            )


def _columns(sheet: Sheet) -> frozenset[str]:
    return frozenset({key[0] for key in sheet.keys.values()} | {"name", "label", "itextId"})
