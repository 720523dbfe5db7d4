"""
What pyxform complains of is told in our words, with the place: real complaints of real workbooks.

Each case runs pyxform itself, so that a version with other sentences is noticed here and not in the office.
"""

import pytest

from server.faults import WorkbookError
from server.texts import form_catalogue
from server.xlsform.convert import convert, open_workbook
from server.xlsform.foreign import BY_PATTERN, BY_TEMPLATE, SILENT, recognise
from tests.support.workbooks import book, warnings_of

LISTED = "list_name | name | label"
CHOICES = f"{LISTED}\njk | 1 | L\njk | 2 | P\nlain | 1 | A"
WIDE = "type | name | label | parameters | appearance | choice_filter | save_to | trigger | calculation"
ENTITIES = "list_name | label\nanak | ${q}"

GROUP = ["begin_group | a | A", "text | q | Q", "end_group | |"]
REPEAT = ["begin_repeat | r | R", "text | p | P", "end_repeat | |"]
GRID = ["begin_group | g | G | | table-list", "select_one jk | a | A"]
UNSEEN = ["text | q | Q", "calculate | c | C | | | | | | 1", "text | r | R | | | | | ${c} | 2"]
SAVED = "text | q | Q | | | | nama"

CASES = [
    # (code, row, sheets); the survey's rows stand under WIDE
    ("name-taken", 3, ["text | q | Q", "text | q | Q"], {}),
    ("name-missing", 2, ["text | | Q"], {}),
    ("name-invalid", 2, ["text | a b | Q"], {}),
    ("name-meta", 2, ["text | meta | Q"], {}),
    ("type-missing", 2, [" | q | Q", "text | r | R"], {}),
    ("type-unknown", None, ["zzz | q | Q"], {}),
    ("calculation-missing", 2, ["calculate | q | Q"], {}),
    ("end-unmatched", 3, ["text | q | Q", "end_group | |"], {}),
    ("begin-unmatched", 2, ["begin_group | g | G", "text | q | Q"], {}),
    ("list-unknown", 2, ["select_one xx | q | Q"], {}),
    ("choices-missing", None, ["select_one xx | q | Q"], {"choices": None}),
    ("list-file-ending", 2, ["select_one_from_file a.txt | q | Q"], {}),
    ("select-external", None, ["select_one_external jk | q | Q"], {}),
    ("reference-missing", 2, ["text | q | ${xx}"], {}),
    ("reference-ambiguous", 6, [*GROUP, "text | q | Q", "note | n | ${q}"], {}),
    ("reference-broken", 2, ["text | q | ${q"], {}),
    ("repeat-name-twice", 6, [*REPEAT, "begin_group | g | G", *REPEAT, "end_group | |"], {}),
    ("name-root", 2, ["begin_repeat | data | R", "text | q | Q", "end_repeat | |"], {}),
    ("choice-name-missing", 2, ["select_one jk | q | Q"], {"choices": f"{LISTED}\njk | | L"}),
    ("choice-name-repeated", 3, ["select_one jk | q | Q"], {"choices": f"{LISTED}\njk | 1 | L\njk | 1 | P"}),
    ("choice-name-blank", None, ["select_multiple jk | q | Q"], {"choices": f"{LISTED}\njk | a b | L"}),
    ("other-filter", 2, ["select_one jk or_other | q | Q | | | name = '1'"], {}),
    ("parameter-randomize", None, ["select_one jk | q | Q | randomize=mungkin"], {}),
    ("parameter-seed", None, ["select_one jk | q | Q | randomize=true seed=abc"], {}),
    ("parameter-unknown", 2, ["select_one jk | q | Q | warna=merah"], {}),
    ("parameters-broken", 2, ["text | q | Q | baris"], {}),
    ("parameter-integer", 2, ["text | q | Q | rows=banyak"], {}),
    ("parameter-quality", None, ["audio | q | Q | quality=bagus"], {}),
    ("parameter-accuracy", 2, ["geopoint | q | Q | capture-accuracy=baik"], {}),
    ("parameter-mock", 2, ["geopoint | q | Q | allow-mock-accuracy=ya"], {}),
    ("range-number", 2, ["range | q | Q | start=a end=3"], {}),
    ("range-zero", 2, ["range | q | Q | start=1 end=3 step=0"], {}),
    ("range-too-large", 2, ["range | q | Q | start=1 end=3 step=9"], {}),
    ("table-list-mixed", 4, [*GRID, "select_one lain | b | B", "end_group | |"], {}),
    ("label-missing", 2, ["text | q |", "text | r | R"], {}),
    ("audit-name", 2, ["audit | catatan |", "text | q | Q"], {}),
    ("heading-twice", None, ["text | q | Q"], {"head": "type | name | label | label"}),
    ("heading-synonyms", None, ["text | q | Q"], {"head": "type | name | label | caption"}),
    ("heading-missing", None, ["a | b"], {"head": "jenis | nama"}),
    ("entity-none", 2, ["text | q | Q | | | | nama"], {}),
    ("entity-property-twice", 3, [SAVED, "text | r | R | | | | nama"], {"entities": ENTITIES}),
    ("entity-save-group", 2, ["begin_group | g | G | | | | nama", *GROUP[1:]], {"entities": ENTITIES}),
    ("entity-list-unknown", 2, ["text | q | Q | | | | xx#nama"], {"entities": ENTITIES}),
    ("entity-label", 2, ["text | q | Q"], {"entities": "list_name | label\nanak |"}),
    ("entity-id", 2, ["text | q | Q"], {"entities": "list_name | label | update_if\nanak | ${q} | true()"}),
    ("entity-prefix", 2, ["text | q | Q | | | | nama"], {"entities": f"{ENTITIES}\nkeluarga | ${{q}}"}),
    ("entity-list-twice", 3, ["text | q | Q"], {"entities": f"{ENTITIES}\nanak | ${{q}}"}),
    ("trigger-unseen", 4, [*UNSEEN], {}),
    ("survey-empty", None, [], {"head": "-"}),
    ("parameter-integer", 2, ["image | q | Q | max-pixels=besar"], {}),
    ("instance-twice", 3, [f"select_one_from_file x.{one} | {one} | Q" for one in ("csv", "xml")], {}),
    ("background-trigger", 2, ["background-geopoint | q |", "text | r | R"], {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "row", "lines", "sheets"), CASES, ids=[one[0] for one in CASES])
def test_a_complaint_of_pyxform_is_told_in_our_words(tmp_path, code, row, lines, sheets):
    given = {"choices": CHOICES, "head": WIDE, **sheets}
    path = book(tmp_path, survey="\n".join((given.pop("head"), *lines)), **given)
    with pytest.raises(WorkbookError) as caught:
        convert(open_workbook(path.read_bytes()))
    (fault,) = caught.value.faults
    assert fault.code == code
    if row is not None:
        assert fault.place.row == row
    assert fault.message("id") != fault.message("en")
    assert "?" not in fault.message("id")


def test_more_than_the_thirty_commonest_are_known():
    assert len({code for code, *_ in CASES}) >= 45
    assert set(BY_TEMPLATE.values()) | set(BY_PATTERN.values()) <= form_catalogue("id").keys() | SILENT


def test_what_is_not_known_is_passed_on():
    fault = recognise("[row : 7] Something quite new about the 'survey' sheet.")
    assert (fault.code, fault.place.row) == ("pyxform", 7)
    assert "Something quite new" in fault.message("id")


def test_warnings_of_pyxform_are_told_in_our_words(tmp_path):
    found = warnings_of(
        tmp_path,
        survey="""
        type | name | label::A (id) | label::B (en) | hint::B (en)
        select_one jk or_other | q | Q | Q | H
        text | Q | R | R |
        """,
        choices="list_name | name | label::A (id) | label::B (en)\njk | 1 | L | M",
    )
    assert {one.code for one in found} == {"other-translations", "name-case", "translation-missing"}
    assert all(one.is_warning for one in found)


def test_what_is_told_already_or_asks_for_nothing_is_not_told_in_english(tmp_path):
    """Was passed on as it is once; the column ``disabled`` and languages without a code too."""
    found = warnings_of(
        tmp_path,
        survey="""
        type | name | label::Bahasa Indonesia | disabled
        simserial | s | |
        text | a | A |
        text | b | B | yes
        """,
    )
    codes = ["language-code", "type-not-recorded", "heading-disabled"]
    assert [one.code for one in found] == codes


def test_the_name_of_the_root_is_ours(tmp_path):
    """Was refused once: every ``${…}`` became a path that does not exist."""
    found = warnings_of(
        tmp_path,
        survey="type | name | label\ntext | a | A\nnote | b | ${a}",
        settings="form_title | form_id | version | Name\nCoba | coba | 1 | akar",
    )
    assert [(one.code, one.place.cell) for one in found] == [("setting-name", "D2")]
