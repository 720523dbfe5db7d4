"""
A form means on the server what it means on the phone.

The same random fillings go through the phone's engine and through `domain.forms`: values, what is asked, what
is required, whether a constraint holds, which choices are offered, and the words of labels.
Seen to fail when `div` rounded, and when a hidden answer kept its value in expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from forms.build import FORM_IDS
from tests.conftest import Length
from tests.support.agreement import Both, Comparison, Difference
from tests.support.engine import Engine
from tests.support.engine_forms import ALL, compiled, load
from tests.support.fillings import Filling, Paper, filling
from tests.support.known_differences import KNOWN, Known, explanation

pytestmark = pytest.mark.engine

Compare = Callable[[str], Comparison]


@pytest.fixture(scope="module")
def compare(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """A form by its id, compiled and loaded once."""

    @cache
    def of(form_id: str) -> Comparison:
        folder: Path = tmp_path_factory.mktemp(form_id)
        form = compiled(form_id, folder)
        load(engine, form)
        return Comparison(Paper(form), engine)

    return of


def unexplained(comparison: Comparison, both: Both) -> list[Difference]:
    """The differences that no row of the table explains."""
    found = []
    for difference in comparison.differences(both):
        logic = comparison.logic(difference.path)
        if explanation(difference, logic, both) is None:
            found.append(difference)
    return found


def smallest(comparison: Comparison, given: Filling) -> Filling:
    """The filling with as few answers as still show one of its differences."""
    shown = {(one.path, one.aspect) for one in unexplained(comparison, comparison.run(given))}
    for path in [path for path, text in given.answers.items() if text and not comparison.is_member_id(path)]:
        less = given.without(path)
        if shown & {(one.path, one.aspect) for one in unexplained(comparison, comparison.run(less))}:
            given = less
    return given


@pytest.mark.parametrize("form_id", ALL)
def test_the_server_and_the_phone_agree_on_every_filling(form_id: str, compare: Compare, length: Length):
    comparison = compare(form_id)
    for seed in range(length.of(200, 5_000)):
        given = filling(comparison.paper, f"{form_id} {seed}")
        if unexplained(comparison, comparison.run(given)):
            given = smallest(comparison, given)
            both = comparison.run(given)
            pytest.fail(_told(comparison, given, unexplained(comparison, both)), pytrace=False)


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_fillings_reach_every_question_of_the_office_and_both_sides_of_its_rules(
    form_id: str, compare: Compare
):
    """Else an agreement would say little."""
    comparison = compare(form_id)
    asked, met, broken = set[str](), set[str](), set[str]()
    for seed in range(1_000):
        evaluation = comparison.evaluate(filling(comparison.paper, f"{form_id} {seed}").answers)
        wrong = {problem.path for problem in evaluation.problems if problem.code == "constraint"}
        for path, text in evaluation.values.items():
            if evaluation.relevant(path):
                known = comparison.definition.definition_path(path)
                asked.add(known)
                if text:
                    (broken if path in wrong else met).add(known)
    questions = {question.path for question in comparison.paper.questions}
    limited = {one.path for one in comparison.definition.fields if one.logic.constraint}
    assert (questions - asked, limited - met, limited - broken) == (set(), set(), set())


@pytest.mark.parametrize("form_id", ALL)
def test_filling_in_place_is_the_same_as_reading_a_stored_instance(form_id: str, compare: Compare):
    """
    The comparison fills one instance again and again; the phone reads one from what is stored. (Whether a
    required question is answered by a stored choice that is not offered, the engine sees only when something
    changes.)
    """
    comparison = compare(form_id)
    for seed in range(4):
        given = filling(comparison.paper, f"{form_id} {seed}")
        both = comparison.run(given)
        stored = comparison.reopened(both, given.members)
        for path, node in both.told.nodes.items():
            if not path.startswith("meta") and not comparison.is_by_chance(path):
                assert (path, _steady(stored.nodes[path])) == (path, _steady(node))


def _steady(node: Mapping[str, object]) -> Mapping[str, object]:
    is_choice = "choices" in node
    return {key: said for key, said in node.items() if not (is_choice and key == "answered")}


def _runs(comparison: Comparison, number: int) -> Iterator[Both]:
    for seed in range(number):
        yield comparison.run(filling(comparison.paper, f"{comparison.definition.form_id} {seed}"))


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.what[:40])
def test_what_is_listed_as_a_difference_is_one(known: Known, compare: Compare):
    """A row that has been mended on either side goes."""
    comparison = compare(known.seen_in)
    assert any(
        explanation(one, comparison.logic(one.path), both) is known
        for both in _runs(comparison, 200)
        for one in comparison.differences(both)
    )


def _told(comparison: Comparison, given: Filling, found: list[Difference]) -> str:
    answers = {path: text for path, text in given.answers.items() if text}
    lines = [f"{comparison.definition.form_id} filled with {answers}, members {dict(given.members)}"]
    for one in found[:20]:
        logic = comparison.logic(one.path)
        said = {
            key: logic.get(key)
            for key in ("calculate", "constraint", "relevant", "required_if")
            if logic.get(key)
        }
        lines.append(f"  {one.path} {one.aspect}: engine {one.engine!r}, Python {one.python!r}  {said}")
    return "\n".join(lines)
