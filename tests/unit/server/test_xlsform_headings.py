"""Headings: ours however they are written, and none that is dropped without a word."""

import pytest

from tests.support.workbooks import faults_of, field_of, told, warnings_of

DEFAULT = "form_title | form_id | version | default_language\nCoba | coba | 1 | Indonesia (id)"
PLAIN = "text | a | A | terbatas"


@pytest.mark.parametrize("heading", ["x_pdp", "X_PDP", "x pdp", "x-pdp", "X  Pdp", "xpdp"])
def test_the_class_of_personal_data_holds_however_its_heading_is_written(tmp_path, heading):
    """Was lost once: ``X_PDP`` was dropped in silence, and a restricted answer shown to everybody."""
    survey = f"type | name | label | {heading}\n{PLAIN}"
    assert field_of(tmp_path, "a", survey=survey)["pdp"] == "terbatas"


def test_a_cell_below_such_a_heading_is_told_by_the_heading_as_it_stands(tmp_path):
    survey = "type | name | label | X-PDP\ntext | a | A | rahasia"
    (found,) = faults_of(tmp_path, survey=survey)
    assert (found.code, found.place.column, found.place.cell) == ("word-unknown", "X-PDP", "D2")


def test_two_headings_for_one_column_of_ours_are_refused(tmp_path):
    survey = "type | name | label | x_pdp | X PDP\ntext | a | A | umum | terbatas"
    assert told(faults_of(tmp_path, survey=survey)) == [("heading-synonyms", "survey", None, None)]


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("x_pddp", "x_pdp"),
        ("pdp", "x_pdp"),
        ("x_perann", "x_peran"),
        ("peran", "x_peran"),
        ("xprefil", "x_prefill"),
        ("relevent", "relevant"),
        ("constrant", "constraint"),
        ("requred", "required"),
        ("constraint-message", "constraint_message"),
        ("lable::Indonesia (id)", "label"),
    ],
)
def test_a_heading_close_to_a_known_one_is_refused(tmp_path, heading, meant):
    """Broken once by leaving the check out: the condition below it was dropped, and the form published."""
    (found,) = faults_of(tmp_path, survey=f"type | name | label | {heading}\ntext | a | A | b")
    assert told([found]) == [("heading-near", "survey", 1, heading)]
    assert found.facts["near"] == meant


def test_settings_that_are_misspelt_are_refused(tmp_path):
    settings = "form_title | form_id | version | formid\nCoba | coba | 1 | x"
    found = faults_of(tmp_path, survey="type | name | label\ntext | a | A", settings=settings)
    assert told(found) == [("heading-near", "settings", 1, "formid")]


def test_other_columns_that_nobody_reads_are_told(tmp_path):
    found = warnings_of(
        tmp_path,
        survey="type | name | label | keterangan | x_name | x_hint\ntext | a | A | b | c | d",
        settings="form_title | form_id | version | pembuat | x_unit\nCoba | coba | 1 | x | y",
        choices="list_name | name | label | labels | musim | nama\nl | 1 | A | B | C | D",
    )
    assert told(found) == [
        ("heading-unknown", "settings", 1, "pembuat"),
        ("heading-unknown", "survey", 1, "keterangan"),
        ("heading-near", "choices", 1, "labels"),
    ]


@pytest.mark.parametrize("word", ["NIK", "nikk", "anak"])
def test_a_role_that_does_not_exist_is_refused(tmp_path, word):
    """Was accepted once: a number under ``NIK`` was not masked."""
    survey = f"type | name | label | x_peran\ntext | a | A | {word}"
    assert told(faults_of(tmp_path, survey=survey)) == [("word-unknown", "survey", 2, "x_peran")]


@pytest.mark.parametrize("heading", ["1x", "a/b", "a(b)", "A:B", "s::en"])
def test_a_column_of_choices_that_can_be_no_element_is_told(tmp_path, heading):
    """Was told as a broken workbook once, without a place and with an error of Python's."""
    found = faults_of(
        tmp_path,
        survey="type | name | label\nselect_one l | a | A",
        choices=f"list_name | name | label | {heading}\nl | 1 | A | x",
    )
    assert told(found) == [("heading-name", "choices", 1, heading)]


def test_an_attribute_with_a_prefix_that_nobody_declared_is_told(tmp_path):
    survey = "type | name | label | {}\ntext | a | A | x"
    found = faults_of(tmp_path, survey=survey.format("body::kb:flash"))
    assert told(found) == [("heading-prefix", "survey", 1, "body::kb:flash")]
    assert warnings_of(tmp_path, survey=survey.format("bind::odk:x | body::jr:y")) == ()
    spaces = 'form_title | form_id | version | namespaces\nC | coba | 1 | kb="urn:kb"'
    assert warnings_of(tmp_path, survey=survey.format("body::kb:flash"), settings=spaces) == ()


@pytest.mark.parametrize("sheet", ["survey", "choices"])
@pytest.mark.parametrize("order", [0, 1])
def test_a_text_in_the_default_language_stands_in_one_column(tmp_path, sheet, order):
    """Was told as a broken workbook once, or one of the two was dropped, as the columns stood."""
    languages = ["label | label::English (en)", "label::Indonesia (id)"][:: -1 if order else 1]
    heads, cells = " | ".join(languages), " | ".join("ABC")
    sheets = {
        "survey": "type | name | label::Indonesia (id)\nselect_one l | a | A",
        "choices": "list_name | name | label::Indonesia (id)\nl | 1 | A",
    }
    first = sheets[sheet].replace("label::Indonesia (id)", heads).removesuffix("A") + cells
    found = faults_of(tmp_path, **{**sheets, sheet: first}, settings=DEFAULT)
    assert told(found) == [("heading-default-language", sheet, 1, "label::Indonesia (id)")]
