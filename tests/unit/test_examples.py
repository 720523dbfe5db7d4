"""
The filled examples of the four forms, each with what a person worked out for it by hand.

Broken on purpose to see these fail: hidden answers not blanked in expressions; `g_sekolah` asked from over
three; fewer than five sets of clothing in `k4`; the mother's day in a NIK without the forty.
"""

from dataclasses import replace

import pytest

from forms.build import FORM_IDS
from tests.support.examples import all_examples, codes, examples

every_example = pytest.mark.parametrize("example", all_examples(), ids=lambda one: one.key)
LEAST = 30


@every_example
def test_an_example_has_the_problems_that_were_worked_out_for_it_and_no_other(example):
    assert codes(example.evaluation().problems) == example.problems


@every_example
def test_an_example_is_calculated_as_by_hand(example):
    calculated = example.evaluation().calculated
    assert {path: calculated.get(path, "") for path in example.values} == example.values


@every_example
def test_an_example_asks_what_it_should(example):
    found = example.evaluation()
    assert [path for path in example.asked if not found.relevant(path)] == []
    assert [path for path in example.not_asked if found.relevant(path)] == []


@every_example
def test_an_example_keeps_every_answer_that_was_entered(example):
    values = example.evaluation().values
    entered = {path: value for path, value in example.answers.items() if isinstance(value, str) and value}
    unknown = [path for path, found in example.problems.items() if "unknown-question" in found]
    assert {path: values.get(path) for path in entered if path not in unknown} == {
        path: value for path, value in entered.items() if path not in unknown
    }


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_every_form_has_enough_examples_each_with_a_name_and_a_story(form_id):
    found = examples(form_id)
    assert len(found) >= LEAST
    assert [one.name for one in found if not one.about.endswith((".", "!"))] == []
    assert [one.name[:2] for one in found] == [f"{number:02}" for number in range(1, len(found) + 1)]


@every_example
@pytest.mark.parametrize("moment", [25 * 60_000, 2_208_988_800_000], ids=["1970", "2040"])
def test_no_clock_breaks_a_limit_that_was_kept(example, moment):
    """
    The fourth fault of the sheets: `kunjungan_berikut > today()` blocked a phone whose clock was wrong.

    Broken on purpose by that limit.
    """
    at_another_time = codes(replace(example, time=moment).evaluation().problems)
    broken = {path for path, found in at_another_time.items() if "constraint" in found}
    assert broken <= {path for path, found in example.problems.items() if "constraint" in found}
