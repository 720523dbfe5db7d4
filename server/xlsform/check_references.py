"""Names in ``${…}``: written well, there, and one thing only. Every cell of every sheet is looked at."""

from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Final

from pyxform.parsing.expression import RE_PYXFORM_REF_INNER, RE_PYXFORM_REF_OUTER, is_xml_tag

from server.faults import Fault, Place, fault
from server.xlsform.sheets import Cell, Workbook
from server.xlsform.survey import SurveyRow

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
    """
    A trigger is ``${question}``, or several with commas between them; a group never changes by itself.

    The phone's engine stops where one trigger would set a question in several members.
    """
    questions = {row.name for row in workbook.survey_rows if not (row.begins or row.ends)}
    repeats = {row.name: _repeats(row) for row in workbook.survey_rows if row.name}
    for cell in workbook.sheets["survey"].cells():
        if cell.key == TRIGGER:
            yield from (
                one for word in cell.text.split(",") for one in _trigger(cell, word.strip(), questions, names)
            )
    for row in workbook.survey_rows:
        for word in row.cells.get(TRIGGER, "").split(","):
            name = word.strip().removeprefix("${").removesuffix("}")
            inside = _repeats(row)
            if name and name in questions and repeats[name][: len(inside)] != inside:
                yield fault("trigger-outside", row.place(*TRIGGER), q=name)


def _repeats(row: SurveyRow) -> list[str]:
    """The repeats around a row, outermost first."""
    return [one.path for one in row.around if one.begins == "repeat"]


def _trigger(cell: Cell, word: str, questions: set[str], names: Counter[str]) -> Iterator[Fault]:
    name = word.removeprefix("${").removesuffix("}")
    if word != f"${{{name}}}" or not is_xml_tag(name):
        yield fault("trigger-broken", cell.place, found=word)
    elif names[name] != 1:
        yield from _reference(cell.place, name, names)
    elif name not in questions:
        yield fault("trigger-group", cell.place, q=name)
