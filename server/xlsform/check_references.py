"""Names in ``${…}``: written well, there, and one thing only. Every cell of every sheet is looked at."""

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Final

from pyxform.parsing.expression import RE_PYXFORM_REF_INNER, RE_PYXFORM_REF_OUTER, is_xml_tag

from server.faults import Fault, Place, fault
from server.xlsform.sheets import Cell, Workbook

TRIGGER: Final = ("trigger",)
ALSO_KNOWN: Final = ("instanceID",)
"""Names that pyxform adds to every form and lets expressions use."""
LOOKED_AT: Final[dict[str, Callable[[Cell], bool]]] = {
    "settings": lambda cell: cell.key == ("instance_name",),
    "survey": lambda cell: cell.key not in {("name",), TRIGGER},
    "choices": lambda cell: cell.key[0] in {"label", "media"},
    "entities": lambda cell: cell.key[0] not in {"dataset", "repeat"},
}


def check_references(workbook: Workbook) -> Iterator[Fault]:
    """References that are broken, unknown or mean several; triggers that name no question."""
    names = Counter(row.name for row in workbook.survey_rows if row.name and not row.ends)
    names.update(ALSO_KNOWN)
    for name, sheet in workbook.sheets.items():
        for cell in sheet.cells():
            if "${" in cell.text and LOOKED_AT[name](cell):
                for found in RE_PYXFORM_REF_OUTER.finditer(cell.text):
                    yield from _reference(cell.place, found["pyxform_ref"], names)
    yield from _triggers(workbook, names)


def _reference(place: Place, inside: str | None, names: Counter[str]) -> Iterator[Fault]:
    found = RE_PYXFORM_REF_INNER.fullmatch(inside or "")
    if found is None:
        yield fault("reference-broken", place, found=f"${{{inside or ''}")
    elif (count := names[found["ncname"]]) != 1:
        yield (
            _unknown(place, found["ncname"], names)
            if not count
            else fault("reference-ambiguous", place, q=found["ncname"])
        )


def _unknown(place: Place, name: str, names: Counter[str]) -> Fault:
    if name.endswith("_other") and names[name.removesuffix("_other")]:
        return fault("reference-other", place, q=name)
    near = get_close_matches(name, list(+names), n=1)
    return fault("reference-near" if near else "reference-missing", place, q=name, near=", ".join(near))


def _triggers(workbook: Workbook, names: Counter[str]) -> Iterator[Fault]:
    """A trigger is ``${question}``, or several with commas between them; a group never changes by itself."""
    questions = {row.name for row in workbook.survey_rows if not (row.begins or row.ends)}
    for cell in workbook.sheets["survey"].cells():
        if cell.key == TRIGGER:
            yield from (
                one for word in cell.text.split(",") for one in _trigger(cell, word.strip(), questions, names)
            )


def _trigger(cell: Cell, word: str, questions: set[str], names: Counter[str]) -> Iterator[Fault]:
    name = word.removeprefix("${").removesuffix("}")
    if word != f"${{{name}}}" or not is_xml_tag(name):
        yield fault("trigger-broken", cell.place, found=word)
    elif names[name] != 1:
        yield from _reference(cell.place, name, names)
    elif name not in questions:
        yield fault("trigger-group", cell.place, q=name)
