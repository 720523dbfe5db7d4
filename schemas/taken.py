"""
When and where a photo was taken, as its camera noted it (EXIF).

Read before the notes are removed. They are of use only where they are clear: whatever is odd (a fraction with
nothing below it, a latitude without its hemisphere, the 31st of February) is as if it were not there, and
never an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Final

from PIL import Image

_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_DATE_TIME_ORIGINAL, _OFFSET_TIME_ORIGINAL = 0x9003, 0x9011
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE, _ALTITUDE_REF, _ALTITUDE = 1, 2, 3, 4, 5, 6
_OFFSET: Final = re.compile(r"[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00")
_HIGHEST: Final = 9_000
_DEEPEST: Final = -500
"""Metres between which people take photos."""


@dataclass(frozen=True, slots=True)
class Taken:
    """
    `time` as ``2026-03-01T10:22:33`` with an offset where the camera noted one, `position` as latitude,
    longitude (decimal degrees) and perhaps altitude (metres) with spaces between; empty where nothing is
    clear. `turn` is how the camera was held, as EXIF counts it (1 to 8; 1 is upright).
    """

    time: str = ""
    position: str = ""
    turn: int = 1


def read_taken(image: Image.Image) -> Taken:
    """What the camera noted in a picture that was opened, before anything is done with it."""
    try:
        notes = image.getexif()
        turn: object = notes.get(_ORIENTATION)
        time, position = _time(notes.get_ifd(_EXIF)), _position(notes.get_ifd(_GPS))
        return Taken(time, position, turn if isinstance(turn, int) and 1 <= turn <= 8 else 1)
    except Exception:  # noqa: BLE001 (whatever a parser trips over in bytes of others)
        return Taken()


def _time(notes: Mapping[int, object]) -> str:
    try:
        taken = datetime.strptime(_text(notes.get(_DATE_TIME_ORIGINAL)), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return ""
    offset = _text(notes.get(_OFFSET_TIME_ORIGINAL))
    return taken.isoformat() + (offset if _OFFSET.fullmatch(offset) else "")


def _position(notes: Mapping[int, object]) -> str:
    latitude = _degrees(notes, _LATITUDE, _LATITUDE_REF, "NS", 90)
    longitude = _degrees(notes, _LONGITUDE, _LONGITUDE_REF, "EW", 180)
    if latitude is None or longitude is None:
        return ""
    if latitude == longitude == 0:  # what cameras note before they know
        return ""
    return f"{latitude:z.6f} {longitude:z.6f}" + _altitude(notes)


def _degrees(notes: Mapping[int, object], tag: int, reference: int, letters: str, most: int) -> float | None:
    parts = notes.get(tag)
    letter = _text(notes.get(reference)).upper()
    if not isinstance(parts, tuple) or len(parts) != 3 or letter not in tuple(letters):
        return None
    degrees, minutes, seconds = (_number(part) for part in parts)
    if degrees is None or minutes is None or seconds is None:
        return None
    if degrees < 0 or not 0 <= minutes < 60 or not 0 <= seconds < 60:
        return None
    whole = degrees + minutes / 60 + seconds / 3600
    if whole > most:
        return None
    return -whole if letter == letters[1] else whole


def _altitude(notes: Mapping[int, object]) -> str:
    metres, below = _number(notes.get(_ALTITUDE)), notes.get(_ALTITUDE_REF, b"\x00")
    if metres is None or below not in (0, 1, b"\x00", b"\x01"):
        return ""
    metres = -metres if below in (1, b"\x01") else metres
    return f" {metres:z.1f}" if _DEEPEST <= metres <= _HIGHEST else ""


def _number(value: object) -> float | None:
    """A number of EXIF (mostly a fraction); nothing for what is none, or has nothing below its line."""
    if isinstance(value, str | bytes):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if isfinite(number) else None


def _text(value: object) -> str:
    return value.strip("\x00 ") if isinstance(value, str) else ""
