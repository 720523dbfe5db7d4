"""What the command says to people, in Indonesian and English, from `catalogue/<language>.json`."""

import json
import os
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("en", "id")
_FOLDER: Final = Path(__file__).parent / "catalogue"


def language_of(environ: Mapping[str, str] = os.environ) -> str:
    """``en`` where the locale is English, else ``id``, as on devices."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "en" if locale.lower().startswith("en") else "id"


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of a language, by key."""
    read: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return read


@cache
def form_catalogue(language: str) -> dict[str, str]:
    """What is said about workbooks with forms and with lists (`server.faults`), by code."""
    read: dict[str, str] = {}
    for about in ("form", "list"):
        read |= json.loads((_FOLDER / f"{about}.{language}.json").read_text(encoding="utf-8"))
    return read


class _Sentences(string.Formatter):
    """Fills sentences in; ``{records:record|records}`` is a number with the noun that goes with it."""

    def format_field(self, value: Any, format_spec: str) -> str:
        one, bar, many = format_spec.partition("|")
        if bar:
            return f"{value} {one if value == 1 else many}"
        return str(super().format_field(value, format_spec))


def sentence(key: str, **facts: object) -> str:
    """The sentence `key` in the language of the environment, with its facts in place."""
    return sentence_in(language_of(), key, **facts)


def sentence_in(language: str, key: str, **facts: object) -> str:
    """The same in a language: that of whoever reads it elsewhere."""
    chosen = language if language in LANGUAGES else LANGUAGES[-1]
    return _Sentences().format(catalogue(chosen)[key], **facts)


def sentence_of_error(code: str, message: str, facts: Mapping[str, object]) -> str:
    """What went wrong, in the catalogue's words where it has some for the code, and the code."""
    template = catalogue(language_of()).get(f"error-{code}")
    try:
        said = _Sentences().format(template, **{"message": message, **facts}) if template else message
    except (KeyError, IndexError):
        said = message
    return f"{said} ({code})"
