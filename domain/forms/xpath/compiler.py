"""
From the tree of an expression to an operand.

What a path leads to is the form's matter: a `Scope` stands for the question that the expression belongs to,
`NodeScope` for the node that a predicate looks at.
"""

from collections.abc import Sequence
from typing import Any

from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import (
    Call,
    Expression,
    Literal,
    Negation,
    Number,
    Operation,
    Path,
    Step,
)
from domain.forms.xpath.library import FUNCTION_OPERANDS
from domain.forms.xpath.nodes import Node, Place
from domain.forms.xpath.operands import (
    Fn,
    LiftedOperand,
    ManyOperand,
    NumberOperand,
    OneOperand,
    Operand,
    constant_number,
    constant_text,
)
from domain.forms.xpath.operators import chained
from domain.forms.xpath.scope import Arguments, Form, Scope


def compiled(expression: Expression, scope: Scope) -> Operand:
    """The operand of an expression. Raises `XPathError` for what makes no sense: the count of a text."""
    match expression:
        case Number(value):
            return constant_number(value)
        case Literal(value):
            return constant_text(value)
        case Negation(operand):
            negated = compiled(operand, scope).number()
            return NumberOperand(lambda at: -negated(at))
        case Operation(first, rest):
            return _operation(first, rest, scope)
        case Call():
            return _call(expression, scope)
        case Path():
            return _path(expression, scope)
    raise XPathError("the expression cannot be evaluated", 0)


def _operation(first: Expression, rest: tuple[tuple[str, Expression], ...], scope: Scope) -> Operand:
    return chained(compiled(first, scope), [(sign, compiled(operand, scope)) for sign, operand in rest])


def _call(call: Call, scope: Scope) -> Operand:
    operands = [compiled(one, scope) for one in call.arguments]
    return FUNCTION_OPERANDS[call.name](Arguments(call, operands, scope))


def _path(path: Path, scope: Scope) -> Operand:
    if path.origin is None:
        return scope.path(path)
    start = compiled(path.origin, scope).nodes()
    for predicate in path.filters:
        start = filtered(start, predicate, scope)
    return ManyOperand(walked(start, path.steps, scope))


def walked(start: Fn[Sequence[Node]], steps: Sequence[Step], scope: Scope) -> Fn[Sequence[Node]]:
    """The nodes that the steps lead to from each of those that `start` gives."""
    for step in steps:
        start = _stepped(start, step)
        for predicate in step.predicates:
            start = filtered(start, predicate, scope)
    return start


def _stepped(start: Fn[Sequence[Node]], step: Step) -> Fn[Sequence[Node]]:
    if step.axis == "parent":
        return lambda at: _parents(at, start(at))
    if step.axis == "self":
        return start
    name = f"@{step.name}" if step.axis == "attribute" else step.name

    def children(at: Any) -> Sequence[Node]:
        starts = start(at)
        found = starts[0].children(name) if len(starts) == 1 else _all_children(starts, name)
        at.run.charge(len(starts) + len(found))
        return found

    return children


def _all_children(starts: Sequence[Node], name: str) -> list[Node]:
    return [child for node in starts for child in node.children(name)]


def _parents(at: Any, nodes: Sequence[Node]) -> Sequence[Node]:
    at.run.charge(len(nodes))
    found = [parent for node in nodes if (parent := node.parent()) is not None]
    return found if len(found) < 2 else list({node.key: node for node in found}.values())


def filtered(start: Fn[Sequence[Node]], predicate: Expression, scope: Scope) -> Fn[Sequence[Node]]:
    """Those nodes that the predicate lets pass; a number lets the node at that place pass."""
    operand = compiled(predicate, NodeScope(scope))
    cost = 4 + sum(1 for _ in predicate.walk())
    if operand.kind != "number":
        return _where(start, operand.truth(), scope, cost)
    position = operand.number()
    return _where(start, lambda place: position(place) == place.position, scope, cost)


def _where(start: Fn[Sequence[Node]], test: Fn[bool], scope: Scope, cost: int) -> Fn[Sequence[Node]]:
    is_inner = isinstance(scope, NodeScope)

    def nodes(at: Any) -> Sequence[Node]:
        found = start(at)
        size, run = len(found), at.run
        run.charge(cost * size)
        outer = at.outer if is_inner else at
        places = (Place(node, place, size, outer, run) for place, node in enumerate(found, start=1))
        return [place.node for place in places if test(place)]

    return nodes


class NodeScope:
    """
    A node that a predicate looks at.

    Absolute paths and ``current()`` begin where the whole expression stands.
    """

    def __init__(self, around: Scope) -> None:
        self.outer: Scope = around.outer if isinstance(around, NodeScope) else around

    @property
    def form(self) -> Form:
        return self.outer.form

    def path(self, path: Path) -> Operand:
        if path.is_absolute:
            return LiftedOperand(self.outer.path(path))
        return ManyOperand(walked(lambda place: (place.node,), path.steps, self))

    def here(self) -> Operand:
        return OneOperand(lambda place: str(place.node.text()), lambda place: place.node)

    def current(self) -> Operand:
        return LiftedOperand(self.outer.current())

    def position(self) -> Fn[float]:
        return lambda place: float(place.position)

    def last(self) -> Fn[float]:
        return lambda place: float(place.size)

    def once(self, computed: Operand) -> Operand:
        return computed

    def indexed(self, call: Call, _operands: Sequence[Operand]) -> Operand:
        raise XPathError(
            "indexed-repeat() cannot stand inside a predicate", call.position, code="xpath-arguments"
        )

    def choice_name(self, _value: Operand, _question: Expression) -> Operand:
        raise XPathError("jr:choice-name() cannot stand inside a predicate", 0, code="xpath-arguments")
