"""The filled examples of the four forms mean on the phone what they mean here."""

from pathlib import Path

import pytest

from forms.build import FORM_IDS
from tests.integration.test_same_meaning import unexplained
from tests.support.agreement import FILES, Comparison
from tests.support.engine import Engine
from tests.support.engine_forms import compiled, load
from tests.support.examples import Example, examples
from tests.support.fillings import Filling, Paper

pytestmark = pytest.mark.engine
NOON = 1_772_424_000_000
"""When most examples were filled. The engine asks the clock when a form is opened: here that is once."""
NOTED = {"start", "end", "today", "deviceid", "username"}


def as_filling(example: Example, comparison: Comparison) -> Filling:
    """
    What a person can enter of it: no files, nothing that the phone notes by itself or that is kept from the
    reader, nothing of another form.
    """
    definition, answers, members = comparison.definition, {}, {}
    for path, value in example.answers.items():
        field = definition.field_at(path)
        if field is not None and field.type not in FILES | NOTED and isinstance(value, str):
            answers[path] = value
    for repeat in definition.repeats:
        inside = {path.split("/")[1] for path in example.answers if path.startswith(f"{repeat}/")}
        members[repeat] = tuple(sorted(inside))
        (mark,) = [
            one.path for one in definition.with_role("id_anggota") if one.path.startswith(f"{repeat}/")
        ]
        answers |= {mark.replace("*", member): member for member in inside}
    return Filling(answers, members)


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_server_and_the_phone_agree_on_every_example(form_id: str, engine: Engine, tmp_path: Path):
    form = compiled(form_id, tmp_path)
    load(engine, form)
    comparison = Comparison(Paper(form), engine)
    found = {}
    for example in (one for one in examples(form_id) if one.time == NOON):
        differing = unexplained(comparison, comparison.run(as_filling(example, comparison), example.time))
        if differing:
            found[example.name] = differing
    assert found == {}
