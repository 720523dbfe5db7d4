"""
Every page, in a browser: nothing on it that axe-core finds grave, and nothing wider than a phone.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_pages*.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from werkzeug.routing import Rule

from domain.access import TABLE, Role
from server.access import Caller, access_of
from tests.conftest import sqlite_url
from tests.support.access_calls import Call, calls_of, path_of
from tests.support.access_world import SOMEBODY, World
from tests.support.axe import check_page
from tests.support.desk import Desk
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

AS: Final = (Role.HEAD, Role.ADMIN, Role.PEKSOS, Role.SUPERVISOR, Role.PARTNER)
"""As whom a page is opened: as the first of these who may."""
NO_PAGES: Final = {
    "/": "leads to one's first page",
    "/records/<record>/next": "leads to another record",
    "/records/<record>/version": "a digest for a script",
    "/records/<record>/files/<file>": "shown in test_office_photos.py: the record here has no file",
    "/records/<record>/files/<file>/<kind>": "the bytes of a picture",
    "/forms/<form_id>/<version>/media/<name>": "the bytes of a file",
    "/jobs/<job>": "shown in test_office_jobs.py: nothing was ordered here",
    "/unsent/<upload>": "shown in test_office_enrolling.py: no file was handed in here",
    "/jobs/<job>/progress": "numbers for a script",
    "/cases/<list_name>/import": "shown in test_office_jobs.py: no form fills a list here",
    "/coverage.csv": "a file",
    "/alarms/banner": "a part of every page",
    "/app": "leads to the officers' app",
    "/app/": "the officers' app: shown in test_phone_screens.py",
    "/app/<path:name>": "a file of that app",
    "/rounds/<round_id>": "shown in test_office_rounds.py",
    "/rounds/<round_id>/edit": "shown in test_office_rounds.py",
    "/rounds/<round_id>/sheet": "shown in test_office_rounds.py",
    "/rounds/<round_id>/assign": "shown in test_office_rounds.py",
}
"""What answers with no page here, and why."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A village with one of everything."""
    office = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    yield World(office)
    office.close()


def pages(world: World) -> Iterator[tuple[Rule, Call, Role]]:
    """Every page, how it is called, and as whom."""
    for rule in world.office.app.url_map.iter_rules():
        access = access_of(world.office.app.view_functions[rule.endpoint])
        if access is None or Caller.SESSION is not access.caller or "GET" not in (rule.methods or ()):
            continue
        roles = [one for one in AS if access.action is None or one in TABLE[access.action]]
        for call in calls_of(rule, "GET"):
            yield rule, call, roles[0]


def test_no_page_has_a_grave_fault_or_is_wider_than_a_phone(world: World, page: Page) -> None:
    """Seen to fail with a button without a name, with pale text, and with a row that does not wrap."""
    page.emulate_media(reduced_motion="reduce")
    opened, now = set(), None
    with serving(world.office.app) as url:
        desk = Desk(world.office, url, page)
        desk.sign_in(SOMEBODY)
        page.wait_for_url("**/records*")
        for rule, call, role in sorted(pages(world), key=lambda one: (one[2], one[0].rule)):
            if rule.rule in NO_PAGES:
                continue
            if role is not now:
                world.become(role, KECAMATAN)
                now = role
            thing = (
                world.thing(next(one for one in call.about if one not in call.never)) if call.about else None
            )
            check_page(page, url + path_of(rule, call, thing, world))
            opened.add(rule.rule)
        assert desk.complaints == []
    assert len(opened) > 15
