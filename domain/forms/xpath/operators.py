"""Operators of XPath 1.0 (sections 3.3 to 3.5) over operands."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.numbers import divided, remainder
from domain.forms.xpath.operands import (
    Fn,
    IfOperand,
    ManyOperand,
    NumberOperand,
    Operand,
    TruthOperand,
)

T = TypeVar("T")
Test = Callable[[Any, Any], bool]
Compute = Callable[[float, float], float]
MOST_COMPARISONS: Final = 50
"""In a row, as in ``a = b = c``."""
MOST_BRANCHES: Final = 400
"""Pairs of branches when both sides of a comparison are an ``if``."""

COMPARISONS: Final[dict[str, Test]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
EQUALITY: Final = frozenset({"=", "!="})
ARITHMETIC: Final[dict[str, Compute]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divided,
    "mod": remainder,
}


def chained(first: Operand, rest: Sequence[tuple[str, Operand]]) -> Operand:
    """
    The operand that a chain of operators of one rank makes.

    A long chain is a loop: functions within functions would meet Python's limit.
    """
    sign = rest[0][0]
    operands = [first, *(operand for _, operand in rest)]
    if sign in COMPARISONS:
        return _comparisons(first, rest)
    if sign in ARITHMETIC:
        return NumberOperand(
            _computed(first.number(), [(ARITHMETIC[sign], one.number()) for sign, one in rest])
        )
    if sign == "|":
        return ManyOperand(_union([one.nodes() for one in operands]))
    truths = [one.truth() for one in operands]
    return TruthOperand(_all(truths) if sign == "and" else _some(truths))


def _comparisons(left: Operand, rest: Sequence[tuple[str, Operand]]) -> Operand:
    if len(rest) > MOST_COMPARISONS:
        raise XPathError("too many comparisons in a row", 0, code="xpath-too-deep")
    for sign, right in rest:
        left = TruthOperand(compared(sign, left, right))
    return left


def _computed(first: Fn[float], rest: Sequence[tuple[Compute, Fn[float]]]) -> Fn[float]:
    if len(rest) == 1:
        function, second = rest[0]
        return lambda at: function(first(at), second(at))

    def computed(at: Any) -> float:
        number = first(at)
        for function, operand in rest:
            number = function(number, operand(at))
        return number

    return computed


def _all(truths: Sequence[Fn[bool]]) -> Fn[bool]:
    if len(truths) == 2:
        left, right = truths
        return lambda at: left(at) and right(at)
    return lambda at: all(truth(at) for truth in truths)


def _some(truths: Sequence[Fn[bool]]) -> Fn[bool]:
    if len(truths) == 2:
        left, right = truths
        return lambda at: left(at) or right(at)
    return lambda at: any(truth(at) for truth in truths)


def _union(parts: Sequence[Fn[Sequence[Node]]]) -> Fn[Sequence[Node]]:
    def union(at: Any) -> Sequence[Node]:
        found = {node.key: node for part in parts for node in part(at)}
        at.run.charge(len(found))
        return list(found.values())

    return union


def compared(sign: str, left: Operand, right: Operand) -> Fn[bool]:
    """
    Whether a comparison holds.

    A side that is an ``if`` of different kinds is compared branch by branch; one node that does is enough.
    """
    if left.kind == "mixed" or right.kind == "mixed":
        return _branched(sign, left, right)
    kinds = {left.kind, right.kind}
    if sign in EQUALITY and "truth" in kinds:
        return _plain(sign, left.truth(), right.truth())
    is_many = left.is_many or right.is_many
    if sign in EQUALITY and "number" not in kinds:
        return _any(sign, left.texts(), right.texts()) if is_many else _plain(sign, left.text(), right.text())
    return (
        _any(sign, left.numbers(), right.numbers())
        if is_many
        else _plain(sign, left.number(), right.number())
    )


def _branched(sign: str, left: Operand, right: Operand) -> Fn[bool]:
    if _branches(left) * _branches(right) > MOST_BRANCHES:
        raise XPathError("too many branches are compared with each other", 0, code="xpath-too-deep")
    if isinstance(left, IfOperand) and left.kind == "mixed":
        pairs = ((left.then, right), (left.other, right))
        condition = left.condition
    elif isinstance(right, IfOperand):
        pairs = ((left, right.then), (left, right.other))
        condition = right.condition
    then, other = (compared(sign, *pair) for pair in pairs)
    return lambda at: then(at) if condition(at) else other(at)


def _branches(one: Operand) -> int:
    if isinstance(one, IfOperand) and one.kind == "mixed":
        return _branches(one.then) + _branches(one.other)
    return 1


def _plain(sign: str, left: Fn[T], right: Fn[T]) -> Fn[bool]:
    if sign == "=":
        return lambda at: left(at) == right(at)
    if sign == "!=":
        return lambda at: left(at) != right(at)
    test = COMPARISONS[sign]
    return lambda at: test(left(at), right(at))


def _any(sign: str, left: Fn[Sequence[T]], right: Fn[Sequence[T]]) -> Fn[bool]:
    test = COMPARISONS[sign]

    def holds(at: Any) -> bool:
        ones, others = left(at), right(at)
        at.run.charge(len(ones) * len(others))
        return any(test(one, other) for one in ones for other in others)

    return holds
