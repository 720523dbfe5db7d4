"""Functions that make texts, or look into them."""

import re
from collections.abc import Callable
from typing import Any, Final

from domain.forms.patterns import Patterns
from domain.forms.xpath.chance import base64_decoded, digest, drawn_uuid
from domain.forms.xpath.library.making import Builder, drawn, over_text, over_texts
from domain.forms.xpath.nodes import Run
from domain.forms.xpath.numbers import BLANK, INFINITY, floor, is_none, whole
from domain.forms.xpath.operands import (
    Fn,
    NumberOperand,
    Operand,
    TextOperand,
    TruthOperand,
    constant_text,
)
from domain.forms.xpath.scope import Arguments

SPACES: Final = re.compile(f"[{BLANK}]+")
INSTRUCTIONS_A_STEP: Final = 32
"""Of a regular expression, for one character."""
LONGEST_MATCHED: Final = 10_000
"""Characters of a text that a pattern may describe."""
MOST_FOR_ONE: Final = 400_000
"""Steps of one match. What would take more does not match: one answer switches no whole form off."""
UUID_LENGTH: Final = 36
LONGEST_UUID: Final = 10_000
UUID_STEPS: Final = 10


def _string(arguments: Arguments) -> Operand:
    return TextOperand(arguments.text(0) if len(arguments) else arguments.scope.here().text())


def _concat(arguments: Arguments) -> Operand:
    return TextOperand(_joined(lambda _at: "", arguments.operands))


def _join(arguments: Arguments) -> Operand:
    return TextOperand(_joined(arguments.text(0), arguments.operands[1:]))


def _joined(glue: Fn[str], operands: Any) -> Fn[str]:
    parts = [one.texts() for one in operands]

    def joined(at: Any) -> str:
        found = [text for part in parts for text in part(at)]
        at.run.charge(len(found))
        return str(at.run.made(glue(at).join(found)))

    return joined


def _substr(arguments: Arguments) -> Operand:
    """``substr(text, start, end)``: places from 0; negative ones count from the end."""
    text, start = arguments.text(0), arguments.number(1)
    end = arguments.number(2) if len(arguments) == 3 else None

    def part(at: Any) -> str:
        found = text(at)
        first, last = start(at), end(at) if end else INFINITY
        if is_none(first) or is_none(last):
            return ""
        return found[_place(first, len(found)) : _place(last, len(found))]

    return TextOperand(part)


def _place(number: float, length: int) -> int:
    """A place within the text."""
    place = whole(number)
    return int(min(max(0, place + length if place < 0 else place), length))


def _substring(arguments: Arguments) -> Operand:
    """``substring(text, start, length)`` of XPath 1.0: places from 1."""
    text, start = arguments.text(0), arguments.number(1)
    length = arguments.number(2) if len(arguments) == 3 else (lambda _at: INFINITY)

    def part(at: Any) -> str:
        found, first = text(at), floor(start(at) + 0.5)
        last = first + floor(length(at) + 0.5)
        if not first < last:  # one of them may be NaN
            return ""
        return found[_index(first, found) : _index(last, found)]

    return TextOperand(part)


def _index(place: float, text: str) -> int:
    """A place counted from 1 as an index into the text."""
    return int(min(max(place, 1), len(text) + 1)) - 1


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark and mark in text else ""


def _after(text: str, mark: str) -> str:
    if not mark:
        return text
    return text.partition(mark)[2]


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str] = {}
    for place, letter in enumerate(old):
        table.setdefault(ord(letter), new[place : place + 1])
    return text.translate(table)


def normalized(text: str) -> str:
    return SPACES.sub(" ", text.strip(BLANK))


def _own_or(function: Callable[[str], Any], make: Callable[[Fn[Any]], Operand]) -> Builder:
    """A function of one text, by default of the node itself."""

    def build(arguments: Arguments) -> Operand:
        text = arguments.text(0) if len(arguments) else arguments.scope.here().text()
        return make(over_text(function, text))

    return build


def _length(text: str) -> float:
    return float(len(text))


def _uuid(arguments: Arguments) -> Operand:
    if not len(arguments):
        return TextOperand(lambda at: drawn_uuid(drawn(at)))
    length = arguments.number(0)

    def uuid(at: Any) -> str:
        asked = length(at)
        wanted = 0 if is_none(asked) else int(min(max(0, floor(asked)), LONGEST_UUID))
        parts = [drawn_uuid(drawn(at)) for _ in range(wanted // UUID_LENGTH + 1)]
        at.run.charge(len(parts) * UUID_STEPS)
        return "".join(parts)[:wanted]

    return TextOperand(uuid)


def _digest(arguments: Arguments) -> Operand:
    encoding = arguments.text(2) if len(arguments) == 3 else (lambda _at: "base64")
    return TextOperand(over_texts(digest, arguments.text(0), arguments.text(1), encoding))


def _coalesce(arguments: Arguments) -> Operand:
    first, second = arguments.text(0), arguments.text(1)
    return TextOperand(lambda at: first(at) or second(at))


def _pulldata(arguments: Arguments) -> Operand:
    table, column, key_column, key = (arguments.text(place) for place in range(4))
    lookup = arguments.scope.form.lookup
    return TextOperand(lambda at: lookup(table(at), column(at), key_column(at), key(at)))


def _regex(arguments: Arguments) -> Operand:
    text, pattern = arguments.text(0), arguments.text(1)

    def matches(at: Any) -> bool:
        found, run = text(at), at.run
        if len(found) > LONGEST_MATCHED:
            return False
        wanted = pattern(at)
        steps = 10 + len(found) * _weight(run, wanted) // INSTRUCTIONS_A_STEP
        if steps > MOST_FOR_ONE:
            return False
        run.charge(steps)
        return bool(run.matches(wanted, found))

    return TruthOperand(matches)


def _weight(run: Run, pattern: str) -> int:
    """
    Instructions for each character, at worst.

    Reading a pattern is charged once in every evaluation, known from an earlier one or not: the same form and
    answers always cost the same.
    """
    if not isinstance(run.matches, Patterns):
        return INSTRUCTIONS_A_STEP
    if pattern not in run.patterns:
        run.patterns.add(pattern)
        run.charge(run.matches.steps_to_read(pattern))
    return run.matches.weight(pattern)


def _property(arguments: Arguments) -> Operand:
    name = arguments.text(0)

    def property_(at: Any) -> str:
        run, wanted = at.run, name(at)
        known: dict[str, str] = {"deviceid": run.deviceid, "username": run.username}
        return known.get(wanted, "")

    return TextOperand(property_)


def _itext(arguments: Arguments) -> Operand:
    identifier, words = arguments.text(0), arguments.scope.form.words
    return TextOperand(lambda at: words(identifier(at)))


def _version(arguments: Arguments) -> Operand:
    return constant_text(arguments.scope.form.version)


def _text_of(function: Callable[..., str]) -> Builder:
    return lambda arguments: TextOperand(
        over_texts(function, *(arguments.text(place) for place in range(len(arguments))))
    )


def _truth_of(function: Callable[[str, str], bool]) -> Builder:
    return lambda arguments: TruthOperand(over_texts(function, arguments.text(0), arguments.text(1)))


TEXTS: Final[dict[str, Builder]] = {
    "string": _string,
    "concat": _concat,
    "join": _join,
    "substr": _substr,
    "substring": _substring,
    "substring-before": _text_of(_before),
    "substring-after": _text_of(_after),
    "translate": _text_of(_translate),
    "normalize-space": _own_or(normalized, TextOperand),
    "string-length": _own_or(_length, NumberOperand),
    "contains": _truth_of(lambda text, part: part in text),
    "starts-with": _truth_of(str.startswith),
    "ends-with": _truth_of(str.endswith),
    "uuid": _uuid,
    "digest": _digest,
    "base64-decode": _text_of(base64_decoded),
    "pulldata": _pulldata,
    "coalesce": _coalesce,
    "regex": _regex,
    "property": _property,
    "version": _version,
    "jr:itext": _itext,
}
