"""
Calls of ``regex()`` and ``once()`` that the phone reads otherwise than their author.

Each was seen in the ODK web engine 0.22.
"""

from collections.abc import Iterator
from typing import Final

from domain.forms.ecmascript import strange_in
from domain.forms.xpath.expressions import Call, Expression, Literal
from server.expressions import reads_pattern
from server.faults import Fault, Place, fault

HANDING_ON: Final = frozenset(
    {
        "once",
        "if",
        "coalesce",
        "round",
        "int",
        "number",
        "string",
        "floor",
        "ceiling",
        "abs",
        "normalize-space",
    }
)
"""Applied to their own result they give it again."""


def pattern_faults(call: Call, place: Place) -> Iterator[Fault]:
    """A regular expression that JavaScript has not, or takes to mean something else."""
    pattern = call.arguments[1] if call.name == "regex" else None
    if isinstance(pattern, Literal) and reads_pattern(pattern.value):
        found = strange_in(pattern.value)
        if found is not None:
            yield fault("regex-not-on-phone", place, pattern=pattern.value, found=found)


def once_faults(expression: Expression, place: Place) -> Iterator[Fault]:
    """
    ``once()`` within other functions.

    It gives what the question itself holds: with anything made of it, the phone works on its own result
    again, for ever (``concat('m_', once(uuid()))`` never opens) or to nonsense (``once(random()) * 2``).
    """
    waiting, inside = [expression], list[Expression]()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, Call) or one.name not in HANDING_ON:
            inside.extend(one.parts())
        elif one.name == "if":
            inside.append(one.arguments[0])
            waiting.extend(one.arguments[1:])
        else:
            waiting.extend(one.arguments)
    if any(isinstance(part, Call) and part.name == "once" for one in inside for part in one.walk()):
        yield fault("once-inside", place)
