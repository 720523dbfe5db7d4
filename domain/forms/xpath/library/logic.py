"""Functions that decide something."""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, Final

from domain.forms.xpath.library.making import Builder
from domain.forms.xpath.operands import Fn, IfOperand, Operand, TruthOperand
from domain.forms.xpath.scope import Arguments

NO_LIMIT: Final = -1


def _if(arguments: Arguments) -> Operand:
    condition, then, other = arguments.operands
    return IfOperand(condition.truth(), then, other)


def _boolean(arguments: Arguments) -> Operand:
    return TruthOperand(arguments.operands[0].truth())


def _not(arguments: Arguments) -> Operand:
    truth = arguments.operands[0].truth()
    return TruthOperand(lambda at: not truth(at))


def _true(_arguments: Arguments) -> Operand:
    return TruthOperand(lambda _at: True)


def _false(_arguments: Arguments) -> Operand:
    return TruthOperand(lambda _at: False)


def _from_text(arguments: Arguments) -> Operand:
    text = arguments.text(0)
    return TruthOperand(lambda at: text(at) in {"1", "true"})


def _once(arguments: Arguments) -> Operand:
    return arguments.scope.once(arguments.operands[0])


def _depend(arguments: Arguments) -> Operand:
    """The first argument; the others only say when to look again, and here everything is looked at."""
    return arguments.operands[0]


def _checklist(arguments: Arguments) -> Operand:
    lowest, highest = arguments.number(0), arguments.number(1)
    answers = _chained([one.truths() for one in arguments.operands[2:]])
    return TruthOperand(lambda at: _is_between([1.0] * sum(answers(at)), lowest(at), highest(at)))


def _weighted(arguments: Arguments) -> Operand:
    lowest, highest = arguments.number(0), arguments.number(1)
    answers = _chained([one.truths() for one in arguments.operands[2::2]])
    weights = _chained([one.numbers() for one in arguments.operands[3::2]])

    def is_between(at: Any) -> bool:
        pairs = zip(answers(at), weights(at), strict=False)
        counted = [weight for is_answered, weight in pairs if is_answered]
        return _is_between(counted, lowest(at), highest(at))

    return TruthOperand(is_between)


def _chained(parts: Sequence[Fn[Sequence[Any]]]) -> Fn[list[Any]]:
    def chained(at: Any) -> list[Any]:
        found = list(chain.from_iterable(part(at) for part in parts))
        at.run.charge(len(found))
        return found

    return chained


def _is_between(weights: Sequence[float], lowest: float, highest: float) -> bool:
    """
    As on the phone: each weight that is added is compared with the highest, so that none at all is never too
    much; what is no number limits nothing above, and lets nothing be enough below.
    """
    if highest == NO_LIMIT:
        return lowest < 1 or sum(weights) >= lowest
    sums = list(accumulate(weights))
    return (sums[-1] if sums else 0) >= lowest and not any(one > highest for one in sums)


LOGIC: Final[dict[str, Builder]] = {
    "if": _if,
    "boolean": _boolean,
    "not": _not,
    "true": _true,
    "false": _false,
    "boolean-from-string": _from_text,
    "once": _once,
    "depend": _depend,
    "checklist": _checklist,
    "weighted-checklist": _weighted,
}
