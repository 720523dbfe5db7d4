"""Numbers of persons and families (NIK, KK), as people see them who have not asked for the whole number.

A question says by its role that its answer is one. Where nothing is known of a question, as in a version of a
form that is not here, whatever looks like such a number is taken for one: sixteen digits in a row.
"""

import re
from collections.abc import Sequence
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.display import MASKED_ROLES, masked, tell_apart
from domain.operations import Value

_LOOKS_LIKE_ONE: Final = re.compile(r"(?<!\d)\d{16}(?!\d)", re.ASCII)


def is_number(definition: FormDefinition | None, path: str, value: Value) -> bool:
    """Whether an answer is, or holds, a number that is shown masked."""
    if not isinstance(value, str):
        return False
    found = definition.field_at(path) if definition else None
    return found.role in MASKED_ROLES if found else bool(_LOOKS_LIKE_ONE.search(value))


def masked_answer(definition: FormDefinition | None, path: str, value: Value) -> Value:
    """The answer with its number masked; any other one as it is."""
    if not isinstance(value, str) or not is_number(definition, path, value):
        return value
    found = definition.field_at(path) if definition else None
    return masked(value) if found else masked_text(value)


def masked_answers(definition: FormDefinition | None, path: str, values: Sequence[Value]) -> list[Value]:
    """Several answers to one question: numbers show as many digits as it takes to tell them apart."""
    if values and all(is_number(definition, path, value) for value in values):
        return list[Value](tell_apart([value for value in values if isinstance(value, str)]))
    return [masked_answer(definition, path, value) for value in values]


def masked_text(text: str) -> str:
    """A text of which nothing is known, with whatever looks like such a number masked."""
    return _LOOKS_LIKE_ONE.sub(lambda found: masked(found[0]), text)
