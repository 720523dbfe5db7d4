"""The parts of a form definition: questions, choices, and texts in the languages of the form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from domain.protection import DataClass

Text: TypeAlias = Mapping[str, str]
"""A text by language code: ``{"id": …, "en": …}``."""

DEFAULT_LANGUAGE: Final = "id"

REFERENCE: Final = re.compile(r"\$\{\s*([^}\s]+)\s*\}")
"""Where a text names a question."""


@dataclass(frozen=True)
class Action:
    """A value that the form sets by itself: at which events, when the trigger's answer changes, to what."""

    events: tuple[str, ...]
    trigger: str | None
    value: str


@dataclass(frozen=True)
class ChoiceSource:
    """Choices taken from answers of the form: the nodes, and in each what is name and label."""

    nodeset: str
    value: str
    label: str


@dataclass(frozen=True)
class Logic:
    """
    What a question does by itself: the XPath of the XForm, none where there is none.

    `bind_type` is the XForm's (string, int, decimal, date, …), `default` a text, `choice_filter` the
    condition on the rows of the list.
    """

    relevant: str | None = None
    calculate: str | None = None
    constraint: str | None = None
    required_if: str | None = None
    read_only: bool = False
    read_only_if: str | None = None
    constraint_message: Text = field(default_factory=dict)
    required_message: Text = field(default_factory=dict)
    default: str | None = None
    actions: tuple[Action, ...] = ()
    choice_filter: str | None = None
    choices_from: ChoiceSource | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    bind_type: str | None = None


NO_LOGIC: Final = Logic()

Media: TypeAlias = Mapping[str, Text]
"""Files that are shown or played with a question or choice: kind (image, audio, …) → name by language."""


@dataclass(frozen=True)
class Container:
    """A group or repeat: its label, when it is asked, and for a repeat how many members there shall be."""

    path: str
    label: Text
    relevant: str | None = None
    count: str | None = None


@dataclass(frozen=True)
class Field:
    """
    One question, calculation or note of a form.

    `path` has ``*`` for the member of a repeat; `pdp` is umum, spesifik or terbatas; `role` says what the
    answer is to the office (``nik``, ``nama``, …); `around` are the paths of its groups and repeats,
    outermost first. `required` is what is always so, `logic` what depends on answers.
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
    logic: "Logic" = field(default_factory=lambda: NO_LOGIC)
    media: Media = field(default_factory=dict)

    @property
    def is_restricted(self) -> bool:
        return self.pdp == DataClass.RESTRICTED


@dataclass(frozen=True)
class Choice:
    """One choice of a list; `columns` are the further ones, such as the kecamatan of a village."""

    name: str
    label: Text
    columns: Mapping[str, str]
    media: Media = field(default_factory=dict)


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
        logic=_logic_from_json(data),
        media=data.get("media") or {},
    )


def _logic_from_json(data: Mapping[str, Any]) -> Logic:
    source = data.get("choices_from")
    return Logic(
        relevant=data.get("relevant"),
        calculate=data.get("calculate"),
        constraint=data.get("constraint"),
        required_if=data.get("required_if"),
        read_only=bool(data.get("read_only")),
        read_only_if=data.get("read_only_if"),
        constraint_message=data.get("constraint_message") or {},
        required_message=data.get("required_message") or {},
        default=data.get("default"),
        actions=tuple(_action_from_json(one) for one in data.get("actions") or ()),
        choice_filter=data.get("choice_filter"),
        choices_from=ChoiceSource(source["nodeset"], source["value"], source["label"]) if source else None,
        parameters=data.get("parameters") or {},
        bind_type=data.get("bind_type"),
    )


def _action_from_json(data: Mapping[str, Any]) -> Action:
    return Action(tuple(data["events"]), data.get("trigger"), data["value"])


def container_from_json(data: Mapping[str, Any]) -> Container:
    """The group or repeat in a definition's ``groups`` or ``repeats``."""
    return Container(data["path"], data["label"], data.get("relevant"), data.get("count"))


def choice_from_json(data: Mapping[str, Any], media: Media | None = None) -> Choice:
    """The choice in a list of a definition's ``choices``, with what its ``choice_media`` say."""
    columns = {column: text for column, text in data.items() if column not in {"name", "label"}}
    return Choice(data["name"], data["label"], columns, media or {})
