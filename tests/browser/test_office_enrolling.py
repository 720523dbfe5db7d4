"""
Enrolling a real device from the office, in a real browser: the page with the code goes on by itself. And
taking unsent work in from a file.

On SQLite only. Broken on purpose, each found: the script kept from asking by the policy of the pages; the
code in the path of the address and not behind `#`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from client_sync.device import Device
from client_sync.unsent import write_unsent
from domain.enrolling import split_address
from server.clock import now_ms
from server.services.recovery import make_key
from tests.support.axe import check_access
from tests.support.desk import Desk, check_outline, next_page, width_of
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.local_line import KEY, enrolled
from tests.support.office import Office
from tests.support.pages import PASSWORD, hire
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def office(empty_office: Office) -> Office:
    hire(empty_office, "root", "admin")
    empty_office.person("asha", "officer", KECAMATAN)
    return empty_office


def fits(page: Page) -> None:
    """What `test_every_page.py` asks of the pages that have an address of their own."""
    check_outline(page)
    check_access(page)
    assert width_of(page) <= 390


def test_a_device_enrols_by_what_the_page_shows_and_is_confirmed(
    office: Office, page: Page, tmp_path: Path
) -> None:
    with serving(office.app) as url:
        desk = Desk(office, url, page)
        page.set_viewport_size({"width": 390, "height": 844})
        desk.sign_in("root")
        desk.open("asha")
        fits(page)
        desk.open("Daftarkan perangkat")
        page.get_by_label("Di tempat lain").check()
        desk.press("Tampilkan kode")
        page.get_by_role("heading", name="Kata sandi Anda sekali lagi").wait_for()
        expect(page.locator("input[type=password]")).to_be_focused()
        page.keyboard.type(PASSWORD)
        desk.enter()
        page.get_by_role("img", name="Kode QR").wait_for()
        fits(page)
        shown = page.locator("code.command").inner_text()
        address = shown.removeprefix("verilap enroll '").removesuffix("'")
        server, code = split_address(address)
        assert (server, code in page.url) == (f"{url}/", False)
        with Device.open(tmp_path / "home", KEY) as device:
            device.enroll(server, code, "HP Asha")
            page.wait_for_url("**/devices/*")
            desk.reads("menunggu angka konfirmasi")
            page.get_by_label("Enam angka").fill(device.number or "")
            desk.press("Setuju")
            desk.reads("HP Asha")
            assert device.sync().is_quiet
            device.new("verifikasi_anak", VILLAGE, {"a": "1"})
            assert device.sync().is_quiet
        desk.go("/people/asha")
        desk.reads("HP Asha")
        assert desk.complaints == []


def test_a_file_of_unsent_work_is_taken_in(office: Office, page: Page, tmp_path: Path) -> None:
    hire(office, "hana", "head", KECAMATAN)
    key, work = tmp_path / "office.key", tmp_path / "work"
    make_key(office.store, key, PASSWORD, now_ms())
    with enrolled(office, "asha", tmp_path / "home") as device:
        device.sync()
        device.new("verifikasi_anak", VILLAGE, {"a": "1"})
        write_unsent(device.store, work, now_ms())
    with serving(office.app) as url:
        desk = Desk(office, url, page)
        page.set_viewport_size({"width": 390, "height": 844})
        desk.sign_in("hana")
        desk.open("Tertahan")
        desk.open("Berkas pekerjaan belum terkirim")
        page.get_by_label("Berkas pekerjaan belum terkirim").set_input_files(work)
        desk.press("Serahkan berkas")
        page.get_by_label("Kunci pemulihan kantor").set_input_files(key)
        fits(page)
        page.get_by_label("Kata sandi kunci pemulihan").fill(PASSWORD)
        desk.enter()
        desk.reads("1 perubahan diterima")
        fits(page)
        with next_page(page):
            page.get_by_role("link", name="Verifikasi Anak").click()
        assert "/records/" in page.url
        assert desk.complaints == []
