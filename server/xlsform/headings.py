"""
The headings of our own columns, however somebody writes them.

pyxform reads its own headings in any case and with blanks for ``_``, and drops what it does not know without
a word. A class of personal data that was lost so would show an answer to people who must not see it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from pyxform.xls2json_backends import DefinitionData

from server.faults import Place, refuse

OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "survey": ("x_pdp", "x_peran", "x_prefill", "x_sumber"),
    "settings": ("x_title_en",),
}
"""The columns of our own, by the sheet that they stand in (forms/README.md)."""
UNSAID_SIGNS: Final = re.compile(r"[\W_]+")


def bare(heading: str) -> str:
    """A heading as it is compared: small letters and digits alone, so that ``X-PDP`` is ``xpdp``."""
    return UNSAID_SIGNS.sub("", heading).lower()


def canonical(sheet: str, headings: Iterable[str]) -> dict[str, str]:
    """The headings that are ours and are written otherwise, with our name for each."""
    ours = {bare(name): name for name in OURS.get(sheet, ())}
    return {
        heading: ours[bare(heading)]
        for heading in headings
        if bare(heading) in ours and heading != ours[bare(heading)]
    }


def with_our_headings(data: DefinitionData, titles: Mapping[str, str]) -> DefinitionData:
    """What pyxform read, with the columns of our own under our names."""
    return replace(
        data,
        **{
            part: [
                {renamed.get(heading, heading): cell for heading, cell in row.items()}
                for row in getattr(data, part) or ()
            ]
            for sheet in OURS
            if (renamed := _renamed(sheet, data, titles))
            for part in (sheet, f"{sheet}_header")
        },
    )


def _renamed(sheet: str, data: DefinitionData, titles: Mapping[str, str]) -> dict[str, str]:
    headings = [heading for row in getattr(data, f"{sheet}_header") or () for heading in row]
    renamed = canonical(sheet, headings)
    taken = {name: name for name in headings}
    for heading, name in renamed.items():
        if name in taken:
            refuse("heading-synonyms", Place(titles.get(sheet)), other=taken[name], header=heading)
        taken[name] = heading
    return renamed
