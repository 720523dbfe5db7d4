"""Every expression of an XForm with the node it stands at, and what its paths mean from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from domain.forms.xpath import Expression, Path, XPathError, parse
from domain.forms.xpath.expressions import Call, Operation, Step
from domain.forms.xpath.expressions import Literal as Text
from server.xlsform.xform import XForm

MANY: Final = frozenset(
    {
        "sum",
        "count",
        "count-non-empty",
        "min",
        "max",
        "join",
        "concat",
        "position",
        "randomize",
        "area",
        "distance",
    }
    | {"enclosed-area", "checklist", "weighted-checklist", "indexed-repeat", "depend"}
)
"""Functions that take all values of a path; elsewhere a nodeset of several is an error (JavaRosa)."""
NODES: Final = frozenset({"count", "position", "indexed-repeat", "randomize"})
"""Those of them that look at nodes only, so that they take groups and repeats too."""
Taken: TypeAlias = Literal["one", "many", "nodes"]
"""What an expression takes of a path that stands in it: one value, all values, or the nodes without them."""

BINDS: Final = ("relevant", "calculate", "constraint", "required", "readonly")


@dataclass(frozen=True)
class Placed:
    """An expression of the form: what it is for (``relevant``, …), where it stands, how it reads."""

    kind: str
    node: str
    tree: Expression


@dataclass(frozen=True)
class Reference:
    """
    A path in an expression, resolved: the node that it means, and how.

    `taken` is what the expression takes of it, `is_chosen` where a predicate (or ``indexed-repeat``)
    picks members, `is_self` for ``.``; `top` is the highest node that a relative path passed, empty for an
    absolute one.
    """

    node: str
    taken: Taken
    is_chosen: bool
    is_self: bool
    top: str


def expressions_of(xform: XForm) -> Iterator[Placed]:
    """All of them; one that cannot be read is left out (the sheet's check has told of it)."""
    for kind, node, text in _texts(xform):
        try:
            yield Placed(kind, node, parse(text))
        except XPathError:
            continue


def _texts(xform: XForm) -> Iterator[tuple[str, str, str]]:
    for node, bind in xform.binds.items():
        yield from ((kind, node, bind[kind]) for kind in BINDS if bind.get(kind))
    yield from (("count", node, text) for node, text in xform.counts.items() if text)
    for node, itemset in xform.itemsets.items():
        if itemset.condition:
            yield "choice_filter", node, f"{itemset.source}[{itemset.condition}]"
    yield from ((kind, node, text) for node, kind, text in xform.shown)
    for node, actions in xform.actions.items():
        yield from (("trigger" if one.trigger else "default", node, one.value) for one in actions)


def references(placed: Placed) -> Iterator[Reference]:
    """The nodes of the form that an expression speaks of; those of lists (``instance``) are left out."""
    taken: Taken = "nodes" if placed.kind == "choice_filter" else "one"
    yield from _walk(placed.tree, placed.node, placed.node, taken, False)


def calls(placed: Placed, name: str) -> Iterator[Call]:
    """The calls of one function."""
    return (call for call in placed.tree.functions() if call.name == name)


def literal(expression: Expression) -> str | None:
    """The text of a literal."""
    return expression.value if isinstance(expression, Text) else None


def _taken_by(function: str) -> Taken:
    return "nodes" if function in NODES else "many" if function in MANY else "one"


def _walk(one: Expression, here: str, current: str, taken: Taken, chosen: bool) -> Iterator[Reference]:
    """`here` is where relative paths begin, `current` what ``current()`` means."""
    if isinstance(one, Path):
        yield from _path(one, here, current, taken, chosen)
    elif isinstance(one, Call):
        for argument in one.arguments:
            picked = chosen or one.name == "indexed-repeat"
            yield from _walk(argument, here, current, _taken_by(one.name), picked)
    else:
        is_union = isinstance(one, Operation) and one.rest[0][0] == "|"
        for part in one.parts():
            yield from _walk(part, here, current, taken if is_union else "one", chosen)


def _path(path: Path, here: str, current: str, taken: Taken, chosen: bool) -> Iterator[Reference]:
    start = _start(path, here, current)
    if path.origin is not None and start is None:
        yield from _walk(path.origin, here, current, "nodes", chosen)
    node, top, picks = start, start or "", bool(path.filters) or chosen
    for predicate in path.filters:
        yield from _walk(predicate, node or LIST, current, "one", False)
    for step in path.steps:
        node = _stepped(node, step)
        top = node if node is not None and len(node) < len(top) else top
        picks = picks or bool(step.predicates)
        for predicate in step.predicates:
            yield from _walk(predicate, node or LIST, current, "one", False)
    if node is not None and not node.startswith(LIST):
        is_self = all(step.axis == "self" for step in path.steps) and not path.is_absolute
        yield Reference(node, taken, picks, is_self, "" if path.is_absolute else top)


LIST: Final = "list:"
"""Where relative paths begin inside a list: no node of the form."""


def _start(path: Path, here: str, current: str) -> str | None:
    if path.origin is None:
        return "" if path.is_absolute else here
    is_current = isinstance(path.origin, Call) and path.origin.name == "current"
    return current if is_current else None


def _stepped(node: str | None, step: Step) -> str | None:
    if node is None or (node.startswith(LIST) and step.name == "*"):
        return None
    if step.axis == "self" or (step.axis == "parent" and node.startswith(LIST)):
        return node
    return node.rpartition("/")[0] if step.axis == "parent" else f"{node}/{step.name}"
