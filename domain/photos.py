"""
Photos as evidence: how far from its place one was taken, and with which of an earlier visit it compares.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.forms.definition import FormDefinition
from domain.forms.xpath.geo import distance
from domain.merge import is_under
from domain.operations import Value
from domain.review import ReviewState

PLACE: Final = "geopoint"
PLACE_ROLE: Final = "lokasi"


# --- where ---------------------------------------------------------------------------------------


def metres_between(first: str, second: str) -> int | None:
    """
    Whole metres between two places, each ``latitude longitude [altitude [accuracy]]`` in degrees.

    None where one of them is no place on earth.
    """
    metres = distance([first, second])
    return None if math.isnan(metres) else round(metres)


def place_for(definition: FormDefinition, answers: Mapping[str, Value], path: str) -> str | None:
    """
    The path of the answered place that a photo at `path` is measured against.

    One that was asked for the same member of a repeat goes first, then the form's own place (role
    ``lokasi``), then the first one in the form. What was asked for another member is another place.
    """
    found = []
    for one, value in answers.items():
        field = definition.field_at(one) if isinstance(value, str) else None
        if field is None or field.type != PLACE:
            continue
        member = member_around(definition, one)
        if not member or is_under(path, member):
            order = definition.order(field.path) or 0
            found.append((-len(member), field.role != PLACE_ROLE, order, one))
    return min(found)[-1] if found else None


def member_around(definition: FormDefinition | None, path: str) -> str:
    """The path of the innermost member of a repeat that a record's path lies in; empty outside of all."""
    if definition is None:
        return ""
    known, steps = definition.definition_path(path).split("/"), path.split("/")
    within = [place for place, step in enumerate(known) if step == "*"]
    return "/".join(steps[: within[-1] + 1]) if within else ""


# --- the last round ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Round:
    """
    A submission about the same case: when it was begun (milliseconds since 1970), and where its review
    stands. `paths` are those at which it has a photo.
    """

    record: str
    begun: int
    state: ReviewState
    definition: FormDefinition | None
    paths: tuple[str, ...]


def ranked_rounds(rounds: Iterable[Round], begun: int) -> list[Round]:
    """Those before the moment `begun` that were not rejected: approved ones first, the latest first."""
    earlier = [one for one in rounds if one.begun < begun and one.state is not ReviewState.REJECTED]
    return sorted(
        earlier, key=lambda one: (one.state is ReviewState.APPROVED, one.begun, one.record), reverse=True
    )


def last_photo(
    rounds: Iterable[Round], begun: int, definition: FormDefinition | None, path: str
) -> tuple[Round, str] | None:
    """
    The last round before the moment `begun` with a photo of the same view as the one at `path`, and its path.

    The latest approved one; where none was approved the latest that was not rejected.
    """
    for one in ranked_rounds(rounds, begun):
        there = same_question(definition, path, one.definition, one.paths)
        if there is not None:
            return one, there
    return None


def same_question(
    definition: FormDefinition | None,
    path: str,
    earlier_definition: FormDefinition | None,
    earlier_paths: Collection[str],
) -> str | None:
    """
    At which of the earlier paths the same was asked: at the same one, else by the only question of this name.

    A member of a repeat compares with itself only: its id is that of its case, whoever fills the form.
    """
    if path in earlier_paths:
        return path
    if member_around(definition, path):
        return None
    name = path.rpartition("/")[2]
    named = [
        one
        for one in earlier_paths
        if one.rpartition("/")[2] == name and not member_around(earlier_definition, one)
    ]
    return named[0] if len(named) == 1 else None
