"""Places as GeoJSON (RFC 7946): what of it the phone reads, as rows with text."""

import json
import math
from typing import Any, Final, NoReturn

from pyxform.parsing.expression import is_xml_tag

from server.faults import refuse

TYPES: Final = ("Point", "LineString", "Polygon")
BROKEN: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading something else than GeoJSON ends in."""


def geojson_rows(name: str, content: bytes) -> list[dict[str, str]]:
    """The features: properties, and the geometry as ODK writes it. `WorkbookError` names the file."""
    try:
        features = list(json.loads(content, parse_constant=_no_number)["features"])
    except BROKEN as error:
        refuse("file-geojson", file=name, reason=f"{type(error).__name__}: {error}")
    return [_row(name, number, one) for number, one in enumerate(features, start=1)]


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _row(name: str, number: int, feature: dict[str, Any]) -> dict[str, str]:
    try:
        properties = {key: _text(value) for key, value in (feature.get("properties") or {}).items()}
        if "id" in feature:
            properties["id"] = _text(feature["id"])
        place = _geometry(feature["geometry"])
    except BROKEN:
        refuse("file-place", file=name, number=number)
    for key in properties:
        if not is_xml_tag(key):
            refuse("file-heading", file=name, heading=key, column=number)
    return {**properties, "geometry": place}


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, allow_nan=False)


def _geometry(geometry: dict[str, Any]) -> str:
    """Points as ``latitude longitude 0 0``, joined by ``;``; raises for what no phone opens."""
    points = geometry["coordinates"]
    if geometry["type"] not in TYPES:
        raise ValueError(geometry["type"])
    if geometry["type"] == "Point":
        points = [points]
    elif geometry["type"] == "Polygon":
        (points,) = points
    return "; ".join(_point(*point) for point in points)


def _point(longitude: float, latitude: float) -> str:
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in (longitude, latitude)):
        raise ValueError
    return f"{float(latitude):.15g} {float(longitude):.15g} 0 0"
