"""
The preview of a form in a real browser, on a phone and on a laptop: with pictures and sounds, and a form that
acts.

Seen to fail without `media-src` in the policy of pages, and with pictures in their own width.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from server.services.publish_form import keep_draft
from tests.support.acting_form import FORM_ID, acting_form
from tests.support.desk import next_page, width_of
from tests.support.media_form import media_form
from tests.support.office import NOW, Office
from tests.support.pages import PASSWORD, hire
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCREENS = [{"width": 390, "height": 844}, {"width": 1366, "height": 768}]

LENGTH = """one => new Promise(done => {
  one.onloadedmetadata = () => done(one.duration);
  one.onerror = () => done(0);
  one.load();
})"""
"""The length of a sound, once the browser has read it; 0 where it cannot."""


@pytest.fixture
def office(empty_office: Office, tmp_path: Path) -> Office:
    """An office with two drafts."""
    with empty_office.store.write() as connection:
        keep_draft(connection, media_form(tmp_path), NOW)
        keep_draft(connection, acting_form(), NOW)
    hire(empty_office, "adi", "admin")
    return empty_office


@pytest.fixture
def admin(office: Office, page: Page) -> Iterator[tuple[Page, str]]:
    """The administrator's browser, signed in; the test fails when the browser complains of anything."""
    complaints: list[str] = []
    page.on(
        "console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None
    )
    with serving(office.app) as url:
        page.goto(url)
        page.get_by_label("Nama akun").fill("adi")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        with next_page(page):
            page.get_by_role("button", name="Masuk").click()
        yield page, url
    assert complaints == []


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one['width']}")
def test_pictures_fit_the_screen_and_sounds_can_be_played(admin: tuple[Page, str], screen: Any) -> None:
    page, url = admin
    page.set_viewport_size(screen)
    page.goto(f"{url}/forms/media/1/preview")
    for picture in page.locator("img.media").all():
        picture.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    expect(page.locator("img.media")).to_have_count(3)
    assert page.locator("audio.media").evaluate(LENGTH) == pytest.approx(0.1)
    page.screenshot()
    assert width_of(page) <= screen["width"]


@pytest.mark.parametrize("screen", SCREENS, ids=lambda one: f"{one['width']}")
def test_a_trigger_typed_in_a_browser_sets_what_follows(admin: tuple[Page, str], screen: Any) -> None:
    page, url = admin
    page.set_viewport_size(screen)
    page.goto(f"{url}/forms/{FORM_ID}/1/preview")
    page.get_by_label("Pemicu").fill("x")
    with next_page(page):
        page.get_by_role("button", name="Hitung").last.click()
    expect(page.get_by_label("Isi", exact=True)).to_have_value("x!")
    page.screenshot()
    assert width_of(page) <= screen["width"]
