"""What of an instance is entered into a record: what people answered, and what the phone set once."""

from collections.abc import Mapping
from typing import Final

from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.steps import DRAWN
from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.parser import parse
from domain.operations import Value

KEPT: Final = DRAWN | {"once"}
"""Functions whose value is not made again while one is there, so that it has to be kept."""


def entered_answers(definition: FormDefinition, answers: Mapping[str, Value]) -> dict[str, str]:
    """
    The texts by path, without what the form calculates anew whenever it is read.

    Raises `InvalidRequest` (code ``instance-value``) for a value that nobody enters: the mark of a restricted
    answer that the writer of the XML could not read, or what a newer version wrote.
    """
    entered: dict[str, str] = {}
    for path, value in answers.items():
        if _is_made_anew(definition, path):
            continue
        if not isinstance(value, str):
            raise InvalidRequest(f"{path} holds what nobody enters", code="instance-value", path=path)
        entered[path] = value
    return entered


def _is_made_anew(definition: FormDefinition, path: str) -> bool:
    found = definition.field_at(path)
    if found is None or not found.logic.calculate:
        return False
    try:
        return all(call.name not in KEPT for call in parse(found.logic.calculate).functions())
    except (XPathError, RecursionError):  # a stored form that this version cannot read
        return False
