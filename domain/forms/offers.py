"""
Which choices a question offers in a filling: its list, the rows that a filter lets pass, or answers of the
form.
"""

from collections.abc import Callable, Mapping, Sequence

from domain.forms.fields import Choice, ChoiceSource
from domain.forms.frames import Frame
from domain.forms.tables import Row, Table
from domain.forms.xpath.chance import shuffled
from domain.forms.xpath.compiler import compiled, filtered
from domain.forms.xpath.expressions import Expression, Operation, Path
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.operands import Fn, Operand
from domain.forms.xpath.parser import parse
from domain.forms.xpath.scope import Scope

Offer = Callable[[Frame], Mapping[str, Choice]]
"""The choices by name, in their order."""


def whole_list(choices: Mapping[str, Choice]) -> Offer:
    """Always the same choices."""
    return lambda _frame: choices


def filtered_list(table: Table, condition: Expression, scope: Scope) -> Offer:
    """The rows of a list that the condition lets pass; looked up where it names a column first."""
    rows = _rows(table, condition, scope)

    def offered(frame: Frame) -> Mapping[str, Choice]:
        found = rows(frame)
        frame.run.charge(len(found))
        return {row.choice.name: row.choice for row in found if row.choice}

    return offered


def _rows(table: Table, condition: Expression, scope: Scope) -> Fn[Sequence[Row]]:
    first, others = _conjuncts(condition)
    looked_up = _looked_up(table, first, scope)
    if looked_up is None:
        found: Fn[Sequence[Node]] = filtered(lambda _at: table.rows, condition, scope)
    else:
        found = looked_up
        for other in others:
            found = filtered(found, other, scope)
    return lambda at: [node for node in found(at) if isinstance(node, Row)]


def _conjuncts(condition: Expression) -> tuple[Expression, Sequence[Expression]]:
    """The conditions that ``and`` joins. A number on its own would be a place, so it is left whole."""
    if isinstance(condition, Operation) and all(operator == "and" for operator, _ in condition.rest):
        others = [operand for _, operand in condition.rest]
        if all(isinstance(one, Operation) for one in others):
            return condition.first, others
        return condition, ()
    return condition, ()


def _looked_up(table: Table, condition: Expression, scope: Scope) -> Fn[Sequence[Node]] | None:
    """``column = value`` as a look into the table; none for any other condition."""
    if not isinstance(condition, Operation) or [sign for sign, _ in condition.rest] != ["="]:
        return None
    column, value = condition.first, condition.rest[0][1]
    if not _is_column(column) or not _is_outside(value):
        return None
    operand = compiled(value, scope)
    if operand.kind not in {"text", "nodes"} or operand.is_many:
        return None
    return _where(table, str(column), operand)


def _where(table: Table, column: str, operand: Operand) -> Fn[Sequence[Node]]:
    text = operand.text()
    return lambda at: table.where(column, text(at))


def _is_column(expression: Expression) -> bool:
    if not isinstance(expression, Path) or expression.is_absolute or expression.origin:
        return False
    is_one = len(expression.steps) == 1 and expression.steps[0].axis == "child"
    return is_one and not expression.steps[0].predicates and expression.steps[0].name != "*"


def _is_outside(expression: Expression) -> bool:
    """Whether it looks at nothing of the row."""
    return all(path.is_absolute or path.origin for path in expression.references()) and not any(
        call.name in {"position", "last", "string", "number", "normalize-space", "string-length"}
        for call in expression.functions()
    )


def from_answers(source: ChoiceSource, condition: Expression | None, scope: Scope) -> Offer:
    """Choices that are answers of the form, such as the names of a repeat's members; blank ones are none."""
    nodes = compiled(parse(source.nodeset), scope).nodes()
    if condition is not None:
        nodes = filtered(nodes, condition, scope)

    def offered(frame: Frame) -> Mapping[str, Choice]:
        found = nodes(frame)
        frame.run.charge(2 * len(found))
        pairs = ((_inside(node, source.value), _inside(node, source.label)) for node in found)
        return {name: Choice(name, {"id": label or name}, {}) for name, label in pairs if name}

    return offered


def _inside(node: Node, name: str) -> str:
    found: Sequence[Node] = (node,)
    for step in name.split("/"):
        found = [child for one in found for child in one.children(step)]
    return found[0].text() if found else ""


def randomized(offer: Offer, parameters: Mapping[str, str]) -> Offer:
    """
    The choices in the order that a seed gives; without one each phone has its own, and here it is the list's.
    """
    seed = parameters.get("seed", "")
    if parameters.get("randomize") != "true" or not seed.lstrip("-").isdecimal():
        return offer
    number = int(seed)

    def offered(frame: Frame) -> Mapping[str, Choice]:
        found = offer(frame)
        frame.run.charge(len(found))
        return dict(shuffled(list(found.items()), number))

    return offered
