"""
Conflicts in the inbox, by keyboard and without a mouse, on a laptop and on a phone.

On SQLite only: what the page does on each database is shown in `tests/integration/test_conflict_inbox.py`.
Broken on purpose: the marks of two conflicts with one name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import sqlite_url
from tests.support.axe import check_page
from tests.support.desk import Desk, walk_to
from tests.support.office import ApiClient, Office
from tests.support.pages import KECAMATAN, VILLAGE, hire
from tests.support.server import serving
from tests.support.visits import Visit, disputed, publish

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    publish(made)
    hire(made, "siti", "supervisor", KECAMATAN)
    yield made
    made.close()


@pytest.fixture
def desk(office: Office, page: Page) -> Iterator[Desk]:
    with serving(office.app) as url:
        made = Desk(office, url, page)
        yield made
        assert made.complaints == []


@pytest.fixture
def api(office: Office) -> ApiClient:
    return office.api("siti")


@pytest.fixture
def made(office: Office) -> Visit:
    """A visit in which two officers disagree on two answers, one of them a long word."""
    asha = office.device("asha", "officer", VILLAGE)
    made, _ = disputed(office, asha, "g/umur", ["4", "5"], **{"g/catatan": "x"})
    for name in ("budi", "carla"):
        made.change(office.device(name, "officer", VILLAGE), {"g/catatan": f"oleh{name}" * 40})
    return made


def test_a_record_is_settled_by_keyboard_and_that_is_undone(desk: Desk, made: Visit, api: ApiClient) -> None:
    desk.sign_in()
    page = desk.page
    walk_to(page, page.get_by_role("link", name="Konflik 2"))
    desk.enter()
    desk.reads("2 konflik terbuka")
    ages = page.get_by_role("group", name="Umur").get_by_role("radio")
    walk_to(page, ages.first)
    page.keyboard.press("ArrowDown")
    walk_to(page, page.get_by_role("group", name="Keterangan").get_by_role("radio").first)
    page.keyboard.press("Space")
    walk_to(page, page.get_by_role("button", name="Simpan yang ditandai"))
    desk.enter()
    desk.reads("2 konflik selesai.")
    desk.reads("Tidak ada jawaban yang berbeda")
    assert api.get(f"records/{made.record}")["conflicts"] == {}
    walk_to(page, page.get_by_role("link", name="Urungkan"))
    desk.enter()
    assert page.url.endswith("tab=settled")
    walk_to(page, page.get_by_role("button", name="Urungkan: Asha"))
    desk.enter()
    desk.reads("konflik terbuka lagi")
    assert set(api.get(f"records/{made.record}")["conflicts"]) == {"g/umur", "g/catatan"}


def test_pages_with_conflicts_have_no_grave_fault_and_fit_a_phone(
    office: Office, desk: Desk, made: Visit
) -> None:
    asha = office.device("asha", "officer", VILLAGE)
    other, (first, second) = disputed(office, asha, "g/umur", ["1", "2"])
    other.change(asha, {"g/umur": "3"}, first, second)
    desk.sign_in()
    desk.page.wait_for_url("**/records*")
    for path in ("/conflicts", "/conflicts?tab=settled", made.path):
        check_page(desk.page, desk.url + path)
