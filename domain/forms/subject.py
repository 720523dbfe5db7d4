"""Whom a submission is about, in a list of many: on a device as in the office."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.forms.definition import FormDefinition
from domain.operations import RESTRICTED, Value, is_marker

SUBJECT_ROLES: Final = ("nama", "nama_kasus")
"""Which answers name the one whom a submission is about, the best first."""


@dataclass(frozen=True)
class Subject:
    """Whom a submission is about. The name is empty when it is not asked or not answered."""

    name: str = ""
    is_restricted: bool = False


def subject_of(definition: FormDefinition | None, answers: Mapping[str, Value]) -> Subject:
    """Whom a submission is about, by its own answers."""
    if definition is None:
        return Subject()
    asked = [one for role in SUBJECT_ROLES for one in definition.with_role(role) if "*" not in one.path]
    for one in asked:
        value = answers.get(one.path)
        if value is not None and is_marker(value, RESTRICTED):
            return Subject(is_restricted=True)
        if isinstance(value, str) and value.strip():
            return Subject(value.strip())
    return Subject()
