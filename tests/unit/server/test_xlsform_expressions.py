"""Expressions that pyxform passes without Java and no phone could run: each is told at its cell."""

import pytest

from server.xlsform.cycles import circles
from server.xlsform.running import blamed, fails
from tests.support.workbooks import definition_of, faults_of, told

HEAD = "type | name | label | relevant | constraint | calculation | choice_filter | required | default"
CHOICES = "list_name | name | label | kab\njk | 1 | L | 3\njk | 2 | P | 4"
NAMED = "form_title | form_id | version | instance_name\nC | coba | 1 | indexed-repeat(${umur}, ${nama}, 1)"
START = ("integer | umur | U | | | | | |", "text | nama | N | | | | | |")


def survey(*lines):
    return "\n".join((HEAD, *START, *lines))


def found_in(tmp_path, *lines, **sheets):
    return faults_of(tmp_path, survey=survey(*lines), choices=CHOICES, **sheets)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("selectd(${nama}, 'a')", "xpath-function-near"),
        ("zzz(${nama})", "xpath-function-unknown"),
        ("selected(${nama})", "xpath-arguments"),
        ("if(${umur} > 3, 1)", "xpath-arguments"),
        ("count(3)", "xpath-no-path"),
        ("${umur} > ", "xpath-ends"),
        ("(${umur} > 3", "xpath-ends"),
        ("${umur} > 3)", "xpath-syntax"),
        ("${umur} == 3", "xpath-syntax"),
        ("${umur} > 3 && ${nama} = 'a'", "xpath-syntax"),
        ("'abc", "xpath-syntax"),
        ("following-sibling::nama", "xpath-axis-unsupported"),
        ("//nama", "xpath-axis-unsupported"),
        ("(" * 300 + "1" + ")" * 300, "xpath-too-deep"),
    ],
)
def test_an_expression_that_cannot_be_read_is_told_with_what_is_wrong(tmp_path, expression, code):
    (fault,) = found_in(tmp_path, f"text | q | Q | {expression} | | | | |")
    assert told([fault]) == [(code, "survey", 4, "relevant")]
    assert fault.place.cell == "D4"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("text | q | Q | x( | | | | |", "relevant"),
        ("text | q | Q | | x( | | | |", "constraint"),
        ("calculate | q | Q | | | x( | | |", "calculation"),
        ("select_one jk | q | Q | | | | x( | |", "choice_filter"),
        ("text | q | Q | | | | | x( |", "required"),
        ("text | q | Q | | | | | | concat(", "default"),
    ],
)
def test_every_column_with_expressions_is_read(tmp_path, line, column):
    (fault,) = found_in(tmp_path, line)
    assert (fault.code, fault.place.row, fault.place.column) == ("xpath-ends", 4, column)


def test_the_other_sheets_are_read_too(tmp_path):
    found = found_in(
        tmp_path,
        settings="form_id | version | instance_name\ncoba | 1 | concat(${nama}",
        entities="list_name | label | create_if\nanak | ${nama} | ${umur} >",
    )
    assert told(found) == [
        ("xpath-ends", "settings", 2, "instance_name"),
        ("xpath-ends", "entities", 2, "create_if"),
    ]


def test_a_function_is_named_with_the_one_that_may_be_meant(tmp_path):
    (fault,) = found_in(tmp_path, "text | q | Q | selcted(${nama}, 'a') | | | | |")
    assert "selcted()" in fault.message("id")
    assert "selected()" in fault.message("en")


def test_the_number_of_arguments_is_told_with_the_right_one(tmp_path):
    (fault,) = found_in(tmp_path, "calculate | q | Q | | | if(${umur} > 3, 1) | | |")
    assert fault.message("en").endswith("if() takes 3 arguments, found 2.")


@pytest.mark.parametrize("word", ["yes", "no", "true()", "TRUE"])
def test_yes_and_no_are_no_expressions(tmp_path, word):
    definition_of(tmp_path, survey=survey(f"text | q | Q | | | | | {word} |"))


def test_typographic_quotation_marks_are_read_as_pyxform_does(tmp_path):
    definition_of(tmp_path, survey=survey("text | q | Q | ${nama} = ‘a’ or ${nama} = “b” | | | | |"))


# --- columns of lists --------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", ["kabu = ${umur}", "kab = '3' and kabu != ''", "not(kabu)"])
def test_a_column_that_the_list_does_not_have_is_told(tmp_path, condition):
    (fault,) = found_in(tmp_path, f"select_one jk | q | Q | | | | {condition} | |")
    assert told([fault]) == [("column-near", "survey", 4, "choice_filter")]
    assert "“kab”" in fault.message("en")


@pytest.mark.parametrize(
    "condition",
    [
        "kab = ${umur}",
        "name != '1' and label != ''",
        "kab = current()/../umur",
        "kab = instance('jk')/root/item[name = '1']/kab",
        "kab = /data/umur",
    ],
)
def test_what_is_no_column_of_the_row_is_not_asked_of_the_list(tmp_path, condition):
    definition_of(tmp_path, survey=survey(f"select_one jk | q | Q | | | | {condition} | |"), choices=CHOICES)


def test_columns_of_files_are_known_when_the_file_is_read(tmp_path):
    found = found_in(
        tmp_path,
        "select_one_from_file d.csv | q | Q | | | | kecamata = ${nama} | |",
        "calculate | p | P | | | pulldata('h', 'rupia', 'kode', ${nama}) | | |",
        "calculate | r | R | | | instance('d')/root/item[name = ${nama}]/kec | | |",
        files={"d.csv": "name,label,kecamatan\n1,A,2\n", "h.csv": "kode,rupiah\n1,2\n"},
    )
    assert [one.facts["column"] for one in found] == ["kecamata", "rupia", "kec"]
    assert [one.place.cell for one in found] == ["G4", "F5", "F6"]


def test_a_list_that_is_not_there_is_told(tmp_path):
    (fault,) = found_in(tmp_path, "calculate | q | Q | | | instance('desa')/root/item[1]/name | | |")
    assert told([fault]) == [("instance-unknown", "survey", 4, "calculation")]


@pytest.mark.parametrize("name", ["anak", "keluarga", "penyaluran"])
def test_a_case_list_is_declared_where_an_expression_names_it(tmp_path, name):
    form = definition_of(
        tmp_path, survey=survey(f"calculate | q | Q | | | count(instance('{name}')/root/item) | | |")
    )
    assert form["attached"] == [name]


# --- paths and repeats ---------------------------------------------------------------------------------


def test_a_path_to_nothing_is_told(tmp_path):
    found = found_in(
        tmp_path, "calculate | q | Q | | | /data/g/umur + 1 | | |", "calculate | r | R | | | ../umu | | |"
    )
    assert told(found) == [
        ("path-unknown", "survey", 4, "calculation"),
        ("path-unknown", "survey", 5, "calculation"),
    ]


REPEAT = (
    "begin_repeat | anggota | A | | | | | |",
    "integer | usia | U | | | | | |",
    "begin_group | g | G | | | | | |",
    "text | sebut | S | {inside} | | | | |",
    "end_group | | | | | | | |",
    "end_repeat | | | | | | | |",
)


def in_repeat(inside="", outside=""):
    lines = [line.format(inside=inside) for line in REPEAT]
    return (*lines, f"calculate | luar | L | | | {outside} | | |") if outside else lines


@pytest.mark.parametrize(
    "outside",
    [
        "${usia} + 1",
        "if(${usia} > 3, 1, 2)",
        "concat('a', string(${usia}))",
        "${usia}",
        "count(${anggota}) + ${usia}",
    ],
)
def test_a_reference_into_a_repeat_is_refused_where_one_value_fits(tmp_path, outside):
    """Broken once by letting every path in a call pass: only those that take all values may."""
    (fault,) = found_in(tmp_path, *in_repeat(outside=outside))
    assert told([fault]) == [("repeat-many", "survey", 10, "calculation")]
    assert "“usia”" in fault.message("id")
    assert "“anggota”" in fault.message("id")


@pytest.mark.parametrize(
    "outside",
    [
        "sum(${usia})",
        "count(${anggota}) > 0 and max(${usia}) > 3",
        "join(' ', ${sebut})",
        "count-non-empty(${sebut})",
        "indexed-repeat(${usia}, ${anggota}, 1)",
        "/data/anggota[1]/usia",
        "/data/anggota[position() = last()]/usia",
        "sum(/data/anggota[usia > 3]/usia)",
    ],
)
def test_all_values_or_a_chosen_one_are_fine(tmp_path, outside):
    definition_of(tmp_path, survey=survey(*in_repeat(outside=outside)))


@pytest.mark.parametrize(
    "inside", ["${usia} > 3", "${umur} > ${usia}", "position(..) > 1", "sum(${usia}) > 3"]
)
def test_members_refer_to_their_own_answers(tmp_path, inside):
    definition_of(tmp_path, survey=survey(*in_repeat(inside=inside)))


def test_a_path_that_leaves_the_repeat_and_comes_back_means_every_member(tmp_path):
    (fault,) = found_in(tmp_path, *in_repeat(inside="../../../anggota/usia > 3"))
    assert told([fault]) == [("repeat-many", "survey", 7, "relevant")]


def test_a_label_shows_one_value_too(tmp_path):
    found = found_in(tmp_path, *in_repeat(), "note | n | Usia ${usia} | | | | | |")
    assert told(found) == [("repeat-many", "survey", 10, "label")]


def test_the_label_of_a_repeat_shows_its_members_answers(tmp_path):
    lines = [line.replace("| A |", "| Anggota ${sebut} |") for line in in_repeat()]
    definition_of(tmp_path, survey=survey(*lines))


def test_a_fault_of_an_entity_is_told_in_its_row(tmp_path):
    found = found_in(
        tmp_path,
        *in_repeat(),
        entities="list_name | label | create_if\nkeluarga | ${nama} |\nanak | ${usia} | /data/x = 1",
    )
    assert told(found) == [("path-unknown", "entities", 3, "create_if")]


@pytest.mark.parametrize("expression", ["${g}", "string(..)", "/data/anggota/g = ''", "concat(/data, '')"])
def test_a_group_has_no_value_of_its_own(tmp_path, expression):
    """The phone's engine never ends to calculate what reads the group that it stands in."""
    found = found_in(tmp_path, *in_repeat(inside=expression))
    assert [one.code for one in found] == ["group-value"]


def test_a_members_id_in_a_group_is_told(tmp_path):
    survey = """
    type | name | label | calculation | x_peran
    begin_repeat | r | R | |
    begin_group | g | G | |
    calculate | kunci | | once(uuid()) | id_anggota
    text | q | Q | |
    end_group | | | |
    end_repeat | | | |
    """
    assert told(faults_of(tmp_path, survey=survey)) == [("member-id-place", "survey", 4, "x_peran")]


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("calculate | q | Q | | | indexed-repeat(${umur}, ${nama}, 1) | | |", "F5"),
        ("text | q | Q | indexed-repeat(${umur}, ${nama}, 1) = 2 | | | | |", "D5"),
        (
            "text | q | Q | | instance('jk')/root/item[jr:choice-name(${k}, '${k}')]/kab = 3 | | | |",
            "E5",
        ),
    ],
)
def test_what_can_be_read_and_not_run_is_told_at_its_cell(tmp_path, line, cell):
    more = [f"text | t{number} | T | ${{umur}} > {number} | | | | |" for number in range(9)]
    (fault,) = found_in(tmp_path, "select_one jk | k | K | | | | | |", line, *more)
    assert (fault.code, fault.place.cell) == ("logic-unreadable", cell)


# --- circles -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "row", "names"),
    [
        (("calculate | a | A | | | ${b} | | |", "calculate | b | B | | | ${a} | | |"), 4, "a → b → a"),
        (("text | a | A | ${b} = '1' | | | | |", "text | b | B | ${a} = '1' | | | | |"), 4, "a → b → a"),
        (("calculate | a | A | | | ${a} + 1 | | |",), 4, "a → a"),
        (("text | a | A | ${a} = '1' | | | | |",), 4, "a → a"),
        (
            (
                "begin_group | g | G | ${d} = '1' | | | | |",
                "text | d | D | | | | | |",
                "end_group | | | | | | | |",
            ),
            4,
            "g → d → g",
        ),
        (
            (
                "calculate | a | A | | | ${b} | | |",
                "text | b | B | ${c} = 1 | | | | |",
                "calculate | c | C | | | ${a} | | |",
            ),
            4,
            "a → b → c → a",
        ),
    ],
)
def test_what_waits_for_itself_is_told_with_the_way_round(tmp_path, lines, row, names):
    (fault,) = found_in(tmp_path, *lines)
    assert fault.code in {"cycle", "cycle-self"}
    assert (fault.place.row, fault.facts["names"]) == (row, names)


@pytest.mark.parametrize(
    "lines",
    [
        ("calculate | a | A | | | once(uuid()) | | |",),
        ("calculate | a | A | | | if(. = '', ${umur}, .) | | |",),
        ("text | a | A | | . != ${umur} and ${a} != '1' | | | |",),
        ("text | a | A | | | | | ${b} = 1 |", "text | b | B | | | | | ${a} = 1 |"),
        (
            "begin_repeat | r | R | | | | | |",
            "integer | x | X | | | | | |",
            "calculate | lalu | L | | | ${x} + indexed-repeat(${lalu}, ${r}, position(..) - 1) | | |",
            "end_repeat | | | | | | | |",
        ),
    ],
)
def test_what_only_looks_like_a_circle_is_published(tmp_path, lines):
    definition_of(tmp_path, survey=survey(*lines))


def test_a_long_chain_is_no_circle_and_needs_no_deep_stack():
    chain = {f"c{number}": {f"c{number - 1}"} for number in range(1, 20_000)} | {"c0": set()}
    assert list(circles(chain)) == []
    assert [len(one) for one in circles(chain | {"c0": {"c19999"}})] == [20_000]


@pytest.mark.parametrize("list_name", ["l'x", 'l"x', "l[1]", "a:b"])
def test_a_lists_name_that_an_expression_cannot_hold_is_refused(tmp_path, list_name):
    """Was an error of the server once: no cell was found that could be blamed."""
    choices = f"list_name | name | label\n{list_name} | 1 | A\n{list_name} | 2 | B"
    found = faults_of(
        tmp_path, survey=f"type | name | label\nselect_one {list_name} | q | Q", choices=choices
    )
    assert told(found) == [("list-name", "choices", 2, "list_name")]


def test_a_definition_that_stops_at_a_list_blames_no_question(tmp_path):
    """Was an IndexError once; or the last condition of the form was blamed."""
    form = definition_of(
        tmp_path,
        survey="""
        type | name | label | relevant
        begin_repeat | r | R |
        text | a | A |
        end_repeat | | |
        select_one ${a} | b | B |
        text | c | C | ${b} = '1'
        """,
    )
    form["fields"][2]["choices_from"]["nodeset"] = "("
    assert fails(form)
    assert blamed(form) is None


def test_what_a_case_cannot_be_made_with_is_told(tmp_path):
    """Was published once: whoever filed the form met the error."""
    found = found_in(
        tmp_path, entities="list_name | label\nanak | indexed-repeat(${umur}, ${nama}, 1)", settings=NAMED
    )
    assert told(found) == [
        ("logic-unreadable", "settings", 2, "instance_name"),
        ("logic-unreadable", "entities", 2, "label"),
    ]


@pytest.mark.parametrize(
    "expression", ["count(/data/*)", "concat(../*)", "string(/data/*[2])", "/data/*/nama", "count(../@*)"]
)
def test_a_path_that_takes_everything_is_refused(tmp_path, expression):
    """Was published once, and what it took of restricted answers everybody could read."""
    found = found_in(tmp_path, f"calculate | q | Q | | | {expression} | | |")
    assert [one.code for one in found] == ["path-any"]


def test_all_of_a_list_may_be_taken(tmp_path):
    calculation = "count(instance('jk')/root/*) + count(instance('jk')/root/item[count(*) > 1])"
    line = f"calculate | q | Q | | | {calculation} | | |"
    definition_of(tmp_path, survey=survey("select_one jk | k | K | | | | | |", line), choices=CHOICES)


@pytest.mark.parametrize("outside", ["position(${anggota})", "position(${usia})"])
def test_a_position_asked_from_outside_is_refused(tmp_path, outside):
    """Was published once; the phone's engine stops at it."""
    found = found_in(tmp_path, *in_repeat(inside="position(..)", outside=outside))
    assert [one.code for one in found] == ["position-many"]
    definition_of(
        tmp_path, survey=survey(*in_repeat(inside="position(..)", outside="position(/data/anggota[2])"))
    )


def test_a_function_that_is_only_a_little_alike_is_not_proposed(tmp_path):
    (fault,) = found_in(tmp_path, "calculate | q | Q | | | id() | | |")
    assert fault.code == "xpath-function-unknown"
    assert "docs/forms-matrix.md" in fault.message("en")
