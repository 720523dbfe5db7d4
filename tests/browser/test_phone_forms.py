"""
Forms in the phone's browser: what is handed over to be kept, and what the device is told of them.

The same as Python sets and evaluates. Broken on purpose, seen here: answers told anew after a form was opened
again, since the engine writes them otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from domain.forms.acting import begun, following
from domain.forms.definition import FormDefinition
from domain.forms.program import Context, Program
from domain.forms.starting import members_in
from forms.build import FORM_IDS
from server.expressions import PATTERNS
from tests.conftest import Length
from tests.support.engine_forms import compiled
from tests.support.examples import Example, examples
from tests.support.phone_pages import AUTHOR, REPLICA, filling_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
NOON = 1_772_424_000_000
OF_THE_ENGINE = {"uji_bawaan": {"lebih_awal", "balik"}}
"""What its engine sets at other moments: `docs/forms-matrix.md` says why."""
BEGINNINGS = ("verifikasi_keluarga", "uji_ulang", "uji_jenis", "uji_bawaan")
"""Forms that begin with all that a form can begin with."""
OWN_CASE = {"g_tugas/kasus_keluarga": "5b1b3a0c-77cc-4c80-8d62-0a5f6a1f0c02"}
_OPEN = """async ({ filling, steps }) => {
  const form = await test.Form.open(filling, "id");
  const kept = Object.fromEntries(form.changes());
  const entered = [];
  for (const [path, text] of steps) {
    const spots = path.split("/");
    for (let at = 1; at < spots.length - 1; at++) {
      const repeat = spots.slice(0, at).join("/");
      const isRepeat = form.nodeAt(repeat)?.nodeType === "repeat-range:uncontrolled";
      if (isRepeat && !form.nodeAt(`${repeat}/${spots[at]}`)) form.addMember(repeat, spots[at]);
    }
    const node = form.nodeAt(path);
    const isAsked = node?.currentState.relevant && !node.currentState.readonly;
    if (!isAsked || ["model-value", "note", "upload"].includes(node.nodeType)) continue;
    form.enter(path, text);
    entered.push([path, node.currentState.instanceValue]);
    Object.assign(kept, Object.fromEntries(form.changes()));
  }
  return { kept, entered };
}"""


def context(moment: int = NOON) -> Context:
    return Context(moment, PATTERNS, username=AUTHOR, deviceid=REPLICA, chance="")


def opened(page: Page, filling: dict[str, Any], steps: list[tuple[str, str]] | None = None) -> dict[str, Any]:
    """What the page hands over of a form in which these answers are entered, where they are asked."""
    page.clock.set_fixed_time(NOON / 1000)
    found: dict[str, Any] = page.evaluate(_OPEN, {"filling": filling, "steps": steps or []})
    return found


def some(form_id: str, length: Length) -> tuple[Example, ...]:
    """Every so many of a form's examples."""
    return examples(form_id)[:: length.of(16, 1)]


def people_enter(definition: FormDefinition, example: Example) -> list[tuple[str, str]]:
    """The answers of an example in the order of the form."""
    order = {one.path: at for at, one in enumerate(definition.fields)}
    texts = {path: text for path, text in example.answers.items() if isinstance(text, str)}
    known = [path for path in texts if definition.field_at(path)]
    return [
        (path, texts[path]) for path in sorted(known, key=lambda one: order[definition.definition_path(one)])
    ]


@pytest.mark.parametrize("form_id", BEGINNINGS)
def test_a_form_that_begins_hands_over_what_python_sets(
    form_id: str, forms_page: Page, tmp_path: Path
) -> None:
    form = compiled(form_id, tmp_path)
    definition = FormDefinition.from_json(form.definition)
    kept = opened(forms_page, filling_of(form))["kept"]
    expected = begun(definition, {}, context())
    drawn = {path for path in {**kept, **expected} if _is_drawn(definition, path)}
    drawn |= OF_THE_ENGINE.get(form_id, set())
    assert {path: text for path, text in kept.items() if path not in drawn} == {
        path: text for path, text in expected.items() if path not in drawn
    }


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_what_is_entered_is_handed_over_with_what_the_form_sets(
    form_id: str, forms_page: Page, tmp_path: Path, length: Length
) -> None:
    form = compiled(form_id, tmp_path)
    definition = FormDefinition.from_json(form.definition)
    for example in some(form_id, length):
        found = opened(forms_page, filling_of(form), people_enter(definition, example))
        answers: dict[str, str] = dict(begun(definition, {}, context()))
        for path, text in found["entered"]:
            answers |= {**following(definition, answers, {path: text}, context()), path: text}
        told = {path: text for path, text in answers.items() if text and not _is_drawn(definition, path)}
        kept = {path: text for path, text in found["kept"].items() if not _is_drawn(definition, path)}
        assert (example.name, {path: text for path, text in kept.items() if text}) == (example.name, told)


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_a_form_that_is_opened_again_hands_nothing_over(
    form_id: str, forms_page: Page, tmp_path: Path, length: Length
) -> None:
    form = compiled(form_id, tmp_path)
    definition = FormDefinition.from_json(form.definition)
    own = {path: case for path, case in OWN_CASE.items() if definition.field_at(path)}
    for example in some(form_id, length):
        filling = with_answers(filling_of(form, mode="correction", ownCases=own), definition, example)
        assert (example.name, opened(forms_page, filling)["kept"]) == (example.name, {})


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_device_is_told_what_python_evaluates(
    form_id: str, forms_page: Page, tmp_path: Path, length: Length
) -> None:
    form = compiled(form_id, tmp_path)
    definition = FormDefinition.from_json(form.definition)
    program = Program.of(definition)
    forms_page.clock.set_fixed_time(NOON / 1000)
    for example in (one for one in some(form_id, length) if one.time == NOON):
        texts = {path: text for path, text in example.answers.items() if isinstance(text, str)}
        asked = {"key": "k", "form": "f@1", "answers": texts, "entered": {}}
        told = forms_page.evaluate(
            "([asked, filling]) => test.evaluate(asked, filling)", [asked, filling_of(form)]
        )
        evaluation = program.evaluate(texts, context())
        expected = {
            path: text
            for path, text in evaluation.calculated.items()
            if evaluation.relevant(path) and not _is_drawn(definition, path)
        }
        said = {path: text for path, text in told["calculated"].items() if path in expected}
        assert (example.name, told["isStopped"], said) == (example.name, False, expected)
        hidden = set(told["hidden"])
        for path in texts:
            if definition.field_at(path):
                assert (example.name, path, path in hidden) == (
                    example.name,
                    path,
                    not evaluation.relevant(path),
                )


def with_answers(filling: dict[str, Any], definition: FormDefinition, example: Example) -> dict[str, Any]:
    """The filling with an example's answers, as a record has them."""
    texts = {path: text for path, text in example.answers.items() if isinstance(text, str)}
    members: dict[str, list[str]] = {}
    for member in members_in(definition, texts):
        repeat, _, name = member.rpartition("/")
        members.setdefault(repeat, []).append(name)
    ordered = {repeat: sorted(names) for repeat, names in members.items()}
    return {**filling, "answers": texts, "members": ordered}


def _is_drawn(definition: FormDefinition, path: str) -> bool:
    """Whether chance makes it, on each side another, or what depends on it."""
    field = definition.field_at(path)
    calculation = (field.logic.calculate or "") if field else ""
    return any(word in calculation for word in ("uuid(", "random(", "kasus_keluarga"))
