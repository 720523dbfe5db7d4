"""
Long work and coverage in a real browser: a list is taken in, a bar moves by itself, a file is taken.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_pages_jobs.py` and
`test_coverage.py`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.clock import now_ms
from server.services import job_exports
from server.services.job_kinds import KINDS
from server.services.job_orders import order_export
from server.services.running_jobs import Runner
from tests.conftest import sqlite_url
from tests.support.axe import LAPTOP, PHONE, check_page
from tests.support.desk import Desk, next_page
from tests.support.filings import NEIGHBOUR, REGENCY, VILLAGE, submit
from tests.support.importing import HEAD_OF_FIELD, Importer
from tests.support.lists import csv_file
from tests.support.office import Office
from tests.support.pages import PASSWORD, hire
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def importer(tmp_path: Path) -> Iterator[Importer]:
    made = Importer(Office(sqlite_url(tmp_path / "database" / "verilap.db"), tmp_path), tmp_path)
    hire(made.office, HEAD_OF_FIELD, "head", REGENCY)
    yield made
    made.office.close()


@pytest.fixture
def desk(importer: Importer, page: Page) -> Iterator[Desk]:
    """A laptop; the test fails when the browser complains of anything."""
    page.emulate_media(reduced_motion="reduce")
    with serving(importer.office.app) as url:
        made = Desk(importer.office, url, page)
        made.sign_in(HEAD_OF_FIELD)
        yield made
        assert made.complaints == []


def shoot(page: Page, name: str) -> None:
    """For whoever wants to look at it by eye."""
    if folder := os.environ.get("VERILAP_SHOTS"):
        for size in (LAPTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
        page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]


def test_a_list_is_taken_in_and_given_out_again(
    importer: Importer, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: the policy let no script ask how far it is; the bar stood still."""
    page, store = desk.page, importer.office.store
    rows = "\n".join(f"B-{n},Penerima {n},{VILLAGE}" for n in range(1, 4))
    list_file = csv_file(tmp_path, f"Nomor,penerima,desa\n{rows}\nB-9,Tanpa desa,Antah Berantah")
    desk.go("/cases/penyaluran/import")
    page.get_by_label("Buku kerja Excel").set_input_files(list_file)
    desk.press("Coba", exact=True)
    page.get_by_label("Kolom pembeda baris").select_option("Nomor")
    desk.press("Coba sekali lagi")
    desk.reads("Antah Berantah")
    check_page(page, page.url)
    shoot(page, "import")
    desk.press("Masukkan sekarang")
    desk.reads("kasus baru")
    check_page(page, page.url)
    shoot(page, "imported")
    monkeypatch.setattr(job_exports, "AT_ONCE", 1)
    with store.write() as connection:
        hana = importer.office.person_in(connection, HEAD_OF_FIELD)
        job = order_export(connection, hana, "penyaluran", "untuk rapat kasus", now_ms())
    check_page(page, f"{desk.url}/jobs/{job}")
    runner = Runner(store, KINDS, now_ms)
    runner.run_some(seconds=0)
    desk.reads("1 dari 3")
    expect(page.locator("progress")).to_have_attribute("value", "1")
    shoot(page, "progress")
    while runner.run_some():
        pass
    page.get_by_role("button", name="Ambil berkas").wait_for()
    shoot(page, "file")
    desk.press("Ambil berkas")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("button").click()
    assert len(download.value.path().read_text("utf-8-sig").splitlines()) == 4
    desk.go("/jobs")
    check_page(page, page.url)
    shoot(page, "jobs")


def test_coverage_is_looked_at_by_kecamatan_and_village(importer: Importer, desk: Desk) -> None:
    asha = importer.office.device("asha", "officer", REGENCY)
    for village in (VILLAGE, VILLAGE, NEIGHBOUR):
        submit(asha, {"a": "1"}, village=village)
    page = desk.page
    desk.go("/coverage")
    shoot(page, "coverage")
    page.get_by_label("Formulir").select_option("kunjungan_pemantauan")
    desk.press("Saring")
    with next_page(page):
        page.locator(".bars a").first.click()
    desk.reads("Dalam angka")
    check_page(page, page.url)
    shoot(page, "coverage-village")
