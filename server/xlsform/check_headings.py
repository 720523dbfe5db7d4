"""Headings that nobody reads: pyxform drops such a column without a word, and with it what stands in it."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from pyxform.constants import NSMAP
from pyxform.parsing.expression import is_xml_tag

from server.faults import Fault, fault, warning
from server.xlsform.headings import OURS, bare
from server.xlsform.sheets import ALIASES, Sheet, Workbook

FURTHER: Final = {"survey": ("disabled", "intent"), "settings": (), "choices": ("list name",)}
"""Columns that pyxform reads and has in none of its tables."""
INSIDE: Final = frozenset({"attribute", "children", "extra_data", "parent", "entity_version", "file_name"})
"""Names in pyxform's tables that are none of columns."""
ATTRIBUTES: Final = frozenset({"bind", "control", "instance"})
PREFIXES: Final = frozenset(
    {"entities", *(name.partition(":")[2] for name in NSMAP if name.startswith("xmlns:"))}
)
CLOSE: Final = 0.8
"""The likeness from which one heading is taken for another one misspelt; ``nama`` and ``name`` have 0.75."""
KEPT: Final = ("x_sumber",)
"""Our columns that nothing is decided by: a heading close to one is no danger."""


def check_headings(workbook: Workbook) -> Iterator[Fault]:
    """
    Each heading that is not known, once: refused where another one is close, told otherwise.

    Columns of the office's own begin with ``x_`` (of the sheet choices: may be called anything, for
    filters); they are told of only where one of ours may be meant.
    """
    for name in FURTHER:
        sheet = workbook.sheets.get(name)
        if sheet is not None:
            yield from _headings(name, sheet)
            yield from _languages(sheet, workbook)
    yield from _columns_of_choices(workbook)
    yield from _prefixes(workbook)


def _headings(name: str, sheet: Sheet) -> Iterator[Fault]:
    known = _known(name)
    ours = {bare(one): one for one in OURS.get(name, ()) if one not in KEPT}
    all_known = {bare(one): one for one in known if one not in KEPT}
    for heading, key in sheet.keys.items():
        if key[0] in known:
            continue
        place = sheet.place(1, heading)
        # Of x_name, a column of the office's own, no name is lost.
        compared = ours if key[0].lower().startswith("x") else all_known
        near = get_close_matches(bare(key[0]), compared, n=1, cutoff=CLOSE)
        if near:
            said = warning if name == "choices" else fault
            yield said("heading-near", place, near=compared[near[0]])
        elif name != "choices" and not key[0].lower().startswith("x_"):
            yield warning("heading-unknown", place)


def _known(name: str) -> frozenset[str]:
    aliases, columns = ALIASES[name]
    written = {*aliases, *columns} - INSIDE
    return frozenset(
        {*(one for one in written if not one.startswith("_")), *FURTHER[name], *OURS.get(name, ())}
    )


def _columns_of_choices(workbook: Workbook) -> Iterator[Fault]:
    """A further column becomes an element of each choice; pyxform itself tells of those with blanks."""
    sheet, known = workbook.sheets.get("choices"), _known("choices")
    if sheet is None:
        return
    for heading, key in sheet.keys.items():
        is_name = is_xml_tag(heading) and ":" not in heading
        if key[0] not in known and not is_name and not any(map(str.isspace, heading)):
            yield fault("heading-name", sheet.place(1, heading))


def _prefixes(workbook: Workbook) -> Iterator[Fault]:
    """Of ``body::kb:flash`` the prefix must be one of XForms, or declared in the setting ``namespaces``."""
    sheet = workbook.sheets["survey"]
    declared = {word.partition("=")[0] for word in workbook.settings().get("namespaces", "").split()}
    for heading, key in sheet.keys.items():
        prefix = key[1].partition(":")[0] if len(key) > 1 and ":" in key[1] else ""
        if key[0] in ATTRIBUTES and prefix and prefix not in PREFIXES | declared:
            yield fault("heading-prefix", sheet.place(1, heading), prefix=prefix)


def _languages(sheet: Sheet, workbook: Workbook) -> Iterator[Fault]:
    """``label`` is the text in the default language, and so is ``label::`` with that language."""
    language = workbook.settings().get("default_language", "default")
    headings = {key: heading for heading, key in sheet.keys.items()}
    for key, heading in headings.items():
        other = headings.get((*key, language))
        if other:
            facts = {"heading": sheet.written(heading), "other": sheet.written(other)}
            yield fault("heading-default-language", sheet.place(1, other), **facts)
