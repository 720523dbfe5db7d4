"""
The pages of rounds in a browser, by keyboard, on a laptop and a phone, and on paper.

On SQLite only: what they do on each database is shown in `tests/integration/test_rounds.py`. Seen to fail
with a table that does not wrap on a phone, a tick box without a name, and a list printed with its buttons.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.services.assignments import assign_all
from tests.conftest import sqlite_url
from tests.support.axe import check_look, check_page
from tests.support.desk import Desk, next_page, walk_to
from tests.support.filings import KECAMATAN, REGENCY, VILLAGE
from tests.support.office import NOW, Office
from tests.support.pages import hire
from tests.support.rounds import VISITING, begun_round, cases
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LONG = "Muhammad Rizky Ramadhan Putra Kusumawardhana"


def test_a_round_is_planned_by_keyboard_and_printed(tmp_path: Path, page: Page) -> None:
    office = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    office.publish(VISITING)
    hire(office, "siti", "supervisor", KECAMATAN)
    hana = office.person("hana", "head", REGENCY)
    office.person("asha", "officer", KECAMATAN)
    ani, *_ = cases(office, hana, (VILLAGE, "Ani"), (VILLAGE, LONG), (VILLAGE, "Cici"))
    one = begun_round(office, hana, [VILLAGE])
    assign_all(office.store, hana, one, {ani: "asha"}, "", NOW)
    with serving(office.app) as url:
        desk = Desk(office, url, page)
        desk.sign_in()
        page.wait_for_url("**/records*")
        at = f"{url}/rounds/{one}"
        for path in ("", "?tab=officers", "?tab=unassigned", "?tab=all", "/edit", "/assign", "/sheet"):
            check_page(page, at + path)
        check_page(page, f"{url}/rounds")
        check_page(page, f"{url}/rounds/new")

        page.goto(f"{at}?tab=unassigned")
        box = page.get_by_role("checkbox", name="Cici")
        walk_to(page, box)
        page.keyboard.press("Space")
        expect(box).to_be_checked()
        page.get_by_label("Tugaskan kasus yang dicentang kepada").select_option("asha")
        with next_page(page):
            page.get_by_role("button", name="Tugaskan", exact=True).press("Enter")
        desk.reads("1 kasus ditugaskan.")
        page.goto(f"{at}/assign")
        with next_page(page):
            page.get_by_role("button", name="Lihat hasilnya").press("Enter")
        page.get_by_role("row", name="asha 2 1 3").wait_for()
        check_look(page)
        with next_page(page):
            page.get_by_role("button", name="Tugaskan", exact=True).press("Enter")
        desk.reads("Semua kasus di sini sudah ditugaskan")

        page.goto(f"{at}/sheet?officer=asha")
        page.emulate_media(media="print")
        expect(page.get_by_role("row", name=LONG)).to_be_visible()
        expect(page.get_by_role("link", name="Kembali ke periode")).not_to_be_visible()
        assert desk.complaints == []
    office.close()
