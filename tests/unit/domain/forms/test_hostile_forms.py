"""
A form or filling that is made to keep somebody busy: it ends within a second, whatever it is.

What can grow costs steps of a budget; when that is used up nothing is judged, and that is told. Broken on
purpose by a budget without an end: a fifth of the members of the first filling took seven seconds, and the
time grows with their square. The limit here is wider than the second that is promised, since tests share a
machine.
"""

import time

import pytest

from domain.forms.problems import EVALUATION_FAILED, MESSAGES
from tests.support.small_forms import evaluated, form, question, rows

WITHIN = 3.0
"""Seconds."""


def members(count, **answers):
    return {f"r/m{n:05}/{name}": text for n in range(count) for name, text in answers.items()}


def in_repeat(*fields, **more):
    return form(
        *(question(f"r/*/{one.pop('path')}", **one) for one in map(dict, fields)), repeats=["r"], **more
    )


def calculated(expression):
    return in_repeat({"path": "a"}, {"path": "s", "calculate": expression})


def chain(count, expression, **first):
    others = [
        question(f"a{n}", calculate=expression.replace("PREVIOUS", f"/data/a{n - 1}"))
        for n in range(1, count)
    ]
    return form(question("a0", **first), *others)


FILTER = {"path": "a", "type": "select_one", "choices": "l"}
FILTERED = in_repeat(
    {**FILTER, "choice_filter": "contains(name, ../b) or k = 'x'"},
    choices={"l": rows(*map(str, range(3_000)), k=["z"] * 3_000)},
)
STOPPED = {
    "a sum for each of many": (calculated("sum(/data/r/a)"), members(20_000, a="1")),
    "a look at each for each": (calculated("count(/data/r[a = current()/../a])"), members(5_000, a="1")),
    "all with all": (calculated("/data/r/a != /data/r/a"), members(10_000, a="1")),
    "lists within lists": (calculated("count(/data/r[count(/data/r[a = 1]) > 1])"), members(300, a="1")),
    "shuffles": (calculated("join(' ', randomize(/data/r/a, 3))"), members(3_000, a="1")),
    "a text that doubles": (chain(60, "concat(PREVIOUS, PREVIOUS)"), {"a0": "x" * 1000}),
    "long texts": (chain(400, "normalize-space(translate(/data/a0, 'x', 'y'))"), {"a0": "x " * 32_000}),
    "identifiers": (chain(2_000, "uuid(10000)"), {}),
    "an exploding expression": (chain(500, "regex(/data/a0, '((a{0,30}){0,30}b)')"), {"a0": "a" * 3_000}),
    "a pattern on a huge text": (form(question("a", constraint="regex(., '(a|aa)+$')")), {"a": "a" * 60_000}),
    "a filter for each": (FILTERED, members(3_000, a="1")),
}
FINISHED = {
    "the expression that keeps Python busy": (
        form(question("a", constraint="regex(., '^(a|aa)+$')")),
        {"a": "a" * 3_000 + "b"},
    ),
    "a total through thousands": (
        calculated("../a + indexed-repeat(/data/r/s, /data/r, position(..) - 1)"),
        members(5_000, a="1"),
    ),
    "a long chain of questions": (chain(3_000, "PREVIOUS + 1"), {"a0": "1"}),
    "a long sum": (form(question("a", calculate=" + ".join(["1"] * 20_000))), {}),
    "deep brackets": (form(question("a", calculate="if(1 = 1, " * 90 + "1" + ", 2)" * 90)), {}),
    "brackets deeper than may be": (form(question("a", calculate="(" * 50_000)), {}),
    "ifs compared with ifs": (
        form(question("a", calculate="if(1 = 1, 1, 'x') = " + "if(1 = 1, 1, " * 90 + "'1'" + ")" * 90)),
        {},
    ),
    "many unknown paths": (form(question("a")), {f"x/{n}": "1" for n in range(20_000)}),
}


def timed(definition, answers):
    started = time.monotonic()
    found = evaluated(definition, answers)
    problems = found.problems
    assert time.monotonic() - started < WITHIN
    return found, problems


@pytest.mark.parametrize("name", STOPPED)
def test_what_would_take_too_long_is_stopped_and_told(name):
    definition, answers = STOPPED[name]
    found, problems = timed(definition, answers)
    assert found.is_stopped
    assert "evaluation-stopped" in {one.code for one in problems}
    assert found.values == answers
    assert found.calculated == {}


@pytest.mark.parametrize("name", FINISHED)
def test_what_only_looks_so_is_finished(name):
    definition, answers = FINISHED[name]
    assert not timed(definition, answers)[0].is_stopped


def test_types_are_judged_even_where_the_rules_were_stopped():
    definition = form(
        *[question(f"a{n}", calculate=f"concat(/data/a{n - 1}, /data/a{n - 1})") for n in range(1, 60)],
        question("a0"),
        question("n", type="integer"),
    )
    problems = evaluated(definition, {"a0": "x" * 1000, "n": "x"}).problems
    assert [one.code for one in problems] == ["evaluation-stopped", "not-an-integer"]


def test_every_problem_of_the_whole_record_has_its_words():
    assert {"evaluation-stopped", EVALUATION_FAILED} <= set(MESSAGES)
