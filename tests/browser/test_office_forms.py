"""
Forms and cases in a real browser: from a workbook to the phones, and from the list of cases to the forms.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_pages_forms.py`,
`test_pages_preview.py` and `test_cases.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.casework import ASHA, CHILD
from tests.support.desk import Desk, check_outline, next_page, walk_to, width_of
from tests.support.filings import NEIGHBOUR, VILLAGE
from tests.support.forms import compiled
from tests.support.local_line import enrolled
from tests.support.office import Office
from tests.support.pages import KECAMATAN, hire
from tests.support.workbooks import book

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
SETTINGS = "form_title | form_id | version\nKunjungan | kunjungan_baru | 1"
WRONG = "type | name | label | relevant\ninteger | umur | Umur |\ntext | sekolah | Sekolah | ${umor} > 6"
RIGHT = (
    "type | name | label | relevant | required\n"
    "integer | umur | Umur | | yes\n"
    "text | sekolah | Nama sekolah | ${umur} > 6 | yes"
)


@pytest.fixture
def office(empty_office: Office) -> Office:
    """An office without a form: they are published here."""
    hire(empty_office, "agus", "admin")
    hire(empty_office, "siti", "supervisor", KECAMATAN)
    return empty_office


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The laptop; the browser may complain of a refused workbook too."""
    desk.expected.add("422")
    return desk


def workbook(folder: Path, survey: str, name: str) -> Path:
    place = folder / name
    place.mkdir()
    return book(place, survey=survey, settings=SETTINGS)


def hand_in(desk: Desk, file: Path) -> None:
    desk.page.get_by_label("Buku kerja XLSForm").set_input_files(file)
    desk.press("Periksa dan simpan sebagai konsep")


def test_a_workbook_is_mended_tried_rehearsed_and_published(
    office: Office, desk: Desk, tmp_path: Path
) -> None:
    """The fault names its cell; the preview follows what is typed; no device has it before the end."""
    page = desk.page
    desk.sign_in("agus")
    desk.open("Formulir")
    hand_in(desk, workbook(tmp_path, WRONG, "wrong"))
    desk.reads("D3")
    desk.reads("umor")
    check_outline(page)
    hand_in(desk, workbook(tmp_path, RIGHT, "right"))
    desk.reads("Disimpan sebagai konsep")
    check_outline(page)

    desk.open("Pratinjau seperti yang akan dilihat petugas")
    expect(page.get_by_text("Nama sekolah")).to_have_count(0)
    page.get_by_label("Umur").fill("7")
    with next_page(page):
        page.get_by_label("Umur").press("Enter")
    desk.reads("Nama sekolah")
    desk.reads("ada 1 masalah")
    check_outline(page)

    page.go_back()
    page.go_back()
    desk.open("Uji coba pada isian yang ada")
    desk.reads("Uji coba")
    check_outline(page)
    page.go_back()

    publish = page.get_by_role("button", name="Terbitkan")
    publish.click()  # without the tick the browser asks for it
    assert "kunjungan_baru@1" not in published(office)
    page.get_by_label("Saya yakin: perangkat memulai").check()
    desk.press("Terbitkan")
    desk.reads("Diterbitkan.")
    assert "kunjungan_baru@1" in published(office)


def published(office: Office) -> set[str]:
    told = office.api("siti").get("forms")["forms"]
    return {f"{one['form_id']}@{one['version']}" for one in told if one["state"] == "published"}


@pytest.fixture
def children(office: Office, tmp_path: Path) -> list[str]:
    """Two children in two villages, begun by a form."""
    office.publish({**compiled(CHILD).definition, "version": "2026010102"})
    office.person("asha", "officer", KECAMATAN)
    with enrolled(office, "asha", tmp_path / "asha") as device:
        device.sync()
        for name, village in (("Dina", VILLAGE), ("Rudi", NEIGHBOUR)):
            device.new(CHILD, village, {**ASHA, "g_anak/nama_anak": name, "g_wilayah/desa": village})
        assert device.sync().is_quiet
    return ["Dina", "Rudi"]


def check_names(desk: Desk, *wanted: str) -> None:
    """Exactly these are listed, on a page that is loaded."""
    listed = desk.page.locator(".queue-row .subject").all_inner_texts()
    assert sorted(name.strip() for name in listed) == sorted(wanted)


def test_cases_are_narrowed_by_village_opened_and_followed_to_their_form(
    children: list[str], desk: Desk
) -> None:
    """Broken on purpose: the list without its area; the choice of villages left out of the page."""
    page = desk.page
    desk.sign_in()
    desk.open("Kasus")
    check_names(desk, *children)
    page.get_by_label("Desa atau kecamatan").select_option(NEIGHBOUR)
    desk.press("Saring")
    check_names(desk, "Rudi")
    with next_page(page):
        page.get_by_role("navigation", name="Daftar").get_by_role("link", name="anak").click()
    check_names(desk, "Rudi")
    expect(page.get_by_label("Desa atau kecamatan")).to_have_value(NEIGHBOUR)
    page.get_by_label("Hanya yang ada konflik").check()
    desk.press("Saring")
    desk.reads("Tidak ada kasus yang cocok")
    check_outline(page)
    desk.open("Tampilkan semua")
    check_names(desk, *children)
    desk.open("Dina")
    desk.reads("Nama lengkap anak")
    check_outline(page)
    with next_page(page):
        page.get_by_role("main").get_by_role("link", name="Verifikasi Anak").click()
    desk.reads("Keputusan Anda")


def test_the_keyboard_alone_narrows_and_opens_cases(children: list[str], desk: Desk) -> None:
    page = desk.page
    desk.sign_in()
    desk.go("/cases")
    walk_to(page, page.get_by_label("Desa atau kecamatan"))
    page.get_by_label("Desa atau kecamatan").select_option(VILLAGE)
    walk_to(page, page.get_by_role("button", name="Saring"))
    desk.enter()
    assert "area=" in page.url
    walk_to(page, page.get_by_role("link", name="Dina", exact=True))
    desk.enter()
    desk.reads("Nama lengkap anak")


def test_nothing_of_it_scrolls_sideways_on_a_phone(
    children: list[str], office: Office, desk: Desk, tmp_path: Path
) -> None:
    page = desk.page
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.sign_in()
    desk.go("/cases")
    check_width(page)
    desk.open("Dina")
    check_width(page)
    page.context.clear_cookies()
    desk.sign_in("agus")
    version = f"/forms/{CHILD}/2026010102"
    for path in ("/forms", version, f"{version}/preview", f"{version}/rehearsal"):
        desk.go(path)
        check_width(page)
    desk.go("/forms")
    hand_in(desk, workbook(tmp_path, WRONG, "wrong"))
    desk.reads("umor")
    check_width(page)


def check_width(page: Page) -> None:
    width = width_of(page)
    assert width <= PHONE["width"], (page.url, width)
