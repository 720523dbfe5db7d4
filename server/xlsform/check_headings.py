"""Headings that nobody reads: pyxform drops such a column without a word, and with it what stands in it."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from server.faults import Fault, Place, fault, warning
from server.xlsform.headings import OURS, bare
from server.xlsform.sheets import ALIASES, Sheet, Workbook

FURTHER: Final = {"survey": ("disabled", "intent"), "settings": (), "choices": ("list name",)}
"""Columns that pyxform reads and has in none of its tables."""
INSIDE: Final = frozenset({"attribute", "children", "extra_data", "parent", "entity_version", "file_name"})
"""Names in pyxform's tables that are none of columns."""
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


def _headings(name: str, sheet: Sheet) -> Iterator[Fault]:
    known = _known(name)
    compared = {bare(one): one for one in known if one not in KEPT}
    for heading, key in sheet.keys.items():
        if key[0] in known:
            continue
        place = Place(sheet.title, 1, sheet.written(heading), sheet.letters.get(heading))
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
