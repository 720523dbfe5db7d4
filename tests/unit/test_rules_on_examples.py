"""
The intervention rules, tried on the filled examples by the evaluator.

Broken on purpose to see these fail: R02 and R27 without the look whether there is an answer, which made
them fire on every unfinished form; R25 with ``=`` in place of ``selected()``.
"""

import re

import pytest

from forms.build import FORMS
from tests.support.examples import Example, examples
from tests.support.forms import definition
from tests.unit.test_forms_build import LETTERS, table

RULES = {rule["rule_id"]: rule for rule in table(FORMS / "rules.csv")}
every_rule = pytest.mark.parametrize("rule_id", RULES)


def form_of(rule_id):
    return LETTERS[re.findall(r"\b([ABCD])(?:_lalu)?\.", RULES[rule_id]["expression"])[0]]


def in_xpath(rule_id):
    """A rule's expression with paths for names; the visit before is taken to have been like this one."""
    form = definition(form_of(rule_id))
    paths = {one.path.rpartition("/")[2]: one.path for one in form.fields} | {
        name: name for name in form.repeats
    }
    return re.sub(
        r"\b[ABCD](?:_lalu)?\.(\w+)", lambda name: f"/data/{paths[name[1]]}", RULES[rule_id]["expression"]
    )


def fires(rule_id, example: Example):
    return example.evaluation().is_true_at(in_xpath(rule_id), next(iter(definition(example.form_id).groups)))


def named(form_id, name):
    return next(one for one in examples(form_id) if one.name.partition("-")[2] == name)


@every_rule
def test_a_rule_fires_on_some_examples_and_not_on_others(rule_id):
    assert {fires(rule_id, one) for one in examples(form_of(rule_id))} == {True, False}


@every_rule
def test_no_rule_fires_on_a_form_that_ended_at_the_door(rule_id):
    form_id = form_of(rule_id)
    ended = [one for one in examples(form_id) if one.values.get("boleh_lanjut") == "0"]
    assert [one.key for one in ended if fires(rule_id, one)] == []


@every_rule
def test_no_rule_fires_on_a_form_without_answers(rule_id):
    nothing = Example(form_of(rule_id), "00-nothing", "", 1_772_424_000_000, {}, {}, {}, (), ())
    assert not fires(rule_id, nothing)


def test_a_healthy_schoolboy_with_both_parents_needs_nothing():
    assert [
        one for one in RULES if form_of(one) == LETTERS["A"] and fires(one, named(LETTERS["A"], "school-age"))
    ] == []


@pytest.mark.parametrize(
    ("rule_id", "name", "is_meant"),
    [
        ("R02", "injury-seen", True),
        ("R02", "school-age", False),
        ("R03", "street", True),
        ("R04", "double-orphan", True),
        ("R04", "father-dead", False),
        ("R24", "disability", True),
        ("R25", "mother-dead", True),
        ("R25", "father-dead", False),
        ("R27", "kept-at-home", True),
    ],
)
def test_a_child_is_told_by_the_rule_that_is_meant_for_it(rule_id, name, is_meant):
    assert fires(rule_id, named(LETTERS["A"], name)) == is_meant
