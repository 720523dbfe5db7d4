"""What the definition says of a form's logic: the expressions that the phone runs, at the answers' paths."""

import pytest

from server.xlsform import compile_workbook
from tests.support.forms import FORM_IDS, compiled
from tests.support.workbooks import book, definition_of, field_of, warnings_of

MEMBERS = """
type | name | label | relevant | calculation | trigger | default | repeat_count | choice_filter
integer | umur | Umur | | | | | |
begin_repeat | anggota | A | ${umur} > 1 | | | | ${umur} + 1 |
text | a_nama | Nama | | | | | |
begin_repeat | cucu | C | | | | | ${umur} |
begin_group | c_ditanya | D | | | | | |
text | c_panggil | P | | | | | |
end_group | | | | | | | |
text | c_nama | Nama | | ${c_panggil} | ${c_panggil} | | |
calculate | c_ke | | | position(..) | | | |
end_repeat | | | | | | | |
text | a_jam | Jam | | | | now() | |
end_repeat | | | | | | | |
select_one ${a_nama} | siapa | Siapa | | | | | | ${a_nama} != ''
"""


def test_conditions_and_calculations_are_those_of_the_xform(tmp_path):
    field = field_of(
        tmp_path,
        "g/q",
        survey="""
        type | name | label | relevant | constraint | required | read_only | calculation
        integer | umur | Umur | | | | |
        begin_group | g | G | ${umur} > 1 | | | yes |
        integer | q | Q | ${umur} > 3 | . < ${umur} | ${umur} > 4 | ${umur} = 9 | ${umur} + 1
        end_group | | | | | | |
        """,
    )
    assert field["relevant"] == "/data/umur  > 3"
    assert field["constraint"] == ". <  /data/umur"
    assert (field["required"], field["required_if"]) == (False, "/data/umur  > 4")
    assert field["read_only_if"] == "/data/umur  = 9"
    assert field["calculate"] == "/data/umur  + 1"
    assert field["bind_type"] == "int"


def test_what_is_always_so_has_no_condition(tmp_path):
    field = field_of(
        tmp_path, "q", survey="type | name | label | required | read_only\ntext | q | Q | yes | true"
    )
    assert (field["required"], field["read_only"]) == (True, True)
    assert not {"required_if", "read_only_if", "relevant", "calculate"} & field.keys()


def test_a_group_has_its_condition(tmp_path):
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label | relevant | appearance
        integer | umur | Umur | |
        begin_group | g | G | ${umur} > 1 | field-list
        text | q | Q | |
        end_group | | | |
        """,
    )
    group = {"path": "g", "label": {"id": "G"}, "appearance": "field-list", "relevant": "/data/umur  > 1"}
    assert form["groups"] == [group]


def test_messages_and_hints_come_in_every_language(tmp_path):
    field = field_of(
        tmp_path,
        "q",
        survey="""
        type | name | label::A (id) | label::B (en) | constraint | constraint_message::A (id) | constraint_message::B (en) | required_message | guidance_hint::B (en)
        integer | q | Umur ${q2} | Age | . > 3 | Terlalu kecil | Too small | Wajib | Ask twice
        text | q2 | Q | Q | | | | |
        """,  # noqa: E501
    )
    assert field["label"] == {"id": "Umur ${q2}", "en": "Age"}
    assert field["constraint_message"] == {"id": "Terlalu kecil", "en": "Too small"}
    assert field["required_message"] == {"id": "Wajib"}
    assert field["guidance"] == {"en": "Ask twice"}


def test_a_repeat_has_its_count_and_condition_nested_ones_too(tmp_path):
    form = definition_of(tmp_path, survey=MEMBERS)
    outer, inner = form["repeats"]
    assert (outer["path"], outer["count"], outer["relevant"]) == (
        "anggota",
        "/data/anggota_count",
        "/data/umur  > 1",
    )
    assert (inner["path"], inner["count"]) == ("anggota/*/cucu", "/data/umur")
    counted = next(one for one in form["fields"] if one["path"] == "anggota_count")
    assert (counted["calculate"], counted["read_only"]) == ("/data/umur  + 1", True)


def test_every_repeat_gets_an_id_that_is_set_once(tmp_path):
    """Broken once by looking for an id among all descendants: the outer repeat took the inner one's."""
    path = book(
        tmp_path,
        survey="""
        type | name | label | calculation | x_peran
        begin_repeat | a | A | |
        begin_repeat | b | B | |
        calculate | kunci | | once(uuid()) | id_anggota
        text | b_id | Q | |
        end_repeat | | | |
        end_repeat | | | |
        begin_repeat | c | C | |
        text | c_id | C | |
        end_repeat | | | |
        """,
    )
    form = compile_workbook(path)
    ids = {one["path"]: one for one in form.definition["fields"] if one["role"] == "id_anggota"}
    assert list(ids) == ["a/*/a_id", "a/*/b/*/kunci", "c/*/c_id2"]
    added = ids["a/*/a_id"]
    assert (added["type"], added["calculate"], added["pdp"]) == (
        "calculate",
        "once(concat('m_', uuid()))",
        "umum",
    )
    assert added["prefill"] is False
    assert '<bind nodeset="/data/a/a_id"' in form.xform


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_forms_of_the_office_keep_their_own_ids(form_id):
    for form in (compiled(form_id).definition,):
        named = [one["path"] for one in form["fields"] if one["role"] == "id_anggota"]
        assert len(named) == len(form["repeats"])
        assert not [path for path in named if path.endswith("anggota_id")]


def test_a_dynamic_default_is_set_on_first_load_and_in_new_members(tmp_path):
    form = definition_of(tmp_path, survey=MEMBERS)
    clock = next(one for one in form["fields"] if one["path"] == "anggota/*/a_jam")
    events = ["odk-instance-first-load", "odk-new-repeat"]
    assert clock["actions"] == [{"events": events, "trigger": None, "value": "now()"}]
    assert "default" not in clock


def test_a_trigger_sets_a_value_when_its_question_changes(tmp_path):
    """Broken by pyxform itself: it writes ``../c_panggil``, the path from the trigger, where none is."""
    form = definition_of(tmp_path, survey=MEMBERS)
    name = next(one for one in form["fields"] if one["path"] == "anggota/*/cucu/*/c_nama")
    action = {
        "events": ["xforms-value-changed"],
        "trigger": "anggota/*/cucu/*/c_ditanya/c_panggil",
        "value": "../c_ditanya/c_panggil",
    }
    assert name["actions"] == [action]
    assert "calculate" not in name


def test_a_trigger_without_a_calculation_clears(tmp_path):
    survey = "type | name | label | trigger\ntext | a | A |\ntext | b | B | ${a}"
    assert field_of(tmp_path, "b", survey=survey)["actions"][0]["value"] == "''"


def test_a_plain_default_is_text(tmp_path):
    survey = "type | name | label | default\ninteger | a | A | 5\ndate | b | B | 2026-01-31"
    form = definition_of(tmp_path, survey=survey)
    assert [one["default"] for one in form["fields"]] == ["5", "2026-01-31"]


def test_choices_from_answers_name_the_repeat(tmp_path):
    who = next(one for one in definition_of(tmp_path, survey=MEMBERS)["fields"] if one["path"] == "siapa")
    assert who["choices_from"] == {"nodeset": "/data/anggota", "value": "a_nama", "label": "a_nama"}
    assert who["choice_filter"] == "./a_nama  != ''"
    assert who["choices"] is None


CHOICES = """
list_name | name | label | kab
jk | 1 | L | 3
jk | 2 | P | 4
"""


def test_a_filter_is_what_stands_in_the_predicate(tmp_path):
    survey = """
    type | name | label | choice_filter | parameters
    integer | umur | U | |
    select_multiple jk | a | A | kab = ${umur} |
    select_one jk | b | B | kab = ${umur} or name = ']' | randomize=true seed=42
    select_one jk | c | C | | randomize=true
    rank jk | d | D | |
    """
    form = definition_of(tmp_path, survey=survey, choices=CHOICES)
    found = {one["path"]: one for one in form["fields"]}
    assert found["a"]["choice_filter"] == "kab =  /data/umur"
    assert found["b"]["choice_filter"] == "kab =  /data/umur  or name = ']'"
    assert found["b"]["parameters"] == {"randomize": "true", "seed": "42"}
    assert "choice_filter" not in found["c"]
    assert [found[name]["choices"] for name in "abcd"] == ["jk"] * 4
    assert [found[name]["type"] for name in "abcd"] == ["select_multiple", "select_one", "select_one", "rank"]


def test_or_other_adds_a_choice_and_a_question(tmp_path):
    form = definition_of(
        tmp_path, survey="type | name | label\nselect_one jk or_other | q | Q", choices=CHOICES
    )
    assert [one["name"] for one in form["choices"]["jk"]] == ["1", "2", "other"]
    other = form["fields"][1]
    assert (other["path"], other["relevant"]) == ("q_other", "selected(../q, 'other')")


def test_pictures_and_sounds_of_questions_and_choices_are_named_by_language(tmp_path):
    path = book(
        tmp_path,
        files={"a.png": "x", "l.png": "y", "s.mp3": "z"},
        survey="""
        type | name | label::A (id) | media::image::A (id) | media::audio
        select_one jk | q | Q | a.png | s.mp3
        """,
        choices="list_name | name | label::A (id) | media::image::A (id)\njk | 1 | L | l.png",
    )
    form = compile_workbook(path)
    assert form.definition["fields"][0]["media"] == {"image": {"id": "a.png"}, "audio": {"id": "s.mp3"}}
    assert form.definition["choice_media"] == {"jk": {"1": {"image": {"id": "l.png"}}}}
    assert set(form.media) == {"a.png", "l.png", "s.mp3"}


def test_a_range_keeps_its_bounds(tmp_path):
    survey = "type | name | label | parameters\nrange | q | Q | start=1 end=5 step=0.5"
    field = field_of(tmp_path, "q", survey=survey)
    assert (field["type"], field["parameters"]) == ("range", {"start": "1", "end": "5", "step": "0.5"})
    assert field["bind_type"] == "decimal"


def test_a_file_that_no_question_chooses_from_is_a_table(tmp_path):
    form = definition_of(
        tmp_path,
        files={"harga.csv": "kode;rupiah\n1;500\n", "obat.csv": "name,label\nx,X\n"},
        survey="""
        type | name | label | calculation
        text | k | K |
        calculate | h | | pulldata('harga', 'rupiah', 'kode', ${k})
        csv-external | obat | |
        calculate | o | | instance('obat')/root/item[name = ${k}]/label
        """,
    )
    assert form["tables"] == {
        "harga": [{"kode": "1", "rupiah": "500"}],
        "obat": [{"name": "x", "label": "X"}],
    }


def test_choices_come_from_xml_and_geojson_too(tmp_path):
    geo = (
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "p1", "properties": '
        '{"title": "Posyandu", "buka": 8}, "geometry": {"type": "Point", "coordinates": [117.25, -0.5]}}]}'
    )
    form = definition_of(
        tmp_path,
        files={
            "kota.xml": "<root><item><name>a</name><label>A</label><prov>64</prov></item></root>",
            "pos.geojson": geo,
        },
        survey="""
        type | name | label
        select_one_from_file kota.xml | k | K
        select_one_from_file pos.geojson | p | P
        """,
    )
    assert form["choices"]["kota"] == [{"name": "a", "label": {"id": "A", "en": "A"}, "prov": "64"}]
    (place,) = form["choices"]["pos"]
    assert (place["name"], place["label"]["id"], place["buka"]) == ("p1", "Posyandu", "8")
    assert place["geometry"] == "-0.5 117.25 0 0"


def test_one_file_read_by_other_columns_is_two_lists(tmp_path):
    form = definition_of(
        tmp_path,
        files={"d.csv": "name,label,kode\na,A,1\n"},
        survey="""
        type | name | label | parameters
        select_one_from_file d.csv | p | P |
        select_multiple_from_file d.csv | q | Q | value=kode label=name
        """,
    )
    assert [one["choices"] for one in form["fields"]] == ["d", "d?value=kode&label=name"]
    assert [one[0]["name"] for one in form["choices"].values()] == ["a", "1"]


def test_metadata_and_the_name_of_a_filled_form_are_told(tmp_path):
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label
        start | s |
        end | e |
        today | t |
        deviceid | d |
        username | u |
        text | q | Q
        """,
        settings="form_id | version | instance_name\ncoba | 1 | concat(${q}, ' ', ${t})",
    )
    assert [one["type"] for one in form["fields"]] == [
        "start",
        "end",
        "today",
        "deviceid",
        "username",
        "text",
    ]
    assert form["instance_name"] == "concat( /data/q , ' ',  /data/t )"
    assert form["format"] == 2


@pytest.mark.parametrize("form_id", FORM_IDS)
def test_the_forms_of_the_office_have_no_warnings(form_id):
    assert compiled(form_id).warnings == ()


def test_a_small_form_has_no_warnings(tmp_path):
    assert warnings_of(tmp_path, survey="type | name | label\ntext | q | Q") == ()


def test_who_is_chosen_among_restricted_answers_is_restricted(tmp_path):
    """Was open once: the choice is the answer itself."""
    survey = """
    type | name | label | x_pdp
    begin_repeat | r | R |
    text | pelaku | P | terbatas
    end_repeat | | |
    select_one ${pelaku} | q | Q | umum
    """
    assert field_of(tmp_path, "q", survey=survey)["pdp"] == "terbatas"
