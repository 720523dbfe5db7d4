"""The browser that the tests drive."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.browser


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
    broken = tmp_path / "test_broken.py"
    broken.write_text(
        "def test_broken(page):\n"
        "    page.set_content('<script>throw new Error(\"broken on purpose\")</script>')\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "--rootdir", str(ROOT)]
    command += ["-c", str(ROOT / "setup.cfg"), "-p", "no:cacheprovider", str(broken)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "broken on purpose" in run.stdout
