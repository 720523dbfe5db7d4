"""Faults of rows, names, choices and references: one workbook each, with the place that Excel shows."""

import pytest

from tests.support.workbooks import definition_of, faults_of, told, warnings_of

JK = "list_name | name | label\njk | 1 | L\njk | 2 | P"
HEAD = "type | name | label"
POINT = '{"type": "Point", "coordinates": [1, 2]}'
PLACE = '{"features": [{"geometry": %s, "properties": {"id": "1", "title": "A"%s}}]}'


def survey(*lines, head=HEAD):
    return "\n".join((head, *lines))


@pytest.mark.parametrize(
    ("lines", "code", "row", "column"),
    [
        (("text | q | Q", " | tanpa_jenis | T"), "type-missing", 3, "type"),
        (("txet | q | Q",), "type-unknown-near", 2, "type"),
        (("zzz | q | Q",), "type-unknown", 2, "type"),
        (("select_jk jk | q | Q",), "type-unknown-near", 2, "type"),
        (("text | | Q",), "name-missing", 2, "name"),
        (("begin_group | | G", "text | q | Q", "end_group | |"), "name-missing", 2, "name"),
        (("text | nama anak | Q",), "name-invalid", 2, "name"),
        (("text | 1nama | Q",), "name-invalid", 2, "name"),
        (("text | a:b | Q",), "name-invalid", 2, "name"),
        (("text | q | Q", "-", "text | q | Q"), "name-twice", 4, "name"),
        (("text | q | Q", "end_group | |"), "end-unmatched", 3, "type"),
        (("begin_group | g | G", "text | q | Q"), "begin-unmatched", 2, "type"),
        (("text | meta | M",), "name-meta", 2, "name"),
        (("select_one jkk | q | Q",), "list-unknown-near", 2, "type"),
        (("select_one provinsi | q | Q",), "list-unknown", 2, "type"),
        (("select_one_from_file desa.txt | q | Q",), "list-file-ending", 2, "type"),
        (("calculate | q | Q", "text | r | R"), "calculation-missing", 2, None),
        (("text | q | Umur ${umu}", "integer | umur | U"), "reference-near", 2, "label"),
        (("text | q | ${xyz}",), "reference-missing", 2, "label"),
        (("text | q | ${umur",), "reference-broken", 2, "label"),
        (("text | q | ${ q }",), "reference-broken", 2, "label"),
        (("begin_loop over jk | q | Q", "text | r | R", "end_loop | |"), "type-loop", 2, "type"),
        (("select_one_external jk | q | Q",), "select-external", 2, "type"),
        (("osm jk | q | Q",), "type-unsupported", 2, "type"),
        (("select_one jk or_other | q | Q", "note | n | ${q_other}"), "reference-other", 3, "label"),
        (("text | n | N", "select_multiple ${n} | q | Q"), "select-from-repeat", 3, "type"),
    ],
)
def test_a_fault_in_a_row_names_its_place(tmp_path, lines, code, row, column):
    assert (code, "survey", row, column) in told(faults_of(tmp_path, survey=survey(*lines), choices=JK))


def test_rows_are_counted_as_excel_shows_them_blank_ones_too(tmp_path):
    """Broken once by leaving blank rows out before counting."""
    lines = ("-", "-", "text | q | ${x}", "-", "text | | Q")
    assert told(faults_of(tmp_path, survey=survey(*lines))) == [
        ("reference-missing", "survey", 4, "label"),
        ("name-missing", "survey", 6, "name"),
    ]


def test_columns_are_told_by_the_heading_that_stands_there_and_by_letter(tmp_path):
    head = "type | name | caption | | relevance"
    (fault,) = faults_of(tmp_path, survey=survey("text | q | Q | | selectd(1, 2)", head=head))
    assert (fault.place.column, fault.place.cell) == ("relevance", "E2")
    assert "Lembar survey, baris 2, kolom relevance (E2): " in fault.message("id")


def test_the_sheets_name_is_told_as_it_is_written(tmp_path):
    assert told(faults_of(tmp_path, SURVEY=survey("text | | Q"))) == [("name-missing", "SURVEY", 2, "name")]


def test_every_fault_is_told_not_only_the_first(tmp_path):
    """Broken once by raising at the first: pyxform's own way."""
    found = faults_of(
        tmp_path,
        survey=survey("text | | A", "zzz | b | B", "select_one xx | c | C", "text | d | ${e}"),
        choices="list_name | name | label\njk | a b | L\njk | | P",
        settings="form_id | version\nSalah | 1",
    )
    assert [one.code for one in found] == [
        "settings-form-id",
        "name-missing",
        "type-unknown",
        "list-unknown",
        "reference-missing",
        "choice-name-blank",
        "choice-name-missing",
    ]


def test_files_paths_and_circles_are_told_with_faults_of_cells(tmp_path):
    """Were told only once the cells were mended: a second and a third round for whoever writes the form."""
    found = faults_of(
        tmp_path,
        survey=survey(
            "text | a | A | selctd(1, 2)",
            "select_one_from_file nihil.csv | b | B |",
            "calculate | c | C | ${d}",
            "calculate | d | D | ${c}",
            "calculate | e | E | /data/nihil",
            "calculate | f | F | concat(/data/nihil, ${a}",
            head=f"{HEAD} | calculation",
        ),
    )
    assert told(found) == [
        ("xpath-function-near", "survey", 2, "calculation"),
        ("file-missing", "survey", 3, "type"),
        ("cycle", "survey", 4, "calculation"),
        ("path-unknown", "survey", 6, "calculation"),
        ("xpath-ends", "survey", 7, "calculation"),
    ]


def test_at_most_fifty_faults_are_told(tmp_path):
    assert len(faults_of(tmp_path, survey=survey(*["text | | A"] * 80))) == 50


def test_what_pyxform_finds_besides_is_told_with_it(tmp_path):
    head = "type | name | label | parameters"
    found = faults_of(
        tmp_path, survey=survey("range | r | R | start=a", "text | q | ${x} |", head=head), choices=JK
    )
    assert told(found) == [
        ("range-number", "survey", 2, "parameters"),
        ("reference-missing", "survey", 3, "label"),
    ]


def test_an_end_that_closes_something_else_names_what_is_open(tmp_path):
    lines = ("begin_group | luar | L", "begin_repeat | dalam | D", "text | q | Q", "end_group | |")
    found = faults_of(tmp_path, survey=survey(*lines, "end_repeat | |"))
    first = next(one for one in found if one.code == "end-other")
    assert first.place.row == 5
    assert "begin_repeat dalam" in first.message("en")
    assert "baris 3" in first.message("id")


def test_names_are_taken_once_in_a_group_and_repeats_once_in_the_form(tmp_path):
    lines = ("begin_group | a | A", "text | q | Q", "end_group | |", "text | q | Q")
    repeats = ("begin_repeat | r | R", "text | x | X", "end_repeat | |")
    group = ("begin_group | g | G", *repeats, "end_group | |")
    found = faults_of(tmp_path, survey=survey(*lines, *repeats, *group))
    assert told(found) == [("repeat-name-twice", "survey", 10, "name")]


def test_a_name_that_means_two_questions_cannot_be_referred_to(tmp_path):
    lines = ("begin_group | a | A", "text | q | Q", "end_group | |", "text | q | Q", "note | n | ${q}")
    assert told(faults_of(tmp_path, survey=survey(*lines))) == [("reference-ambiguous", "survey", 6, "label")]


def test_a_disabled_row_is_no_row(tmp_path):
    head = "type | name | label | disabled"
    assert not [
        one
        for one in warnings_of(tmp_path, survey=survey("text | q | Q |", "zzz | | | yes", head=head))
        if one.place.row == 3 and one.code != "heading-disabled"
    ]


def test_what_stands_below_sixty_empty_rows_is_not_lost_in_silence(tmp_path):
    """Broken by pyxform itself: it stops reading there and publishes the rest."""
    lines = ("text | q | Q", *["-"] * 70, "text | hilang | H")
    assert told(faults_of(tmp_path, survey=survey(*lines))) == [("row-below", "survey", 73, None)]


@pytest.mark.parametrize("gap", [70, 9_000])
def test_however_far_below_it_stands(tmp_path, gap):
    """Was lost once beyond 5,000 rows."""
    lines = ("text | q | Q", *["-"] * gap, "text | hilang | H")
    assert told(faults_of(tmp_path, survey=survey(*lines))) == [("row-below", "survey", gap + 3, None)]


def test_what_stands_behind_twenty_empty_columns_is_not_lost_in_silence(tmp_path):
    """Broken by pyxform itself: it stops reading there, and a constraint is gone."""
    gap = " |" * 25
    found = faults_of(tmp_path, survey=f"type | name | label |{gap} constraint\ntext | q | Q |{gap} . = 1")
    assert told(found) == [("heading-beyond", "survey", 1, "constraint")]


# --- choices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "code", "row", "column"),
    [
        (("jk | a b | AB",), "choice-name-blank", 2, "name"),
        (("jk | 1 | A", "-", "jk | 1 | B"), "choice-name-twice", 4, "name"),
        (("jk | | A",), "choice-name-missing", 2, "name"),
        ((" | 1 | A", "jk | 1 | A"), "choice-list-missing", 2, "list_name"),
        (("jk | 1 | ${umur}",), "reference-missing", 2, "label"),
    ],
)
def test_a_fault_in_a_choice_names_its_place(tmp_path, lines, code, row, column):
    choices = "\n".join(("list_name | name | label", *lines))
    found = faults_of(tmp_path, survey=survey("select_one jk | q | Q"), choices=choices)
    assert (code, "choices", row, column) in told(found)


def test_a_name_may_stand_in_two_lists_and_twice_where_the_settings_say_so(tmp_path):
    lists = "list_name | name | label\na | 1 | A\nb | 1 | B"
    lines = survey("select_one a | p | P", "select_one b | q | Q")
    assert warnings_of(tmp_path, survey=lines, choices=lists) == ()
    found = warnings_of(
        tmp_path,
        survey=survey("select_one a | p | P"),
        choices="list_name | name | label\na | 1 | A\na | 1 | B",
        settings="form_id | version | allow_choice_duplicates\ncoba | 1 | yes",
    )
    assert told(found) == [("choice-offered-once", "choices", 3, "name")]


def test_a_choice_without_a_label_is_a_warning(tmp_path):
    found = warnings_of(
        tmp_path, survey=survey("select_one jk | q | Q"), choices="list_name | name | label\njk | 1 |"
    )
    assert [one.code for one in found] == ["choice-label-missing"]


# --- triggers, our columns, files ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "code"),
    [
        ("umur", "trigger-broken"),
        ("${umu}", "reference-near"),
        ("${g}", "trigger-group"),
        ("${umur}, nama", "trigger-broken"),
        ("${umur} ${q}", "trigger-broken"),
    ],
)
def test_a_trigger_names_a_question(tmp_path, trigger, code):
    lines = ("integer | umur | U |", "begin_group | g | G |", f"text | q | Q | {trigger}", "end_group | | |")
    found = faults_of(tmp_path, survey=survey(*lines, head="type | name | label | trigger"))
    assert told(found) == [(code, "survey", 4, "trigger")]


def test_a_trigger_outside_of_a_repeat_sets_nothing_inside(tmp_path):
    """The phone's engine stops at the second member. Seen to fail without the check."""
    lines = (
        "text | t | T |", "begin_repeat | r | R |", "text | p | P |", "text | q | Q | ${t}",
        "text | s | S | ${p}", "end_repeat | | |", "text | u | U | ${p}",
    )  # fmt: skip
    found = faults_of(tmp_path, survey=survey(*lines, head="type | name | label | trigger"))
    assert told(found) == [("trigger-outside", "survey", 5, "trigger")]


@pytest.mark.parametrize(("column", "word"), [("x_pdp", "rahasia"), ("x_prefill", "maybe")])
def test_a_word_in_our_columns_that_is_not_known_is_told_at_its_cell(tmp_path, column, word):
    (fault,) = faults_of(tmp_path, survey=f"type | name | label | {column}\ntext | q | Q | {word}")
    assert (fault.code, fault.place.cell) == ("word-unknown", "D2")
    assert word in fault.message("id")


def test_a_missing_file_is_told_where_it_is_named(tmp_path):
    lines = ("text | k | K | |", "select_one_from_file pilih.csv | q | Q | |")
    calculation = "calculate | c | | pulldata('harga', 'h', 'k', ${k}) |"
    picture = "note | n | N | | foto.png"
    found = faults_of(
        tmp_path,
        survey=survey(*lines, calculation, picture, head="type | name | label | calculation | image"),
    )
    assert sorted(told(found), key=str) == [
        ("file-missing", "survey", 3, "type"),
        ("file-missing", "survey", 4, "calculation"),
        ("file-missing", "survey", 5, "image"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("kode,label\n1,Satu\n", "file-no-value"),
        ("name,nama\n1,Satu\n", "file-no-label"),
        ("name,label\n", "file-empty"),
        ("name,label\n1,A\n1,B\n", "file-name-twice"),
        ("name,label\na b,A\n", "file-name-blank"),
        ('name,label\n1,"A\n', "file-encoding"),
        ("name,label,nama desa\n1,A,B\n", "file-heading"),
        ("name,label,1x\n1,A,B\n", "file-heading"),
        ("name,label,\n1,A,\n", "file-heading"),
        ("name,label,luas (ha)\n1,A,B\n", "file-heading"),
        ("name,label,label::English (en)\n1,A,B\n", "file-heading"),
        ("name,name,label\n1,2,A\n", "file-heading-twice"),
        ("name,label\n1,A,B\n", "file-row-long"),
    ],
)
def test_a_choice_file_is_looked_at_line_by_line(tmp_path, content, code):
    """What a heading may not be was published once; the phone then opened no such form."""
    found = faults_of(
        tmp_path, files={"p.csv": content}, survey=survey("select_multiple_from_file p.csv | q | Q")
    )
    assert [one.code for one in found] == [code]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("p.xml", "<root><item>", "file-xml"),
        ("p.xml", '<!DOCTYPE r [<!ENTITY a "b">]><root><item><name>&a;</name></item></root>', "file-doctype"),
        ("p.geojson", "{}", "file-geojson"),
        ("p.geojson", "[" * 100_000, "file-geojson"),
        ("p.geojson", '{"features": [{"geometry": {"type": "Point", "coordinates": []}}]}', "file-place"),
        ("p.geojson", PLACE % ("null", ""), "file-place"),
        ("p.geojson", PLACE % ('{"type": "MultiPoint", "coordinates": [[1, 2]]}', ""), "file-place"),
        ("p.geojson", PLACE % ('{"type": "Point", "coordinates": [1, 2, 3]}', ""), "file-place"),
        ("p.geojson", PLACE % ('{"type": "Point", "coordinates": [1, 1e999]}', ""), "file-place"),
        ("p.geojson", PLACE % (POINT, ', "luas": NaN'), "file-geojson"),
        ("p.geojson", PLACE % (POINT, ', "nama desa": "x"'), "file-heading"),
        ("p.xml", '<root xmlns="urn:x"><item><name>1</name></item></root>', "file-namespace"),
        ("p.xml", "<root><item><name>1</name><name>2</name></item></root>", "file-heading-twice"),
    ],
)
def test_a_file_of_another_kind_is_read_with_care(tmp_path, name, content, code):
    """Of a file that cannot be read, nothing is said about columns that an expression asks of it."""
    list_name = name.partition(".")[0]
    lines = (
        f"select_one_from_file {name} | q | Q |",
        f"calculate | c | C | instance('{list_name}')/root/item[kode = '1']/nama",
    )
    found = faults_of(tmp_path, files={name: content}, survey=survey(*lines, head=f"{HEAD} | calculation"))
    assert [one.code for one in found] == [code]


def test_cells_that_are_empty_beyond_the_headings_are_left_aside(tmp_path):
    files = {"p.csv": "name;label\n1;A;;\n\n2;B\n"}
    choices = definition_of(tmp_path, files=files, survey=survey("select_one_from_file p.csv | q | Q"))[
        "choices"
    ]
    assert [one["name"] for one in choices["p"]] == ["1", "2"]
