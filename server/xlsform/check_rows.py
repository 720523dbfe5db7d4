"""What is wrong with the rows of the survey sheet: types, names, groups, lists. Every row is looked at."""

from collections import defaultdict
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Final

from pyxform import aliases
from pyxform.constants import EXTERNAL_INSTANCE_EXTENSIONS
from pyxform.parsing.expression import is_xml_tag
from pyxform.question_type_dictionary import QUESTION_TYPE_DICT
from pyxform.utils import default_is_dynamic
from pyxform.xls2json import RE_OSM

from server.faults import Fault, fault
from server.xlsform.classes import CLASSES, ROLES
from server.xlsform.elements import OUTSIDE
from server.xlsform.members import MEMBER_ROLE
from server.xlsform.sheets import Workbook
from server.xlsform.survey import SurveyRow

COMMANDS: Final = ("begin_group", "end_group", "begin_repeat", "end_repeat", *aliases.select)
PLAIN: Final = frozenset({*QUESTION_TYPE_DICT, *aliases._type_alias_map, *OUTSIDE})
NAMELESS: Final = frozenset({"note", "audit"})
"""pyxform names these itself."""
ONE_OF_ANSWERS: Final = frozenset(name for name, kind in aliases.select.items() if kind == "select one")
"""The selects that pyxform makes of answers of a repeat."""
PREFILL: Final = ("yes", "no")


def check_rows(workbook: Workbook) -> Iterator[Fault]:
    """Faults of single rows, then of rows with one another."""
    lists = _lists(workbook)
    for row in workbook.survey_rows:
        yield from _type_and_name(row)
        yield from _list(row, lists)
        yield from _our_columns(row)
        yield from _member_id(row)
    yield from _matching_ends(workbook)
    yield from _names_once(workbook)


def _type_and_name(row: SurveyRow) -> Iterator[Fault]:
    if not row.type:
        if row.name or any(key[0] == "label" for key in row.cells):
            yield fault("type-missing", row.place("type"), name=row.name or "?")
        return
    is_setting = row.type in aliases.settings_header
    if not _is_known(row) and not is_setting:
        near = get_close_matches(row.type, [*PLAIN, *COMMANDS], n=1)
        yield fault(
            "type-unknown-near" if near else "type-unknown",
            row.place("type"),
            type=row.type,
            near=", ".join(near),
        )
    if not row.ends and not row.name and row.type not in NAMELESS and not is_setting:
        yield fault("name-missing", row.place("name"))
    elif row.name and not row.ends and not (is_xml_tag(row.name) and ":" not in row.name):
        yield fault("name-invalid", row.place("name"), value=row.name)
    if row.type == "calculate" and not _is_made(row):
        yield fault("calculation-missing", row.place("bind", "calculate"), name=row.name)


def _is_known(row: SurveyRow) -> bool:
    return bool(row.type in PLAIN or row.begins or row.ends or row.list_name or RE_OSM.match(row.type))


def _is_made(row: SurveyRow) -> bool:
    default = row.cells.get(("default",), "")
    return bool(row.cells.get(("bind", "calculate"))) or default_is_dynamic(default, row.type)


def _list(row: SurveyRow, lists: dict[str, list[int]]) -> Iterator[Fault]:
    name = row.list_name
    if name is None or row.command == "select_one_external":
        return
    is_file = PurePosixPath(name).suffix in EXTERNAL_INSTANCE_EXTENSIONS
    if "${" in name and row.command not in ONE_OF_ANSWERS:
        yield fault("select-from-repeat", row.place("type"), found=row.command)
    if row.command in aliases.select_from_file:
        if not is_file:
            yield fault("list-file-ending", row.place("type"), found=name)
    elif not is_file and "${" not in name and name not in lists:
        near = get_close_matches(name, lists, n=1)
        code = "list-unknown-near" if near else "list-unknown"
        yield fault(code, row.place("type"), list=name, near=", ".join(near))


def _lists(workbook: Workbook) -> dict[str, list[int]]:
    sheet = workbook.sheets.get("choices")
    found: defaultdict[str, list[int]] = defaultdict(list)
    for cell in sheet.cells() if sheet else ():
        if cell.key == ("list name",):
            found[cell.text].append(cell.place.row or 0)
    return dict(found)


def _our_columns(row: SurveyRow) -> Iterator[Fault]:
    for column, known in (("x_pdp", CLASSES), ("x_peran", ROLES), ("x_prefill", PREFILL)):
        word = row.cells.get((column,))
        if word is not None and word not in known:
            yield fault("word-unknown", row.place(column), column=column, known=", ".join(known), found=word)


def _member_id(row: SurveyRow) -> Iterator[Fault]:
    """The id of members stands directly in its repeat, where whoever merges them looks for it."""
    if row.cells.get(("x_peran",)) == MEMBER_ROLE and not (row.around and row.around[-1].begins == "repeat"):
        yield fault("member-id-place", row.place("x_peran"), name=row.name)


def _matching_ends(workbook: Workbook) -> Iterator[Fault]:
    """Every end has its beginning; the rows tell by themselves which container an end would close."""
    waiting: list[SurveyRow] = []
    for row in workbook.survey_rows:
        if row.begins:
            waiting.append(row)
        elif row.ends and waiting and waiting[-1].begins == row.ends:
            waiting.pop()
        elif row.ends:
            inner = waiting[-1] if waiting else None
            code = "end-other" if inner else "end-unmatched"
            facts = {"other": inner.number, "opened": f"begin_{inner.begins} {inner.name}"} if inner else {}
            yield fault(code, row.place("type"), type=row.ends, name=row.name, **facts)
    for row in waiting:
        yield fault("begin-unmatched", row.place("type"), type=row.begins, name=row.name)


def _names_once(workbook: Workbook) -> Iterator[Fault]:
    """Names are taken once in a container; those of repeats once in the form."""
    first: dict[str, SurveyRow] = {}
    repeats: dict[str, SurveyRow] = {}
    for row in workbook.survey_rows:
        if not row.path:
            continue
        other = first.setdefault(row.path, row)
        if other is not row:
            yield fault("name-twice", row.place("name"), value=row.name, other=other.number)
        elif row.begins == "repeat" and (same := repeats.setdefault(row.name, row)) is not row:
            yield fault("repeat-name-twice", row.place("name"), value=row.name, other=same.number)
        if row.name == "meta":
            yield fault("name-meta", row.place("name"))
