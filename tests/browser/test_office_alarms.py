"""
An alarm in a real browser: it comes on a page that lies open, and in its title, and goes by itself.

Broken on purpose: the script left out; the policy without `connect-src`.
On SQLite only: what the pages say on each database is shown in `tests/integration/test_alarms.py`.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.integration.test_alarms import in_danger
from tests.support.axe import check_look
from tests.support.desk import Desk, check_outline, walk_to, width_of
from tests.support.office import Office
from tests.support.pages import KECAMATAN, VILLAGE, hire
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
HALF_A_MINUTE = 31_000
ALARM = "[role=alert][data-count]"


@pytest.fixture
def office(empty_office: Office) -> Office:
    hire(empty_office, "dewi", "peksos", KECAMATAN)
    return empty_office


def test_a_page_that_lies_open_says_so_and_somebody_takes_care_by_keyboard(
    office: Office, browser: Browser
) -> None:
    asha = office.device("asha", "officer", VILLAGE)
    with serving(office.app) as url, closing(browser.new_context(locale="id-ID")) as one:
        dewi, other = Desk(office, url, one.new_page()), Desk(office, url, one.new_page())
        dewi.page.clock.install()
        dewi.sign_in("dewi")
        dewi.page.get_by_role("button", name="Keluar").wait_for()
        title = dewi.page.title()
        expect(dewi.page.locator(ALARM)).to_have_count(0)
        in_danger(asha)
        dewi.page.clock.fast_forward(HALF_A_MINUTE)
        dewi.page.locator(ALARM).wait_for()
        expect(dewi.page).to_have_title(f"(1!) {title}")
        check_outline(dewi.page)
        other.go("/alarms")
        check_look(other.page)  # the banner and the open alarm, by axe-core
        other.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        expect(other.page.locator(ALARM)).to_be_visible()
        assert width_of(other.page) <= PHONE["width"]
        check_outline(other.page)
        walk_to(dewi.page, dewi.page.get_by_role("link", name="Lihat alarm"))
        dewi.enter()
        dewi.page.get_by_role("heading", level=1, name="Alarm").wait_for()
        walk_to(dewi.page, dewi.page.get_by_role("button", name="Saya menangani"))
        dewi.enter()
        dewi.reads("Anda menangani")
        expect(dewi.page.locator(ALARM)).to_have_count(0)
        other.press("Saya menangani")
        other.reads("dewi lebih dahulu")
        assert [*dewi.complaints, *other.complaints] == []
