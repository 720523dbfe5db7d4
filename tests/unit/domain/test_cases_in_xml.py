"""
The elements `entity` of an instance: whom a filled form begins or updates.

Broken on purpose, each seen to fail: an element only where something is begun or updated; a label made of all
answers; the id of a member's case where the form's own belongs.
"""

from collections.abc import Mapping

from domain.cases import Form, begun_by, entities_told
from domain.forms.definition import FormDefinition
from domain.forms.instance import Entity, instance_xml, read_instance
from domain.operations import Value
from tests.support.builders import RECORD, new_id
from tests.support.casework import ASHA, CHILD, DELIVERY, FAMILY, FOUND
from tests.support.forms import context, definition
from tests.support.small_forms import form, question

CASE = new_id()


def told(form: FormDefinition, answers: Mapping[str, Value], case: str | None = None) -> list[Entity]:
    filled = Form(form, RECORD, case, (), context())
    found = entities_told(filled, answers)
    xml = instance_xml(form, RECORD, answers, entities=found)
    assert set(read_instance(form, xml).entities) == set(found)
    return list(found)


def test_a_form_that_begins_a_case_creates_it_under_the_id_that_the_case_gets():
    begun = begun_by(RECORD, "", "anak")
    assert told(definition(CHILD), ASHA) == [Entity("anak", begun, label="Asha", is_created=True)]


def test_a_form_that_is_about_a_case_updates_it():
    answers = {**ASHA, "g_tugas/id_kasus": CASE}
    assert told(definition(CHILD), answers, CASE) == [Entity("anak", CASE, label="Asha", is_updated=True)]


def test_an_element_stands_also_where_nothing_is_done_and_has_a_label_only_where_the_form_has_one():
    refused = {**FOUND, "g_setuju/setuju": "2"}
    assert told(definition(CHILD), refused) == [Entity("anak", begun_by(RECORD, "", "anak"), label="")]
    assert told(definition(DELIVERY), {}) == [Entity("penyaluran", "")]


def test_each_member_has_its_own():
    members = {
        "anggota/m_1/a_nama": "Ani",
        "anggota/m_1/a_umur": "7",
        "anggota/m_2/a_nama": "Beni",
    }
    found = told(definition(FAMILY), {**FOUND, "g_kk/nama_kk": "Cici", **members})
    assert [(one.dataset, one.path) for one in found] == [
        ("keluarga", ""),
        ("anak", "anggota/m_1"),
        ("anak", "anggota/m_2"),
    ]
    assert [one.id for one in found] == [begun_by(RECORD, one.path, one.dataset) for one in found]
    assert found[0].label == "Cici"


def test_a_label_tells_no_restricted_answer():
    of = {"list": "anak", "path": "", "at": "meta/entity", "create_if": "true()"}
    label = "concat(/data/nama, /data/luka)"
    secret = question("luka", pdp="terbatas")
    small = form(question("nama"), secret, entities=[{**of, "label": label, "save_to": {}}])
    (one,) = told(small, {"nama": "Asha", "luka": "lebam"})
    assert one.label == "Asha"


def test_an_entity_of_a_group_stands_in_it():
    of = {"list": "anak", "path": "", "at": "g/meta/entity", "create_if": "true()", "save_to": {}}
    small = form(question("g/nama"), groups=["g"], entities=[of])
    (one,) = told(small, {"g/nama": "Asha"})
    assert (one.path, one.is_created) == ("g", True)
