"""Whether ``distance()`` is taken of places that may be blank, which stops the form on a phone."""

from collections.abc import Iterator
from typing import Final

from domain.forms.xpath.expressions import Call, Expression, Literal, Operation, Path

ASKING: Final = frozenset({"string-length", "boolean", "not", "count-non-empty"})
"""Functions that tell a blank answer from another one; so does a comparison with ``''``."""


def measures_unasked(expression: Expression) -> bool:
    """
    Whether a distance is taken without asking first, in an ``if`` around it, for each place that it names.

    The condition of that ``if`` is looked at too: nothing asks before it but what stands around it.
    """
    waiting: list[tuple[Expression, frozenset[str]]] = [(expression, frozenset())]
    while waiting:
        one, asked = waiting.pop()
        if isinstance(one, Call) and one.name == "distance":
            if not all(_is_safe(argument, asked) for argument in one.arguments):
                return True
        elif isinstance(one, Call) and one.name == "if":
            condition, *branches = one.arguments
            waiting.append((condition, asked))
            waiting.extend((branch, asked.union(_asked_in(condition))) for branch in branches)
            continue
        waiting.extend((part, asked) for part in one.parts())
    return False


def _is_safe(argument: Expression, asked: frozenset[str]) -> bool:
    if isinstance(argument, Literal):
        return True
    named = [str(path) for path in argument.references()]
    return bool(named) and asked.issuperset(named)


def _asked_in(condition: Expression) -> Iterator[str]:
    """The paths of which a condition tells whether they are blank."""
    waiting = [condition]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Path):
            yield str(one)
        elif isinstance(one, Call) and one.name in ASKING:
            waiting.extend(one.arguments)
        elif isinstance(one, Operation) and one.rest[0][0] in {"and", "or"}:
            waiting.extend(one.parts())
        elif isinstance(one, Operation) and _compares_with_blank(one):
            yield from (str(part) for part in one.parts() if isinstance(part, Path))
            waiting.extend(part for part in one.parts() if isinstance(part, Call))


def _compares_with_blank(operation: Operation) -> bool:
    """``${place} != ''``, or a length compared with a number."""
    return (operation.rest[0][0] in {"=", "!="} and Literal("") in operation.parts()) or any(
        isinstance(part, Call) and part.name in ASKING for part in operation.parts()
    )
