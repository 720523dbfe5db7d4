"""Faults of accessibility that axe-core finds on a page that is open in the browser."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.desk import check_outline, width_of
from tests.support.node import NEED, ensure_axe
from tests.support.packages import MissingPackageError

if TYPE_CHECKING:
    from playwright.sync_api import Page

LAPTOP: Final = {"width": 1366, "height": 768}
PHONE: Final = {"width": 390, "height": 844}
GRAVE: Final = ("serious", "critical")
_FIND: Final = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, where: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)),
  }));
}"""


@cache
def _script() -> str:
    try:
        script = ensure_axe()
    except MissingPackageError as error:
        pytest.fail(str(error), pytrace=False)
    if script is None:
        pytest.skip(f"npm's packages are left out by {NEED.variable}")
    return script.read_text(encoding="utf-8")


def check_access(page: Page) -> None:
    """Nothing on the page is a serious or critical fault."""
    page.wait_for_load_state()
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(_script())  # by the debugger: the page's policy allows no foreign script
    grave = [one for one in page.evaluate(_FIND) if one["impact"] in GRAVE]
    assert grave == [], f"{page.url}\n{json.dumps(grave, indent=1, ensure_ascii=False)}"


def check_page(page: Page, address: str) -> None:
    """One page: as a page, by axe in both schemes of colours, and on a phone."""
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, (address, answer.status)
    assert "text/html" in (answer.header_value("content-type") or ""), address
    check_look(page)


def check_look(page: Page) -> None:
    """The same of the page that is open, or just opening."""
    page.wait_for_load_state()
    check_outline(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check_access(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert width_of(page) <= PHONE["width"], page.url
