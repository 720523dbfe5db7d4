"""
Where the phone's engine (0.22) and Python differ and stay so, each with its reason.

`docs/forms-matrix.md` prints this table. A difference that no row explains fails the comparison.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.forms.xpath.errors import XPathError
from domain.forms.xpath.expressions import Call
from domain.forms.xpath.parser import parse
from tests.support.agreement import Both, Difference

Case = Callable[[Difference, str, Both], bool]
"""Whether a row explains a difference, given the expression of the question and both sides."""


@dataclass(frozen=True)
class Known:
    """One row: what is concerned, what each side does, why it stays, and a form that shows it."""

    what: str
    engine: str
    python: str
    reason: str
    seen_in: str
    explains: Case


def _calls(*functions: str) -> Case:
    names = "|".join(map(re.escape, functions))
    pattern = re.compile(rf"(?<![\w-])(?:{names})\s*\(")
    return lambda _difference, expression, _both: pattern.search(expression) is not None


def _both(*cases: Case) -> Case:
    return lambda *given: all(case(*given) for case in cases)


def _is_close(difference: Difference, _expression: str, _both: Both) -> bool:
    """Numbers that differ in their last digits only."""
    try:
        one, other = float(str(difference.engine)), float(str(difference.python))
    except ValueError:
        return False
    return math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12)


def _has_pairs(_difference: Difference, _expression: str, both: Both) -> bool:
    """An answer with a character beyond the 65,536 first ones, such as most emoji."""
    return any(ord(sign) > 0xFFFF for text in both.answers.values() for sign in text)


def _is_without_day(difference: Difference, expression: str, _both: Both) -> bool:
    return "%a" in expression and str(difference.engine) == str(difference.python).replace("Sun", "")


def _is_without_repetition(difference: Difference, _expression: str, _both: Both) -> bool:
    """The same choices, each once and none without a name."""
    if difference.aspect != "choices" or not isinstance(difference.engine, list):
        return False
    return [name for name in dict.fromkeys(difference.engine) if name] == difference.python


def _has_one_place_twice(_difference: Difference, _expression: str, both: Both) -> bool:
    places = [
        text for text in both.answers.values() if re.fullmatch(r"-?[\d.]+ -?[\d.]+( -?[\d.]+){0,2}", text)
    ]
    return len(places) > len(set(places))


def _at(*paths: str) -> Case:
    """Questions that were made to show the difference, and that nothing else reads."""
    return lambda difference, _expression, _both: difference.path in paths


def _given(name: str, difference: Difference, expression: str, both: Both) -> list[str]:
    """The texts that a calculation gives to the function that it is; none for another calculation."""
    try:
        call = parse(expression.strip())
    except XPathError:
        return []
    if not isinstance(call, Call) or call.name != name:
        return []
    return [both.evaluation.text_at(str(one), difference.path) for one in call.arguments]


def _begins_within_the_mark(difference: Difference, expression: str, both: Both) -> bool:
    match _given("substring-after", difference, expression, both):
        case [text, mark] if mark and mark in text:
            place = text.index(mark)
            after = text[place:].encode("utf-16-le")[2:].decode("utf-16-le", "surrogatepass")
            return (difference.engine, difference.python) == (after, text[place + len(mark) :])
    return False


def _ends_before_it_begins(difference: Difference, expression: str, both: Both) -> bool:
    match _given("substring", difference, expression, both):
        case [text, start, length] if int(length) < 0:
            first = int(start) - 1
            turned = text[max(0, first + int(length)) : first]
            return (difference.engine, difference.python) == (turned, "")
    return False


LIBRARY: Final = (
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "log",
    "log10",
    "exp",
    "exp10",
    "pow",
    "sqrt",
)

KNOWN: Final = (
    Known(
        "last digit of `sin`, `cos`, `tan`, their inverses, `log`, `log10`, `exp`, `exp10`, `pow`",
        "its own library",
        "the machine's",
        "Both are right to the precision of a double; they agree to 12 digits, which the comparison checks.",
        "uji_angka",
        _both(_calls(*LIBRARY), _is_close),
    ),
    Known(
        "length and parts of a text with emoji (`string-length`, `substr…`, `translate`, `regex`)",
        "counts such a character as two, and can cut it in halves",
        "counts characters, as XPath says",
        "A half of a character cannot be stored or sent. Letters of every living language are not concerned.",
        "uji_teks",
        _both(_calls("string-length", "substr", "substring", "translate", "regex"), _has_pairs),
    ),
    Known(
        "`format-date` and `format-date-time` with `%a` on a Sunday",
        "prints no day",
        "prints `Sun`",
        "A fault of the engine: its list of days begins with Monday.",
        "uji_waktu",
        _both(_calls("format-date", "format-date-time"), _is_without_day),
    ),
    Known(
        "choices taken from a repeat whose members give the same answer, or none",
        "offers each of them",
        "offers one, and none without a name",
        "Two choices with one value cannot be told apart in an answer, and a blank one is no answer.",
        "uji_pilihan",
        _is_without_repetition,
    ),
    Known(
        "`distance` from a place to itself",
        "is not a number",
        "is 0",
        "A fault of the engine: rounding takes its arc cosine beyond 1.",
        "uji_lokasi",
        _both(_calls("distance"), _has_one_place_twice),
    ),
    Known(
        "`substring-after` a mark of several characters",
        "begins after the first character of the mark",
        "begins after the mark, as XPath says",
        "A fault of the engine.",
        "uji_teks",
        _begins_within_the_mark,
    ),
    Known(
        "`substring` with a negative length",
        "gives the characters before its start",
        "is blank, as XPath says",
        "A fault of the engine: it takes the two ends in either order.",
        "uji_teks",
        _ends_before_it_begins,
    ),
)

KNOWN_IN_SESSIONS: Final = (
    Known(
        "a default that is calculated from a question further down, itself calculated",
        "is made before that calculation, and so from a blank",
        "is made from what is calculated",
        "The engine goes through the form once, from the top; the author of the form meant the value.",
        "uji_bawaan",
        _at("lebih_awal"),
    ),
    Known(
        "a trigger that begins with a calculated default, and stands behind what it triggers",
        "triggers when the form is opened",
        "triggers when somebody changes it",
        "As everywhere else: a default is no change.",
        "uji_bawaan",
        _at("balik"),
    ),
    Known(
        "questions that one trigger sets, and that are made from each other",
        "are set in an order that changes from time to time",
        "are set in the order of the form",
        "The phone gives different values for the same answers; one of them had to be chosen.",
        "uji_bawaan",
        _at("saling_1", "saling_2"),
    ),
)
"""Those that show only while a form is filled answer by answer."""


def explanation(difference: Difference, field: Mapping[str, Any], both: Both) -> Known | None:
    """The row that explains a difference at a question; none when it is a fault."""
    expressions = " ".join(
        str(field.get(key) or "")
        for key in ("calculate", "constraint", "relevant", "required_if", "choice_filter")
    )
    rows = (*KNOWN, *KNOWN_IN_SESSIONS)
    return next((known for known in rows if known.explains(difference, expressions, both)), None)
