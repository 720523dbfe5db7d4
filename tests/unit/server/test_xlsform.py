"""Workbooks that people write: what becomes of them in the definition, and the sentence when one is wrong."""

import pytest

from domain.errors import FormError
from server.xlsform import compile_workbook
from server.xlsform.classes import strictest
from tests.support.forms import compiled, workbook
from tests.support.workbooks import definition_of

HEAD = ("type", "name", "label::Bahasa Indonesia (id)", "label::English (en)", "calculation", "x_pdp")


def question(kind, name, calculation=None, pdp=None):
    return (kind, name, f"{name}?", f"{name}?", calculation, pdp)


def fields_of(form):
    return {field["path"]: field for field in form.definition["fields"]}


def classes_of(folder, *rows):
    return {
        path: field["pdp"]
        for path, field in fields_of(compile_workbook(workbook(folder, survey=(HEAD, *rows)))).items()
    }


def refused(path):
    with pytest.raises(FormError) as caught:
        compile_workbook(path)
    assert caught.value.code == "form-invalid"
    return caught.value.message


def test_a_question_keeps_its_path_type_labels_and_columns():
    field = fields_of(compiled("verifikasi_anak"))["g_anak/nik"]
    assert field["type"] == "text"
    assert field["label"] == {"id": "NIK anak", "en": "Child NIK"}
    assert (field["pdp"], field["role"], field["prefill"], field["required"]) == (
        "spesifik",
        "nik",
        True,
        True,
    )
    assert (field["group"], field["appearance"], field["choices"]) == (["g_anak"], "numbers", None)


def test_types_are_named_as_in_the_workbook():
    fields = fields_of(compiled("verifikasi_anak"))
    named = {
        "g_bukti/foto_rumah": "image",
        "g_sehat/hambatan": "select_multiple",
        "g_sehat/berat_kg": "decimal",
    }
    named |= {
        "g_wilayah/desa": "select_one",
        "g_wilayah/lokasi": "geopoint",
        "waktu_mulai": "start",
        "k1": "calculate",
    }
    assert {path: fields[path]["type"] for path in named} == named


def test_a_path_in_a_repeat_has_a_star_for_the_member():
    form = compiled("verifikasi_keluarga").definition
    assert [repeat["path"] for repeat in form["repeats"]] == ["anggota"]
    assert fields_of(compiled("verifikasi_keluarga"))["anggota/*/a_nama"]["group"] == ["anggota"]


def test_a_repeat_within_a_repeat_has_two_stars(tmp_path):
    rows = (("begin_repeat", "a", "A", "A"), ("begin_group", "g", "G", "G"), ("begin_repeat", "b", "B", "B"))
    ends = (("end_repeat",), ("end_group",), ("end_repeat",))
    form = compile_workbook(workbook(tmp_path, survey=(HEAD, *rows, question("text", "q"), *ends)))
    assert [repeat["path"] for repeat in form.definition["repeats"]] == ["a", "a/*/g/b"]
    assert fields_of(form)["a/*/g/b/*/q"]["group"] == ["a", "a/*/g", "a/*/g/b"]


def test_choices_come_from_the_sheet_and_from_the_files_beside_the_workbook():
    choices = compiled("penyaluran_bantuan").definition["choices"]
    assert choices["satuan"][1] == {"name": "liter", "label": {"id": "liter", "en": "litre"}}
    assert len(choices["desa"]) == 237
    assert choices["desa"][0] == {
        "name": "64.02.01.2001",
        "label": {"id": "Perian", "en": "Perian"},
        "kecamatan": "64.02.01",
        "jenis": "desa",
    }


def test_the_village_is_asked_or_comes_from_the_case():
    assert compiled("verifikasi_anak").definition["village_question"] == "g_wilayah/desa"
    assert compiled("kunjungan_pemantauan").definition["village_question"] == "g_tugas/desa_kasus"


def test_a_label_without_a_language_is_indonesian(tmp_path):
    form = compile_workbook(workbook(tmp_path, survey=(("type", "name", "label"), ("text", "q", "Apa?"))))
    assert fields_of(form)["q"]["label"] == {"id": "Apa?"}
    assert form.definition["languages"] == ["id"]


def test_a_question_without_a_class_is_specific(tmp_path):
    assert classes_of(tmp_path, question("text", "q")) == {"q": "spesifik"}


def test_a_calculation_takes_the_strictest_class_of_its_inputs_however_far_back(tmp_path):
    """Broken once by looking at direct inputs only: `d` then came out as umum."""
    classes = classes_of(
        tmp_path,
        question("integer", "a", pdp="umum"),
        question("integer", "b", pdp="terbatas"),
        question("calculate", "c", "${a} + ${b}"),
        question("calculate", "d", "${c} * 2", "umum"),
        question("calculate", "e", "${a} + 1"),
        question("calculate", "f", "1 + 1"),
    )
    assert classes["c"] == classes["d"] == "terbatas"
    assert (classes["e"], classes["f"]) == ("umum", "spesifik")


def test_an_input_named_by_its_path_counts_too(tmp_path):
    classes = classes_of(
        tmp_path, question("integer", "b", pdp="terbatas"), question("calculate", "c", "/data/b + 1")
    )
    assert classes["c"] == "terbatas"


def test_a_name_within_quotes_is_no_input(tmp_path):
    classes = classes_of(
        tmp_path,
        question("integer", "a", pdp="umum"),
        question("integer", "b", pdp="terbatas"),
        question("calculate", "c", "concat(${a}, 'b', \"b\")"),
    )
    assert classes["c"] == "umum"


def test_a_note_that_shows_a_restricted_answer_is_restricted(tmp_path):
    note = ("note", "n", "Skor ${b}", "Score ${b}", None, "umum")
    assert classes_of(tmp_path, question("integer", "b", pdp="terbatas"), note)["n"] == "terbatas"


def test_what_a_trigger_sets_takes_the_class_of_the_trigger_even_if_it_is_a_constant(tmp_path):
    """Else an open answer would tell that a restricted one was given."""
    rows = ("text | a | A | terbatas | |", "text | b | B | umum | 1 | ${a}", "text | c | C | umum | 1 | ${d}",
            "text | d | D | umum | |")  # fmt: skip
    table = "\n".join(("type | name | label | x_pdp | calculation | trigger", *rows))
    found = {one["path"]: one["pdp"] for one in definition_of(tmp_path, survey=table)["fields"]}
    assert found == {"a": "terbatas", "b": "terbatas", "c": "umum", "d": "umum"}


def test_the_class_of_a_group_covers_what_is_in_it(tmp_path):
    group = ("begin_group", "g", "G", "G", None, "terbatas")
    assert classes_of(tmp_path, group, question("text", "q", pdp="umum"), ("end_group",)) == {
        "g/q": "terbatas"
    }


def test_calculations_in_a_circle_still_get_a_class():
    assert strictest({"a": "umum", "b": "terbatas"}, {"a": {"b"}, "b": {"a"}}) == {
        "a": "terbatas",
        "b": "terbatas",
    }


def test_a_long_chain_of_calculations_needs_no_deep_stack():
    chain = {f"c{n}": {f"c{n - 1}"} for n in range(1, 20_000)}
    assert strictest({"c0": "terbatas"} | dict.fromkeys(chain, "umum"), chain)["c19999"] == "terbatas"


@pytest.mark.parametrize(("column", "word"), [("x_pdp", "rahasia"), ("x_prefill", "maybe")])
def test_an_unknown_word_in_our_columns_is_refused(tmp_path, column, word):
    message = refused(
        workbook(tmp_path, survey=(("type", "name", "label", column), ("text", "q", "Q", word)))
    )
    assert column in message
    assert word in message


@pytest.mark.parametrize("form_id", ["", "Verifikasi", "9anak", "a-b", "a" * 65, "../x", "anak@1", "änak"])
def test_a_form_id_that_cannot_be_used_is_refused(tmp_path, form_id):
    settings = (("form_title", "form_id", "version"), ("T", form_id, "1"))
    assert "form_id" in refused(workbook(tmp_path, survey=(HEAD, question("text", "q")), settings=settings))


@pytest.mark.parametrize("version", ["", "1@2", "1 2", "1/2", "v" * 33])
def test_a_version_that_cannot_be_used_is_refused(tmp_path, version):
    settings = (("form_title", "form_id", "version"), ("T", "coba", version))
    assert "version" in refused(workbook(tmp_path, survey=(HEAD, question("text", "q")), settings=settings))


def test_a_name_that_stands_twice_is_refused_with_the_name(tmp_path):
    assert "kembar" in refused(
        workbook(tmp_path, survey=(HEAD, question("text", "kembar"), question("text", "kembar")))
    )


def test_a_missing_choice_file_is_refused_with_its_name(tmp_path):
    rows = (("type", "name", "label"), ("select_one_from_file rahasia.csv", "q", "Q"))
    assert "rahasia.csv" in refused(workbook(tmp_path, survey=rows))


def test_a_choice_file_in_another_folder_is_refused(tmp_path):
    (tmp_path / "luar.csv").write_text("name,label\n1,Satu\n")
    inner = tmp_path / "dalam"
    inner.mkdir()
    rows = (("type", "name", "label"), ("select_one_from_file ../luar.csv", "q", "Q"))
    refused(workbook(inner, survey=rows))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfename", "UTF-8"),
        (b"kode,label\n1,Satu\n", "name"),
        (b"name,nama\n1,Satu\n", "label"),
        (b"name,label\n,Satu\n", "line 2"),
        (b"name,label\n1,\0Satu\n", "UTF-8"),
    ],
)
def test_a_choice_file_that_is_no_list_of_choices_is_refused(tmp_path, content, told):
    (tmp_path / "pilihan.csv").write_bytes(content)
    rows = (("type", "name", "label"), ("select_one_from_file pilihan.csv", "q", "Q"))
    path = workbook(tmp_path, survey=rows)
    assert told in refused(path)


def test_a_choice_file_may_use_other_columns(tmp_path):
    (tmp_path / "pilihan.csv").write_text("kode,nama\n1,Satu\n")
    head = ("type", "name", "label", "parameters")
    row = ("select_one_from_file pilihan.csv", "q", "Q", "value=kode label=nama")
    form = compile_workbook(workbook(tmp_path, survey=(head, row)))
    kept = {"kode": "1", "nama": "Satu"}  # filters and instance() speak of the file's own columns
    assert form.definition["choices"]["pilihan"] == [
        {**kept, "name": "1", "label": {"id": "Satu", "en": "Satu"}}
    ]


def test_a_reference_to_nothing_is_told_in_pyxforms_words(tmp_path):
    assert "tidak_ada" in refused(
        workbook(tmp_path, survey=(HEAD, question("calculate", "c", "${tidak_ada} + 1")))
    )
