"""What an officer does with the phone's app as it is built, beside a live server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from domain.canonical import digest_of
from server.clock import now_ms
from server.services.enrol import make_code
from server.services.forms import renew_forms_digest
from server.store import forms
from tests.support.forms import compiled
from tests.support.office import Office

if TYPE_CHECKING:
    from playwright.sync_api import Page

PIN: Final = "482915"


def publish_compiled(office: Office, form_id: str) -> None:
    """Publishes one of the four forms with all of its files."""
    form = compiled(form_id)
    with office.store.write() as connection:
        stored = forms.StoredForm(
            form.form_id, form.version, digest_of(form.definition_bytes), form.definition_bytes, now_ms()
        )
        forms.add(connection, stored, form.xform.encode(), form.workbook, form.media)
        renew_forms_digest(connection)


def code_for(office: Office, name: str) -> str:
    """A one-use code."""
    with office.store.write() as connection:
        return make_code(connection, name, now_ms())


def enrol(page: Page, url: str, code: str, pin: str = PIN) -> None:
    """From the link of the office to the first page."""
    page.goto(f"{url}/app/#{code}")
    page.get_by_label("Nama ponsel").fill("Ponsel Asha")
    page.keyboard.press("Enter")
    for label in ("PIN baru", "PIN baru sekali lagi"):
        page.get_by_label(label, exact=True).fill(pin)
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Mulai bekerja").click()
    page.get_by_role("heading", name="Hari ini").wait_for()


def unlock(page: Page, pin: str = PIN) -> None:
    """By the PIN, where the app is locked."""
    page.get_by_label("PIN", exact=True).fill(pin)
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()
