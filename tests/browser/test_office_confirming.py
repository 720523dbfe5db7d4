"""
Revealing a number, and being the second person, in a real browser: with the keyboard alone and on a phone.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_reveal.py` and
`test_second_person.py`. Broken on purpose, each found: a button that the keyboard does not reach, a page that
is wider than the phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from domain.access import Action
from server.clock import now_ms
from server.services import second_person
from tests.support.desk import Desk, check_outline, next_page, walk_to, width_of
from tests.support.filings import with_restricted
from tests.support.office import Office
from tests.support.pages import KECAMATAN, NIK, PASSWORD, VILLAGE, hire
from tests.support.visits import visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 800}
REASON = "untuk rapat kasus bersama dinas"


@pytest.fixture
def office(office: Office) -> Office:
    hire(office, "rina", "peksos", KECAMATAN)
    return office


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """A phone."""
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return desk


def fits(page: Page) -> None:
    """Nothing is wider than the phone, and what is there can be told to who does not see it."""
    assert width_of(page) <= PHONE["width"]
    check_outline(page)


def type_password(desk: Desk) -> None:
    desk.page.get_by_role("heading", name="Kata sandi Anda sekali lagi").wait_for()
    fits(desk.page)
    expect(desk.page.locator("input[type=password]")).to_be_focused()
    desk.page.keyboard.type(PASSWORD)
    desk.enter()


def test_a_number_is_revealed_by_keyboard_on_a_phone(office: Office, desk: Desk) -> None:
    made = visit(office.device("asha", "officer", VILLAGE), {"g/nama": "Asha", "g/nik": NIK})
    page = desk.page
    desk.sign_in()
    desk.go(made.path)
    fits(page)
    button = page.get_by_role("button", name="Tampilkan nomor: NIK anak")
    walk_to(page, button)
    desk.enter()
    type_password(desk)
    page.get_by_role("heading", name="Tampilkan nomor lengkap").wait_for()
    fits(page)
    walk_to(page, page.get_by_label("Dengan kata Anda sendiri"))
    page.keyboard.type("keluarga memintanya hari ini")
    page.keyboard.press("Tab")
    desk.enter()
    desk.reads(NIK)
    fits(page)
    expect(button).to_have_count(0)
    desk.go(made.path)
    expect(page.get_by_text(NIK)).to_have_count(0)


def test_a_second_person_confirms_by_keyboard_on_a_phone(office: Office, desk: Desk) -> None:
    record, _ = with_restricted(office.device("asha", "officer", VILLAGE), "memar")
    office.person("dewi", "head", KECAMATAN)
    with office.store.write() as connection:
        dewi = office.person_in(connection, "dewi")
        second_person.ask(connection, dewi, Action.EXPORT_RESTRICTED, record, REASON, now_ms())
    page = desk.page
    desk.sign_in("rina")
    desk.open("Orang kedua")
    desk.reads(REASON)
    fits(page)
    walk_to(page, page.get_by_role("button", name="Setuju", exact=True))
    desk.enter()
    type_password(desk)
    desk.reads("Disetujui.")
    desk.reads("Tidak ada yang menunggu Anda.")
    fits(page)


def test_the_pages_of_files_fit_a_phone(office: Office, desk: Desk) -> None:
    record, _ = with_restricted(office.device("asha", "officer", VILLAGE), "memar")
    page = desk.page
    desk.sign_in("rina")
    desk.go(f"/records/{record}/export")
    type_password(desk)
    page.get_by_role("heading", name="Dengan jawaban perlindungan").wait_for()
    fits(page)
    page.get_by_label("Alasan").nth(1).fill(REASON)
    desk.press("Minta orang kedua")
    desk.reads("Sudah diminta.")
    desk.go("/cases/anak/export")
    fits(page)


def test_links_and_the_search_are_whole_on_a_phone(office: Office, desk: Desk) -> None:
    """Seen to fail when words of the links at the top were broken in two, and the search had a small font."""
    hire(office, "dewi", "head", KECAMATAN)
    desk.sign_in("dewi")
    desk.go("/cases")
    links = desk.page.locator(".nav a").all()
    assert len(links) > 5
    lines = "one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight)"
    assert all(link.evaluate(lines) < 2 for link in links)
    search = desk.page.get_by_label("Nama, NIK, atau KK")
    search.fill("asha")
    assert search.evaluate("one => getComputedStyle(one).fontSize") == "16px"
    with next_page(desk.page):
        search.press("Enter")
    desk.page.get_by_role("heading", name="Cari").wait_for()
    fits(desk.page)
