"""
What a person reads on the command line, in Indonesian and English: ``catalogue.json``, by code.

A plain JSON file and not gettext: the codes are the keys already, the phone app reads
the same file, and there is no compiled form that could be missing or older than its
source. A code without an entry, such as a newer server's, falls back to the English
sentence that came with it.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from client_sync.config import Language
from domain.errors import VerilapError

FILE: Final = Path(__file__).with_name("catalogue.json")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The sentences by code and language."""
    entries: dict[str, dict[str, str]] = json.loads(FILE.read_text("utf-8"))
    return entries


def say(code: str, language: Language, /, **facts: object) -> str:
    """The sentence of a code, with its facts filled in."""
    return catalogue()[code][language].format_map(_Facts(facts))


def explain(error: VerilapError, language: Language) -> str:
    """An error as a person reads it: the sentence of its code, else its own words."""
    if error.code in catalogue():
        return say(error.code, language, **{**error.facts, "message": error.message})
    return error.message


class _Facts(dict[str, object]):
    """A fact that is missing shows as a dash: a sentence with a gap is better than none."""

    def __missing__(self, key: str) -> str:
        return "-"
