"""
pyxform's complaints in our words, in both languages and with their place; what is not known here passes as it
is.

pyxform gives sentences, not codes: most are recognised by its own templates (`ErrorCode`), the older ones by
the patterns below. A complaint that names a question but no row gets the row of that question.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from string import Formatter
from typing import Final

from pyxform.errors import ErrorCode

from server.faults import Fault, Place, fault, warning
from server.xlsform.sheets import Workbook
from server.xlsform.survey import SurveyRow

BY_TEMPLATE: Final = {
    "ENTITY_001": "entity-none",
    "ENTITY_002": "entity-property-twice",
    "ENTITY_003": "entity-save-group",
    "ENTITY_004": "entity-list-unknown",
    "ENTITY_005": "entity-label",
    "ENTITY_006": "entity-update-if",
    "ENTITY_007": "entity-id",
    "ENTITY_008": "entity-prefix",
    "ENTITY_009": "entity-place",
    "ENTITY_011": "entity-scope-save",
    "ENTITY_012": "entity-scope-reference",
    "ENTITY_013": "entity-delimiter",
    "HEADER_001": "heading-none",
    "HEADER_002": "heading-synonyms",
    "HEADER_003": "heading-missing",
    "HEADER_004": "heading-blank",
    "HEADER_005": "heading-entities",
    "LABEL_001": "choice-label-missing",
    "NAMES_001": "name-taken",
    "NAMES_002": "name-case",
    "NAMES_003": "name-root",
    "NAMES_004": "repeat-name-twice",
    "NAMES_005": "name-meta",
    "NAMES_006": "choice-name-missing",
    "NAMES_007": "choice-name-repeated",
    "NAMES_008": "name-invalid",
    "NAMES_010": "entity-name-underscores",
    "NAMES_011": "entity-name-period",
    "NAMES_012": "entity-name-reserved",
    "NAMES_014": "entity-list-twice",
    "NAMES_015": "entity-list-missing",
    "PYREF_001": "reference-broken",
    "PYREF_002": "reference-commas",
    "PYREF_003": "reference-missing",
    "PYREF_004": "reference-ambiguous",
    "RANGE_001": "range-number",
    "RANGE_002": "range-zero",
    "RANGE_003": "range-too-large",
    "RANGE_004": "range-multiple",
    "RANGE_005": "range-outside",
    "RANGE_006": "range-ticks-list",
    "RANGE_007": "range-ticks-two",
    "RANGE_008": "range-appearance",
    "RANGE_009": "range-ticks-number",
    "RANGE_010": "range-ticks-outside",
    "RANGE_011": "range-ticks-multiple",
    "RANGE_012": "range-ticks-ends",
    "SURVEY_001": "end-unmatched",
    "SURVEY_002": "begin-unmatched",
    "SURVEY_003": "parameter-incremental",
    "SURVEY_004": "parameters-broken",
    "SURVEY_005": "parameter-unknown",
    "SURVEY_006": "parameter-geometry",
    "SURVEY_007": "parameter-accuracy",
    "SURVEY_008": "parameter-accuracy",
    "SURVEY_009": "parameter-mock",
}
BY_PATTERN: Final = {
    r"Question with no type\.": "type-missing",
    r"Question or group with no name\.": "name-missing",
    r"Missing calculation\.": "calculation-missing",
    r"Audits must always be named": "audit-name",
    r"List name not in choices sheet: (?P<list>.*)": "list-unknown",
    r"There should be a choices sheet": "choices-missing",
    r"There should be an external_choices sheet|List name not in external choices sheet": "select-external",
    r"Choice names with spaces .* See \[(?P<name>.*)\] in \[(?P<list>.*)\]": "choice-name-blank",
    r"Choice filter not supported with or_other": "other-filter",
    r"Please specify choices for this 'or other' question": "other-choices",
    r"randomize must be set to true or false: '(?P<found>.*)'": "parameter-randomize",
    r"seed value must be a number|to use a seed": "parameter-seed",
    r"list names don't match: (?P<first>.*) vs\. (?P<second>.*)": "table-list-mixed",
    r"Choice filter not supported for table-list": "table-list-filter",
    r"Parameter (?P<name>\S+) must have an integer value": "parameter-integer",
    r"Invalid value for quality": "parameter-quality",
    r"File name for '(?P<found>.*)' should end with": "list-file-ending",
    r"Unknown question type '(?P<type>.*)'": "type-unknown",
    r"Duplicate column header: (?P<heading>.*)": "heading-twice",
    r"There is no survey element named '(?P<q>.*)'": "reference-missing",
    r"There are multiple survey elements named '(?P<q>.*)'": "reference-ambiguous",
    r"survey element named '(?P<name>.*)' has no label or hint": "label-missing",
    r"also specify an image for the survey element named (?P<name>.*)\.": "big-image",
    r"The same instance id .* Instance name: '(?P<name>[^']*)'": "instance-twice",
    r"Cannot omit instanceID": "encryption",
    r"(?:track-changes|identify-user|location-|include location information)": "audit-parameters",
    r"Repeat loop|List name not in columns sheet": "type-loop",
    r"Language '(?P<language>.*)' is missing the \w+ columns (?P<columns>.*)\.": "translation-missing",
    r"Language '(?P<language>.*)' is missing the \w+ (?P<columns>.*) column\.": "translation-missing",
    r"Use the max-pixels parameter": "image-large",
    r"Row without name, text, or label": "row-comment",
    r"has no label: ": "label-missing-repeat",
    r"uses or_other and translations": "other-translations",
    r"do not contain valid machine-readable codes: (?P<languages>.*)\. Learn": "language-code",
    r"question \$\{(?P<q>.*)\} is not user-visible .* for question \$\{(?P<name>.*)\}": "trigger-unseen",
    r"The 'disabled' column header": "heading-disabled",
    r"(?P<type>\w+) is no longer supported on most devices": "type-outdated",
    r"You must have a sheet named 'survey'": "survey-empty",
    r"background-geopoint.*trigger|trigger.*background-geopoint": "background-trigger",
}
SILENT: Final = frozenset({"image-large", "row-comment", "choice-label-missing", "type-outdated"})
"""
Warnings not passed on: the phone app makes photos smaller, comments are comments, labels and types we check.
"""

COLUMNS: Final = {
    "save_to": ("bind", "entities:saveto"),
    "list_name": ("list name",),
    "calculation": ("bind", "calculate"),
    "relevant": ("bind", "relevant"),
    "constraint": ("bind", "constraint"),
    "required": ("bind", "required"),
}
"""pyxform's names of columns, as its complaints have them."""
ROW: Final = re.compile(r"\[row : (\d+)\]")
SHEET: Final = re.compile(r"(?:[Oo]n the |for sheet: )'(\w+)'|is missing the (\w+) ")
COLUMN: Final = re.compile(r"the '([^']+)' value")


def _pattern(template: str) -> re.Pattern[str]:
    """What matches a sentence made from a template; a field that stands twice says the same twice."""
    parts, seen = [], set()
    for text, name, _, _ in Formatter().parse(template):
        parts.append(re.escape(text))
        if name:
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>.*?)")
            seen.add(name)
    return re.compile("".join(parts) + r"\s*\Z", re.DOTALL)


TEMPLATES: Final = [(_pattern(ErrorCode[name].value.msg), code) for name, code in BY_TEMPLATE.items()]
PATTERNS: Final = [(re.compile(pattern, re.DOTALL), code) for pattern, code in BY_PATTERN.items()]


def recognise(message: str, workbook: Workbook | None = None) -> Fault:
    """The fault that a complaint of pyxform tells of."""
    for pattern, code in TEMPLATES:
        if found := pattern.fullmatch(message):
            return _fault(code, message, found.groupdict(), workbook)
    for pattern, code in PATTERNS:
        if found := pattern.search(message):
            return _fault(code, message, found.groupdict(), workbook)
    return _fault("pyxform", message, {"message": ROW.sub("", message).strip()}, workbook)


def warnings_of(messages: list[str], workbook: Workbook) -> Iterator[Fault]:
    """pyxform's warnings as ours; those about missing translations are told once a language."""
    for message in messages:
        for line in message.splitlines() if message.startswith("Language '") else [message]:
            found = recognise(line, workbook)
            if found.code not in SILENT:
                yield warning(found.code, found.place, **found.facts)


def _fault(code: str, message: str, facts: dict[str, str | None], workbook: Workbook | None) -> Fault:
    known = {name: text or "" for name, text in facts.items() if name not in {"row", "sheet", "sheet_name"}}
    place = _place(message, known, workbook)
    return fault(code, place, **{**_of_the_cell(place, workbook), **known})


def _of_the_cell(place: Place, workbook: Workbook | None) -> dict[str, str]:
    """What pyxform leaves out and the workbook knows: the row's name, and what stands in the cell."""
    sheets = workbook.sheets.values() if workbook else ()
    sheet = next((one for one in sheets if one.title == place.sheet), None)
    if sheet is None or place.row is None or not 0 <= place.row - 2 < len(sheet.rows):
        return {}
    cells = {one.place.column: one for one in sheet.cells_of(place.row, sheet.rows[place.row - 2])}
    name = next((one.text for one in cells.values() if one.key == ("name",)), "")
    text = cells[place.column].text if place.column in cells else ""
    return {"name": name, "value": text, "found": text}


def _found(pattern: re.Pattern[str], message: str) -> str | None:
    found = pattern.search(message)
    return next(filter(None, found.groups()), None) if found else None


def _place(message: str, facts: dict[str, str], workbook: Workbook | None) -> Place:
    row, sheet, column = (_found(pattern, message) for pattern in (ROW, SHEET, COLUMN))
    if workbook is None:
        return Place(sheet, int(row) if row else None, column)
    if row is None:
        return next(_places_named(facts, workbook), Place(sheet))
    there = workbook.sheets.get(sheet or "survey")
    if there is None:
        return Place(sheet, int(row), column)
    return there.place_of(int(row), COLUMNS.get(column or "", (column or "",)))


def _places_named(facts: dict[str, str], workbook: Workbook) -> Iterator[Place]:
    """The question of that name; else the last row whose list it is, or the first with such a parameter."""
    rows, names = workbook.survey_rows, {facts.get("name"), facts.get("value")} - {None, ""}
    yield from (row.place("name") for row in rows if row.name in names)
    yield from (
        row.place("type") for row in reversed(rows) if PurePosixPath(row.list_name or "").stem in names
    )
    yield from (row.place("parameters") for row in rows if names & _parameters(row))


def _parameters(row: SurveyRow) -> set[str]:
    return {word.partition("=")[0] for word in row.cells.get(("parameters",), "").split()}
