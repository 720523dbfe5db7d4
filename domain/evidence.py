"""
What a form's filling says for and against itself: where, how long, by which clock.

Nothing here refuses anything. What is measured against is what is usual (a median of what was accepted
before), since villages differ: a settlement along a river is forty kilometres long, a housing estate one.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from domain.forms.xpath.geo import Point, metres_between, points_of
from domain.merge import RecordState
from domain.operations import OFFICE, REVIEW, Operation, is_reserved
from domain.review import SUBMITTED

FLAGS: Final = (
    "danger",
    "conflict",
    "problems",
    "unexamined",
    "not-found",
    "far",
    "short",
    "clock",
    "late",
    "file-awaited",
)
"""What speaks against approving a form without having looked at it, the gravest first."""

FEWEST: Final = 5
"""Of fewer nothing is said to be usual."""
NEAR: Final = 2_000
"""Metres: so far from the middle is near in any village (proposed; see docs/decisions/0048)."""
FAR_TIMES: Final = 2
"""So many times as far as nine of ten are is far."""
SHORT_PART: Final = 3
"""The third part of what is usual is short."""
VAGUE: Final = 50
"""Metres of accuracy from which on a place is vague; the forms warn there too."""
DANGER_QUESTION: Final = "bahaya_segera"
"""Whether a child is in danger now: a restricted answer in our forms."""
YES: Final = "1"


# --- where ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UsualPlace:
    """The middle of some places, and within how many metres of it nine of ten of them lie."""

    middle: Point
    spread: int
    count: int

    def metres_to(self, place: Point) -> int:
        """How far a place is from the middle."""
        return round(metres_between(self.middle, place))

    def is_far(self, metres: int) -> bool:
        """Whether a distance from the middle is one that has to be explained."""
        return metres > max(NEAR, FAR_TIMES * self.spread)


def place_of(text: str) -> Point | None:
    """The place in a geopoint; None where it is no place on earth."""
    found = points_of([text])
    return found[0] if found else None


def usual_place(places: Collection[Point]) -> UsualPlace | None:
    """
    Where such places usually are; None of fewer than `FEWEST`.

    Each coordinate is a median and the spread leaves the farthest tenth out: one wrong place moves neither.
    """
    if len(places) < FEWEST:
        return None
    middle = Point(median(one.latitude for one in places), median(one.longitude for one in places))
    away = sorted(metres_between(middle, one) for one in places)
    return UsualPlace(middle, round(away[math.ceil(len(away) * 0.9) - 1]), len(away))


def accuracy_of(place: str) -> int | None:
    """How many metres a geopoint may be off, as the device said; None where it did not."""
    parts = place.split()
    if len(parts) < 4:
        return None
    try:
        metres = float(parts[3])
    except ValueError:
        return None
    return round(metres) if math.isfinite(metres) and metres > 0 else None


def same_place(place: str, other: str) -> bool:
    """
    Whether two geopoints are one measurement: equal to the last digit of latitude and longitude.

    A satellite receiver never measures the same twice, so one was copied; or both were typed. Fewer than five
    decimals (a metre) say nothing.
    """
    first, second = place.split()[:2], other.split()[:2]
    decimals = min((len(one.partition(".")[2]) for one in first), default=0)
    return len(first) == 2 and first == second and decimals >= 5


# --- how long ------------------------------------------------------------------------------------


def usual_duration(durations: Iterable[int]) -> int | None:
    """The median in milliseconds; None of fewer than `FEWEST`."""
    told = sorted(durations)
    return round(median(told)) if len(told) >= FEWEST else None


def is_short(duration: int, usual: int) -> bool:
    """Whether a filling took so little time that somebody has to ask how."""
    return duration * SHORT_PART < usual


def duration_of(meta: Mapping[str, object]) -> int | None:
    """How long the filling took by the device's own clock, in milliseconds; None where it does not say."""
    started, ended = meta.get("started"), meta.get("ended")
    if isinstance(started, int) and isinstance(ended, int) and ended >= started:
        return ended - started
    return None


# --- afterwards ----------------------------------------------------------------------------------


def edits_after_finishing(operations: Sequence[Operation], record: str) -> dict[str, int]:
    """
    How often each person changed answers after the form was first sent for review, the most first.

    The operations are the accepted ones that the record has, in the order of receipt. A filling may have come
    as several: all up to the first that says it is submitted are its making. The office settles conflicts and
    corrects in the open, so its changes count by who made them, like everybody's.
    """
    is_finished, found = False, dict[str, int]()
    for operation in operations:
        part = operation.part_of(record)
        says = any(one.path == REVIEW and one.value == SUBMITTED for one in part.changes)
        if is_finished and any(not is_reserved(path) for path in part.paths):
            found[operation.author] = found.get(operation.author, 0) + 1
        # A form that was made in the office has nothing to be submitted.
        is_finished = is_finished or says or operation.replica == OFFICE
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def says_danger(state: RecordState) -> bool:
    """Whether a record says that a child is in danger now; one voice is enough."""
    return any(
        value == YES and path.rpartition("/")[2] == DANGER_QUESTION for path, _, value, _ in state.rows
    )


def in_order(codes: Collection[str]) -> tuple[str, ...]:
    """Flags, the gravest first."""
    return tuple(one for one in FLAGS if one in codes)
