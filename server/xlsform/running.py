"""Whether a definition can be run, and if not, which of its expressions is to blame."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias

from domain.forms.definition import FormDefinition
from domain.forms.program import Program
from domain.forms.xpath import XPathError

KINDS: Final = {
    "relevant": "relevant",
    "calculate": "calculate",
    "constraint": "constraint",
    "required_if": "required",
    "read_only_if": "readonly",
    "choice_filter": "choice_filter",
    "count": "count",
    "actions": "default",
}
"""The members of a field, group or repeat that hold expressions, as the XForm calls them."""
PARTS: Final = ("fields", "groups", "repeats")
Logic: TypeAlias = tuple[str, int, str]
"""Where an expression stands in a definition: part, place in it, member."""


def fails(definition: Mapping[str, Any]) -> XPathError | None:
    """Why a definition cannot be run; nothing when it can."""
    try:
        Program(FormDefinition.from_json(definition))
    except XPathError as error:
        return error
    return None


def blamed(definition: Mapping[str, Any]) -> tuple[str, str] | None:
    """
    The path and kind of an expression that alone keeps a definition from running, found by halving.

    None where what stops it is none of them, such as a list.
    """
    suspects = list(_logic(definition))
    if fails(_only(definition, ())):
        return None
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        suspects = half if fails(_only(definition, half)) else suspects[len(half) :]
    part, place, member = suspects[0]
    return definition[part][place]["path"], KINDS[member]


def _logic(definition: Mapping[str, Any]) -> Iterator[Logic]:
    for part in PARTS:
        for place, one in enumerate(definition[part]):
            yield from ((part, place, member) for member in KINDS if one.get(member))


def _only(definition: Mapping[str, Any], kept: Collection[Logic]) -> dict[str, Any]:
    """The definition with no expressions but these."""
    chosen = set(kept)

    def bare(part: str, place: int, one: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value for name, value in one.items() if name not in KINDS or (part, place, name) in chosen
        }

    parts = {part: [bare(part, place, one) for place, one in enumerate(definition[part])] for part in PARTS}
    return {**definition, **parts, "entities": []}
