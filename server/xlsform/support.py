"""
What the phone app and the server do not do (yet): said when a form is published, not found out in the field.

The phone app runs forms by the ODK web engine 0.22 and draws them itself (`officer_app/src/ui/filling`).
Whoever teaches it more takes that out of these tables. What only looks different is a warning.
"""

import re
from collections.abc import Iterator
from typing import Final

from server.faults import Fault, Place, fault, warning
from server.xlsform.sheets import Workbook
from server.xlsform.survey import SurveyRow

REFUSED_TYPES: Final = {
    "select_one_external": "select-external",
    "osm": "type-unsupported",
    "loop": "type-loop",
    "background-geopoint": "type-not-open",
    "include": "type-unsupported",
    "number of days in last month": "type-unsupported",
    "number of days in last six months": "type-unsupported",
    "number of days in last year": "type-unsupported",
    "trigger": "type-trigger",
    "percentage": "type-unsupported",
}
NOT_RECORDED: Final = frozenset({"audit", "background-audio", "simserial", "subscriberid", "imei"})
"""What the app leaves empty; nobody answers these."""
APPEARANCES: Final = frozenset(
    {
        "numbers",
        "multiline",
        "thousands-sep",
        "rating",
        "placement-map",
        "maps",
        "minimal",
        "search",
        "autocomplete",
    }
    | {
        "columns-pack",
        "columns",
        "no-buttons",
        "likert",
        "map",
        "field-list",
        "label",
        "list-nolabel",
        "list",
    }
    | {
        "table-list",
        "masked",
        "signature",
        "compact",
        "horizontal",
        "horizontal-compact",
        "w1",
        "w2",
        "w3",
        "w4",
    }
    | {"quick", "quickcompact", "annotate", "draw", "new", "new-front", "front"}
    | {"month-year", "year", "picker", "url"}
)
"""Appearances that the app shows, ``columns-2`` and the like too."""
PARAMETERS: Final = frozenset(
    {"incremental", "quality", "app", "tick_interval", "placeholder", "tick_labelset"}
)
TEXTS: Final = frozenset({"guidance_hint", "autoplay"})
SETTINGS: Final = frozenset(
    {"submission_url", "auto_send", "auto_delete", "style", "prefix", "delimiter", "add_none_option", "flat"}
)
"""Settings that neither the app nor the server follows, besides those of text messages (``sms_…``)."""
SEARCH: Final = re.compile(r"(?:^|\s)search\s*\(")


def check_support(workbook: Workbook) -> Iterator[Fault]:
    """What is refused, and (as warnings) what will be missing on the phone."""
    yield from _settings(workbook)
    yield from _columns(workbook)
    for row in workbook.survey_rows:
        yield from _type(row)
        yield from _appearance(row)
        yield from _parameters(row)
    for cell in (cell for sheet in workbook.sheets.values() for cell in sheet.cells()):
        if "${last-saved#" in cell.text:
            yield fault("last-saved", cell.place)


def _type(row: SurveyRow) -> Iterator[Fault]:
    kind, place = _kind(row), row.place("type")
    if kind in REFUSED_TYPES:
        yield fault(REFUSED_TYPES[kind], place, type=kind)
    elif kind in NOT_RECORDED:
        yield warning("type-not-recorded", place, type=kind)


def _kind(row: SurveyRow) -> str:
    """The type without its list: ``osm jk`` is ``osm``."""
    if row.begins == "loop":
        return row.begins
    return "osm" if row.type.startswith("osm ") else row.command


def _appearance(row: SurveyRow) -> Iterator[Fault]:
    key = ("control", "appearance")
    text = row.cells.get(key, "")
    if SEARCH.search(text):
        yield fault("appearance-search", row.place(*key))
        return
    unknown = [word for word in text.split() if word not in APPEARANCES and not word.startswith("columns-")]
    if unknown:
        yield warning("appearance-unsupported", row.place(*key), appearance=" ".join(unknown))


def _parameters(row: SurveyRow) -> Iterator[Fault]:
    names = {word.partition("=")[0].strip().lower() for word in row.cells.get(("parameters",), "").split()}
    for name in sorted(names & PARAMETERS):
        yield warning("parameter-unsupported", row.place("parameters"), name=name)


def _columns(workbook: Workbook) -> Iterator[Fault]:
    """A column that the app does not show is told once, at its first cell."""
    first: dict[str, Place] = {}
    for cell in workbook.sheets["survey"].cells():
        name = cell.key[1] if cell.key[0] == "control" and len(cell.key) > 1 else cell.key[0]
        if name in TEXTS or name.startswith("sms_"):
            first.setdefault(name, cell.place)
    for name, place in first.items():
        yield warning("column-unsupported", place, column=name)


def _settings(workbook: Workbook) -> Iterator[Fault]:
    sheet = workbook.sheets["settings"]
    for cell in sheet.cells_of(2, next(iter(sheet.rows), {})):
        name = cell.key[0]
        if name == "name":
            yield warning("setting-name", cell.place, found=cell.text)
        elif name == "public_key":
            yield fault("setting-encryption", cell.place)
        elif name in SETTINGS or name.startswith("sms_"):
            yield warning("setting-unsupported", cell.place, name=name)
