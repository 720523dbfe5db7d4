"""
An expression as a tree that never changes.

``str()`` of a tree is an expression that reads as the same tree. `position` is where a part begins in the
text; ``==`` leaves it aside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal as OneOf
from typing import TypeAlias

Axis: TypeAlias = OneOf["child", "parent", "self", "attribute"]


@dataclass(frozen=True)
class Expression:
    """Any part of an expression."""

    def parts(self) -> Iterator["Expression"]:
        """The expressions directly inside this one, predicates among them, in the order of the text."""
        return iter(())

    def walk(self) -> Iterator["Expression"]:
        """This expression and everything inside it, in the order of the text."""
        waiting: list[Expression] = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(list(one.parts())))

    def references(self) -> Iterator["Path"]:
        """
        Every path in it, those inside predicates among them.

        Where a relative path begins depends on where it stands.
        """
        return (one for one in self.walk() if isinstance(one, Path))

    def functions(self) -> Iterator["Call"]:
        """Every call in it."""
        return (one for one in self.walk() if isinstance(one, Call))


@dataclass(frozen=True)
class Number(Expression):
    """A number that is written out; never negative."""

    value: float

    def __str__(self) -> str:
        return f"{Decimal(repr(self.value)):f}"


@dataclass(frozen=True)
class Literal(Expression):
    """A text between quotation marks."""

    value: str

    def __str__(self) -> str:
        return f'"{self.value}"' if "'" in self.value else f"'{self.value}'"


@dataclass(frozen=True)
class Operation(Expression):
    """
    Operators of one rank, applied from left to right: ``1 + 2 - 3`` is 1, then ``+ 2``, then ``- 3``.

    One node however long the chain is: a sum of hundreds of questions nests no deeper than one of two.
    """

    first: Expression
    rest: tuple[tuple[str, Expression], ...]

    def parts(self) -> Iterator[Expression]:
        yield self.first
        for _, operand in self.rest:
            yield operand

    def __str__(self) -> str:
        return f"({self.first}{''.join(f' {operator} {operand}' for operator, operand in self.rest)})"


@dataclass(frozen=True)
class Negation(Expression):
    """A minus sign before an operand."""

    operand: Expression

    def parts(self) -> Iterator[Expression]:
        yield self.operand

    def __str__(self) -> str:
        return f"(-{self.operand})"


@dataclass(frozen=True)
class Call(Expression):
    """A function of `FUNCTIONS` with its arguments."""

    name: str
    arguments: tuple[Expression, ...]
    position: int = field(default=0, compare=False)

    def parts(self) -> Iterator[Expression]:
        return iter(self.arguments)

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.arguments))})"


@dataclass(frozen=True)
class Step:
    """One step of a path: along an axis to nodes of a name (``*``: any) that all predicates let pass."""

    axis: Axis
    name: str = "*"
    predicates: tuple[Expression, ...] = ()

    def __str__(self) -> str:
        sign = {"child": "", "attribute": "@", "parent": "..", "self": "."}[self.axis]
        name = self.name if self.axis in {"child", "attribute"} else ""
        return f"{sign}{name}{''.join(f'[{one}]' for one in self.predicates)}"


@dataclass(frozen=True)
class Path(Expression):
    """
    A path: from the root (`is_absolute`), from what an expression gives (`origin`), or from where it stands.

    `filters` are the predicates directly after the origin: ``instance('a')[1]/b``.
    """

    steps: tuple[Step, ...]
    is_absolute: bool = False
    origin: Expression | None = None
    filters: tuple[Expression, ...] = ()
    position: int = field(default=0, compare=False)

    def parts(self) -> Iterator[Expression]:
        if self.origin is not None:
            yield self.origin
        yield from self.filters
        for step in self.steps:
            yield from step.predicates

    def __str__(self) -> str:
        walked = "/".join(map(str, self.steps))
        if self.origin is None:
            return f"/{walked}" if self.is_absolute else walked
        start = f"{self.origin}" if isinstance(self.origin, Call) else f"({self.origin})"
        filters = "".join(f"[{one}]" for one in self.filters)
        return f"{start}{filters}/{walked}" if self.steps else f"{start}{filters}"
