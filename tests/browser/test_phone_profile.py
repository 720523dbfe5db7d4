"""
What a copy of the browser's folder yields of somebody who typed on the pages, beside the store of the app.

Broken on purpose and found: questions in a form that the browser may complete (an answer of several lines and
a typed place lay there).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from server.xlsform import CompiledForm, compile_workbook
from tests.support.canaries import spellings
from tests.support.field_office import field_office
from tests.support.workbooks import book

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

NAME, NOTE, PLACE, SOUGHT = "Kanari Putri Sungai", "kanari-sakit-paru", "-0.4413 117.0129", "Kanari Dicari"


def note_form(folder: Path) -> CompiledForm:
    """Questions of one page that are typed, in a line and in several."""
    survey = """
        type        | name    | label   | appearance
        begin_group | g       | Anak    |
        text        | nama    | Nama    |
        text        | catatan | Catatan | multiline
        geopoint    | tempat  | Tempat  |
        end_group   |         |         |
    """
    settings = """
        form_title | form_id | version
        Catatan    | catatan | 1
    """
    return compile_workbook(book(folder, survey=survey, settings=settings))


def test_nothing_that_was_typed_lies_in_the_browsers_own_files(browser: Browser, tmp_path: Path) -> None:
    """Those by which it opens its tabs again and completes what is typed; also once the app is closed."""
    with field_office(tmp_path, browser.browser_type, note_form(tmp_path)) as field:
        asha = field.enrolled("asha")
        form = asha.new_form("Catatan", "Muara Enggelam")
        form.answer("g/nama", NAME)
        form.answer("g/catatan", NOTE)
        place = form.question("g/tempat")
        place.locator("summary").click()
        place.get_by_role("textbox").fill(PLACE)
        form.is_saved()
        form.leave()
        asha.go("Cari")
        asha.page.get_by_role("searchbox").fill(SOUGHT)
        asha.reads("0 ditemukan")
        asha.go("Lainnya")
        asha.press("Kunci sekarang")
        asha.page.get_by_label("PIN", exact=True).wait_for()
        asha.close()
        assert list((asha.profile / "Default" / "Sessions").iterdir()), "the browser kept no tabs"
        assert _files_with(asha.profile, (NAME, NOTE, PLACE, SOUGHT)) == []
        asha.start()


def _files_with(folder: Path, secrets: tuple[str, ...]) -> list[str]:
    """The files in which one stands, in the spellings that browsers use."""
    texts = [one for secret in secrets for one in spellings(secret)]
    wanted = [one.encode(code) for one in texts for code in ("utf-8", "utf-16-le")]
    files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return [
        str(file.relative_to(folder))
        for file in files
        for data in [file.read_bytes()]
        if any(one in data for one in wanted)
    ]
