"""A laptop in front of the office pages, and what every page of them holds to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.support.office import Office
from tests.support.pages import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LAPTOP: Final = {"width": 1280, "height": 800}


class Desk:
    """A supervisor's laptop in front of a live server."""

    def __init__(self, office: Office, url: str, page: Page) -> None:
        self.office = office
        self.url = url
        self.page = page
        self.complaints: list[str] = []
        self.expected = {"400", "409"}
        """Statuses that the browser may complain of: what the pages refuse on purpose."""
        page.on("console", self._listen)
        page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]

    def _listen(self, message: object) -> None:
        """Keeps what the browser complains of: scripts, the policy, files that are not there."""
        kind, text = getattr(message, "type", ""), getattr(message, "text", "")
        if kind in ("error", "warning") and not any(status in text for status in self.expected):
            self.complaints.append(text)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def sign_in(self, name: str = "siti") -> None:
        self.go("/")
        self.page.get_by_label("Nama akun").fill(name)
        self.page.get_by_label("Kata sandi").fill(PASSWORD)
        self.press("Masuk")
        self.page.wait_for_url(lambda address: "/sign-in" not in address)

    def open(self, name: str) -> None:
        """Follows a link to the page that it leads to."""
        with next_page(self.page):
            self.page.get_by_role("link", name=name, exact=True).click()

    def press(self, name: str, *, exact: bool = False) -> None:
        """Sends a form by a button, and waits for the page that comes of it."""
        with next_page(self.page):
            self.page.get_by_role("button", name=name, exact=exact).click()

    def enter(self) -> None:
        """Presses Enter where that leads to another page, and waits for it."""
        with next_page(self.page):
            self.page.keyboard.press("Enter")

    def reads(self, words: str) -> None:
        """Waits until the words are on the page."""
        self.page.get_by_text(words).first.wait_for()


@contextmanager
def next_page(page: Page) -> Iterator[None]:
    """
    What is done within leads to another page: ends when that is loaded, with its scripts and pictures.

    A click returns while the old page still stands, or with half of the new one.
    """
    with page.expect_navigation():
        yield


def walk_to(page: Page, target: Locator, most: int = 60) -> None:
    """Presses Tab until the element has the focus, which must be visible all the way."""
    for _ in range(most):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(() => { const it = document.activeElement; const own = getComputedStyle(it);"
            " const after = getComputedStyle(it, '::after');"
            " return [own.outlineStyle, after.outlineStyle].some(style => style !== 'none'); })()"
        )
        assert outline, page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("it => it === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def width_of(page: Page) -> int:
    """How wide what is shown is, in CSS pixels, once it is loaded."""
    page.wait_for_load_state()
    return int(page.locator("html").evaluate("it => it.scrollWidth"))


NAMELESS = """() => [...document.querySelectorAll('input, select, textarea, button, a[href]')]
  .filter(it => it.type !== 'hidden' && !it.hidden)
  .filter(it => !(it.labels && it.labels.length) && !it.getAttribute('aria-label') && !it.textContent.trim())
  .filter(it => !document.getElementById(it.getAttribute('aria-labelledby'))?.textContent.trim())
  .filter(it => !it.querySelector('img[alt]:not([alt=""])'))
  .map(it => it.outerHTML)"""


def check_outline(page: Page) -> None:
    """Once loaded: one main part and heading, no level left out, a name for each field, each id once."""
    page.wait_for_load_state()
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(it => +it.tagName[1])")
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    assert page.evaluate(NAMELESS) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(it => it.id)")
    assert len(ids) == len(set(ids))
