"""Where an expression stands, and what the form around it knows."""

from collections.abc import Sequence
from typing import Protocol

from domain.forms.xpath.expressions import Call, Expression, Path
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.operands import Fn, Operand


class Form(Protocol):
    """What is the same for every expression of a form."""

    @property
    def version(self) -> str: ...

    def instance(self, name: str) -> Node | None:
        """The list or table of that name, as a node; none if the form has none."""

    def lookup(self, table: str, column: str, key_column: str, key: str) -> str:
        """The column of the first row whose key column is `key`; empty if there is none."""

    def words(self, identifier: str) -> str:
        """The text that the XForm keeps under an identifier."""


class Scope(Protocol):
    """Where an expression stands: at a question of the form, or inside a predicate."""

    @property
    def form(self) -> Form: ...

    def path(self, path: Path) -> Operand:
        """What a path without an origin leads to."""

    def here(self) -> Operand:
        """The node itself."""

    def current(self) -> Operand:
        """The node at which the whole expression stands."""

    def position(self) -> Fn[float]:
        """The number of the node among those that a predicate looks at; 1 outside of predicates."""

    def last(self) -> Fn[float]:
        """How many nodes the predicate looks at."""

    def once(self, computed: Operand) -> Operand:
        """What was kept here already, or what is computed."""

    def indexed(self, call: Call, operands: Sequence[Operand], /) -> Operand:
        """``indexed-repeat``: the nodes in the members that the indexes name."""

    def choice_name(self, value: Operand, question: Expression, /) -> Operand:
        """``jr:choice-name``: the words of a choice of another question."""


class Arguments:
    """What a function was given: its operands, by place."""

    def __init__(self, call: Call, operands: Sequence[Operand], scope: Scope) -> None:
        self.call = call
        self.operands = operands
        self.scope = scope

    def __len__(self) -> int:
        return len(self.operands)

    def text(self, place: int) -> Fn[str]:
        return self.operands[place].text()

    def number(self, place: int) -> Fn[float]:
        return self.operands[place].number()
