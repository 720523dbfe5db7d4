"""
Places and what lies between them: geopoint, geotrace and geoshape as ODK writes them.

``latitude longitude altitude accuracy``, several of them with ``;`` between; the earth is a ball of the
equatorial radius, as in JavaRosa and in the phone's engine.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from domain.forms.xpath.numbers import LONGEST, NAN, NUMBER

RADIUS: Final = 6_378_100.0
"""Metres."""
HUNDREDTHS: Final = 100


class Point(NamedTuple):
    """Degrees."""

    latitude: float
    longitude: float


def points_of(texts: Sequence[str]) -> list[Point]:
    """The points of one trace, or of several single points; none at all if one of them cannot be read."""
    parts = _parts(texts[0]) if len(texts) == 1 else list(texts)
    found = [_point(part) for part in parts]
    points = [point for point in found if point is not None]
    return points if len(points) == len(found) else []


def _parts(trace: str) -> list[str]:
    parts = [part.strip() for part in trace.strip().split(";")]
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _point(text: str) -> Point | None:
    parts = text.split()
    if not 2 <= len(parts) <= 4 or not all(map(_is_number, parts[:2])):
        return None
    point = Point(float(parts[0]), float(parts[1]))
    return point if abs(point.latitude) <= 90 and abs(point.longitude) <= 180 else None


def _is_number(text: str) -> bool:
    return len(text) <= LONGEST and NUMBER.fullmatch(text) is not None


def area(texts: Sequence[str]) -> float:
    """Square metres within the points."""
    points = points_of(texts) if texts else []
    if len(points) < 3:
        return 0.0
    closed = points if points[0] == points[-1] else [*points, points[0]]
    swept = sum(_strip(start, end) for start, end in pairwise(closed))
    return _hundredths(abs(swept * RADIUS * RADIUS / 2))


def _strip(start: Point, end: Point) -> float:
    width = math.radians(end.longitude - start.longitude)
    return width * (2 + math.sin(math.radians(end.latitude)) + math.sin(math.radians(start.latitude)))


def distance(texts: Sequence[str]) -> float:
    """Metres along the points; NaN when there are not two of them."""
    points = points_of(texts) if texts else []
    if len(points) < 2:
        return NAN
    return _hundredths(sum(metres_between(start, end) for start, end in pairwise(points)))


def metres_between(start: Point, end: Point) -> float:
    """Along the ball."""
    first, second = math.radians(start.latitude), math.radians(end.latitude)
    turned = math.cos(math.radians(start.longitude - end.longitude))
    cosine = math.sin(first) * math.sin(second) + math.cos(first) * math.cos(second) * turned
    return math.acos(max(-1.0, min(1.0, cosine))) * RADIUS


def is_inside(point: str, shape: str) -> bool:
    """Whether a point lies in a closed shape: a ray from it crosses the border an odd number of times."""
    corners, here = points_of([shape]), _point(point)
    if here is None or len(corners) < 2 or corners[0] != corners[-1]:
        return False
    return sum(_crosses(here, start, end) for start, end in pairwise(corners)) % 2 == 1


def _crosses(here: Point, start: Point, end: Point) -> bool:
    if (end.latitude > here.latitude) == (start.latitude > here.latitude):
        return False
    slope = (start.longitude - end.longitude) / (start.latitude - end.latitude)
    return here.longitude < slope * (here.latitude - end.latitude) + end.longitude


def _hundredths(value: float) -> float:
    return math.floor(value * HUNDREDTHS + 0.5) / HUNDREDTHS
