"""Cases in the definition: entities that a form creates and updates, and the office's own lists."""

import pytest

from server.xlsform import compile_workbook
from tests.support.workbooks import book, definition_of, faults_of, told


def test_an_entity_is_created_with_what_is_saved_to_it(tmp_path):
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label | save_to
        begin_group | g | G |
        text | nama | Nama | nama_anak
        integer | umur | Umur | umur
        end_group | | |
        """,
        entities="list_name | label\nanak | ${nama}",
    )
    assert form["entities"] == [
        {
            "list": "anak",
            "at": "meta/entity",
            "path": "",
            "id": None,
            "create_if": "true()",
            "update_if": None,
            "label": "/data/g/nama",
            "save_to": {"g/nama": "nama_anak", "g/umur": "umur"},
        }
    ]


def test_an_entity_is_updated_or_created_on_a_condition(tmp_path):
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label | save_to
        hidden | id_kasus | |
        text | nama | Nama | nama
        """,
        entities="""
        list_name | label | entity_id | create_if | update_if
        anak | ${nama} | ${id_kasus} | ${id_kasus} = '' | ${id_kasus} != ''
        """,
    )
    (entity,) = form["entities"]
    assert entity["id"] == "/data/id_kasus"
    assert entity["create_if"] == "/data/id_kasus  = ''"
    assert entity["update_if"] == "/data/id_kasus  != ''"
    assert form["attached"] == ["anak"]


def test_entities_inside_repeats_belong_to_their_member(tmp_path):
    """Broken once by giving every `save_to` to the first entity: the member's name went to the family."""
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label | save_to
        text | kepala | Kepala | keluarga#kepala
        begin_repeat | anggota | A |
        text | a_nama | Nama | anak#nama
        end_repeat | | |
        """,
        entities="list_name | label\nkeluarga | ${kepala}\nanak | ${a_nama}",
    )
    family, child = sorted(form["entities"], key=lambda one: one["path"])
    assert (family["list"], family["path"], family["save_to"]) == ("keluarga", "", {"kepala": "kepala"})
    assert (child["list"], child["path"], child["save_to"]) == (
        "anak",
        "anggota/*",
        {"anggota/*/a_nama": "nama"},
    )
    assert child["at"] == "anggota/*/meta/entity"
    assert child["label"] == "../../../a_nama"


@pytest.mark.parametrize("name", ["anak", "keluarga", "penyaluran"])
def test_the_offices_case_lists_need_no_file(tmp_path, name):
    form = definition_of(
        tmp_path,
        survey=f"type | name | label | choice_filter\nselect_one_from_file {name}.csv | q | Q | desa = 'x'",
    )
    assert form["attached"] == [name]
    assert form["fields"][0]["choices"] == name
    assert name not in form["choices"]


def test_the_villages_stand_in_for_a_file_that_did_not_come(tmp_path):
    lists = {"desa.csv": b"name,label\n64.02.01.2001,Perian\n"}
    path = book(tmp_path, survey="type | name | label\nselect_one_from_file desa.csv | q | Q")
    form = compile_workbook(path, lists.get)
    assert form.definition["choices"]["desa"][0]["label"] == {"id": "Perian", "en": "Perian"}
    assert form.media == lists


def test_a_file_beside_the_workbook_goes_before_the_offices_own(tmp_path):
    lists = {"desa.csv": b"name,label\n1,Kantor\n"}
    path = book(
        tmp_path,
        files={"desa.csv": "name,label\n1,Berkas\n"},
        survey="type | name | label\nselect_one_from_file desa.csv | q | Q",
    )
    assert compile_workbook(path, lists.get).definition["choices"]["desa"][0]["label"]["id"] == "Berkas"


@pytest.mark.parametrize(("luka", "skor", "row"), [("luka", "", 3), ("", "skor", 4)])
def test_a_restricted_answer_is_not_saved_to_a_case(tmp_path, luka, skor, row):
    """Broken once by looking at the row's own class: what is calculated from a restricted answer went in."""
    survey = f"""
    type | name | label | save_to | x_pdp | calculation
    text | nama | Nama | nama | umum |
    text | luka | Luka | {luka} | terbatas |
    calculate | skor | | {skor} | | string-length(${{luka}})
    """
    found = faults_of(tmp_path, survey=survey, entities="list_name | label\nanak | ${nama}")
    assert told(found) == [("save-restricted", "survey", row, "save_to")]


def test_a_restricted_answer_is_not_shown_by_a_cases_label(tmp_path):
    survey = """
    type | name | label | x_pdp
    text | nama | Nama | umum
    text | luka | Luka | terbatas
    """
    found = faults_of(
        tmp_path, survey=survey, entities="list_name | label\nanak | concat(${nama}, ' ', ${luka})"
    )
    assert told(found) == [("label-restricted", "entities", 2, "label")]


@pytest.mark.parametrize(
    ("column", "expression"), [("label", "nama"), ("create_if", "nama = '1'"), ("entity_id", "id_kasus")]
)
def test_a_bare_name_in_the_sheet_of_entities_is_refused(tmp_path, column, expression):
    """Was published once, since all below ``meta`` was let through: the cases were called "-"."""
    cells = {"label": "${nama}", "entity_id": "", "create_if": "", "update_if": "", column: expression}
    if cells["entity_id"]:
        cells |= {"create_if": "${nama} = '1'", "update_if": "${nama} = '2'"}
    heads, row = " | ".join(("list_name", *cells)), " | ".join(("anak", *cells.values()))
    survey = "type | name | label | save_to\nhidden | id_kasus | |\ntext | nama | Nama | nama"
    found = faults_of(tmp_path, survey=survey, entities=f"{heads}\n{row}")
    assert told(found) == [("name-bare", "entities", 2, column)]


@pytest.mark.parametrize(
    ("column", "expression"),
    [("create_if", "${luka} = '1'"), ("entity_id", "${luka}"), ("create_if", "${skor}")],
)
def test_no_case_hangs_on_a_restricted_answer(tmp_path, column, expression):
    """Was published once; the answer is left out before cases are made, so that none ever was."""
    survey = """
    type | name | label | x_pdp | calculation
    text | nama | Nama | umum |
    text | luka | Luka | terbatas |
    calculate | skor | | | string-length(${luka})
    """
    cells = {"label": "${nama}", "entity_id": "", "create_if": "", "update_if": "", column: expression}
    if cells["entity_id"]:
        cells |= {"create_if": "${nama} = '1'", "update_if": "${nama} = '2'"}
    heads, row = " | ".join(("list_name", *cells)), " | ".join(("anak", *cells.values()))
    found = faults_of(tmp_path, survey=survey, entities=f"{heads}\n{row}")
    assert told(found) == [("entity-restricted", "entities", 2, column)]
