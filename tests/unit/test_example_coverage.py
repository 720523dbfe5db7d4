"""
What the examples of the four forms reach: every question, condition, limit and choice.

Broken on purpose to see each fail: an example taken away that was the only one to do it.
"""

from collections import Counter, defaultdict
from functools import cache

import pytest

from forms.build import FORM_IDS
from tests.support.examples import Example, codes, examples
from tests.support.forms import definition

every_form = pytest.mark.parametrize("form_id", FORM_IDS)
NOT_ENTERED = {"calculate", "note"}
SHORT = 12
"""Choices of a list of which each is used."""
MANY = 12
"""People, and villages, of whom the examples of a form tell."""


@cache
def evaluated(form_id):
    return [(one, one.evaluation()) for one in examples(form_id)]


def places(example: Example, path: str):
    """The record's paths of a path of the definition: one for each member that the example has."""
    repeat, is_inside, rest = path.partition("/*/")
    if not is_inside:
        return [path]
    members = {one.split("/")[1] for one in example.answers if one.startswith(f"{repeat}/")}
    return [f"{repeat}/{member}/{rest}" for member in sorted(members)]


def is_open(found, path):
    """Whether what is around a path is asked, so that its own condition decides."""
    around = path.rpartition("/")[0]
    return not around or found.relevant(around)


def answers_of(form_id, path):
    """Every answer to a question that is asked and counts, over all examples."""
    for example, found in evaluated(form_id):
        for place in places(example, path):
            if found.relevant(place) and place in found.shown:
                yield example, place, found


@every_form
def test_every_question_is_answered_in_an_example(form_id):
    asked = [one.path for one in definition(form_id).fields if one.type not in NOT_ENTERED]
    assert [path for path in asked if not any(answers_of(form_id, path))] == []


@every_form
def test_every_condition_holds_in_one_example_and_does_not_in_another(form_id):
    form = definition(form_id)
    conditions = {one.path for one in form.fields if one.logic.relevant}
    conditions |= {path for path, one in form.containers.items() if one.relevant}
    seen = defaultdict(set)
    for example, found in evaluated(form_id):
        for path in conditions:
            seen[path] |= {found.relevant(at) for at in places(example, path) if is_open(found, at)}
    assert conditions
    assert {path: seen[path] for path in sorted(conditions) if len(seen[path]) < 2} == {}


@every_form
def test_every_limit_is_kept_in_one_example_and_broken_in_another(form_id):
    limited = [one.path for one in definition(form_id).fields if one.logic.constraint]
    seen = {
        path: {
            "constraint" in codes(found.problems).get(place, [])
            for _, place, found in answers_of(form_id, path)
        }
        for path in limited
    }
    assert limited
    assert [path for path in limited if seen[path] != {True, False}] == []


@every_form
def test_every_choice_of_a_short_list_and_every_programme_is_chosen_in_an_example(form_id):
    form = definition(form_id)
    chosen = defaultdict(set)
    for one in form.fields:
        if one.choices:
            for example, place, _ in answers_of(form_id, one.path):
                value = example.answers[place]
                chosen[one.choices] |= set(value.split()) if isinstance(value, str) else set()
    wanted = {
        name: set(listed)
        for name, listed in form.choices.items()
        if len(listed) <= SHORT or name == "program"
    }
    if form_id == "penyaluran_bantuan":
        handed = {name for name, one in form.choices["program"].items() if one.columns["salur"] == "ya"}
        wanted["program"] = handed
    assert {name: missing for name, every in wanted.items() if (missing := every - chosen[name])} == {}


@every_form
def test_the_examples_are_of_many_people_in_many_villages(form_id):
    """Fifty-four deliveries went to one recipient in one village."""
    form = definition(form_id)
    whose = [
        one.path for role in ("nama", "nama_kasus") for one in form.with_role(role) if "*" not in one.path
    ]
    where = [one.path for role in ("desa", "desa_kasus") for one in form.with_role(role)]
    for paths in (whose, where):
        first = (
            next((one.answers[path] for path in paths if path in one.answers), None)
            for one in examples(form_id)
        )
        told = Counter(value for value in first if value)
        assert len(told) > MANY
        assert max(told.values()) < len(examples(form_id)) / 6


@every_form
def test_most_examples_have_no_problem(form_id):
    """They are what officers fill in, and only some of them what they get wrong."""
    clean = [example for example, found in evaluated(form_id) if not found.problems]
    assert len(clean) > len(examples(form_id)) / 2
