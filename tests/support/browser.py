"""
A browser for tests: the distribution's Chromium, driven by Playwright, with no network beyond this machine.

Playwright's own browsers are downloads from a foreign server and are not used. Fixtures: `browser` (one
process for the session), `context` (a fresh profile for each test, Indonesian, in the office's time zone) and
`page`. Playwright is imported when the first of them is used.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.packages import MissingPackageError, Need, prepare

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NEED = Need(name="Chromium", package="chromium", variable="VERILAP_TEST_BROWSER")
PATH_VARIABLE = "VERILAP_CHROMIUM"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
PATIENCE = 20_000
"""Milliseconds that a busy machine may take for what a test waits for."""


def find_chromium() -> Path | None:
    """The variable's program, else Chromium by its names in the distributions."""
    chosen = os.environ.get(PATH_VARIABLE)
    if chosen:
        return Path(chosen)
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    return Path(found) if found else None


def ensure_chromium() -> Path | None:
    """
    The program, installed from the distribution where that is allowed; `None` when left out.

    Raises `MissingPackageError`.
    """
    return prepare(NEED, find_chromium)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    try:
        program = ensure_chromium()
    except MissingPackageError as error:
        pytest.fail(str(error), pytrace=False)
    if program is None:
        pytest.fail(f"Chromium is left out by {NEED.variable}: mark the test with `browser`.", pytrace=False)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of this test's own."""
    fresh = browser.new_context(locale="id-ID", timezone_id="Asia/Makassar")
    fresh.set_default_timeout(PATIENCE)
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """An empty page. The test fails when a script on it throws an error that nobody catches."""
    errors: list[str] = []
    fresh = context.new_page()
    fresh.on("pageerror", lambda error: errors.append(str(error)))
    yield fresh
    assert errors == [], f"scripts on the page failed: {errors}"
