"""The preview of forms that count members, of what nobody types in, and of texts that name answers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from server.services.publish_form import keep_draft
from server.services.trial import MOST_MEMBERS
from server.xlsform import compile_workbook
from tests.support.office import NOW, Office
from tests.support.pages import Page, Person, at_work
from tests.support.workbooks import book

PATH = "/forms/coba/1/preview"
HEADINGS = "type | name | label::id | repeat_count | read_only | default | required | hint"
Previewed = Callable[[str], Page]


@pytest.fixture
def preview(office: Office, tmp_path: Path) -> Previewed:
    """The first page of the preview of a survey."""

    def previewed(survey: str) -> Page:
        settings = "form_title | form_id | version\nCoba | coba | 1"
        form = compile_workbook(book(tmp_path, survey=HEADINGS + survey, settings=settings))
        with office.store.write() as connection:
            keep_draft(connection, form, NOW)
        admin: Person = at_work(office, "adi", "admin")
        return admin.get(PATH)

    return previewed


def counted(count: str, inside: str = "") -> str:
    return f"""
integer | n | Berapa | | | 2 |
begin repeat | r | Anggota | {count} | | |
text | x | Nama | | | |
{inside}
end repeat | | | | | |
"""


def members(page: Page, name: str) -> int:
    return page.html.count(f'<h3 class="member-head">{name}')


@pytest.mark.parametrize(
    ("count", "begun", "tried"),
    [("3", 3, 3), ("${n}", 2, 4), ("${n} + 1", 3, 5), ("${n} * 100", MOST_MEMBERS, MOST_MEMBERS)],
)
def test_a_repeat_has_as_many_members_as_the_form_says(
    preview: Previewed, count: str, begun: int, tried: int
) -> None:
    """Seen to fail with a count that was read in the frame around its repeat: the page broke."""
    page = preview(counted(count))
    assert members(page, "Anggota") == begun
    page = page.submit(form="/preview", fields={"a:n": "4"})
    assert members(page, "Anggota") == tried
    assert 'name="add"' not in page.html
    assert members(page.submit(form="/preview", fields={"a:n": ""}), "Anggota") == (3 if count == "3" else 0)


def test_members_of_members_are_as_many_as_each_says(preview: Previewed) -> None:
    inside = """integer | m | Barang | | | |
begin group | g | Kotak | | | |
begin repeat | s | Isi | ${m} | | |
text | y | Nama | | | |
end repeat | | | | | |
end group | | | | | |"""
    page = preview(counted("${n}", inside))
    page = page.submit(form="/preview", fields={"a:r/m_01/m": "3", "a:r/m_02/m": "1"})
    assert members(page, "Isi") == 4
    assert "a:r/m_01/g/s/m_03/y" in page.form("/preview").fields
    assert "a:r/m_02/g/s/m_02/y" not in page.form("/preview").fields


def test_members_are_added_up_to_a_bound(preview: Previewed) -> None:
    """Seen to fail without the bound on the button."""
    page = preview(counted(""))
    assert 'name="add"' in page.html
    page = page.submit(form="/preview", fields={"members:r": str(MOST_MEMBERS - 1)})
    page = page.submit(form="/preview", press=("add", "r"))
    assert members(page, "Anggota") == MOST_MEMBERS
    assert 'name="add"' not in page.html


def test_what_nobody_types_in_is_shown_and_stays(preview: Previewed) -> None:
    """Seen to fail where `read_only` was not looked at, and without the hidden field."""
    page = preview("\ntext | tetap | Tetap | | yes | Loa Kulu |\ntext | bebas | Bebas | | | |")
    for _ in range(2):
        assert "tetap = Loa Kulu" in page
        assert '<input type="text" name="a:tetap"' not in page.html
        page = page.submit(form="/preview", fields={"a:bebas": "x"})


def test_hints_name_answers_as_labels_do(preview: Previewed) -> None:
    """Seen to fail with the hint of the definition."""
    page = preview("\ntext | nama | Nama | | | Asha |\ntext | q | Q ${nama} | | | | | Isi ${nama}")
    assert "Q Asha" in page
    assert "Isi Asha" in page
    assert "Isi Budi" in page.submit(form="/preview", fields={"a:nama": "Budi"})
