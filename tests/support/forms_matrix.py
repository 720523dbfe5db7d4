"""
Print `docs/forms-matrix.md`: what the phone's engine, the evaluation in Python and the phone app do.

    python -m tests.support.forms_matrix > docs/forms-matrix.md

What is counted are the forms of `engine_forms.WRITTEN`. That the columns are true is what
`tests/integration/test_same_meaning.py` holds: it asks the engine itself.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from domain.forms.xpath import FUNCTIONS, Signature, parse
from domain.forms.xpath.signatures import NOT_ON_THE_PHONE
from server.xlsform.check_expressions import ELSEWHERE
from server.xlsform.support import NOT_RECORDED
from tests.support.engine_forms import SHEETS, WRITTEN, compiled
from tests.support.form_types import BEGUN, FILLED_BY_THE_PHONE, NOT_OPENED, TYPES, written_type
from tests.support.known_differences import KNOWN, KNOWN_IN_SESSIONS

CONDITIONS: Final = (
    "calculate", "constraint", "relevant", "required_if", "read_only_if", "choice_filter", "count",
)  # fmt: skip

HEAD: Final = """\
# What forms may use: phone, engine, server

Printed by `python -m tests.support.forms_matrix`; a test fails while it is out of date.

- **Engine** is `@getodk/xforms-engine` 0.22.0, which the phone app and ODK's web forms run.
- **Python** is the evaluation in `domain/forms/`, for the server, `client_sync` and the tests.
- **Phone** is what the app shows and records; publishing warns of the rest, or refuses it.
- **Compared** counts the places in the forms of `tests/engine/sheets` where a type or function stands.

Each of these forms, and each of the four of the office, is filled 200 times at random on both sides (5,000
times with `--length long`): with blank, hidden and senseless answers and repeats of no to four members. Every
value, condition, requirement, constraint, choice and label must be the same
(`tests/integration/test_same_meaning.py`).

What forms set by themselves (defaults, metadata, triggers, `once()`) is compared while they are filled:
answer by answer, in random order, some twice; after each the values of both sides must be the same
(`tests/integration/test_same_actions.py`).
"""


def main() -> int:
    """Print the page."""
    sys.stdout.write(page())
    return 0


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_types(), "", *_functions(), "", *_beyond(), "", *_differences(), ""])


def counted_types() -> Counter[str]:
    """How often each type stands in the written forms."""
    counts: Counter[str] = Counter()
    for form_id in WRITTEN:
        with (SHEETS / f"{form_id}.survey.csv").open(encoding="utf-8", newline="") as file:
            counts.update(written_type(row["type"]) for row in csv.DictReader(file))
    return counts


@cache
def counted_functions() -> Counter[str]:
    """How often each function is called in the written forms."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for form_id in WRITTEN:
            definition = compiled(form_id, Path(folder)).definition
            for expression in expressions_of(definition):
                counts.update(call.name for call in parse(expression).functions())
    return counts


def expressions_of(definition: Mapping[str, Any]) -> Iterator[str]:
    """Every expression of a definition."""
    for one in (*definition["fields"], *definition["groups"], *definition["repeats"]):
        yield from (one[key] for key in CONDITIONS if one.get(key))
        yield from (action["value"] for action in one.get("actions", ()))


def _types() -> Iterator[str]:
    counts = counted_types()
    yield from ("## Question types", "")
    yield from _row("type", "engine", "Python", "phone", "compared")
    yield from _row("---", "---", "---", "---", "---:")
    for kind in TYPES:
        yield from _row(f"`{kind}`", "yes", _python(kind), _phone(kind), str(counts[kind]))
    for kind in NOT_OPENED:
        yield from _row(f"`{kind}`", "does not open the form", "value as recorded", _phone(kind), "–")


def _python(kind: str) -> str:
    return BEGUN.get(kind, "value as recorded" if kind in FILLED_BY_THE_PHONE else "yes")


def _phone(kind: str) -> str:
    return "left empty" if kind in NOT_RECORDED else "yes"


def _functions() -> Iterator[str]:
    counts = counted_functions()
    yield from ("## Functions", "")
    yield from _row("function", "arguments", "engine and phone", "Python", "compared")
    yield from _row("---", "---", "---", "---", "---:")
    for name in sorted({*FUNCTIONS, *ELSEWHERE}):
        signature = FUNCTIONS.get(name)
        if signature is None:
            yield from _row(f"`{name}`", "–", "no", "no", "–")
            continue
        is_there = name not in NOT_ON_THE_PHONE
        count = str(counts[name]) if is_there else "–"
        yield from _row(f"`{name}`", _arguments(signature), "yes" if is_there else "no", "yes", count)


def _arguments(signature: Signature) -> str:
    if signature.most is None:
        return f"{signature.least} or more"
    if signature.step == 1 and signature.most - signature.least > 1:
        return f"{signature.least} to {signature.most}"
    return str(signature)


def _beyond() -> Iterator[str]:
    yield from ("## What stops the engine", "")
    yield "Found by asking it, and held by a test; publishing tells of them as far as a form shows them:"
    yield ""
    for what, does in STOPS:
        yield f"- {what}: {does}."


STOPS: Final = (
    ("the union of two paths (`|`)", "“functionality pending”, the form does not open"),
    ("two minus signs in a row (`--5`, `- - 5`)", "a syntax error; `1 - -5` is read"),
    (
        "`distance()` of a blank or malformed place",
        "an error, also in a constraint; ask `if(${place} != '', …, …)`",
    ),
    (
        "`date('2026-02-30')` and other dates that do not exist, as text; also an answer to a text question "
        "that looks like one (`2026-13-01`), or what `concat()` makes of several, if an expression reads it",
        "an error, and what depends on it stays as it was; as answers to a date question they are blank",
    ),
    ("`date()` of a number of days beyond the calendar", "an error"),
    (
        "`regex()` with an expression that JavaScript does not read, such as one with `(?i)` or `(?P<n>…)`; "
        "`digest()` with an unknown method",
        "an error",
    ),
    (
        "`once()` within a function that makes something of it, such as `concat('m_', once(uuid()))`",
        "works on its own result again, without end; write `once()` around the whole",
    ),
    ("`position()` of a path with several nodes", "an error"),
    (
        "a trigger outside of a repeat for a question inside it, once there are two members",
        "an error, and the answer is not taken; publishing refuses it",
    ),
)


def _differences() -> Iterator[str]:
    yield from ("## Differences that stay", "")
    yield from _row("what", "engine", "Python", "why")
    yield from _row("---", "---", "---", "---")
    for known in (*KNOWN, *KNOWN_IN_SESSIONS):
        yield from _row(known.what, known.engine, known.python, known.reason)
    yield ""
    yield "Not compared: `uuid()` and `random()`, which are chance, but for their form; and the text of a"
    yield "whole row of a list, such as `string(instance('jk')/root/item[1])`, in which each side puts"
    yield "its own things between the columns. Name the column."
    yield ""
    yield "Regular expressions are compared by themselves (`tests/integration/test_same_patterns.py`). In"
    yield "Python too they mean what JavaScript means, but a dot takes the line separators U+2028 and U+2029."


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
