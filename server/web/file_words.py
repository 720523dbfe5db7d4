"""Words for files: what they are, how large, when and how far away a photo was taken, why it is not shown."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from babel.numbers import format_decimal

from domain.forms.display import size_words as words_of_size
from schemas.filetypes import DOCX, UNKNOWN, XLSX
from server.clock import OFFICE_ZONE as ZONE
from server.web.translation import gettext, lazy_gettext
from server.web.wording import Moment, current_language, day_words

FILE_TYPES: Final = {
    "image": lazy_gettext("Picture"),
    "audio": lazy_gettext("Sound"),
    "video": lazy_gettext("Film"),
    "application/pdf": lazy_gettext("PDF"),
    "application/zip": lazy_gettext("Archive"),
    DOCX: lazy_gettext("Word document"),
    XLSX: lazy_gettext("Excel workbook"),
    UNKNOWN: lazy_gettext("File"),
}
STORAGE: Final = (
    lazy_gettext("It has arrived, but the storage of files does not give it now."),
    lazy_gettext("It is looked at again every hour. Tell the administrator."),
)
FILE_FAULTS: Final = {
    "file-missing": STORAGE,
    "file-damaged": STORAGE,
    "not-a-picture": (
        lazy_gettext("What was sent is no picture that can be shown."),
        lazy_gettext("Return the form with a remark here, so that it is taken again."),
    ),
    "picture-damaged": (
        lazy_gettext("The picture is damaged and cannot be shown."),
        lazy_gettext("Return the form with a remark here, so that it is taken again."),
    ),
    "picture-unsupported": (
        lazy_gettext("This kind of picture (such as HEIC) cannot be shown."),
        lazy_gettext("Return the form: the officer sets his camera to JPEG and takes it again."),
    ),
    "picture-too-large": (
        lazy_gettext("The picture has too many pixels to be shown."),
        lazy_gettext("Return the form with a remark here, so that it is taken again, smaller."),
    ),
}
FAULT: Final = (
    lazy_gettext("It cannot be shown."),
    lazy_gettext("Ask the administrator; return the form with a remark here if it is needed."),
)


def camera_moment(text: str) -> Moment | None:
    """
    When a photo was taken, as its camera says (``2026-03-01T10:22:33``, perhaps with ``+08:00``), in words.

    Without an offset it is the time of the camera's own clock, told as it is; nothing for what is no time.
    """
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    with suppress(OverflowError, ValueError):
        told = told.astimezone(ZONE) if told.tzinfo else told
        language = current_language()
        time = told.strftime("%H.%M" if language == "id" else "%H:%M")
        return Moment(day_words(told.date(), time, language), told.isoformat(timespec="seconds"))
    return None


def file_type_words(media_type: str) -> str:
    """What kind of file it is; nothing where nobody knows."""
    kind = media_type.partition("/")[0]
    return str(FILE_TYPES.get(media_type) or FILE_TYPES.get(kind) or media_type)


def size_words(size: int | None, language: str) -> str:
    """Bytes in short, as devices tell them; nothing where the size is not known."""
    return "" if size is None else words_of_size(size, language)


def metres_words(metres: int, language: str) -> str:
    """A distance in short: ``35 m``, ``1,2 km``."""
    return f"{metres} m" if metres < 1000 else f"{_number(metres / 1000, language)} km"


def _number(value: float, language: str) -> str:
    return str(format_decimal(value, "#,##0.#", locale=language))


def fault_words(fault: str) -> tuple[str, str]:
    """Why a file cannot be shown, and what to do."""
    told, advice = FILE_FAULTS.get(fault, FAULT)
    return str(told), str(advice)


def part_words() -> tuple[str, str]:
    """Of a picture that broke off and is shown as far as it goes."""
    return gettext("The picture broke off and shows only a part."), str(FILE_FAULTS["picture-damaged"][1])
