"""Functions of nodes, lists, choices and places."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from domain.forms.xpath.chance import seed_of, shuffled
from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import Literal
from domain.forms.xpath.geo import area, distance, is_inside
from domain.forms.xpath.library.making import Builder, drawn, over_text, over_texts
from domain.forms.xpath.nodes import Node
from domain.forms.xpath.numbers import BLANK, NAN, is_none, whole
from domain.forms.xpath.operands import (
    Fn,
    ManyOperand,
    NumberOperand,
    Operand,
    TextOperand,
    TruthOperand,
)
from domain.forms.xpath.scope import Arguments


def _current(arguments: Arguments) -> Operand:
    return arguments.scope.current()


def _instance(arguments: Arguments) -> Operand:
    """The root above a list: ``instance('villages')/root/item``."""
    name = arguments.call.arguments[0]
    if not isinstance(name, Literal):
        message = "instance() takes the name of a list in quotation marks"
        raise XPathError(message, arguments.call.position, code="xpath-arguments", function="instance")
    found = arguments.scope.form.instance(name.value)
    nodes: Sequence[Node] = () if found is None else (found,)
    return ManyOperand(lambda _at: nodes)


def _indexed(arguments: Arguments) -> Operand:
    return arguments.scope.indexed(arguments.call, arguments.operands)


def _position(arguments: Arguments) -> Operand:
    if not len(arguments):
        return NumberOperand(arguments.scope.position())
    nodes = arguments.operands[0].nodes()

    def place(at: Any) -> float:
        found = nodes(at)
        return float(found[0].place()) if found else NAN

    return NumberOperand(place)


def _last(arguments: Arguments) -> Operand:
    return NumberOperand(arguments.scope.last())


def _name(arguments: Arguments) -> Operand:
    nodes = (arguments.operands[0] if len(arguments) else arguments.scope.here()).nodes()

    def name(at: Any) -> str:
        found = nodes(at)
        return found[0].name if found else ""

    return TextOperand(name)


def _randomize(arguments: Arguments) -> Operand:
    nodes, seed = arguments.operands[0].nodes(), _seed(arguments)

    def randomized(at: Any) -> Sequence[Node]:
        found = nodes(at)
        at.run.charge(2 * len(found))
        return shuffled(found, seed(at))

    return ManyOperand(randomized)


def _seed(arguments: Arguments) -> Fn[int]:
    if len(arguments) < 2:
        return lambda at: seed_of(NAN, drawn(at))
    number, text = arguments.number(1), arguments.text(1)
    return lambda at: seed_of(number(at), text(at))


# Select


def _selected(arguments: Arguments) -> Operand:
    choices, wanted = arguments.text(0), arguments.text(1)

    def is_selected(at: Any) -> bool:
        found = choices(at)
        at.run.made(found)
        name = wanted(at).strip(BLANK)
        return name in found.split() if name else not found.strip(BLANK)

    return TruthOperand(is_selected)


def _count_selected(arguments: Arguments) -> Operand:
    return NumberOperand(over_text(lambda text: float(len(text.split())), arguments.text(0)))


def _selected_at(arguments: Arguments) -> Operand:
    choices, place = arguments.text(0), arguments.number(1)

    def name(at: Any) -> str:
        found, wanted = at.run.made(choices(at)).split(), place(at)
        return str(found[int(wanted)]) if not is_none(wanted) and 0 <= whole(wanted) < len(found) else ""

    return TextOperand(name)


def _choice_name(arguments: Arguments) -> Operand:
    return arguments.scope.choice_name(arguments.operands[0], arguments.call.arguments[1])


# Places


def _geo(function: Callable[[Sequence[str]], float]) -> Builder:
    def build(arguments: Arguments) -> Operand:
        parts = [one.texts() for one in arguments.operands]

        def measured(at: Any) -> float:
            texts = [text for part in parts for text in part(at)]
            at.run.charge(sum(map(len, texts)) // 4)
            return function(texts)

        return NumberOperand(measured)

    return build


def _geofence(arguments: Arguments) -> Operand:
    return TruthOperand(over_texts(is_inside, arguments.text(0), arguments.text(1)))


NODES: Final[dict[str, Builder]] = {
    "current": _current,
    "instance": _instance,
    "indexed-repeat": _indexed,
    "position": _position,
    "last": _last,
    "name": _name,
    "local-name": _name,
    "randomize": _randomize,
    "selected": _selected,
    "is-selected": _selected,
    "count-selected": _count_selected,
    "selected-at": _selected_at,
    "jr:choice-name": _choice_name,
    "area": _geo(area),
    "enclosed-area": _geo(area),
    "distance": _geo(distance),
    "geofence": _geofence,
}
