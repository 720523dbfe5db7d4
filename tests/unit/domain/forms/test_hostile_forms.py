"""
A form or filling that is made to keep somebody busy: it ends within a second, whatever it is.

What can grow costs steps of a budget; when that is used up nothing is judged, and that is told. Broken on
purpose by a budget without an end: a fifth of the members of the first filling took seven seconds, and the
time grows with their square. The limit here is wider than the second that is promised, since tests share a
machine.
"""

import time
from dataclasses import replace

import pytest

from domain.cases.aims import Form, aims_of
from domain.forms.problems import EVALUATION_FAILED, MESSAGES
from tests.support.examples import examples
from tests.support.forms import context, definition
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
    "patterns made for each": (
        calculated(r"regex('a', concat('(?i)[^\pL]{1,100}(?i)\x{100}{1,900}', position(..)))"),
        members(1_900, a="1"),
    ),
    "a filter for each": (FILTERED, members(3_000, a="1")),
}
FINISHED = {
    "a pattern on a huge text": (form(question("a", constraint="regex(., '(a|aa)+$')")), {"a": "a" * 60_000}),
    "a heavy pattern on a long text": (
        form(question("a", constraint="regex(., '^[^!]{1,800}$')")),
        {"a": "é" * 9_000},
    ),
    "a hundred patterns": (
        form(*[question(f"a{n}", constraint=f"regex(., '^[a-z]{{1,{n + 1}}}$')") for n in range(100)]),
        {f"a{n}": "a" for n in range(100)},
    ),
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


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("^[0-9]{1,3}$", "1" * 10_100), ("^[^!]{1,800}$", "é" * 9_900)],
    ids=["long", "heavy"],
)
def test_a_text_that_is_too_long_for_a_pattern_does_not_match_and_the_other_rules_count(pattern, text):
    """Broken once: one such answer switched the whole form off."""
    definition = form(
        question("a", constraint=f"regex(., '{pattern}')"),
        question("b", required=True),
        question("c", calculate="1 + 1"),
    )
    found = evaluated(definition, {"a": text})
    assert [(one.code, one.path) for one in found.problems] == [("constraint", "a"), ("required", "b")]
    assert found.calculated == {"c": "2"}


def test_an_overlong_answer_in_the_offices_form_hides_no_missing_one_and_no_case():
    """Of a real form; see above."""
    (given,) = [one for one in examples("verifikasi_anak") if one.name.startswith("08-")]
    answers = {path: text for path, text in given.answers.items() if path != "g_tugas/jenis_kunjungan"}
    expected = {(one.code, one.path) for one in evaluated(definition("verifikasi_anak"), answers).problems}
    assert ("required", "g_tugas/jenis_kunjungan") in expected
    long = {**answers, "g_wilayah/rt": "1" * 10_100}
    filed = Form(definition("verifikasi_anak"), "kQ3xAAAAAAAAAAAAAAAAAA", None, ("64.02",), context())
    found = {(one.code, one.path) for one in evaluated(definition("verifikasi_anak"), long).problems}
    assert found == expected | {("constraint", "g_wilayah/rt")}
    assert [one.entity.list_name for one in aims_of(filed, long).values()] == ["anak"]


@pytest.mark.parametrize(("doublings", "is_stopped"), [(7, False), (8, True)])
def test_no_expression_makes_a_text_without_end(doublings, is_stopped):
    """Of 200,000 characters at most, however many steps are left."""
    made = chain(doublings + 1, "concat(PREVIOUS, PREVIOUS)")
    assert evaluated(made, {"a0": "x" * 1_000}).is_stopped is is_stopped


def test_whether_a_pattern_was_read_before_makes_no_difference():
    """Whoever finds problems, and whenever, finds the same."""
    made, answers = STOPPED["patterns made for each"]
    few = {path: answers[path] for path in list(answers)[:20]}
    again = [evaluated(made, few, replace(context(), budget=600_000)).is_stopped for _ in range(3)]
    assert again == [True] * 3
    assert not evaluated(made, few).is_stopped


def test_every_problem_of_the_whole_record_has_its_words():
    assert {"evaluation-stopped", EVALUATION_FAILED} <= set(MESSAGES)
