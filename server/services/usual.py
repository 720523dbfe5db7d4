"""What is usual in villages and of forms: measured each time anew on what was accepted last; kept nowhere."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from domain.evidence import UsualPlace, duration_of, place_of, usual_duration, usual_place
from domain.forms.definition import FormDefinition
from domain.forms.xpath.geo import Point
from domain.merge import RecordState
from domain.photos import PLACE, PLACE_ROLE
from server.services.forms import definition_of
from server.store import field_evidence, log

SAMPLE: Final = 20
"""So many submissions of a village are looked at."""
SAMPLES: Final = 150
"""And so many of all villages together: a page of a list speaks of many."""
TIMED: Final = 30
"""So many fillings of a form are timed."""


@dataclass
class Places:
    """Where submissions say that they were filled: the answer with the role of a place, by form."""

    connection: Connection
    _paths: dict[str | None, tuple[str, ...]] = field(default_factory=dict)

    def of(self, state: RecordState) -> str | None:
        """The geopoint of a submission; None without one, or where people disagree on it."""
        form = state.form
        if form not in self._paths:
            self._paths[form] = _place_paths(definition_of(self.connection, form))
        for path in self._paths[form]:
            values = {one for one in state.values_at(path) if isinstance(one, str) and place_of(one)}
            if values:
                return values.pop() if len(values) == 1 else None
        return None

    def point_of(self, state: RecordState) -> Point | None:
        """The same, read."""
        text = self.of(state)
        return place_of(text) if text else None


def _place_paths(definition: FormDefinition | None) -> tuple[str, ...]:
    """The form's own place first (role ``lokasi``), then other places; none of a member."""
    asked = [
        one
        for one in (definition.fields if definition else ())
        if one.type == PLACE and "*" not in one.path and not one.is_restricted
    ]
    return tuple(one.path for one in sorted(asked, key=lambda one: one.role != PLACE_ROLE))


@dataclass(frozen=True)
class Usual:
    """
    What the accepted submissions of some villages say: their places by village, their durations by form's id.

    Each with the submission's id, since none is measured against itself.
    """

    places: Mapping[str, Mapping[str, Point]]
    durations: Mapping[str, Mapping[str, int]]
    _found: dict[tuple[str, ...], UsualPlace | None] = field(default_factory=dict)

    def place(self, villages: Sequence[str], but: str) -> UsualPlace | None:
        """Where forms of these villages are usually filled."""
        known = tuple(code for code in villages if code in self.places)
        if any(but in self.places[code] for code in known):
            return self._place(known, but)
        if known not in self._found:
            self._found[known] = self._place(known, but)
        return self._found[known]

    def _place(self, villages: Sequence[str], but: str) -> UsualPlace | None:
        found = {one: place for code in villages for one, place in self.places[code].items()}
        found.pop(but, None)
        return usual_place(found.values())

    def duration(self, form: str | None, but: str) -> int | None:
        """How long filling the form usually takes, in milliseconds."""
        told = self.durations.get(_form_id(form), {})
        return usual_duration(ms for one, ms in told.items() if one != but)


def read_usual(
    connection: Connection, places: Places, villages: Collection[str], forms: Collection[str | None]
) -> Usual:
    """What is usual in these villages, and of these forms there."""
    if not villages:
        return Usual({}, {})
    most = max(1, min(SAMPLE, SAMPLES // len(villages)))
    sampled = field_evidence.accepted_in(connection, villages, most)
    states = {one.record: one for some in sampled.values() for one in some}
    return Usual(
        {code: dict(_placed(places, some)) for code, some in sampled.items()},
        _durations(connection, states.values(), {_form_id(one) for one in forms}),
    )


def _placed(places: Places, states: Iterable[RecordState]) -> Iterable[tuple[str, Point]]:
    for state in states:
        if place := places.point_of(state):
            yield state.record, place


def _durations(
    connection: Connection, states: Iterable[RecordState], forms: Collection[str]
) -> dict[str, dict[str, int]]:
    """Of each form the durations of up to `TIMED` fillings."""
    wanted: dict[str, dict[str, str]] = {one: {} for one in forms}
    for state in states:
        timed = wanted.get(_form_id(state.form))
        if timed is not None and len(timed) < TIMED and state.origins:
            timed[state.record] = first_operation(state)
    bodies = log.bodies_of(connection, {one for timed in wanted.values() for one in timed.values()})
    took = {one: duration_of(json.loads(body).get("meta") or {}) for one, _, body in bodies}
    return {
        form: {record: ms for record, one in timed.items() if (ms := took.get(one)) is not None}
        for form, timed in wanted.items()
    }


def first_operation(state: RecordState) -> str:
    """The id of the earliest operation of which anything still stands, by its author's clock."""
    return min(state.origins, key=lambda one: (state.origins[one].time, one))


def _form_id(form: str | None) -> str:
    return (form or "").partition("@")[0]
