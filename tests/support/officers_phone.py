"""
The officers' app on a phone of its own, used as a person does: by what stands on the screen.

::

    with phone_of(browser.browser_type, tmp_path / "asha", url) as phone:
        phone.set_up(code)
        phone.new_form("Verifikasi Anak Terlantar", "Muara Enggelam").fill({"g_anak/nama_anak": "Asha"})
        record = phone.finish()

The browser's folder stays: a phone that was switched off (`restart`) has what it kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.support.axe import PHONE
from tests.support.browser import ARGUMENTS, PATIENCE, ensure_chromium
from tests.support.phone_browser import kill
from tests.support.phone_form import FormScreen

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, BrowserType, Locator, Page

PIN: Final = "830264"
_OF_THE_LINE: Final = ("Failed to load resource", "net::ERR_")
"""What Chromium itself notes where there is no server."""


class PhoneApp:
    """One phone. `page` is the app's tab; `complaints` what its scripts complained of."""

    def __init__(self, kind: BrowserType, profile: Path, url: str) -> None:
        self.kind, self.profile, self.url = kind, profile, url
        self.complaints: list[str] = []
        self.start()

    def start(self) -> None:
        """Switches the phone on; no page is open yet."""
        program = ensure_chromium()
        assert program
        self.context: BrowserContext = self.kind.launch_persistent_context(
            self.profile,
            executable_path=program,
            args=ARGUMENTS,
            locale="id-ID",
            timezone_id="Asia/Makassar",
            viewport=PHONE,  # type: ignore[arg-type]
            has_touch=True,
            permissions=["geolocation"],
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Another tab, in front from now on."""
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._listen)
        return self.page

    def _listen(self, message: object) -> None:
        kind, text = getattr(message, "type", ""), str(getattr(message, "text", ""))
        if kind in {"error", "warning"} and not any(one in text for one in _OF_THE_LINE):
            self.complaints.append(text)

    def restart(self) -> None:
        """The battery is taken out and put in again."""
        kill(self.profile)
        self.close()
        self.start()

    def close(self) -> None:
        """Switches it off."""
        from playwright.sync_api import Error

        with suppress(Error):  # of one that was killed
            self.context.close()

    # --- being let in -----------------------------------------------------------------------------

    def open(self, place: str = "") -> None:
        """Loads the app at a place, as from its icon."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}/app/{place}")

    def set_up(self, code: str, pin: str = PIN, name: str = "Ponsel Asha") -> str:
        """Enrols by the address with the code; gives the number to be confirmed, empty where none is."""
        self.open(f"#{code}")
        self.page.get_by_label("Nama ponsel", exact=True).fill(name)
        self.press("Lanjut")
        for label in ("PIN baru", "PIN baru sekali lagi"):
            self.enter_pin(pin, label)
        self.heading("Ponsel ini terdaftar").wait_for()
        number = self.page.locator(".digits.number")
        shown = re.sub(r"\D", "", number.inner_text()) if number.count() else ""
        self.press("Mulai bekerja")
        self.heading("Hari ini").wait_for()
        return shown

    def enter_pin(self, pin: str, label: str = "PIN") -> None:
        """Types a PIN by the digits on the screen."""
        self.page.get_by_label(label, exact=True).wait_for()
        for digit in pin:
            self.press(digit)
        self.page.locator("form button[type=submit]").click()

    def unlock(self, pin: str = PIN) -> None:
        """Gives the PIN, and waits for the place where the app was."""
        self.enter_pin(pin)
        self.page.get_by_label("PIN", exact=True).wait_for(state="detached")

    # --- going about ------------------------------------------------------------------------------

    def heading(self, words: str) -> Locator:
        return self.page.get_by_role("heading", name=words, exact=True)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go(self, name: str) -> None:
        """By the bar at the bottom."""
        self.page.get_by_role("navigation").get_by_role("link", name=name).click()

    def follow(self, words: str) -> None:
        """Follows the first link that says this."""
        self.page.get_by_role("link").filter(has_text=words).first.click()

    def reads(self, words: str) -> None:
        """Waits until the words stand on the screen."""
        expect(self.page.get_by_text(words).first).to_be_visible()

    # --- work -------------------------------------------------------------------------------------

    @property
    def form(self) -> FormScreen:
        """The form that is open."""
        return FormScreen(self.page)

    def new_form(self, form: str, village: str) -> FormScreen:
        """Begins a form on the spot."""
        self.go("Baru")
        self.page.get_by_label(form, exact=True).check()
        villages = self.page.get_by_label("Di desa mana?")
        option = villages.locator("option", has_text=re.compile(rf"^\s*{re.escape(village)} \("))
        villages.select_option(value=option.get_attribute("value") or "")
        self.press("Mulai mengisi")
        return self.form.wait()

    def finish(self) -> str:
        """Finishes the form that is open, complete or not; gives its record."""
        self.form.finish()
        self.page.wait_for_url("**/#/record/*")
        return self.page.url.rpartition("/")[2]

    def sync(self) -> None:
        """Sends and receives until nothing is unsent."""
        self.go("Kirim")
        self.press("Kirim sekarang")
        self.page.get_by_role("button", name="Kirim sekarang", exact=True).wait_for()
        self.reads("Semua sudah terkirim")


@contextmanager
def phone_of(kind: BrowserType, profile: Path, url: str) -> Iterator[PhoneApp]:
    """A phone, switched off at the end."""
    phone = PhoneApp(kind, profile, url)
    try:
        yield phone
    finally:
        phone.close()
