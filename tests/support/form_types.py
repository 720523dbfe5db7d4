"""The question types of XLSForm (https://xlsform.org) as the comparison counts them."""

from __future__ import annotations

from typing import Final

CONTAINERS: Final = ("begin_group", "begin_repeat")
CHOICES: Final = (
    "select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "rank",
)  # fmt: skip
FILLED_BY_THE_PHONE: Final = (
    "start", "end", "today", "deviceid", "phonenumber", "username", "email", "simserial", "subscriberid",
    "audit",
    "start-geopoint", "background-audio",
)  # fmt: skip
BEGUN: Final = {
    **dict.fromkeys(("start", "today", "deviceid", "username"), "begins with it"),
    "end": "ends with it",
}
"""Of these, what a device of ours sets as well."""
TYPES: Final = (
    "text", "integer", "decimal", "range", *CHOICES, "date", "time", "datetime", "geopoint", "geotrace",
    "geoshape",
    "image", "audio", "video", "file", "barcode", "acknowledge", "note", "calculate", "hidden",
    *FILLED_BY_THE_PHONE,
    "csv-external", "xml-external", *CONTAINERS,
)  # fmt: skip
"""What a form may hold and the engine opens, each in the words of the documentation."""

NOT_OPENED: Final = ("background-geopoint",)
"""Types with which the engine (0.22) does not open a form."""


def written_type(cell: str) -> str:
    """The type in a cell of the survey sheet, without its list: ``select_one jk`` is ``select_one``."""
    return cell.split()[0] if cell else ""
