"""
Conflicts in the inbox, by keyboard and without a mouse, on a laptop and on a phone.

On SQLite only: what the page does on each database is shown in `tests/integration/test_conflict_inbox.py`.
Broken on purpose: the marks of two conflicts with one name.
"""

from __future__ import annotations

import pytest

from tests.support.axe import check_page
from tests.support.desk import Desk, walk_to
from tests.support.office import ApiClient, Office
from tests.support.pages import VILLAGE
from tests.support.visits import Visit, disputed

pytestmark = pytest.mark.browser


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
