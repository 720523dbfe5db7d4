"""
The app as it is built, from a live server that is then stopped: it opens, is unlocked and is worked with.

Broken on purpose: the page left out of what the service worker keeps; practice in the officer's own store;
the engine fetched with the first form only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import sqlite_url
from tests.support.axe import PHONE
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.phone_looks import check_screen
from tests.support.phone_steps import code_for, enrol, publish_compiled, unlock
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ENGINE = re.compile("/tree-sitter-")
"""What the forms' engine fetches when it begins: while the PIN is typed, so that nobody waits for it then."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """With one officer, and the form by which children are verified."""
    made = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    made.person("asha", "officer", KECAMATAN)
    publish_compiled(made, "verifikasi_anak")
    yield made
    made.close()


def test_the_app_opens_and_a_form_begins_without_a_server(page: Page, office: Office) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    with serving(office.app) as url:
        enrol(page, url, code_for(office, "asha"))
        page.get_by_role("navigation").get_by_role("link", name="Kirim").click()
        page.get_by_text(re.compile("Tidak ada yang baru|Selesai: terkirim")).wait_for()
        page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.state)")
        page.wait_for_function("navigator.serviceWorker.controller || caches.keys().then(all => all.length)")
    with page.expect_request(ENGINE):
        page.reload()
    unlock(page)
    page.get_by_role("navigation").get_by_role("link", name="Baru").click()
    page.get_by_label("Verifikasi anak").check()
    page.get_by_label("Di desa mana?").select_option("Muara Enggelam (Muara Wis)")
    page.get_by_role("button", name="Mulai mengisi").click()
    page.get_by_role("button", name=re.compile("Berikut|Lanjut")).first.wait_for()
    page.goto(f"{page.url.partition('#')[0]}#/home")
    page.get_by_role("heading", name="Belum selesai (1)").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Kirim").click()
    page.get_by_role("button", name="Kirim sekarang").click()
    page.get_by_text("Kantor tidak dapat dihubungi").wait_for()
    check_screen(page)


def test_a_second_tab_says_that_the_app_is_open_and_goes_on_when_it_is_closed(
    page: Page, office: Office
) -> None:
    with serving(office.app) as url:
        enrol(page, url, code_for(office, "asha"))
        other = page.context.new_page()
        other.goto(f"{url}/app/")
        other.get_by_role("heading", name="Verilap sudah terbuka").wait_for()
        page.close()
        unlock(other)


def test_another_officer_has_a_store_of_his_own(page: Page, office: Office) -> None:
    office.person("budi", "officer", KECAMATAN)
    with serving(office.app) as url:
        enrol(page, url, code_for(office, "asha"))
        page.get_by_role("navigation").get_by_role("link", name="Lainnya").click()
        page.get_by_role("button", name="Petugas lain memakai").click()
        page.get_by_role("button", name="Tambah petugas", exact=True).click()
        page.get_by_label("Kode dari kantor").fill(code_for(office, "budi"))
        page.keyboard.press("Enter")
        page.get_by_label("Nama ponsel").fill("Ponsel bersama")
        page.keyboard.press("Enter")
        for label in ("PIN baru", "PIN baru sekali lagi"):
            page.get_by_label(label, exact=True).fill("739204")
            page.keyboard.press("Enter")
        page.get_by_role("button", name="Mulai bekerja").click()
        page.get_by_role("navigation").get_by_role("link", name="Lainnya").click()
        expect(page.get_by_text("budi", exact=True)).to_be_visible()
        page.get_by_role("button", name="Kunci sekarang").click()
        page.get_by_role("button", name="asha").click()
        page.get_by_label("PIN", exact=True).fill("739204")
        page.keyboard.press("Enter")
        page.get_by_text("PIN salah.").wait_for()
        unlock(page)


def test_a_pin_is_changed_and_a_wrong_one_changes_nothing(page: Page, office: Office) -> None:
    with serving(office.app) as url:
        enrol(page, url, code_for(office, "asha"))
        for old, said in (("111222", "PIN salah"), ("482915", "PIN sudah diganti")):
            page.goto(f"{url}/app/#/pin")
            for label, pin in (
                ("PIN sekarang", old),
                ("PIN baru", "739204"),
                ("PIN baru sekali lagi", "739204"),
            ):
                page.get_by_label(label, exact=True).fill(pin)
                page.keyboard.press("Enter")
            page.get_by_text(said).wait_for()
        page.goto(f"{url}/app/#/settings")
        page.get_by_role("button", name="Kunci sekarang").click()
        unlock(page, "739204")


def test_practice_leaves_nothing(page: Page, office: Office) -> None:
    with serving(office.app) as url:
        enrol(page, url, code_for(office, "asha"))
        page.get_by_role("navigation").get_by_role("link", name="Lainnya").click()
        page.get_by_role("button", name="Mode latihan").click()
        page.get_by_role("button", name="Mulai latihan").click()
        page.get_by_text("LATIHAN: tidak ada yang dikirim").wait_for()
        page.get_by_role("navigation").get_by_role("link", name="Baru").click()
        page.get_by_label("Verifikasi anak").check()
        page.get_by_label("Di desa mana?").select_option(index=1)
        page.get_by_role("button", name="Mulai mengisi").click()
        page.get_by_role("button", name=re.compile("Berikut|Lanjut")).first.wait_for()
        page.goto(f"{url}/app/#/home")
        page.get_by_role("heading", name="Belum selesai (1)").wait_for()
        page.get_by_role("button", name="Selesai latihan").click()
        unlock(page)
        page.get_by_text("Tidak ada tugas untuk hari ini").wait_for()
