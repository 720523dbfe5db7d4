"""The preview of a form: what is asked with which answers, without a script and without keeping anything."""

import re
from pathlib import Path

import pytest

from domain.forms.definition import FormDefinition
from server.services.preview import Asked, Heading, preview_of
from server.services.publish_form import keep_draft
from server.services.trial import MOST_MEMBERS, Trial
from server.xlsform import compile_workbook
from tests.support import forms
from tests.support.office import NOW, Office
from tests.support.pages import Page, Person, at_work
from tests.support.workbooks import book

HEADINGS = (
    "type | name | label::id | label::en | relevant | constraint | constraint_message::id | required"
    " | calculation | choice_filter | default"
)
SURVEY = f"""
{HEADINGS}
integer | umur | Umur anak | Age of the child | | . < 18 | Di bawah 18 tahun. | yes | | | 7
select_one sekolah | sekolah | Sekolah | School | ${{umur}} > 6 | | | | | | |
select_multiple desa | desa | Desa | Villages | | | | | | ${{umur}} > 6 or kec = '1' |
calculate | tahun | | | | | | | 2026 - ${{umur}} | |
note | kata | Lahir ${{tahun}} | Born ${{tahun}} | | | | | | |
begin repeat | r | Anggota | Member | | | | | | |
text | x | Nama | Name | | | | yes | | |
end repeat | | | | | | | | | |
"""
CHOICES = """
list_name | name | label::id | label::en | kec
sekolah | sd | SD | Primary |
sekolah | smp | SMP | Secondary |
desa | a | Desa A | Village A | 1
desa | b | Desa B | Village B | 2
"""
PATH = "/forms/coba/1/preview"


@pytest.fixture
def admin(office: Office, tmp_path: Path) -> Person:
    settings = "form_title | form_id | version\nCoba | coba | 1"
    form = compile_workbook(book(tmp_path, survey=SURVEY, choices=CHOICES, settings=settings))
    with office.store.write() as connection:
        keep_draft(connection, form, NOW)
    return at_work(office, "adi", "admin")


def inputs(page: Page, kind: str) -> list[str]:
    return re.findall(rf'<input type="{kind}" name="a:[^"]*" value="([^"]*)"', page.html)


def test_a_form_begins_with_its_defaults_and_both_languages(admin: Person) -> None:
    page = admin.get(PATH)
    for words in ("Umur anak Age of the child", "Sekolah School", "SD Primary", "Lahir 2019"):
        assert words in page, words
    assert page.form("/preview").fields["a:umur"] == "7"
    assert "masalah" not in page


def test_skips_choices_calculations_and_limits_follow_the_answers(admin: Person) -> None:
    page = admin.get(PATH).submit(form="/preview", fields={"a:umur": "5"})
    assert "Sekolah" not in page
    assert inputs(page, "checkbox") == ["a"]
    assert "Lahir 2021" in page
    page = page.submit(form="/preview", fields={"a:umur": "20"})
    assert "Sekolah" in page
    assert inputs(page, "checkbox") == ["a", "b"]
    assert "Di bawah 18 tahun." in page
    assert "Dengan jawaban ini ada 2 masalah." in page
    assert "Pertanyaan ini wajib dijawab." in page


def test_an_answer_that_a_skip_hides_comes_back_with_its_question(admin: Person) -> None:
    """Seen to fail without the hidden fields."""
    token = admin.get(PATH).form("/preview").fields["csrf_token"]
    page = admin.post(PATH, {"csrf_token": token, "a:umur": "5", "a:sekolah": "smp"})
    assert "SMP" not in page
    assert '<input type="hidden" name="a:sekolah" value="smp">' in page.html
    page = admin.post(PATH, {"csrf_token": token, "a:umur": "8", "a:sekolah": "smp"})
    assert re.search(r'value="smp"\s+checked', page.html)


def test_members_are_added_one_by_one(admin: Person) -> None:
    page = admin.get(PATH)
    assert "Anggota 1" in page
    assert "Anggota 2" not in page
    page = page.submit(form="/preview", press=("add", "r"), fields={"a:r/m_01/x": "Asha"})
    assert "Anggota 2" in page
    assert page.form("/preview").fields["a:r/m_01/x"] == "Asha"


def test_nonsense_grows_nothing_and_is_escaped(admin: Person) -> None:
    token = admin.get(PATH).form("/preview").fields["csrf_token"]
    sent = {"csrf_token": token, "members:r": "999", "members:<b>": "9", "a:<b>": "x", "a:umur": "<i>"}
    page = admin.post(PATH, sent)
    assert page.status == 200
    assert f"Anggota {MOST_MEMBERS}" in page
    assert f"Anggota {MOST_MEMBERS + 1}" not in page
    assert "<b>" not in page.html
    assert "<i>" not in page.html


def test_only_those_who_publish_see_it_and_forms_from_elsewhere_are_refused(
    office: Office, admin: Person
) -> None:
    assert at_work(office).get(PATH).status == 403
    assert admin.post(PATH, {"a:umur": "3"}).status == 400
    assert admin.get("/forms/coba/9/preview").status == 404


@pytest.mark.parametrize("form_id", forms.FORM_IDS)
def test_every_question_of_the_four_forms_has_a_place(form_id: str) -> None:
    definition: FormDefinition = forms.definition(form_id)
    preview = preview_of(Trial(definition, forms.context()))
    assert any(isinstance(one, Asked) for one in preview.items)
    for one in preview.items:
        assert isinstance(one, Heading) or definition.knows(one.path), one
