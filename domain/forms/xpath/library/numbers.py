"""Functions that make numbers."""

import math
from collections.abc import Callable
from typing import Any, Final

from domain.forms.xpath.chance import drawn_number
from domain.forms.xpath.dates import moment_of
from domain.forms.xpath.library.making import Builder, drawn
from domain.forms.xpath.numbers import (
    calm,
    ceiling,
    extreme,
    floor,
    number_text,
    rounded,
    total,
    whole,
)
from domain.forms.xpath.operands import Fn, IfOperand, NumberOperand, Operand, constant_number
from domain.forms.xpath.scope import Arguments


class _NumberCall(NumberOperand):
    """``number()`` of a text: of a date the days since 1970, which read as whole days."""

    def __init__(self, source: Operand) -> None:
        super().__init__(source.number())
        self.source = source.text()

    def text(self) -> Fn[str]:
        number, source = self.function, self.source

        def text(at: Any) -> str:
            found = number(at)
            is_date = moment_of(source(at), at.run.offset) is not None
            return number_text(floor(found) if is_date else found)

        return text


def _number(arguments: Arguments) -> Operand:
    return _number_of(arguments.operands[0] if len(arguments) else arguments.scope.here())


def _number_of(source: Operand) -> Operand:
    """A date stays one, and reads as one; so does the branch of an ``if`` that is a date."""
    if isinstance(source, IfOperand):
        return IfOperand(source.condition, _number_of(source.then), _number_of(source.other))
    if source.kind in {"text", "nodes"}:
        return _NumberCall(source)
    return source if source.kind == "number" else NumberOperand(source.number())


def _round(arguments: Arguments) -> Operand:
    number = arguments.number(0)
    decimals = arguments.number(1) if len(arguments) == 2 else (lambda _at: 0.0)
    return NumberOperand(lambda at: rounded(number(at), decimals(at)))


def _sum(arguments: Arguments) -> Operand:
    numbers = arguments.operands[0].numbers()

    def added(at: Any) -> float:
        found = numbers(at)
        at.run.charge(len(found))
        return total(found)

    return NumberOperand(added)


def _extreme(choose: Callable[[list[float]], float]) -> Builder:
    def build(arguments: Arguments) -> Operand:
        groups = [one.numbers() for one in arguments.operands]

        def chosen(at: Any) -> float:
            found = [number for group in groups for number in group(at)]
            at.run.charge(len(found))
            return extreme(found, choose)

        return NumberOperand(chosen)

    return build


def _of_one(function: Callable[[float], float]) -> Builder:
    def build(arguments: Arguments) -> Operand:
        number = arguments.number(0)
        return NumberOperand(lambda at: function(number(at)))

    return build


def _calm(function: Callable[..., float]) -> Builder:
    """A function of `math` that may have no value at a number."""

    def build(arguments: Arguments) -> Operand:
        numbers = [arguments.number(place) for place in range(len(arguments))]
        return NumberOperand(lambda at: calm(function, *(number(at) for number in numbers)))

    return build


def _ten_to(exponent: float) -> float:
    return calm(pow, 10.0, exponent)


def _count(arguments: Arguments) -> Operand:
    nodes = arguments.operands[0].nodes()
    return NumberOperand(lambda at: float(len(nodes(at))))


def _count_answered(arguments: Arguments) -> Operand:
    texts = arguments.operands[0].texts()
    return NumberOperand(lambda at: float(sum(1 for text in texts(at) if text)))


def _random(_arguments: Arguments) -> Operand:
    return NumberOperand(lambda at: drawn_number(drawn(at)))


def _pi(_arguments: Arguments) -> Operand:
    return constant_number(math.pi)


NUMBERS: Final[dict[str, Builder]] = {
    "number": _number,
    "int": _of_one(whole),
    "round": _round,
    "floor": _of_one(floor),
    "ceiling": _of_one(ceiling),
    "abs": _of_one(abs),
    "sum": _sum,
    "min": _extreme(min),
    "max": _extreme(max),
    "pow": _calm(pow),
    "log": _calm(math.log),
    "log10": _calm(math.log10),
    "exp": _calm(math.exp),
    "exp10": _of_one(_ten_to),
    "sqrt": _calm(math.sqrt),
    "sin": _calm(math.sin),
    "cos": _calm(math.cos),
    "tan": _calm(math.tan),
    "asin": _calm(math.asin),
    "acos": _calm(math.acos),
    "atan": _calm(math.atan),
    "atan2": _calm(math.atan2),
    "pi": _pi,
    "random": _random,
    "count": _count,
    "count-non-empty": _count_answered,
}
