"""The browser that the tests drive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.support.inner_pytest import run_pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

BROKEN = """
def test_broken(page):
    page.set_content("<script>throw new Error('broken on purpose')</script>")
"""


def test_the_browser_is_indonesian_and_in_the_time_zone_of_the_office(page: Page):
    """Seen to fail without `locale` and `timezone_id`."""
    said = page.evaluate("new Date(0).toLocaleString(navigator.language, {month: 'long', hour: 'numeric'})")
    assert said.startswith("Januari")
    assert "08" in said


def test_the_browser_reaches_no_address_but_this_machine(page: Page):
    """
    127.0.0.2 stands for the world: a server does listen there, and the browser must not find it.

    Seen to fail without the resolver rule: the page was shown.
    """
    from playwright.sync_api import Error

    with listening("127.0.0.1") as here, listening("127.0.0.2") as elsewhere:
        page.goto(here)
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            page.goto(elsewhere)


@contextmanager
def listening(address: str) -> Iterator[str]:
    """A small web server on an address of this machine; gives its URL."""
    server = ThreadingHTTPServer((address, 0), SimpleHTTPRequestHandler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{address}:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_an_error_in_a_script_fails_the_test_that_shows_the_page(tmp_path: Path):
    """Seen to fail without the listener."""
    run = run_pytest(tmp_path, BROKEN)
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert "broken on purpose" in run.stdout
