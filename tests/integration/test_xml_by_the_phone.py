"""
A filled form, opened by the phone's engine from its XML and sent: only what somebody changed is entered.

The engine drops our element, spells numbers and places anew, leaves blank what is no value of its type or no
choice, calculates, and gives the instance an id of its own. Broken on purpose, each seen to fail: answers as
the form's types keep them taken for changes; those that are blank in the engine taken for cleared; the id of
the form's own case left to the engine, which makes one up.
"""

from pathlib import Path

import pytest

from domain.cases import Form, entities_told, ids_calculated
from domain.forms.definition import FormDefinition
from domain.forms.instance import (
    changed_answers,
    entered_answers,
    instance_xml,
    kept_texts,
    read_instance,
)
from domain.operations import RECORD_ID, Value
from forms.build import FORM_IDS
from tests.support.agreement import FILES
from tests.support.casework import phone_with_forms, publish_forms
from tests.support.devices import VILLAGE, Fleet, Phone, fleet
from tests.support.engine import Engine, Told
from tests.support.engine_forms import compiled, load
from tests.support.examples import Example, examples
from tests.support.exchange import Taking, enter_xml, xml_of
from tests.support.forms import context, definition
from tests.support.instances import RECORD
from tests.support.terminal import Verilap, verilap

__all__ = ["enter_xml", "fleet", "verilap"]  # fixtures: pytest finds them here by name

pytestmark = pytest.mark.engine
SEEN = ["AAAAAAAAAAAAAAAAAAAAAA"]
CHANGED = {
    "verifikasi_anak": ("g_sehat/tinggi_cm", "99.5"),
    "verifikasi_keluarga": ("g_rumah/luas_lantai", "99.5"),
    "kunjungan_pemantauan": ("g_hak/tinggi_cm", "99.5"),
    "penyaluran_bantuan": ("catatan", "Di rumah."),
}


def opened(engine: Engine, form: FormDefinition, answers: dict[str, Value], xml: str) -> Told:
    """The instance of a record in the engine, with its members and the files that it names."""
    members = {
        repeat: sorted({path.split("/")[1] for path in answers if path.startswith(f"{repeat}/")})
        for repeat in form.repeats
    }
    texts = read_instance(form, xml.encode()).answers
    asked = {path: form.field_at(path) for path in texts}
    files = [str(texts[path]) for path, one in asked.items() if one and one.type in FILES]
    return engine.open(form.form_id, mode="edit", xml=xml, members=members, files=sorted(set(files)))


def written(example: Example) -> bytes:
    form, given = definition(example.form_id), context(example.time)
    named = example.answers.get("g_tugas/id_keluarga")
    case = named if isinstance(named, str) and RECORD_ID.fullmatch(named) else None
    filled = Form(form, RECORD, case, (), given)
    answers = {**ids_calculated(filled), **example.answers}
    entities = entities_told(filled, answers)
    kept = kept_texts(form, example.answers, given)
    return instance_xml(form, RECORD, answers, entities=entities, seen=SEEN, kept=kept)


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_every_example_goes_through_the_engine_without_a_change(
    form_id: str, engine: Engine, tmp_path: Path
) -> None:
    form = definition(form_id)
    load(engine, compiled(form_id, tmp_path))
    found = {}
    for example in examples(form_id):
        xml = written(example)
        own = read_instance(form, xml).own
        told = opened(engine, form, dict(example.answers), xml.decode())
        changed = changed_answers(form, own, read_instance(form, told.xml.encode(), seed=RECORD))
        if entered := entered_answers(form, changed):
            found[example.name] = entered
    assert found == {}


def whole(form_id: str) -> dict[str, Value]:
    """The first example that asks what is changed here, and that was opened from no case."""
    path, _ = CHANGED[form_id]
    fit = (one for one in examples(form_id) if path in one.answers and not one.problems)
    one = next(one for one in fit if "g_tugas/id_keluarga" not in one.answers)
    return {path: value for path, value in one.answers.items() if isinstance(value, str)}


@pytest.fixture
def asha(fleet: Fleet) -> Phone:
    publish_forms(fleet)
    return phone_with_forms(fleet)


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_what_is_changed_in_the_engine_is_all_that_is_entered(
    form_id: str,
    engine: Engine,
    tmp_path: Path,
    asha: Phone,
    verilap: Verilap,
    enter_xml: Taking,
) -> None:
    form, answers = definition(form_id), whole(form_id)
    load(engine, compiled(form_id, tmp_path))
    record = asha.new(form_id, VILLAGE, answers).record
    was = xml_of(verilap, asha, record)
    told = opened(engine, form, answers, was)
    assert "[nothing-entered]" in enter_xml(asha, record, told.xml, was).err
    path, text = CHANGED[form_id]
    told = engine.set({path: text})
    assert not told.refused
    ended = enter_xml(asha, record, told.xml, was)
    assert (ended.status, ended.err) == (0, "")
    changes = asha.operations()[-1].part_of(record).changes
    assert {one.path: one.value for one in changes if not one.path.startswith("$")} == {path: text}
