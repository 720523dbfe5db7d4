"""
A supervisor's whole day in the browser, with real devices as the other side.

On SQLite only: what each page does on each database is shown in `tests/integration/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from client_sync.device import Device
from client_sync.tasks import tasks_json
from domain.canonical import Json
from server.clock import now_ms
from server.services.enrol import make_code
from server.working import work_once
from tests.conftest import sqlite_url
from tests.support.axe import LAPTOP, check_look
from tests.support.desk import Desk, next_page
from tests.support.filings import KECAMATAN, REGENCY, VILLAGE
from tests.support.local_line import KEY
from tests.support.office import Office
from tests.support.pages import hire
from tests.support.rounds import VISITING, cases
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FORM: Final = "pantau"
ROOF, DANGER, THERE = "rumah/atap", "lindung/bahaya_segera", "k/status_keberadaan"


def asked(path: str, indonesian: str, english: str) -> dict[str, Json]:
    return {
        "path": path,
        "type": "text",
        "label": {"id": indonesian, "en": english},
        "pdp": "umum",
        "group": [path.partition("/")[0]],
    }


DAY_FORM: Final[dict[str, Json]] = {
    **VISITING,
    "title": {"id": "Pemantauan anak", "en": "Follow-up of a child"},
    "fields": [
        asked(ROOF, "Keadaan atap", "State of the roof"),
        asked(THERE, "Keberadaan", "Whereabouts"),
        asked(DANGER, "Bahaya sekarang", "Danger now"),
    ],
    "groups": [
        {"path": "rumah", "label": {"id": "Rumah", "en": "House"}},
        {"path": "k", "label": {"id": "Keberadaan", "en": "Whereabouts"}},
        {"path": "lindung", "label": {"id": "Perlindungan", "en": "Protection"}},
    ],
}
ANSWERS: Final = {ROOF: "bocor", THERE: "1", DANGER: "0"}


@dataclass
class Field:
    """An office with a worker, and two officers with devices of their own."""

    office: Office
    url: str
    devices: dict[str, Device]

    def visit(self, name: str, case: str, **further: str) -> str:
        """A form that an officer fills without a signal."""
        answers: dict[str, Any] = {**ANSWERS, **further}
        return self.devices[name].new(FORM, None, answers, case=case).record

    def tasks(self, name: str) -> list[str]:
        """The cases that an officer's device says are his."""
        return [str(one["case"]) for one in tasks_json(self.devices[name].reader)]

    def sync(self, *names: str) -> None:
        """These find a signal, one after the other; then the worker has its turn."""
        for name in names:
            self.devices[name].sync()
        work_once(self.office.store)


@pytest.fixture
def field(tmp_path: Path) -> Iterator[Field]:
    office = Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path)
    office.publish(DAY_FORM)
    hire(office, "siti", "supervisor", KECAMATAN)
    hire(office, "dewi", "peksos", REGENCY)
    with serving(office.app) as url:
        devices = {}
        for name in ("asha", "budi"):
            office.person(name, "officer", KECAMATAN)
            with office.store.write() as connection:
                code = make_code(connection, name, now_ms())
            devices[name] = Device.open(tmp_path / name, KEY)
            devices[name].enroll(url, code)
        yield Field(office, url, devices)
        for device in devices.values():
            device.close()
    office.close()


def test_a_day_from_the_round_to_the_last_approval(field: Field, page: Page, browser: Browser) -> None:
    """
    Opens a round, assigns, approves from the list, settles, returns, hands on, sees late work and an alarm.

    Broken on purpose: a bulk approval that takes what is in conflict, late work that is not marked, danger
    that raises no alarm.
    """
    desk = Desk(field.office, field.url, page)
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    by = field.office.person("hana", "head", REGENCY)
    cases(field.office, by, *((VILLAGE, name) for name in ("Ani", "Beni", "Cici", "Dodi")))
    desk.sign_in()
    page.wait_for_url("**/records*")

    plan_the_round(desk)
    assign_evenly(desk)
    field.sync("asha", "budi")
    hers, his = field.tasks("asha"), field.tasks("budi")
    assert (len(hers), len(his)) == (2, 2)

    first, second = (field.visit("asha", case) for case in hers)
    field.sync("asha", "budi")
    field.devices["asha"].set(second, {ROOF: "bocor di dapur"})
    field.devices["budi"].set(second, {ROOF: "utuh"})
    field.sync("asha", "budi")

    approve_from_the_list(desk, first, second)
    settle(desk)
    give_back(desk, second)
    field.sync("asha")
    returned = field.devices["asha"].dossier(second).review
    assert returned.remarks == {ROOF: "Mohon diperiksa lagi"}
    field.devices["asha"].set(second, {ROOF: "bocor di kamar"})
    field.sync("asha")
    approve(desk, second, "bocor di kamar")

    hand_on(desk, "budi", "asha")
    late = field.visit("budi", his[0])
    field.sync("budi", "asha")
    assert his[0] in field.tasks("asha")
    desk.go("/records?tab=all")
    row = page.locator(".queue-row", has=page.locator(f"a[href*='{late}']"))
    expect(row).to_contain_text("terlambat")
    check_look(page)

    raise_an_alarm(field, browser, hers[0])
    desk.go("/coverage")
    desk.page.get_by_role("heading", level=1, name="Cakupan").wait_for()
    check_look(page)
    assert desk.complaints == []


def plan_the_round(desk: Desk) -> None:
    page = desk.page
    desk.open("Periode")
    check_look(page)
    with next_page(page):
        page.get_by_role("link", name="Buka periode").first.click()
    page.get_by_label("Formulir").select_option(label="Pemantauan anak")
    page.get_by_label("Judul").fill("Semester 2")
    page.get_by_label("Hari pertama").fill("2026-01-05")
    page.get_by_label("Hari terakhir").fill("2099-12-31")
    page.get_by_label("Semua desa saya").check()
    desk.press("Buka periode")
    page.get_by_role("heading", level=1, name="Semester 2").wait_for()
    check_look(page)


def assign_evenly(desk: Desk) -> None:
    page = desk.page
    desk.open("Tugaskan kasus")
    check_look(page)
    desk.press("Lihat hasilnya")
    check_look(page)
    desk.press("Tugaskan", exact=True)
    desk.reads("4 kasus ditugaskan")


def approve_from_the_list(desk: Desk, sound: str, disputed: str) -> None:
    page = desk.page
    desk.go("/records")
    check_look(page)
    row = page.locator(".queue-row", has=page.locator(f"a[href*='{disputed}']"))
    expect(row.get_by_role("checkbox")).to_have_count(0)
    page.locator(".queue-row", has=page.locator(f"a[href*='{sound}']")).get_by_role("checkbox").check()
    desk.press("Setujui yang dicentang")
    desk.reads("1 isian disetujui.")
    check_look(page)


def settle(desk: Desk) -> None:
    page = desk.page
    desk.open("Konflik 1")
    check_look(page)
    desk.press("Pakai ini: Keadaan atap, asha")
    desk.reads("Tidak ada jawaban yang berbeda")


def give_back(desk: Desk, record: str) -> None:
    page = desk.page
    desk.go(f"/records/{record}")
    check_look(page)
    page.locator("summary", has_text="Catatan: Keadaan atap").click()
    page.locator(f"textarea[name='remark:{ROOF}']").fill("Mohon diperiksa lagi")
    desk.press("Kembalikan ke petugas")
    desk.reads("Dikembalikan ke petugas.")


def approve(desk: Desk, record: str, words: str) -> None:
    page = desk.page
    desk.go(f"/records/{record}")
    page.locator("#changes").get_by_text(words).wait_for()
    check_look(page)
    desk.press("Setujui", exact=True)
    desk.reads("Disetujui.")


def hand_on(desk: Desk, giver: str, taker: str) -> None:
    page = desk.page
    desk.go("/assignments")
    page.get_by_label("Pemegang kasus").select_option(giver)
    desk.press("Tampilkan", exact=True)
    check_look(page)
    page.get_by_role("checkbox", name="Semuanya").check()
    page.get_by_role("checkbox", name=taker).check()
    desk.press("Tampilkan akibatnya")
    check_look(page)
    desk.press("Alihkan 2 kasus")
    desk.reads("2 kasus dialihkan")


def raise_an_alarm(field: Field, browser: Browser, case: str) -> None:
    with closing(browser.new_context(locale="id-ID")) as context:
        dewi = Desk(field.office, field.url, context.new_page())
        dewi.sign_in("dewi")
        dewi.page.wait_for_url("**/records*")
        field.visit("asha", case, **{DANGER: "1"})
        field.sync("asha")
        dewi.go("/alarms")
        check_look(dewi.page)
        dewi.press("Saya menangani")
        dewi.reads("Anda menangani")
        assert dewi.complaints == []
