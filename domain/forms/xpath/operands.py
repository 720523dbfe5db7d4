"""
What the parts of an expression become: operands that hand out functions.

The conversions of XPath 1.0 (sections 3.4 and 4.2 to 4.4) are chosen once, when a form is read: an operand
that is asked for its number returns a function that yields numbers, and an ``if`` hands the question on to
its branches. Each function takes the place where it is evaluated: a frame of the form, or a `Place`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

from domain.forms.xpath.dates import DAY_MS, INVALID, day_text
from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.numbers import BLANK, NAN, is_true, number_text

T = TypeVar("T")
# Whether the place is a frame or a `Place` is fixed by the scope that an expression is compiled in.
Fn: TypeAlias = Callable[[Any], T]
Kind: TypeAlias = Literal["text", "number", "truth", "nodes", "mixed"]


class Operand(ABC):
    """A part of an expression, ready to be evaluated. A sub-class says what it is; the rest is converted."""

    kind: Kind
    is_many = False
    """Whether it may be several nodes, or none."""

    @abstractmethod
    def text(self) -> Fn[str]:
        """As a text."""

    @abstractmethod
    def number(self) -> Fn[float]:
        """As a number."""

    @abstractmethod
    def truth(self) -> Fn[bool]:
        """Whether it counts as true."""

    def nodes(self) -> Fn[Sequence[Node]]:
        raise XPathError("a path is expected here", 0, code="xpath-arguments")

    def texts(self) -> Fn[Sequence[str]]:
        """The texts of all nodes, or the one text."""
        one = self.text()
        return lambda at: (one(at),)

    def numbers(self) -> Fn[Sequence[float]]:
        one = self.number()
        return lambda at: (one(at),)

    def truths(self) -> Fn[Sequence[bool]]:
        """Of nodes, whether each is answered."""
        one = self.truth()
        return lambda at: (one(at),)


class TextOperand(Operand):
    kind: Kind = "text"

    def __init__(self, function: Fn[str]) -> None:
        self.function = function

    def text(self) -> Fn[str]:
        return self.function

    def number(self) -> Fn[float]:
        text = self.function
        return lambda at: at.run.number(text(at))

    def truth(self) -> Fn[bool]:
        text = self.function
        return lambda at: text(at) != ""


class NumberOperand(Operand):
    kind: Kind = "number"

    def __init__(self, function: Fn[float]) -> None:
        self.function = function

    def text(self) -> Fn[str]:
        number = self.function
        return lambda at: number_text(number(at))

    def number(self) -> Fn[float]:
        return self.function

    def truth(self) -> Fn[bool]:
        number = self.function
        return lambda at: is_true(number(at))


class TruthOperand(Operand):
    kind: Kind = "truth"

    def __init__(self, function: Fn[bool]) -> None:
        self.function = function

    def text(self) -> Fn[str]:
        truth = self.function
        return lambda at: "true" if truth(at) else "false"

    def number(self) -> Fn[float]:
        truth = self.function
        return lambda at: 1.0 if truth(at) else 0.0

    def truth(self) -> Fn[bool]:
        return self.function


class MomentOperand(Operand):
    """A date or time that was computed: compares as a number of days, reads as a date."""

    kind: Kind = "number"

    def __init__(self, function: Fn[int | None]) -> None:
        self.moment = function

    def text(self) -> Fn[str]:
        moment = self.moment

        def text(at: Any) -> str:
            found = moment(at)
            return INVALID if found is None else day_text(found, at.run.offset)

        return text

    def number(self) -> Fn[float]:
        moment = self.moment

        def number(at: Any) -> float:
            found = moment(at)
            return NAN if found is None else found / DAY_MS

        return number

    def truth(self) -> Fn[bool]:
        moment = self.moment
        return lambda at: bool(moment(at))


class IfOperand(Operand):
    """One of two operands; every conversion is that of the branch that is taken."""

    def __init__(self, condition: Fn[bool], then: Operand, other: Operand) -> None:
        self.condition = condition
        self.then = then
        self.other = other
        self.kind = then.kind if then.kind == other.kind else "mixed"
        self.is_many = then.is_many or other.is_many

    def _choose(self, then: Fn[T], other: Fn[T]) -> Fn[T]:
        condition = self.condition
        return lambda at: then(at) if condition(at) else other(at)

    def text(self) -> Fn[str]:
        return self._choose(self.then.text(), self.other.text())

    def number(self) -> Fn[float]:
        return self._choose(self.then.number(), self.other.number())

    def truth(self) -> Fn[bool]:
        return self._choose(self.then.truth(), self.other.truth())

    def nodes(self) -> Fn[Sequence[Node]]:
        return self._choose(self.then.nodes(), self.other.nodes())

    def texts(self) -> Fn[Sequence[str]]:
        return self._choose(self.then.texts(), self.other.texts())

    def numbers(self) -> Fn[Sequence[float]]:
        return self._choose(self.then.numbers(), self.other.numbers())

    def truths(self) -> Fn[Sequence[bool]]:
        return self._choose(self.then.truths(), self.other.truths())


class ManyOperand(Operand):
    """
    Nodes, none or several of them: `nodes` gives them.

    `texts`, where it is known a shorter way to their values, is used instead of the nodes.
    """

    kind: Kind = "nodes"
    is_many = True

    def __init__(self, nodes: Fn[Sequence[Node]], texts: Fn[Sequence[str]] | None = None) -> None:
        self._nodes = nodes
        self._texts = texts or (lambda at: [one.text() for one in nodes(at)])

    def nodes(self) -> Fn[Sequence[Node]]:
        return self._nodes

    def texts(self) -> Fn[Sequence[str]]:
        return self._texts

    def text(self) -> Fn[str]:
        nodes = self._nodes

        def text(at: Any) -> str:
            found = nodes(at)
            return found[0].text() if found else ""

        return text

    def number(self) -> Fn[float]:
        text = self.text()
        return lambda at: at.run.number(text(at))

    def truth(self) -> Fn[bool]:
        nodes = self._nodes
        return lambda at: bool(nodes(at))

    def numbers(self) -> Fn[Sequence[float]]:
        texts = self._texts
        return lambda at: [at.run.number(text) for text in texts(at)]

    def truths(self) -> Fn[Sequence[bool]]:
        texts = self._texts
        return lambda at: [text.strip(BLANK) != "" for text in texts(at)]


class OneOperand(ManyOperand):
    """A node that is always there, such as another question of the form."""

    is_many = False

    def __init__(self, text: Fn[str], node: Fn[Node]) -> None:
        super().__init__(lambda at: (node(at),), lambda at: (text(at),))
        self._text = text

    def text(self) -> Fn[str]:
        return self._text

    def truth(self) -> Fn[bool]:
        return lambda _at: True


NO_NODES = ManyOperand(lambda _at: (), lambda _at: ())


def constant_text(value: str) -> Operand:
    return TextOperand(lambda _at: value)


def constant_number(value: float) -> Operand:
    return NumberOperand(lambda _at: value)


class LiftedOperand(Operand):
    """An operand of the whole expression, evaluated from inside a predicate."""

    def __init__(self, inner: Operand) -> None:
        self.inner = inner
        self.kind = inner.kind
        self.is_many = inner.is_many

    def text(self) -> Fn[str]:
        return _lifted(self.inner.text())

    def number(self) -> Fn[float]:
        return _lifted(self.inner.number())

    def truth(self) -> Fn[bool]:
        return _lifted(self.inner.truth())

    def nodes(self) -> Fn[Sequence[Node]]:
        return _lifted(self.inner.nodes())

    def texts(self) -> Fn[Sequence[str]]:
        return _lifted(self.inner.texts())

    def numbers(self) -> Fn[Sequence[float]]:
        return _lifted(self.inner.numbers())

    def truths(self) -> Fn[Sequence[bool]]:
        return _lifted(self.inner.truths())


def _lifted(function: Fn[T]) -> Fn[T]:
    return lambda place: function(place.outer)
