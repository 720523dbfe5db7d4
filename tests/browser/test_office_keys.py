"""The queue by keyboard: walking, ticking, approving, going on and back; switching that off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.desk import Desk, next_page
from tests.support.examining import DEFINITION
from tests.support.examining import Desk as Worker
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.office import NOW, Office
from tests.support.pages import hire
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def office(empty_office: Office) -> Office:
    empty_office.publish(DEFINITION)
    hire(empty_office, "siti", "supervisor", KECAMATAN)
    return empty_office


def test_a_list_is_worked_through_by_keys_alone(office: Office, page: Page) -> None:
    """Broken on purpose: the tick not pressed by x; n and p exchanged; keys that work while they are off."""
    asha, worker = office.device("asha", "officer", VILLAGE), Worker(office)
    clock = iter(range(NOW, NOW + 300_000, 1000))  # forms of one day, each a second after the other
    office.app.config["VERILAP_CLOCK"] = lambda: next(clock)
    wrong, *good = [worker.file(asha, a=value) for value in ("many", "1", "2", "3")]
    worker.work()
    office.app.config["VERILAP_CLOCK"] = lambda: NOW + 300_000
    with serving(office.app) as url:
        desk = Desk(office, url, page)
        desk.sign_in()
        page.locator("[data-stop]").first.wait_for()
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator("[data-ticked]")).to_have_text("2")
        page.keyboard.press("x")  # again: not ticked
        ticked = page.locator("input[name=pick]:checked")
        expect(ticked).to_have_count(1)
        page.get_by_label("Centang semua").check()
        assert len(good) == 3
        expect(ticked).to_have_count(3)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.get_by_label("Pakai tombol tunggal").uncheck()
        page.get_by_role("button", name="Tutup").click()
        page.locator("[data-stop]").first.focus()
        page.keyboard.press("x")
        expect(ticked).to_have_count(3)
        page.keyboard.press("?")
        page.get_by_label("Pakai tombol tunggal").check()
        page.get_by_role("button", name="Tutup").click()

        page.locator("[data-stop]").first.focus()
        desk.enter()
        first = page.url
        assert good[2] in first
        with next_page(page):
            page.keyboard.press("n")
        assert good[1] in page.url
        with next_page(page):
            page.keyboard.press("p")
        assert page.url == first

        page.goto(f"{url}/records?tab=open")
        page.get_by_label("Centang semua").check()
        desk.press("Setujui yang dicentang")
        desk.reads("3 isian disetujui")
        expect(page.locator("[data-stop]")).to_have_count(1)
        assert wrong in (page.locator("[data-stop]").first.get_attribute("href") or "")
        assert desk.complaints == []
