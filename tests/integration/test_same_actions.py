"""
A form begins with the same answers on the phone and in Python, and changes trigger the same.

Random sessions: a form is opened, its repeats get members, and answers are entered one after the other; after
each the values of both sides are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from tests.conftest import Length
from tests.support.agreement import Comparison, Difference
from tests.support.engine import Engine
from tests.support.engine_forms import ALL, compiled, load
from tests.support.fillings import Paper
from tests.support.form_sessions import Session, entries
from tests.support.known_differences import KNOWN_IN_SESSIONS, Known, explanation

pytestmark = pytest.mark.engine

Compare = Callable[[str], Comparison]
ENTRIES = 12


@pytest.fixture(scope="module")
def compare(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Compare:
    """A form by its id, compiled and loaded once."""

    @cache
    def of(form_id: str) -> Comparison:
        form = compiled(form_id, tmp_path_factory.mktemp(form_id))
        load(engine, form)
        return Comparison(Paper(form), engine)

    return of


def unexplained(session: Session) -> list[Difference]:
    found = session.differences
    return [
        one for one in found if explanation(one, session.comparison.logic(one.path), session.both) is None
    ]


def sessions(comparison: Comparison, number: int) -> Iterator[Session]:
    """So many sessions, each after its beginning and after each answer."""
    for seed in range(number):
        name = f"{comparison.definition.form_id} {seed}"
        given, entered = entries(comparison, name, ENTRIES)
        session = Session(name, comparison, given.members)
        yield session
        for path, text in entered:
            session.enter(path, text)
            yield session


@pytest.mark.parametrize("form_id", ALL)
def test_forms_begin_and_act_alike_on_the_phone_and_in_python(form_id: str, compare: Compare, length: Length):
    for session in sessions(compare(form_id), length.of(10, 500)):
        assert (session.seed, session.entered, unexplained(session)) == (session.seed, session.entered, [])


@pytest.mark.parametrize("known", KNOWN_IN_SESSIONS, ids=lambda known: known.what[:40])
def test_what_is_listed_as_a_difference_of_sessions_is_one(known: Known, compare: Compare):
    """A row that has been mended on either side goes."""
    assert any(
        explanation(one, session.comparison.logic(one.path), session.both) is known
        for session in _until_it_shows(compare(known.seen_in))
        for one in session.differences
    )


def _until_it_shows(comparison: Comparison) -> Iterator[Session]:
    session = Session("", comparison, {})
    yield session
    for text in "abc":
        session.enter("picu_2", text)
        yield session
