"""
Cases change hands in a browser, by keyboard, on a laptop and a phone.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_reassigning.py` and
`test_moving.py`. Seen to fail with tick boxes that have no name.
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
from tests.support.filings import FAR, KECAMATAN, REGENCY, VILLAGE
from tests.support.office import NOW, Office
from tests.support.pages import hire
from tests.support.rounds import VISITING, begun_round, cases
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LONG = "Muhammad Rizky Ramadhan Putra Kusumawardhana"


def test_cases_are_handed_on_and_moved_by_keyboard(tmp_path: Path, page: Page) -> None:
    office = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    office.publish(VISITING)
    hire(office, "siti", "supervisor", KECAMATAN)
    hana = office.person("hana", "head", REGENCY)
    for name in ("asha", "budi", "carla"):
        office.person(name, "officer", KECAMATAN)
        office.device(name, "officer", KECAMATAN)
    made = cases(office, hana, (VILLAGE, "Ani"), (VILLAGE, LONG))
    one = begun_round(office, hana, [VILLAGE])
    assign_all(office.store, hana, one, dict.fromkeys(made, "asha"), "", NOW)
    with serving(office.app) as url:
        desk = Desk(office, url, page)
        desk.sign_in()
        page.wait_for_url("**/records*")
        check_page(page, f"{url}/assignments?officer=asha")
        for name in (LONG, "budi"):
            box = page.get_by_role("checkbox", name=name)
            walk_to(page, box)
            page.keyboard.press("Space")
            expect(box).to_be_checked()
        with next_page(page):
            page.get_by_role("button", name="Tampilkan akibatnya").press("Enter")
        desk.reads("budi: 1 kasus")
        check_look(page)
        with next_page(page):
            page.get_by_role("button", name="Alihkan 1 kasus").press("Enter")
        desk.reads("1 kasus dialihkan.")

        check_page(page, f"{url}/cases/{made[1]}")
        check_page(page, f"{url}/cases/{made[1]}/move?village={FAR}")
        page.get_by_label("Alasan").fill("keluarga pindah rumah")
        with next_page(page):
            page.get_by_role("button", name="Pindahkan kasus").press("Enter")
        desk.reads("Dipindahkan.")
        assert desk.complaints == []
    office.close()
