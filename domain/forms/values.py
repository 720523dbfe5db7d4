"""How the answers of a type are written in an XForm: ASCII digits, dates and numbers of XML Schema."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

# Lengths are bounded: nothing here may take long on a hostile answer.
INTEGER: Final = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][+-]?[0-9]{1,2})?")
DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_integer(text: str) -> bool:
    return INTEGER.fullmatch(text) is not None


def is_number(text: str) -> bool:
    return NUMBER.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Whether the text is a day that exists, as XForms write it: 2026-02-28."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_file(text: str) -> bool:
    """Whether the text is the JSON of a file: at least its hash and its name."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, Mapping) and all(isinstance(told.get(name), str) for name in ("hash", "name"))


def is_geopoint(text: str) -> bool:
    """Whether the text is ``latitude longitude [altitude [accuracy]]``, in degrees and metres."""
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(map(is_number, parts)):
        return False
    numbers = [float(part) for part in parts]
    return abs(numbers[0]) <= 90 and abs(numbers[1]) <= 180 and (len(numbers) < 4 or numbers[3] >= 0)
