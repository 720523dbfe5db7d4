"""The parts of a form definition: questions, choices, and texts in the languages of the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Text: TypeAlias = Mapping[str, str]
"""A text by language code: ``{"id": …, "en": …}``."""

DEFAULT_LANGUAGE: Final = "id"

RESTRICTED_CLASS: Final = "terbatas"
"""The protection answers: a record of its own, for its author, social workers and the head only."""


@dataclass(frozen=True)
class Field:
    """
    One question, calculation or note of a form.

    `path` has ``*`` for the member of a repeat; `pdp` is umum, spesifik or terbatas; `role` says what the
    answer is to the office (``nik``, ``nama``, …); `around` are the paths of its groups and repeats,
    outermost first.
    """

    path: str
    type: str
    label: Text
    hint: Text
    choices: str | None
    pdp: str
    role: str | None
    prefill: bool
    required: bool
    around: tuple[str, ...]
    appearance: str | None

    @property
    def is_restricted(self) -> bool:
        return self.pdp == RESTRICTED_CLASS


@dataclass(frozen=True)
class Choice:
    """One choice of a list; `columns` are the further ones, such as the kecamatan of a village."""

    name: str
    label: Text
    columns: Mapping[str, str]


def in_language(text: Text, language: str = DEFAULT_LANGUAGE) -> str:
    """The words in a language, else in Indonesian, else in any; empty when there are none."""
    return text.get(language) or text.get(DEFAULT_LANGUAGE) or next(iter(text.values()), "")


def field_from_json(data: Mapping[str, Any]) -> Field:
    """The field in a definition's ``fields``."""
    return Field(
        path=data["path"],
        type=data["type"],
        label=data["label"],
        hint=data.get("hint") or {},
        choices=data.get("choices"),
        pdp=data["pdp"],
        role=data.get("role"),
        prefill=bool(data.get("prefill")),
        required=bool(data.get("required")),
        around=tuple(data["group"]),
        appearance=data.get("appearance"),
    )


def choice_from_json(data: Mapping[str, Any]) -> Choice:
    """The choice in a list of a definition's ``choices``."""
    columns = {column: text for column, text in data.items() if column not in {"name", "label"}}
    return Choice(data["name"], data["label"], columns)
