"""
Where the expressions of a form stand: what their paths mean at a question, group or repeat.

A path that leads to a place in the same frame or one around it is known when the form is read; evaluating it
is one look into a list. Only what passes through a repeat, or has a predicate, is walked when it is
evaluated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.forms.fields import REFERENCE, Choice, in_language
from domain.forms.finding import in_words
from domain.forms.frames import Document, Element, Frame
from domain.forms.shape import MEMBER, ROOT, Level, Shape, Spot
from domain.forms.tables import Tables
from domain.forms.xpath.compiler import walked
from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import Call, Expression, Literal, Path, Step
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.operands import (
    NO_NODES,
    Fn,
    ManyOperand,
    OneOperand,
    Operand,
    TextOperand,
)
from domain.forms.xpath.parser import parse
from domain.forms.xpath.scope import Form

Compute = Callable[[Frame, Spot], str]


@dataclass(frozen=True)
class Way:
    """
    A path as far as it is known beforehand: `ups` frames outwards, then through the members of `downs`, to
    `spot`.

    No spot: above the root element. `rest` are the steps that only a filling can tell.
    """

    ups: int
    downs: tuple[Level, ...]
    spot: Spot | None
    rest: tuple[Step, ...] = ()


def way_of(path: Path, start: Spot, shape: Shape) -> Way | None:
    """The way that a path without an origin takes from a spot; none if it leads nowhere in any filling."""
    depth = start.home.depth
    ups = depth if path.is_absolute else 0
    spot = None if path.is_absolute else start
    downs: tuple[Level, ...] = ()
    for place, step in enumerate(path.steps):
        is_plain = step.axis in {"child", "parent", "self"} and not step.predicates
        if not is_plain or (step.axis == "child" and step.name == "*") or (step.axis == "parent" and downs):
            return Way(ups, downs, spot, path.steps[place:])
        if step.axis == "self":
            continue
        if step.axis == "parent":
            if spot is None:
                return None
            ups += spot.kind == "repeat"
            spot = spot.parent
            continue
        child = _child(spot, step.name, shape)
        if child is None:
            return None
        downs = (*downs, child.home) if child.kind == "repeat" else downs
        spot = child
    return Way(ups, downs, spot)


def absolute(spot: Spot) -> Path:
    """The path of a question from the root: through the members of all repeats around it."""
    steps = [ROOT, *(step for step in spot.path.split("/") if step != MEMBER)]
    return Path(tuple(Step("child", step) for step in steps), is_absolute=True)


def _child(spot: Spot | None, name: str, shape: Shape) -> Spot | None:
    if spot is None:
        return shape.root if name == ROOT else None
    return spot.children.get(name)


class Standing:
    """
    The scope of the expressions of one question, group or repeat.

    `late` are the questions whose values may be asked for before their turn; `compute` gives them.
    """

    def __init__(
        self, spot: Spot, shape: Shape, tables: Tables, late: frozenset[Spot], compute: Compute
    ) -> None:
        self.spot = spot
        self.shape = shape
        self.tables = tables
        self.late = late
        self.compute = compute

    @property
    def form(self) -> Form:
        return self.tables

    def path(self, path: Path) -> Operand:
        way = way_of(path, self.spot, self.shape)
        if way is None:
            return NO_NODES
        if way.rest:
            return ManyOperand(walked(self._nodes(way), way.rest, self))
        if way.downs or way.spot is None:
            return ManyOperand(self._nodes(way), self._texts(way))
        return self._one(way.ups, way.spot)

    def here(self) -> Operand:
        return self._one(0, self.spot)

    def current(self) -> Operand:
        return self.here()

    def position(self) -> Fn[float]:
        return lambda _at: 1.0

    def last(self) -> Fn[float]:
        return lambda _at: 1.0

    def once(self, computed: Operand) -> Operand:
        slot, text = self.spot.slot, computed.text()
        if slot < 0:
            return computed
        return TextOperand(lambda frame: frame.entered[slot] or text(frame))

    def choice_name(self, value: Operand, question: Expression, /) -> Operand:
        labels = {name: in_language(one.label) for name, one in self._choices(question).items()}
        answers = {name: self._answer(name) for text in labels.values() for name in REFERENCE.findall(text)}
        chosen = value.text()

        def words(frame: Frame) -> str:
            label = labels.get(chosen(frame), "")
            if "${" not in label:
                return label
            # The XForm has a blank before and after a text with answers in it, and the engine keeps them.
            return f" {REFERENCE.sub(lambda found: answers[found[1]](frame), label)} "

        return TextOperand(words)

    def _choices(self, question: Expression) -> Mapping[str, Choice]:
        path = parse(question.value) if isinstance(question, Literal) else question
        way = way_of(path, self.spot, self.shape) if isinstance(path, Path) else None
        found = way.spot.field if way and way.spot else None
        return self.shape.definition.choices.get(found.choices or "", {}) if found else {}

    def _answer(self, name: str) -> Fn[str]:
        """The answer that a label names, as it may be told: of the question there or in the form around."""
        named = next(iter(self.shape.named(name)), None)
        if named is None or named.field is None:
            return lambda _at: ""
        field, text = named.field, self.path(absolute(named)).text()
        return lambda frame: in_words(field, text(frame))

    def indexed(self, call: Call, operands: Sequence[Operand], /) -> Operand:
        ways = [self._repeat_way(call, place) for place in range(1, len(call.arguments), 2)]
        indexes = [operand.number() for operand in operands[2::2]]
        target = self._target_way(call)
        pairs = sorted(zip(ways, indexes, strict=True), key=lambda pair: pair[0].spot.home.depth)
        member = member_at([(frames_of(way), index) for way, index in pairs])
        return self._inside(member, pairs[-1][0].spot.home, target)

    def _repeat_way(self, call: Call, place: int) -> "Reached":
        found = self._reached(call, place)
        if found is None or found.spot.kind != "repeat":
            raise _no_way(call, place, "a repeat")
        return found

    def _target_way(self, call: Call) -> "Reached":
        found = self._reached(call, 0)
        if found is None:
            raise _no_way(call, 0, "a question in a repeat")
        return found

    def _reached(self, call: Call, place: int) -> "Reached | None":
        path = call.arguments[place]
        way = way_of(path, self.spot, self.shape) if isinstance(path, Path) and path.origin is None else None
        return Reached(way.ups, way.downs, way.spot) if way and way.spot and not way.rest else None

    def _inside(self, member: Fn[Frame | None], level: Level, target: "Reached") -> Operand:
        """The target in the member that was chosen."""
        spot = target.spot
        if not is_within(spot.home, level):
            return NO_NODES

        def frames(frame: Frame) -> Sequence[Frame]:
            found = member(frame)
            return frames_inside(found, spot.home) if found else ()

        return ManyOperand(_each_node(frames, spot), self._each_text(frames, spot))

    # The parts of a way

    def _one(self, ups: int, spot: Spot) -> Operand:
        frame, slot = frame_above(ups), spot.slot
        if slot < 0:
            return OneOperand(lambda _at: "", _node(frame, spot))
        if spot in self.late:
            compute = self.compute
            return OneOperand(lambda at: compute(frame(at), spot), _node(frame, spot))
        return OneOperand(_seen(ups, slot), _node(frame, spot))

    def _nodes(self, way: Way) -> Fn[Sequence[Node]]:
        spot = way.spot
        if spot is None:
            return lambda at: (Document(at.root),)
        return _each_node(frames_of(Reached(way.ups, way.downs, spot)), spot)

    def _texts(self, way: Way) -> Fn[Sequence[str]]:
        spot = way.spot
        if spot is None:
            return lambda _at: ("",)
        return self._each_text(frames_of(Reached(way.ups, way.downs, spot)), spot)

    def _each_text(self, frames: Fn[Sequence[Frame]], spot: Spot) -> Fn[Sequence[str]]:
        slot, compute, charged = spot.slot, self.compute, _charged(frames)
        if slot < 0:
            return lambda at: [""] * len(charged(at))
        if spot in self.late:
            return lambda at: [compute(frame, spot) for frame in charged(at)]
        return lambda at: [frame.seen[slot] or "" for frame in charged(at)]


@dataclass(frozen=True)
class Reached:
    """A way that leads to a part of the form."""

    ups: int
    downs: tuple[Level, ...]
    spot: Spot


def frame_above(ups: int) -> Fn[Frame]:
    """The frame so many levels further out."""
    if ups == 0:
        return lambda frame: frame
    if ups == 1:
        return lambda frame: frame.up

    def above(frame: Frame) -> Any:
        found: Any = frame
        for _ in range(ups):
            found = found.up
        return found

    return above


def frames_of(way: Reached) -> Fn[Sequence[Frame]]:
    """The frames at the end of a way."""
    base, downs = frame_above(way.ups), way.downs
    if not downs:
        return lambda frame: (base(frame),)
    first, others = downs[0].index, downs[1:]

    def frames(frame: Frame) -> Sequence[Frame]:
        found = base(frame).inner[first]
        for level in others:
            found = [inner for outer in found for inner in outer.inner[level.index]]
            frame.run.charge(len(found))
        return found

    return frames


def frames_inside(frame: Frame, level: Level) -> Sequence[Frame]:
    """The frames of a level in or below a frame."""
    downs: list[Level] = []
    while level is not frame.level and level.outer is not None:
        downs.insert(0, level)
        level = level.outer
    found = [frame]
    for down in downs:
        found = [inner for outer in found for inner in outer.inner[down.index]]
    frame.run.charge(len(found))
    return found


def is_within(level: Level | None, outer: Level) -> bool:
    """Whether frames of one level lie in frames of another, or are those."""
    while level is not None and level is not outer:
        level = level.outer
    return level is outer


def member_at(steps: Sequence[tuple[Fn[Sequence[Frame]], Fn[float]]]) -> Fn[Frame | None]:
    """
    Of each repeat, outermost first, the member at its index, counted from 1.

    Without an index for a repeat further out the members of all of them are counted through.
    """

    def member(frame: Frame) -> Frame | None:
        found: Frame | None = None
        for frames, index in steps:
            ones, number = frames(frame), index(frame)
            if found is not None:
                frame.run.charge(len(ones))
                ones = [one for one in ones if _is_inside(one, found)]
            if not 1 <= number <= len(ones):
                return None
            found = ones[int(number) - 1]
        return found

    return member


def _is_inside(frame: Frame | None, outer: Frame) -> bool:
    while frame is not None and frame is not outer:
        frame = frame.up
    return frame is outer


def _seen(ups: int, slot: int) -> Fn[str]:
    if ups == 0:
        return lambda frame: frame.seen[slot]
    if ups == 1:
        return lambda frame: frame.up.seen[slot]
    frame_at = frame_above(ups)
    return lambda frame: frame_at(frame).seen[slot] or ""


def _node(frame: Fn[Frame], spot: Spot) -> Fn[Node]:
    if spot.kind in {"form", "repeat"}:
        return frame
    return lambda at: Element(frame(at), spot)


def _each_node(frames: Fn[Sequence[Frame]], spot: Spot) -> Fn[Sequence[Node]]:
    if spot.kind in {"form", "repeat"}:
        return frames
    charged = _charged(frames)
    return lambda at: [Element(frame, spot) for frame in charged(at)]


def _charged(frames: Fn[Sequence[Frame]]) -> Fn[Sequence[Frame]]:
    """The frames, each for a step: they are going to be looked at."""

    def charged(frame: Frame) -> Sequence[Frame]:
        found = frames(frame)
        frame.run.charge(len(found))
        return found

    return charged


def _no_way(call: Call, place: int, kind: str) -> XPathError:
    message = f"argument {place + 1} of indexed-repeat() must be the path of {kind}"
    return XPathError(message, call.position, code="xpath-arguments", function=call.name)
