"""Faults of accessibility that axe-core finds on a page that is open in the browser."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Final

import pytest

from tests.support.node import NEED, ensure_axe
from tests.support.packages import MissingPackageError

if TYPE_CHECKING:
    from playwright.sync_api import Page

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
