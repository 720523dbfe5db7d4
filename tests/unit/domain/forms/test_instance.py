"""What stands where in the XML of an instance, and how the XML of other programs is read."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from domain.forms.definition import FormDefinition
from domain.forms.instance import Entity, changed_answers, instance_xml, read_instance
from domain.operations import RESTRICTED, Value
from server.xlsform import compile_workbook
from tests.support.forms import FORM_IDS, compiled, definition, workbook
from tests.support.instances import FILE, RECORD, definition_of, question

AID = definition("penyaluran_bantuan")
XFORMS = "{http://www.w3.org/2002/xforms}"
PLAIN = definition_of(
    [
        question("a"),
        question("g/b"),
        question("m/*/id", "calculate", "id_anggota"),
        question("m/*/x"),
        question("m/*/s/*/y"),
        question("photo", "image"),
    ],
    groups=[{"path": "g", "label": {}}],
    repeats=[{"path": "m", "label": {}}, {"path": "m/*/s", "label": {}}],
)
NO_IDS = definition_of([question("m/*/x")], repeats=[{"path": "m", "label": {}}])


def collect(body: str, meta: str = f"<instanceID>uuid:{RECORD}</instanceID>") -> bytes:
    """An instance as ODK Collect sends it."""
    spaces = 'xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"'
    return f'<data id="coba" version="1" {spaces}>{body}<meta>{meta}</meta></data>'.encode()


def answers_of(body: str, form: FormDefinition = PLAIN, **given: Any) -> dict[str, Value]:
    return dict(read_instance(form, collect(body), **given).answers)


OF_CASES = ("entity", "instanceName")
"""In ``meta``, where only whoever sends a form to a case list puts something."""


def shape(element: ElementTree.Element) -> list[Any]:
    """The names of the elements and what they stand in; without what is a template, our own, or of cases."""
    children = [child for child in element if "{http://openrosa.org/javarosa}template" not in child.attrib]
    names = [(child.tag.removeprefix(XFORMS), shape(child)) for child in children]
    ours = [one for one in names if not one[0].startswith("{") and one[0] not in OF_CASES]
    return [one for one in ours if one != ("meta", [])]


# --- as pyxform makes it -------------------------------------------------------------------------


def default_instance(form_id: str) -> ElementTree.Element:
    found = ElementTree.fromstring(compiled(form_id).xform).find(f".//{XFORMS}data")
    assert found is not None
    return found


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_an_instance_has_the_elements_of_the_form_in_the_forms_order(form_id: str):
    form = definition(form_id)
    answers = {one.path.replace("*", "m_1"): "1" for one in form.fields}
    written = ElementTree.fromstring(instance_xml(form, RECORD, answers))
    assert shape(written) == shape(default_instance(form_id))
    assert written.attrib == default_instance(form_id).attrib


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_an_instance_that_nobody_has_filled_says_nothing(form_id: str):
    """Broken on purpose: the template of a repeat was read as a member."""
    instance = read_instance(definition(form_id), ElementTree.tostring(default_instance(form_id)))
    assert instance.answers == {}
    assert instance.instance_id is None
    first = {one.path for one in definition(form_id).fields if "*" not in one.path}
    assert first <= instance.blank
    assert len({path.split("/")[1] for path in instance.blank if path.startswith("barang/")}) <= 1


NESTED = (
    ("type", "name", "label", "default", "save_to"),
    ("text", "nama", "Nama", " A & <B> ", None),
    ("begin_group", "g", "G", None, None),
    ("begin_repeat", "keluarga", "Keluarga", None, None),
    ("text", "k_nama", "Nama", "ibu", "nama"),
    ("begin_group", "h", "H", None, None),
    ("begin_repeat", "anak", "Anak", None, None),
    ("image", "foto", "Foto", None, None),
    ("end_repeat", None, None, None, None),
    ("end_group", None, None, None, None),
    ("note", "pesan", "Pesan", None, None),
    ("end_repeat", None, None, None, None),
    ("end_group", None, None, None, None),
    ("audit", "audit", None, None, None),
)


def test_repeats_in_groups_in_repeats_stand_as_pyxform_nests_them_and_defaults_are_answers(tmp_path: Path):
    """Broken on purpose: the meta block of a member was read as a question."""
    lists = (("list_name", "label"), ("keluarga", "${k_nama}"))
    made = compile_workbook(workbook(tmp_path, survey=NESTED, entities=lists))
    form = FormDefinition.from_json(made.definition)
    default = ElementTree.fromstring(made.xform).find(f".//{XFORMS}data")
    assert default is not None
    read = read_instance(form, ElementTree.tostring(default))
    names = {path.rpartition("/")[2]: value for path, value in read.answers.items()}
    assert names == {"nama": "A & <B>", "k_nama": "ibu"}
    assert {path.rpartition("/")[2] for path in read.blank} >= {"foto", "pesan"}
    assert [(one.dataset, one.is_created) for one in read.entities] == [("keluarga", True)]
    member = read.entities[0].path.removeprefix("g/keluarga/")
    asked = [one.path for one in form.fields if not one.path.endswith("meta/entity")]
    answers = {path.replace("*", member): "1" for path in asked}
    written = ElementTree.fromstring(instance_xml(form, RECORD, answers, entities=read.entities))
    again = read_instance(form, ElementTree.tostring(written))
    assert again.answers == answers
    assert shape_of_questions(written) == shape_of_questions(default)


def shape_of_questions(element: ElementTree.Element) -> list[Any]:
    for inner in list(element.iter()):
        for meta in [child for child in inner if child.tag.removeprefix(XFORMS) == "meta"]:
            inner.remove(meta)
    return shape(element)


def test_members_stand_in_the_order_of_their_ids_with_the_id_in_its_question():
    xml = instance_xml(AID, RECORD, {"barang/m_b/b_nama": "beras", "barang/m_a/b_nama": "gula"}).decode()
    assert re.findall("<b_id>(.*)</b_id>", xml) == ["m_a", "m_b"]
    assert re.findall("<b_nama>(.*)</b_nama>", xml) == ["gula", "beras"]


def test_paths_that_are_the_programs_own_are_not_in_the_xml():
    xml = instance_xml(PLAIN, RECORD, {"$village": "64.02.18.2007", "$review": "submitted", "a": "1"})
    assert b"64.02" not in xml
    assert b"$" not in xml


def test_a_file_is_its_name_and_a_restricted_answer_is_not_there():
    xml = instance_xml(PLAIN, RECORD, {"photo": FILE, "a": RESTRICTED}).decode()
    assert "<photo>rumah &amp; &lt;kebun&gt;.jpg</photo>" in xml
    assert "<a/>" in xml


# --- as other programs write it ------------------------------------------------------------------


def test_what_collect_left_out_is_unsaid_and_what_it_left_empty_is_blank():
    instance = read_instance(PLAIN, collect("<a/><g><b>1</b></g>"))
    assert instance.answers == {"g/b": "1"}
    assert instance.blank == {"a"}


@pytest.mark.parametrize("meta", ["meta", "orx:meta"])
def test_the_ids_of_an_instance_are_read_in_either_namespace(meta: str):
    prefix = meta.removesuffix("meta")
    body = f"<{meta}><{prefix}instanceID>uuid:{RECORD}</{prefix}instanceID>"
    body += f"<{prefix}deprecatedID>uuid:old</{prefix}deprecatedID><instanceName>Asha</instanceName></{meta}>"
    xml = f'<data xmlns:orx="http://openrosa.org/xforms" id="coba" version="1">{body}</data>'
    instance = read_instance(PLAIN, xml.encode())
    assert (instance.record, instance.deprecated_id) == (RECORD, "uuid:old")
    assert instance.meta == {"instanceName": "Asha"}


def test_an_instance_with_an_id_that_we_did_not_give_is_of_no_record():
    assert read_instance(PLAIN, collect("", "<instanceID>uuid:1</instanceID>")).record is None


def test_spaces_and_lines_in_an_answer_are_kept_and_those_between_elements_are_not():
    assert answers_of("\n <a> 1 \n\t2 </a>\n <g>\n  <b>  </b></g>") == {"a": " 1 \n\t2 ", "g/b": "  "}


def test_a_question_that_the_form_does_not_have_is_kept():
    assert answers_of("<new>1</new><block><b>2</b><c/></block>") == {"new": "1", "block/b": "2"}


def test_what_belongs_to_another_vocabulary_is_no_answer():
    assert answers_of('<x:a xmlns:x="urn:x">1</x:a><a jr:x="1">2</a>') == {"a": "2"}


def test_a_member_that_says_nothing_but_its_id_is_still_there():
    """Broken on purpose: without the rule, a member added and left empty was lost."""
    assert answers_of("<m><id>m_1</id><x/></m><m><id>m_2</id><x>1</x></m>") == {
        "m/m_1/id": "m_1",
        "m/m_2/x": "1",
    }


def test_what_is_done_to_case_lists_is_read_where_it_stands():
    entity = '<entity dataset="anak" id="c1" update="1" baseVersion="3"><label>Asha</label></entity>'
    created = '<meta><entity dataset="anak" id="c2" create="true"/></meta>'
    instance = read_instance(PLAIN, collect(f"<m><id>m_1</id>{created}</m>", entity))
    whole = Entity("anak", "c1", label="Asha", is_updated=True, base_version="3")
    assert set(instance.entities) == {whole, Entity("anak", "c2", "m/m_1", is_created=True)}
    assert instance.entity == whole


# --- ids of members ------------------------------------------------------------------------------


TWO = "<m><x>1</x></m><m><x>2</x></m>"


@pytest.mark.parametrize("form", [PLAIN, NO_IDS])
def test_members_without_ids_get_the_same_ones_each_time(form: FormDefinition):
    first, again = answers_of(TWO, form), answers_of(TWO, form)
    assert first == again
    assert list(first.values()) == ["1", "2"]
    assert all(re.fullmatch(r"m/m_[\w-]{22}/x", path) for path in first)


def test_an_edit_of_an_instance_keeps_the_members_of_the_first():
    edit = f"<instanceID>uuid:edit</instanceID><deprecatedID>uuid:{RECORD}</deprecatedID>"
    assert read_instance(NO_IDS, collect(TWO, edit)).answers == answers_of(TWO, NO_IDS)
    later = edit.replace(RECORD, "edit")
    assert read_instance(NO_IDS, collect(TWO, later)).answers != answers_of(TWO, NO_IDS)
    known = read_instance(NO_IDS, collect(TWO, later), seed=RECORD)
    assert known.answers == answers_of(TWO, NO_IDS)


def test_a_member_without_an_id_beside_others_is_new():
    """Broken on purpose: it got the id that the second member had had, before it was removed."""
    earlier = list(answers_of(TWO))
    kept = earlier[0].split("/")[1]
    edit = f"<instanceID>uuid:edit</instanceID><deprecatedID>uuid:{RECORD}</deprecatedID>"
    body = f"<m><id>{kept}</id><x>1</x></m><m><id/><x>3</x></m>"
    found = list(read_instance(PLAIN, collect(body, edit)).answers)
    assert found[0] == earlier[0]
    assert found[1] not in earlier


def test_two_members_with_one_id_stay_two():
    found = answers_of("<m><id>m_1</id><x>1</x></m><m><id>m_1</id><x>2</x></m>")
    assert found["m/m_1/x"] == "1"
    assert sorted(value for path, value in found.items() if path.endswith("/x")) == ["1", "2"]


@pytest.mark.parametrize("text", ["a/b", "#", "m_" * 60])
def test_a_text_that_can_be_no_id_is_an_answer_like_others(text: str):
    found = answers_of(f"<m><id>{text}</id></m>")
    assert [(path.split("/")[2], value) for path, value in found.items()] == [("id", text)]


def test_members_in_members_are_told_apart_by_both_ids():
    body = "<m><id>m_1</id><s><y>1</y></s></m><m><id>m_2</id><s><y>2</y></s></m>"
    one, two = answers_of(body)
    assert one.startswith("m/m_1/s/m_")
    assert two.startswith("m/m_2/s/m_")
    assert one.split("/")[3] != two.split("/")[3]


# --- what our own element says, and other programs changed -----------------------------------------


def edited(answers: dict[str, Value], old: str, new: str) -> dict[str, Value]:
    xml = instance_xml(PLAIN, RECORD, answers).decode()
    assert xml.count(old) == 1
    return dict(read_instance(PLAIN, xml.replace(old, new).encode()).answers)


def test_an_element_that_was_changed_counts_and_not_what_we_said_of_it():
    assert edited({"a": ""}, "<a/>", "<a>1</a>") == {"a": "1"}
    assert edited({"a": RESTRICTED}, "<a/>", "<a>1</a>") == {"a": "1"}
    name = "<photo>rumah &amp; &lt;kebun&gt;.jpg</photo>"
    assert edited({"photo": FILE}, name, "<photo>other.jpg</photo>") == {"photo": "other.jpg"}
    assert edited({"photo": FILE}, name, "<photo/>") == {}


def test_what_we_said_of_a_member_goes_with_the_member():
    answers: dict[str, Value] = {"m/m_1/x": "1", "m/m_2/x": "", "m/m_2/new": "2"}
    member = "  <m>\n    <id>m_2</id>\n    <x/>\n  </m>\n"
    assert edited(answers, member, "") == {"m/m_1/x": "1"}


def test_only_a_question_that_was_answered_and_stands_empty_was_cleared():
    before: dict[str, Value] = {"a": "1", "g/b": "2", "m/m_1/x": "3", "photo": FILE}
    after = read_instance(PLAIN, collect("<a/><photo/><m><id>m_1</id><x/></m><m><id>m_2</id><x/></m>"))
    own = read_instance(PLAIN, instance_xml(PLAIN, RECORD, before, seen=["AAAAAAAAAAAAAAAAAAAAAA"])).own
    changed = changed_answers(PLAIN, own, after)
    assert changed == {"a": "", "photo": "", "m/m_1/x": "", "m/m_2/id": "m_2"}
