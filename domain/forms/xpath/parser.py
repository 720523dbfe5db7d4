"""
From the text of an expression to its tree: XPath 1.0, as much of it as ODK XForms has.

Axes other than child, parent and self (and ``@`` for the attributes of external lists), variables and node
tests other than a name are refused here: no phone would follow them either.
"""

from typing import Final

from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import (
    Axis,
    Call,
    Expression,
    Literal,
    Negation,
    Number,
    Operation,
    Path,
    Step,
)
from domain.forms.xpath.signatures import FUNCTIONS
from domain.forms.xpath.tokens import Token, tokens

MAX_DEPTH: Final = 100
"""Levels of brackets and calls in one another; a list of cases written as ``if(…, if(…`` comes to dozens."""

RANKS: Final = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"=", "!="}),
    frozenset({"<", "<=", ">", ">="}),
    frozenset({"+", "-"}),
    frozenset({"*", "div", "mod"}),
    frozenset({"|"}),
)
"""Operators from the loosest to the tightest; a minus sign before an operand stands between the last two."""
UNION: Final = len(RANKS) - 1
RANK_OF: Final = {operator: rank for rank, operators in enumerate(RANKS) for operator in operators}
AXES: Final[dict[str, Axis]] = {
    "child": "child",
    "parent": "parent",
    "self": "self",
    "attribute": "attribute",
}
NODE_TESTS: Final = frozenset({"node", "text", "comment", "processing-instruction"})


def parse(text: str) -> Expression:
    """
    The tree of an expression.

    Raises `XPathError` for what is no expression, an unknown function or a wrong number of arguments.
    """
    return _Parser(tokens(text)).whole()


class _Parser:
    """Walks over the words once, from left to right."""

    def __init__(self, words: list[Token]) -> None:
        self.words = words
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        found = self.chain(0)
        if self.word.kind != "end":
            raise self.unexpected()
        return found

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def is_mark(self, *marks: str) -> bool:
        return self.word.kind == "mark" and self.word.text in marks

    def take(self) -> Token:
        word = self.word
        self.at += 1
        return word

    def took(self, mark: str) -> bool:
        """Whether the mark stands here; then it is passed."""
        if self.is_mark(mark):
            self.at += 1
            return True
        return False

    def need(self, mark: str) -> None:
        if not self.took(mark):
            raise self.unexpected(expected=mark)

    def unexpected(self, expected: str = "") -> XPathError:
        word = self.word
        if word.text == "//" and word.kind == "mark":
            return self.unsupported("//")
        what = "the expression ends too early" if word.kind == "end" else f"“{word.text}” does not fit here"
        hint = f": “{expected}” is expected" if expected else ""
        return XPathError(what + hint, word.position, found=word.text, expected=expected)

    # Operators

    def chain(self, rank: int) -> Expression:
        """
        Operands and operators of this rank or tighter ones.

        The frames of a level of brackets are few on purpose: one for each rank would meet Python's limit.
        """
        operands = [self.operand()]
        operators: list[str] = []
        while self.word.kind == "operator" and RANK_OF[self.word.text] >= rank:
            operators.append(self.take().text)
            operands.append(self.operand())
        return _grouped(operands, operators)

    def operand(self) -> Expression:
        """A path or a value, with the minus signs before it; ``-a | b`` is the negation of the union."""
        signs = 0
        while self.word.kind == "operator" and self.word.text == "-":
            self.take()
            signs += 1
        found = self.path()
        if signs and self.word.kind == "operator" and self.word.text == "|":
            found = self.union(found)
        for _ in range(signs):
            found = Negation(found)
        return found

    def union(self, first: Expression) -> Expression:
        rest: list[tuple[str, Expression]] = []
        while self.word.kind == "operator" and self.word.text == "|":
            rest.append((self.take().text, self.path()))
        return Operation(first, tuple(rest))

    def inner(self) -> Expression:
        """An expression inside brackets, one level deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"brackets and calls nest deeper than {MAX_DEPTH} levels"
            raise XPathError(message, self.word.position, code="xpath-too-deep", limit=MAX_DEPTH)
        found = self.chain(0)
        self.depth -= 1
        return found

    # Paths and values

    def path(self) -> Expression:
        word = self.word
        if word.kind == "number":
            return Number(float(self.take().text))
        if word.kind == "literal":
            return Literal(self.take().text)
        if self.is_mark("("):
            return self.after(self.bracketed(), word)
        if word.kind == "name" and self.is_call():
            return self.after(self.call(), word)
        return self.location(word)

    def bracketed(self) -> Expression:
        self.need("(")
        found = self.inner()
        self.need(")")
        return found

    def after(self, origin: Expression, word: Token) -> Expression:
        """What follows a bracket or call: predicates and steps, or nothing."""
        filters = self.predicates()
        steps = self.steps() if self.took("/") else ()
        if not filters and not steps:
            return origin
        return Path(steps, origin=origin, filters=filters, position=word.position)

    def location(self, word: Token) -> Expression:
        if self.took("/"):
            steps = self.steps() if self.begins_step() else ()
            return Path(steps, is_absolute=True, position=word.position)
        return Path(self.steps(), position=word.position)

    def begins_step(self) -> bool:
        return self.word.kind == "name" or self.is_mark(".", "..", "@")

    def steps(self) -> tuple[Step, ...]:
        found = [self.step()]
        while self.took("/"):
            found.append(self.step())
        return tuple(found)

    def step(self) -> Step:
        if self.took("."):
            return Step("self", predicates=self.predicates())
        if self.took(".."):
            return Step("parent", predicates=self.predicates())
        axis: Axis = "attribute" if self.took("@") else "child"
        if self.word.kind != "name":
            raise self.unexpected()
        return self.named_step(axis)

    def named_step(self, axis: Axis) -> Step:
        following = self.words[self.at + 1]
        if following.kind == "mark" and following.text == "::":
            if self.word.text not in AXES:
                raise self.unsupported(f"{self.word.text}::")
            axis = AXES[self.take().text]
            self.take()
        if self.word.kind != "name":
            raise self.unexpected()
        name = self.name_test(axis)
        return Step(axis, name, self.predicates())

    def name_test(self, axis: Axis) -> str:
        word = self.take()
        if not self.is_mark("("):
            return word.text
        if word.text != "node" or axis not in {"self", "parent"}:
            self.at -= 1
            raise self.unsupported(f"{word.text}()")
        self.take()
        self.need(")")
        return "*"

    def predicates(self) -> tuple[Expression, ...]:
        found: list[Expression] = []
        while self.took("["):
            found.append(self.inner())
            self.need("]")
        return tuple(found)

    def unsupported(self, what: str) -> XPathError:
        message = f"“{what}” is not supported in forms: name every step of the path"
        return XPathError(message, self.word.position, code="xpath-axis-unsupported", found=what)

    # Calls

    def is_call(self) -> bool:
        following = self.words[self.at + 1]
        is_open = following.kind == "mark" and following.text == "("
        return is_open and self.word.text not in NODE_TESTS

    def call(self) -> Call:
        word = self.take()
        arguments = self.arguments()
        signature = FUNCTIONS.get(word.text)
        if signature is None:
            message = f"there is no function {word.text}()"
            raise XPathError(message, word.position, code="xpath-function-unknown", function=word.text)
        if not signature.takes(len(arguments)):
            raise _wrong_number(word, len(arguments))
        for place in sorted(signature.nodes):
            if place < len(arguments) and not _may_be_nodes(arguments[place]):
                raise _no_path(word, place)
        return Call(word.text, arguments, word.position)

    def arguments(self) -> tuple[Expression, ...]:
        self.need("(")
        if self.took(")"):
            return ()
        found = [self.inner()]
        while self.took(","):
            found.append(self.inner())
        self.need(")")
        return tuple(found)


def _grouped(operands: list[Expression], operators: list[str]) -> Expression:
    """
    Operands with operators of several ranks between them as a tree.

    Works from the tightest rank outwards, so that the depth of the tree is at most the number of ranks.
    """
    for rank in reversed(RANKS):
        operands, operators = _of_rank(rank, operands, operators)
    return operands[0]


def _of_rank(
    rank: frozenset[str], operands: list[Expression], operators: list[str]
) -> tuple[list[Expression], list[str]]:
    """The same chain in which every run of operators of this rank has become one operation."""
    if rank.isdisjoint(operators):
        return operands, operators
    grouped, left = [operands[0]], []
    run: list[tuple[str, Expression]] = []
    for operator, operand in zip(operators, operands[1:], strict=True):
        if operator in rank:
            run.append((operator, operand))
            continue
        grouped[-1] = Operation(grouped[-1], tuple(run)) if run else grouped[-1]
        run = []
        left.append(operator)
        grouped.append(operand)
    grouped[-1] = Operation(grouped[-1], tuple(run)) if run else grouped[-1]
    return grouped, left


def _may_be_nodes(argument: Expression) -> bool:
    if isinstance(argument, Call):
        return FUNCTIONS[argument.name].result in {"nodes", "any"}
    is_union = isinstance(argument, Operation) and argument.rest[0][0] == "|"
    return isinstance(argument, Path) or is_union


def _wrong_number(word: Token, count: int) -> XPathError:
    expected = str(FUNCTIONS[word.text])
    message = f"{word.text}() takes {expected} arguments, found: {count}"
    facts = {"function": word.text, "expected": expected, "count": count}
    return XPathError(message, word.position, code="xpath-arguments", **facts)


def _no_path(word: Token, place: int) -> XPathError:
    message = f"argument {place + 1} of {word.text}() must be a path"
    return XPathError(message, word.position, code="xpath-arguments", function=word.text, place=place + 1)
