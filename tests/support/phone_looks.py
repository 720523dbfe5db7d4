"""How a screen of the phone app must be: read in the sun, pressed by a thumb, without a word missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.support.axe import PHONE, check_access
from tests.support.desk import width_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

TARGET: Final = 48
"""Pixels that whatever is pressed has at least in each direction."""
_SMALL: Final = """most => [...document.querySelectorAll(
    "a, button, input, select, textarea, summary, label:has(input)")]
  .filter(one => one.checkVisibility({ visibilityProperty: true }))
  // What lies within a label is pressed by it; a link within a sentence is read.
  .filter(one => !one.matches("label input") && !one.closest("p:not(.row)"))
  .map(one => [one, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width + 0.5 < most || height + 0.5 < most)
  .map(([one, { width, height }]) => `${one.outerHTML.slice(0, 120)} ${width}×${height}`)"""
_PALE: Final = """async () => {
  axe.configure({ checks: [{ id: "color-contrast-enhanced", options: {
    contrastRatio: { normal: { expected: 7 }, large: { expected: 7 } } } }] });
  const found = await axe.run(document, { runOnly: ["color-contrast-enhanced"] });
  return found.violations.flatMap(({ nodes }) => nodes.map(({ html, any }) =>
    `${html.slice(0, 120)} ${any[0]?.message}`));
}"""
_OUTSIDE: Final = """() => [...document.querySelectorAll("body *:not(.unseen, .unseen *, dialog *)")]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => `${one.outerHTML.slice(0, 120)} ${one.getBoundingClientRect().right}`)"""
_CODES: Final = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    if (/^[a-z]+(-[a-z0-9]+)+$/.test(text) || /\\{\\w+\\}|undefined|NaN/.test(text)) found.push(text);
  }
  for (const one of document.querySelectorAll("[aria-label]")) {
    if (/^[a-z]+(-[a-z0-9]+)+$/.test(one.ariaLabel)) found.push(one.ariaLabel);
  }
  return found;
}"""

_KEPT: Final = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter(one => (one.matches("input") && one.autocomplete || one.form?.autocomplete) !== "off")
  .filter(one => one.autocomplete !== "new-password")
  .map(one => one.outerHTML.slice(0, 120))"""
"""Fields whose state Chromium would keep in plain for its next start."""


def check_screen(page: Page) -> None:
    """The screen that is open, light and dark: by axe, its contrasts, targets, words and width."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        check_access(page)
        _is_empty(page, page.evaluate(_PALE), "contrast")
    check_shape(page)


def check_shape(page: Page) -> None:
    """Light or dark: targets, words, width; and that the browser keeps nothing that is typed."""
    _is_empty(page, page.evaluate(_SMALL, TARGET), "targets")
    _is_empty(page, page.evaluate(_CODES), "words")
    _is_empty(page, page.evaluate(_KEPT), "what the browser keeps")
    check_room(page)


def check_room(page: Page) -> None:
    """Nothing leaves the screen sideways: as it is, of a small phone, and with text of twice the size."""
    root = "document.documentElement.style.fontSize"
    for width, size in ((PHONE["width"], ""), (320, ""), (PHONE["width"], "200%")):
        page.set_viewport_size({"width": width, "height": PHONE["height"]})
        page.evaluate(f"{root} = '{size}'")
        _is_empty(page, page.evaluate(_OUTSIDE), f"{width} pixels, text of {size or '100%'}, what is outside")
        assert width_of(page) <= width, (page.url, width, size)
    page.evaluate(f"{root} = ''")


def _is_empty(page: Page, found: Any, what: str) -> None:
    assert found == [], f"{what} of {page.url}: {found}"
