"""What is wrong with the answers of a filling: by their type, and by the rules of the form."""

from collections.abc import Callable, Iterator
from typing import Final

from domain.forms.binding import Kept, acknowledged, bounds_of, day_and_time, shape, time, trace
from domain.forms.definition import FormDefinition
from domain.forms.display import FILES
from domain.forms.fields import Field
from domain.forms.finding import PROBLEM, WARNING, Problem, own_words, quoted
from domain.forms.frames import Frame
from domain.forms.offers import Offer
from domain.forms.shape import Spot
from domain.forms.steps import SELECTS, Part, Steps
from domain.forms.values import is_date, is_file, is_geopoint, is_integer, is_number
from domain.forms.xpath.compiler import compiled
from domain.forms.xpath.expressions import Expression
from domain.forms.xpath.numbers import number_text
from domain.forms.xpath.operands import Fn
from domain.forms.xpath.parser import parse

CLOCK: Final = frozenset({"today", "now"})
"""Functions that a wrong clock makes wrong."""
UNASKED: Final = frozenset(
    {"note", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"}
)


def _as_on_the_phone(kept: Kept) -> Callable[[str], bool]:
    """What an expression would see as blank is no value of the type."""
    return lambda text: kept(text) != ""


CHECKS: Final[dict[str, tuple[str, Callable[[str], bool]]]] = {
    "integer": ("not-an-integer", is_integer),
    "decimal": ("not-a-number", is_number),
    "range": ("not-a-number", is_number),
    "date": ("not-a-date", is_date),
    "geopoint": ("not-a-geopoint", is_geopoint),
    "time": ("not-a-time", _as_on_the_phone(time)),
    "datetime": ("not-a-datetime", _as_on_the_phone(day_and_time)),
    "geotrace": ("not-a-geotrace", _as_on_the_phone(trace)),
    "geoshape": ("not-a-geoshape", _as_on_the_phone(shape)),
    "acknowledge": ("not-acknowledged", _as_on_the_phone(acknowledged)),
    **dict.fromkeys(FILES, ("not-a-file", is_file)),
}


class Rules:
    """The rules of one question. Raises `XPathError` for an expression that makes no sense."""

    def __init__(
        self, part: Part, found: Field, steps: Steps, reads: Callable[[Expression], set[Spot]]
    ) -> None:
        logic, standing = found.logic, steps.standing(part.spot)
        constraint = parse(logic.constraint) if logic.constraint else None
        required = parse(logic.required_if) if logic.required_if else None
        self.spot = part.spot
        self.is_calculated = part.calculate is not None
        self.listed = steps.shape.definition.choices.get(found.choices or "")
        self.field = found
        self.definition = steps.shape.definition
        self.offer: Offer | None = steps.offer(part) if part.choice_filter or logic.choices_from else None
        self.holds: Fn[bool] | None = compiled(constraint, standing).truth() if constraint else None
        self.is_needed: Fn[bool] | None = compiled(required, standing).truth() if required else None
        # What looks into a list that is not here judges nothing.
        if constraint and steps.tables.lack(constraint):
            self.holds = None
        if required and steps.tables.lack(required):
            self.is_needed = _never
        self.severity = WARNING if constraint and _is_of_the_clock(constraint) else PROBLEM
        self.constraint_reads = reads(constraint) if constraint else set()
        self.required_reads = reads(required) if required else set()
        self.cost = 1 + sum(1 for one in (constraint, required) if one for _ in one.walk())

    @property
    def is_silent(self) -> bool:
        """Whether nothing is to be judged."""
        return not (self.holds or self.is_needed or self.field.required or self.offer)

    def judge(self, frame: Frame, unknown: set[Spot]) -> Iterator[Problem]:
        """
        The problems of the question in a frame in which it is asked; nothing is judged by what is unknown.
        """
        entered, seen = frame.entered[self.spot.slot], frame.seen[self.spot.slot]
        if not seen and (not entered or self.is_calculated or self._is_lost(frame, entered)):
            if self._is_required(frame, unknown):
                yield Problem("required", frame.path(self.spot), own_words(self.field.logic.required_message))
            return
        if self.offer and entered and entered != seen:
            yield from self._not_offered(frame, entered)
        if seen and self.holds and not self.constraint_reads & unknown and not self.holds(frame):
            words = own_words(self.field.logic.constraint_message)
            yield Problem("constraint", frame.path(self.spot), words, self.severity)

    def _is_lost(self, frame: Frame, entered: str) -> bool:
        """Whether an answer counts as blank, as on the phone, and no other problem would say so."""
        found = list(type_problems(self.definition, frame.path(self.spot), self.field, entered))
        return not found and not list(self._not_offered(frame, entered) if self.offer else ())

    def _is_required(self, frame: Frame, unknown: set[Spot]) -> bool:
        if self.field.type in UNASKED:
            return False
        if self.is_needed is None:
            return self.field.required
        return not self.required_reads & unknown and self.is_needed(frame)

    def _not_offered(self, frame: Frame, entered: str) -> Iterator[Problem]:
        offered = self.offer(frame) if self.offer else {}
        names = [entered] if self.field.type == "select_one" else entered.split()
        for name in dict.fromkeys(names):
            if name not in offered and (self.listed is None or name in self.listed):
                yield Problem("choice-filtered", frame.path(self.spot), {"value": quoted(self.field, name)})


def _never(_frame: Frame) -> bool:
    return False


def _is_of_the_clock(expression: Expression) -> bool:
    return any(call.name in CLOCK for call in expression.functions())


def type_problems(definition: FormDefinition, path: str, found: Field, value: str) -> Iterator[Problem]:
    """What is wrong with one answer by its type alone."""
    if found.type in SELECTS:
        yield from _unknown_choices(definition, path, found, value)
    elif found.type in CHECKS:
        code, is_right = CHECKS[found.type]
        if not is_right(value):
            yield Problem(code, path, {"value": quoted(found, value)})
        elif found.type == "range":
            yield from _out_of_range(path, found, value)


def _out_of_range(path: str, found: Field, value: str) -> Iterator[Problem]:
    bounds = bounds_of(found)
    if bounds and not bounds[0] <= float(value) <= bounds[1]:
        start, end = map(number_text, bounds)
        yield Problem("out-of-range", path, {"value": quoted(found, value), "start": start, "end": end})


def _unknown_choices(definition: FormDefinition, path: str, found: Field, value: str) -> Iterator[Problem]:
    if found.choices not in definition.choices:
        return
    names = [value] if found.type == "select_one" else value.split()
    for name in dict.fromkeys(names):
        if definition.choice(found, name) is None:
            yield Problem("choice-unknown", path, {"value": quoted(found, name)})
