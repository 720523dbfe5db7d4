"""
No answer breaks the rules of a form, and where they break all the same, a record is still shown and filed.

Broken once: a number in a place was looked at by its first 40 characters and read as a whole, so that
``area()`` raised; ``evaluate`` handed on what it met, and `verilap new` kept nothing of such a form.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.forms.acting import following
from domain.forms.program import Program
from domain.forms.xpath import FUNCTIONS
from tests.support.forms import context
from tests.support.small_forms import evaluated, form, question, rows

HOSTILE = (
    "1" * 40 + "x 5", "1" * 70 + " 5", "-" + "9" * 400, "1e308 1e308", "1e-400 0", "nan inf", "91 181", ";;;",
    "1 2;3 4;", "0 0;" * 400, "\ud800", "a\udfff", "\0", "١٢٣", "²", "1_000", "0x1F",
    "9999-12-31T23:59:59.999-14:00", "0001-01-01T00:00:00+14:00", "2024-02-30", "2026-13-01",
    "Infinity", "%", "=", "YQ", " " * 70, "\u2028",
    "x" * 20_000, "(", "[[:alpha:]]", "\\", "\\p", "$1", "9" * 4_400,
)  # fmt: skip
ELSEWHERE = {"indexed-repeat", "instance"}
"""They take no texts where these stand."""
CALLS = [
    f"{name}({', '.join(['/data/a', '/data/b', '/data/a', '/data/b', '/data/a'][:count])})"
    for name, signature in FUNCTIONS.items()
    if name not in ELSEWHERE
    for count in {signature.least, min(signature.most or 5, 5)}
    if signature.takes(count)
]
MANY = form(
    question("a"),
    question("b"),
    question("i", calculate="indexed-repeat(/data/r/p, /data/r, /data/a)"),
    *[question(f"c{place}", calculate=call) for place, call in enumerate(CALLS)],
    question("r/*/p"),
    repeats=["r"],
)
BROKEN = form(
    question("a", constraint="regex(., 'x')"),
    question("n", type="integer"),
    question("c", calculate="1 + 1"),
    question("q", type="select_one", choices="l", choice_filter="regex(name, /data/n)"),
    question("r/*/p"),
    repeats=[{"path": "r", "relevant": "/data/n != 'x'"}],
    choices={"l": rows("1", "2")},
)


@pytest.fixture(scope="module")
def many():
    """Read here, so that a function that is called wrongly is no form without logic."""
    return Program(MANY)


@pytest.mark.parametrize("first", HOSTILE, ids=lambda text: ascii(text)[:20])
def test_no_odd_text_breaks_a_function(first, many):
    for second in HOSTILE:
        assert (second, many.evaluate({"a": first, "b": second}, context()).fault) == (second, None)


@given(st.text(), st.text())
def test_no_text_breaks_a_function(many, first, second):
    assert many.evaluate({"a": first, "b": second}, context()).fault is None


def test_what_breaks_is_told_and_the_answers_are_judged_by_type():
    def fail(_pattern, _text):
        raise ValueError("luka")

    answers = {"a": "x", "n": "abc", "c": "7", "q": "1", "r/m1/p": "1", "lain": "1"}
    found = evaluated(BROKEN, answers, replace(context(), matches=fail))
    assert isinstance(found.fault, ValueError)
    assert [(one.code, one.path) for one in found.problems] == [
        ("evaluation-failed", ""),
        ("unknown-question", "lain"),
        ("not-an-integer", "n"),
    ]
    assert (found.calculated, found.values["c"]) == ({}, "7")
    assert found.relevant("r/m1/p")
    assert [one.name for one in found.choices("q")] == ["1", "2"]
    assert found.text_at("concat('a', 'b')", "a") == ""


def test_what_a_broken_expression_would_set_leaves_the_answer_that_is_there():
    """Broken on purpose: the answer was overwritten with the empty text that a fault gives."""
    change = {"events": ["xforms-value-changed"], "trigger": "a", "value": "string(regex(/data/a, 'x'))"}
    setting = form(question("a"), question("b", actions=[change]))

    def fail(_pattern, _text):
        raise ValueError("luka")

    before = {"a": "", "b": "what somebody said"}
    assert following(setting, before, {"a": "x"}, context()) == {"b": "true"}
    assert following(setting, before, {"a": "x"}, replace(context(), matches=fail)) == {}


def test_what_breaks_only_when_it_is_asked_for_gives_what_is_known_without_it():
    """Choices, conditions of repeats and expressions of entities are evaluated when somebody asks."""
    broken = []

    def fail(_pattern, _text):
        if broken:
            raise ValueError("luka")
        return True

    found = evaluated(BROKEN, {"a": "x"}, replace(context(), matches=fail))
    broken.append(True)
    assert [one.name for one in found.choices("q")] == ["1", "2"]
    assert not found.is_true_at("regex(/data/a, 'x')", "a")
    assert found.problems == ()
