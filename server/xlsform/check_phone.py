"""
Expressions that can be read and that stop the form on a phone all the same.

Each was seen in the ODK web engine 0.22: the form does not open, or never ends to calculate. An officer would
find out in the field.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from domain.forms.xpath.expressions import Call, Expression, Literal, Negation, Operation
from domain.forms.xpath.signatures import NOT_ON_THE_PHONE
from server.expressions import reads_pattern
from server.faults import Fault, Place, fault
from server.xlsform.check_calls import once_faults, pattern_faults
from server.xlsform.distances import measures_unasked

DIGESTS: Final = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
ENCODINGS: Final = ("base64", "hex")
PATH: Final = ("/", "..")
"""How the path begins that ``'${name}'`` becomes."""
DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")


def phone_faults(expression: Expression, place: Place) -> Iterator[Fault]:
    """What no phone could run in an expression that is well written."""
    yield from once_faults(expression, place)
    for one in expression.walk():
        if isinstance(one, Call):
            yield from _call(one, place)
            yield from pattern_faults(one, place)
        elif isinstance(one, Operation) and one.rest[0][0] == "|":
            yield fault("xpath-union", place)
        elif isinstance(one, Negation) and isinstance(one.operand, Negation):
            yield fault("xpath-minus", place)
    if measures_unasked(expression):
        yield fault("distance-blank", place)


def _call(call: Call, place: Place) -> Iterator[Fault]:
    if call.name in NOT_ON_THE_PHONE:
        yield fault("function-not-on-phone", place, function=call.name)
    said = [one.value if isinstance(one, Literal) else None for one in call.arguments]
    if call.name == "regex" and said[1] is not None and not reads_pattern(said[1]):
        yield fault("regex-unreadable", place, pattern=said[1])
    elif call.name == "digest":
        yield from _digest(said, place)
    elif call.name in {"date", "date-time"} and said[0] is not None and not _is_day(said[0]):
        yield fault("date-unknown", place, found=said[0])
    elif call.name == "pulldata":
        yield from _pulldata(said, place)
    elif call.name == "jr:choice-name" and not (said[1] or "").strip().startswith(PATH):
        yield fault("choice-name-quoted", place)


def _digest(said: Sequence[str | None], place: Place) -> Iterator[Fault]:
    for found, known in zip(said[1:], (DIGESTS, ENCODINGS), strict=False):
        if found not in known:
            code = "argument-literal" if found is None else "digest-unknown"
            yield fault(code, place, function="digest", found=found or "", known=", ".join(known))


def _pulldata(said: Sequence[str | None], place: Place) -> Iterator[Fault]:
    """The table and its two columns are read before anybody answers."""
    if None in said[:3]:
        yield fault("argument-literal", place, function="pulldata", known="'harga', 'rupiah', 'kode'")
    elif (said[0] or "").endswith(".csv"):
        yield fault("pulldata-ending", place, found=said[0], name=(said[0] or "").removesuffix(".csv"))


def _is_day(text: str) -> bool:
    found = DAY.fullmatch(text)
    try:
        return bool(found and date.fromisoformat(found[1]))
    except ValueError:
        return False
