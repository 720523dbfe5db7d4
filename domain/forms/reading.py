"""What an expression reads: the questions whose answers it depends on, wherever its paths lead."""

from collections.abc import Iterable, Iterator
from typing import Final

from domain.forms.fields import REFERENCE, Choice, in_language
from domain.forms.shape import ROOT, Shape, Spot
from domain.forms.xpath.expressions import Call, Expression, Literal, Path, Step
from domain.forms.xpath.parser import parse

Around = frozenset["Spot | None"]
"""Where a relative path may begin; none stands for what is above the root element."""
NOWHERE: Around = frozenset()
CHOICE_NAME: Final = "jr:choice-name"


def questions_read(expression: Expression, spot: Spot, shape: Shape) -> set[Spot]:
    """
    The questions whose values an expression at `spot` may look at.

    Of a path with predicates it takes all that it could lead to; a list beside the form is none of the
    form's.
    """
    return {one for one in _Reading(spot, shape).of(expression, frozenset({spot})) if one.kind == "question"}


class _Reading:
    def __init__(self, spot: Spot, shape: Shape) -> None:
        self.spot = spot
        self.shape = shape

    def of(self, expression: Expression, around: Around) -> Iterator[Spot]:
        """Everything that the expression looks at."""
        if isinstance(expression, Path):
            yield from self.path(expression, around)
            yield from _spots(self.reached(expression, around))
            return
        yield from (self.spot,) if _is_current(expression) else ()
        yield from self.labels(expression, around)
        for part in expression.parts():
            yield from self.of(part, around)

    def labels(self, expression: Expression, around: Around) -> Iterator[Spot]:
        """What the labels name of which ``jr:choice-name`` gives one."""
        if not isinstance(expression, Call) or expression.name != CHOICE_NAME:
            return
        question = expression.arguments[1]
        path = parse(question.value) if isinstance(question, Literal) else question
        lists = {spot.field.choices for spot in _spots(self.reached(path, around)) if spot.field}
        for choice in (one for name in lists if name for one in self._listed(name)):
            for name in REFERENCE.findall(in_language(choice.label)):
                yield from self.shape.named(name)

    def _listed(self, name: str) -> Iterable[Choice]:
        return self.shape.definition.choices.get(name, {}).values()

    def path(self, path: Path, around: Around) -> Iterator[Spot]:
        """What the predicates and the origin of a path look at."""
        if path.origin is not None:
            yield from self.of(path.origin, around)
        here = self.start(path, around)
        for predicate in path.filters:
            yield from self.of(predicate, here)
        for step in path.steps:
            here = self.stepped(here, step)
            for predicate in step.predicates:
                yield from self.of(predicate, here)

    def reached(self, expression: Expression, around: Around) -> Around:
        """Where the nodes are that an expression gives."""
        if isinstance(expression, Path):
            here = self.start(expression, around)
            for step in expression.steps:
                here = self.stepped(here, step)
            return here
        if _is_current(expression):
            return frozenset({self.spot})
        if isinstance(expression, Call) and expression.name == "instance":
            return NOWHERE
        return frozenset(spot for part in expression.parts() for spot in self.reached(part, around))

    def start(self, path: Path, around: Around) -> Around:
        if path.origin is not None:
            return self.reached(path.origin, around)
        return frozenset({None}) if path.is_absolute else around

    def stepped(self, here: Around, step: Step) -> Around:
        if step.axis == "self":
            return here
        if step.axis == "parent":
            return frozenset(spot.parent for spot in here if spot is not None)
        if step.axis == "attribute":
            return NOWHERE
        return frozenset(child for spot in here for child in self._children(spot, step.name))

    def _children(self, spot: Spot | None, name: str) -> Iterable[Spot]:
        if spot is None:
            return (self.shape.root,) if name in {ROOT, "*"} else ()
        if name == "*":
            return spot.children.values()
        return (spot.children[name],) if name in spot.children else ()


def _is_current(expression: Expression) -> bool:
    is_here = isinstance(expression, Call) and not expression.arguments
    return is_here and getattr(expression, "name", "") in {"current", "string", "number", "normalize-space"}


def _spots(around: Around) -> Iterator[Spot]:
    return (spot for spot in around if spot is not None)
