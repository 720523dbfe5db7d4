"""A case list in words: its properties read like the questions that fill them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from domain.cases.entities import Entity, entities_of
from domain.cases.naming import LABEL, case_kind
from domain.forms.definition import FormDefinition
from domain.forms.fields import NO_LOGIC, Choice, Field, Text

LABEL_TEXT: Final[Text] = {"id": "Nama kasus", "en": "Name of the case"}
NOT_ASKED: Final = frozenset({"hidden", "calculate"})
"""Questions that nobody answers; as properties they are there to be read like all others."""


def case_definition(list_name: str, forms: Iterable[FormDefinition]) -> FormDefinition:
    """
    The properties of a list as a definition whose paths are their names.

    Each is told as the form tells the question that it comes from, first the one by which cases begin. It
    says how a case reads, and nothing of what is right in it: no form is published under its name.
    """
    fields = {LABEL: _label_field()}
    choices: dict[str, dict[str, Choice]] = {}
    for form, entity in _filling(list_name, forms):
        for path, name in entity.save_to.items():
            found = form.field_at(path)
            if found and name not in fields and not found.is_restricted:
                listed = f"{form.form_id}:{found.choices}" if found.choices else None
                fields[name] = _as_property(found, name, listed)
                if listed and found.choices in form.choices:
                    choices[listed] = dict(form.choices[found.choices or ""])
    return FormDefinition(
        form_id=case_kind(list_name),
        version="",
        title={"id": list_name, "en": list_name},
        languages=("id", "en"),
        fields=tuple(fields.values()),
        groups={},
        repeats={},
        choices=choices,
        village_question=None,
    )


def _filling(list_name: str, forms: Iterable[FormDefinition]) -> list[tuple[FormDefinition, Entity]]:
    """The forms that fill a list: first the one that begins its cases, those with it in a repeat last."""
    found = [(form, one) for form in forms for one in entities_of(form) if one.list_name == list_name]
    return sorted(found, key=lambda pair: (bool(pair[1].path), pair[1].create_if is None))


def _as_property(found: Field, name: str, listed: str | None) -> Field:
    kind = "text" if found.type in NOT_ASKED else found.type
    return replace(
        found,
        path=name,
        type=kind,
        choices=listed,
        required=False,
        around=(),
        appearance=None,
        logic=NO_LOGIC,
    )


def _label_field() -> Field:
    return Field(
        path=LABEL,
        type="text",
        label=LABEL_TEXT,
        hint={},
        choices=None,
        pdp="spesifik",
        role=None,
        prefill=False,
        required=False,
        around=(),
        appearance=None,
    )
