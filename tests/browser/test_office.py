"""
The office pages in a real browser: with a mouse, with a keyboard alone, on a phone, without scripts.

On SQLite only: what the pages do on each database is shown in `tests/integration/test_pages*.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.desk import Desk, check_outline, next_page, walk_to, width_of
from tests.support.office import ApiClient, Office
from tests.support.pages import FAR, NIK, OTHER_NIK, PASSWORD, VILLAGE
from tests.support.raw_device import RawDevice
from tests.support.server import serving
from tests.support.visits import DEAD, Visit, disputed, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog

pytestmark = pytest.mark.browser

PHONE = {"width": 360, "height": 740}


@pytest.fixture
def asha(office: Office) -> RawDevice:
    return office.device("asha", "officer", VILLAGE)


def state_of(api: ApiClient, made: Visit) -> str:
    return str(api.get(f"records/{made.record}")["review"]["state"])


# --- the work of a day ---------------------------------------------------------------------------


def test_a_supervisor_filters_settles_and_approves(
    office: Office, asha: RawDevice, desk: Desk, api: ApiClient
) -> None:
    made, _ = disputed(office, asha, "g/umur", ["4", "5"])
    visit(asha, {"g/nama": "Tanpa konflik"})
    page = desk.page
    desk.sign_in()
    page.get_by_label("Hanya yang ada konflik").check()
    page.get_by_label("Formulir").select_option(label="Kunjungan rumah")
    page.get_by_label("Desa atau kecamatan").select_option(VILLAGE)
    desk.press("Saring")
    expect(page.locator(".queue-row .subject")).to_have_text(["Asha"])
    desk.open("Asha")
    expect(page.get_by_role("button", name="Setujui")).to_be_disabled()
    conflict = page.get_by_role("group", name="Umur")
    with next_page(page):
        conflict.get_by_role("button", name="Pakai ini: Umur, carla").click()
    desk.reads("Konflik selesai.")
    desk.press("Setujui")
    desk.reads("Tidak ada isian yang cocok")
    assert state_of(api, made) == "approved"
    assert api.get(f"records/{made.record}")["answers"]["g/umur"] == "5"


def test_a_form_is_returned_with_a_remark_at_a_question(asha: RawDevice, desk: Desk, api: ApiClient) -> None:
    made = visit(asha, {"g/nama": "Asha", "g/umur": "7"})
    desk.sign_in()
    desk.open("Asha")
    desk.page.get_by_text("Catatan: Umur").click()
    remark = desk.page.locator("textarea[name='remark:g/umur']")
    desk.page.locator("textarea[name='remark:g/umur']:focus").wait_for()
    remark.fill("Benar 7 tahun?")
    desk.reads("Catatan pada pertanyaan: 1")
    desk.press("Kembalikan ke petugas")
    desk.reads("Dikembalikan ke petugas.")
    assert api.get(f"records/{made.record}")["review"]["remarks"] == {"g/umur": "Benar 7 tahun?"}


def test_a_form_is_rejected_with_a_reason(asha: RawDevice, desk: Desk, api: ApiClient) -> None:
    made = visit(asha)
    desk.sign_in()
    desk.open("Asha")
    desk.page.get_by_text("Tolak isian ini").click()
    desk.page.get_by_label("Alasan").fill("Ganda.")
    desk.press("Tolak", exact=True)
    desk.reads("Ditolak.")
    assert state_of(api, made) == "rejected"


def test_a_form_that_changed_meanwhile_is_shown_with_what_was_typed(
    asha: RawDevice, desk: Desk, api: ApiClient
) -> None:
    made = visit(asha, {"g/nama": "Asha", "g/umur": "7"})
    desk.sign_in()
    desk.open("Asha")
    desk.page.get_by_label("Komentar").fill("Hampir selesai.")
    made.change(asha, {"g/umur": "8"})
    desk.press("Setujui")
    desk.reads("isian ini berubah sejak Anda membukanya")
    assert "sekarang: 8" in " ".join(desk.page.get_by_role("alert").inner_text().split())
    assert desk.page.get_by_label("Komentar").input_value() == "Hampir selesai."
    desk.press("Setujui")
    desk.reads("Disetujui.")
    assert state_of(api, made) == "approved"


def test_held_work_is_taken_in(office: Office, desk: Desk) -> None:
    stranger = office.device("jauh", "officer", FAR)
    sent = stranger.submission("3f9a4f5e-0000-4000-8000-000000000000", {"g/nama": "Rina"}, form="kunjungan@1")
    assert stranger.sync(sent)["verdicts"]["0"]["status"] == "held"
    desk.sign_in()
    desk.open("Lihat")
    desk.press("Masukkan", exact=True)
    desk.reads("Dimasukkan.")
    desk.open("Antrean")
    desk.reads("Rina")


def test_both_languages_can_be_read(asha: RawDevice, desk: Desk) -> None:
    visit(asha, {"g/nama": "Asha", "g/rumah": "3"})
    desk.sign_in()
    desk.open("Asha")
    desk.reads("Rumah terapung")
    desk.press("EN, English")
    desk.reads("Floating house")
    desk.reads("Return to the officer")
    assert desk.page.locator("html").get_attribute("lang") == "en"


def test_hostile_answers_run_nothing(asha: RawDevice, desk: Desk) -> None:
    """The desk fails on every complaint of the content policy; seen to fail with a `<style>` in the frame."""
    visit(
        asha,
        {"g/nama": "<img src=x onerror=alert(1)>", "g/catatan": "javascript:alert(1) \u202e {{7*7}} \x00"},
    )
    opened: list[str] = []
    desk.page.on("dialog", lambda dialog: opened.append(dialog.message))
    desk.sign_in()
    desk.open("<img src=x onerror=alert(1)>")
    desk.reads("javascript:alert(1)")
    assert opened == []


# --- keyboard, phone, no scripts -----------------------------------------------------------------


def test_the_keyboard_alone_is_enough(asha: RawDevice, desk: Desk, api: ApiClient) -> None:
    """Seen to fail with `outline: none` on what has the focus."""
    made = visit(asha, {"g/nama": "Asha", "g/umur": "7"})
    page = desk.page
    desk.go("/")
    expect(page.get_by_label("Nama akun")).to_be_focused()
    page.keyboard.type("siti")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    desk.enter()
    desk.reads("Isian dari lapangan")
    walk_to(page, page.get_by_role("link", name="Langsung ke isi"), most=1)
    desk.enter()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Asha", exact=True)).to_be_focused()
    desk.enter()
    desk.reads("Keputusan Anda")
    walk_to(page, page.locator("summary", has_text="Catatan: Umur"))
    page.keyboard.press("Enter")
    page.locator("textarea[name='remark:g/umur']:focus").wait_for()
    page.keyboard.type("Benar 7?")
    walk_to(page, page.get_by_label("Komentar"))
    page.keyboard.type("Periksa lagi.")
    walk_to(page, page.get_by_role("button", name="Kembalikan ke petugas"))
    desk.enter()
    desk.reads("Dikembalikan ke petugas.")
    assert api.get(f"records/{made.record}")["review"]["remarks"] == {"g/umur": "Benar 7?"}


def test_enter_in_a_text_field_decides_nothing(
    office: Office, asha: RawDevice, desk: Desk, api: ApiClient
) -> None:
    """Seen to fail without the button that does nothing at the beginning of the form."""
    made, _ = disputed(office, asha, "g/umur", ["4", "5"])
    desk.sign_in()
    desk.open("Asha")
    desk.page.get_by_text("Jawaban lain: Umur").click()
    field = desk.page.locator("input[name='free:g/umur']")
    field.fill("6")
    field.press("Enter")
    assert field.input_value() == "6"
    told = api.get(f"records/{made.record}")
    assert len(told["conflicts"]) == 1
    assert told["review"]["state"] == "pending"


def test_nobody_leaves_a_page_with_unsent_remarks_by_mistake(asha: RawDevice, desk: Desk) -> None:
    visit(asha)
    desk.sign_in()
    desk.open("Asha")
    desk.page.get_by_label("Komentar").fill("Belum dikirim")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    desk.page.on("dialog", stay)
    with desk.page.expect_event("dialog"):
        desk.page.get_by_role("link", name="Antrean").first.click()
    assert asked == ["beforeunload"]
    assert desk.page.get_by_label("Komentar").input_value() == "Belum dikirim"


def test_no_page_scrolls_sideways_on_a_phone(office: Office, asha: RawDevice, desk: Desk) -> None:
    """Seen to fail when long words were not broken."""
    long = "Kampungyangsangatpanjangsekalinamanyatanpaspasi" * 6
    made, _ = disputed(office, asha, "g/nik", [NIK, OTHER_NIK], **{"g/catatan": long})
    made.change(office.device("budi", "officer", VILLAGE), {"anggota/m_1": DEAD})
    stranger = office.device("jauh", "officer", FAR)
    stranger.sync(
        stranger.submission("3f9a4f5e-0000-4000-8000-000000000000", {"g/nama": long}, form="kunjungan@1")
    )
    desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    desk.go("/sign-in")
    paths = ["/sign-in", "/records", made.path, f"{made.path}/history", "/held", "/nothing-here"]
    for path in paths:
        if path == "/records":
            desk.sign_in()
        desk.go(path)
        width = width_of(desk.page)
        assert width <= PHONE["width"], (path, width)
    desk.complaints.clear()  # the page that is not there


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_which_list_is_open_can_be_seen_on_every_screen(desk: Desk, width: int) -> None:
    """Seen to fail when the tabs stood in one line that scrolls: only the first was on a phone's screen."""
    desk.page.set_viewport_size({"width": width, "height": 740})
    desk.sign_in()
    for path in ("/records", "/held"):
        desk.go(path)
        for place in range(desk.page.locator(".tabs a").count()):
            with next_page(desk.page):
                desk.page.locator(".tabs a").nth(place).click()
            box = desk.page.locator(".tabs a[aria-current]").bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width


def test_everything_works_without_scripts(
    office: Office, asha: RawDevice, browser: Browser, api: ApiClient
) -> None:
    made, _ = disputed(office, asha, "g/umur", ["4", "5"])
    context = browser.new_context(java_script_enabled=False, locale="id-ID")
    with serving(office.app) as url:
        desk = Desk(office, url, context.new_page())
        desk.sign_in()
        desk.open("Asha")
        desk.press("Pakai ini: Umur, budi")
        desk.reads("Konflik selesai.")
        desk.page.locator("summary", has_text="Catatan: Umur").click()
        desk.page.locator("textarea[name='remark:g/umur']").fill("Dari mana?")
        desk.press("Kembalikan ke petugas")
        desk.reads("Dikembalikan ke petugas.")
    context.close()
    assert api.get(f"records/{made.record}")["review"]["remarks"] == {"g/umur": "Dari mana?"}


def test_every_page_has_landmarks_one_heading_and_names_for_all_fields(
    office: Office, asha: RawDevice, desk: Desk
) -> None:
    made, _ = disputed(office, asha, "g/rumah", ["1", "2"])
    desk.sign_in()
    for path in ("/records", made.path, f"{made.path}/history", "/held"):
        desk.go(path)
        check_outline(desk.page)


# --- while a form is open ------------------------------------------------------------------------


def test_an_open_form_says_that_something_newer_has_arrived_and_shows_it_with_what_was_typed(
    office: Office, asha: RawDevice, desk: Desk
) -> None:
    """Seen to fail with a policy that lets the page ask nobody, and with buttons that stayed as they were."""
    made, page = visit(asha), desk.page
    desk.sign_in()
    desk.open("Asha")
    page.get_by_label("Komentar").fill("sudah saya ketik")
    made.change(asha, {"g/nama": "Asti"})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    desk.reads("Ada yang lebih baru untuk formulir ini")
    expect(page.get_by_role("button", name="Setujui")).to_be_disabled()
    desk.press("Tampilkan versi terbaru")
    desk.reads("Asti")
    assert page.get_by_label("Komentar").input_value() == "sudah saya ketik"
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("e")
    expect(page.locator("#evidence")).to_be_focused()
