"""A path that was published means the same for ever: what a new version may not do to it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from domain.forms.definition import FormDefinition
from server.faults import Fault
from server.xlsform import CompiledForm, compile_workbook
from server.xlsform.check_versions import check_versions
from tests.support import forms
from tests.support.workbooks import book, told

FIRST = """
type | name | label
begin group | g | G
integer | umur | Umur
text | nama | Nama
end group | |
begin repeat | r | R
text | x | X
end repeat | |
note | catatan | Selamat datang
"""


def compiled(folder: Path, survey: str) -> CompiledForm:
    return compile_workbook(book(folder, survey=survey))


def faults(folder: Path, survey: str, *earlier: str) -> Sequence[Fault]:
    """What is told of a survey that comes after others."""
    before = [FormDefinition.from_json(compiled(folder, one).definition) for one in earlier or (FIRST,)]
    form = compiled(folder, survey)
    return check_versions(FormDefinition.from_json(form.definition), before, form.workbook)


def changed(*replaced: tuple[str, str]) -> str:
    survey = FIRST
    for old, new in replaced:
        assert old in survey
        survey = survey.replace(old, new)
    return survey


@pytest.mark.parametrize(
    ("survey", "expected"),
    [
        (changed(("integer | umur", "text | umur")), ("version-retyped", "survey", 3, "type")),
        (changed(("text | nama | Nama\nend group | |", "end group | |\ntext | nama | Nama")),
         ("version-moved", "survey", 5, "name")),
        (changed(("text | nama | Nama", "text | nama2 | Nama")), ("version-renamed", "survey", 4, "name")),
        (changed(("begin repeat | r", "begin group | r"), ("end repeat | |", "end group | |")),
         ("version-kind", "survey", 6, "type")),
    ],
)  # fmt: skip
def test_what_changes_a_published_path_is_refused_with_its_cell(
    tmp_path: Path, survey: str, expected: tuple[str, Any, Any, Any]
) -> None:
    """Broken on purpose: each rule of `check_versions` was left out, and its row failed."""
    found = [one for one in faults(tmp_path, survey) if not one.is_warning]
    assert expected in told(found)
    assert {one.code for one in found} <= {expected[0], "version-moved"}


def test_a_question_may_be_asked_anew_with_another_type(tmp_path: Path) -> None:
    """That is what `version-retyped` advises. Seen to fail where the type made no difference."""
    (one,) = faults(tmp_path, changed(("text | nama | Nama", "integer | nama2 | Nama")))
    assert (one.code, one.is_warning) == ("version-removed", True)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("nama | Full name |", "nama2 | Nama | Full  NAME"),
        ("nama | Nama | Name", "nama2 | Nama lengkap | name"),
        ("nama | Nama | Name", "nama2 | nama | Full name"),
        ("nama | Nama | Name", "nama2 | Name | Other"),
    ],
)
def test_the_same_words_in_any_language_are_a_renaming(tmp_path: Path, before: str, now: str) -> None:
    """Seen to fail with the words of one language."""
    head = "type | name | label::id | label::en\ntext | x | X | Y\ntext | "
    (one,) = faults(tmp_path, head + now, head + before)
    assert (one.code, one.is_warning) == ("version-renamed", False)


@pytest.mark.parametrize(("step", "codes"), [("1", []), ("0.5", ["version-retyped"])])
def test_a_range_keeps_its_decimals(tmp_path: Path, step: str, codes: list[str]) -> None:
    """Seen to fail with types of the workbook alone."""
    head = "type | name | label | parameters\nrange | q | Q | start=1 end=10 step="
    found = faults(tmp_path, head + step, head + "1")
    assert [one.code for one in found] == codes
    assert all("range (int)" in one.message("en") and "range (decimal)" in one.message("id") for one in found)


def test_a_question_may_be_taken_out_and_that_is_told(tmp_path: Path) -> None:
    (one,) = faults(tmp_path, changed(("text | nama | Nama\n", "")))
    assert (one.code, one.is_warning, one.facts["path"]) == ("version-removed", True, "g/nama")


def test_a_path_of_a_version_long_gone_keeps_its_type(tmp_path: Path) -> None:
    """Taken out by the second version, it comes back in the third with another type."""
    without = changed(("integer | umur | Umur\n", ""))
    (one,) = faults(tmp_path, changed(("integer | umur", "text | umur")), FIRST, without)
    assert one.code == "version-retyped"


RESTRICTED = """
type | name | label | x_pdp | calculation
text | q | Q | {q} |
calculate | made | | {made} | concat(${{q}}, '!')
"""


def test_what_was_restricted_is_not_opened_by_a_new_version(tmp_path: Path) -> None:
    """What is calculated from it is told too. Broken on purpose: the comparison left out."""
    closed, opened = RESTRICTED.format(q="terbatas", made=""), RESTRICTED.format(q="spesifik", made="")
    found = faults(tmp_path, opened, closed)
    assert [(one.code, one.facts["path"], one.is_warning) for one in found] == [
        ("version-loosened", "q", False),
        ("version-loosened", "made", False),
    ]
    assert ("version-loosened", "survey", 2, "x_pdp") in told(found)
    assert faults(tmp_path, RESTRICTED.format(q="terbatas", made="terbatas"), closed) == []
    (one,) = faults(tmp_path, RESTRICTED.format(q="spesifik", made="terbatas"), opened)
    assert (one.code, one.is_warning) == ("version-tightened", True)


@pytest.mark.parametrize(
    "survey",
    [
        FIRST,
        changed(("integer | umur | Umur", "integer | umur | Umur (tahun)")),
        changed(("text | nama | Nama", "text | nama | Nama\ntext | panggilan | Panggilan")),
        changed(("note | catatan | Selamat datang", "text | catatan | Catatan")),
    ],
)
def test_other_words_further_questions_and_notes_are_free(tmp_path: Path, survey: str) -> None:
    assert faults(tmp_path, survey) == []


@pytest.mark.parametrize(
    ("offered", "newest"),
    [(["9"], None), (["10"], None), (["28"], "28"), (["11", "28", "3"], "28"), (["v99"], None), ([], None)],
)
def test_a_version_that_new_forms_would_not_use_is_told(
    tmp_path: Path, offered: list[str], newest: str | None
) -> None:
    """Seen to fail without `_behind`: the office was told "published", and devices went on as before."""
    path = book(tmp_path, survey=FIRST, settings="form_title | form_id | version\nCoba | coba | 10")
    form = compile_workbook(path)
    names = [f"coba@{version}" for version in offered]
    found = check_versions(FormDefinition.from_json(form.definition), (), form.workbook, names)
    assert told(found) == ([("version-behind", "settings", 2, "version")] if newest else [])
    assert [(one.is_warning, one.facts["newest"]) for one in found] == ([(True, newest)] if newest else [])


@pytest.mark.parametrize("form_id", forms.FORM_IDS)
def test_the_four_forms_do_not_contradict_themselves(form_id: str) -> None:
    form = forms.compiled(form_id)
    assert check_versions(forms.definition(form_id), [forms.definition(form_id)], form.workbook) == []
