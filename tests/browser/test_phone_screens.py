"""
The screens of the phone app, over a device that is invented: how they look, read and are reached.

Broken on purpose: the muted ink of the style made paler; a button of 44 pixels; a code without words;
the label of the search field left out; `hold` forgotten when the app looks at the time; the code left in
the address; a code that comes later not looked at, or by one of the two screens only; the place of one
officer kept for the next; where one was on a list, or how much of it was shown, forgotten; a badge that
does not wrap, at a text of twice the size.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from tests.support.invented_phone import PIN, address
from tests.support.phone_looks import check_screen, check_shape

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(phone_pages: str) -> str:
    """Where all pages for tests are served."""
    return phone_pages


ONE: Final = "Asha Rahmawati"
SCREENS: Final = (
    "search",
    "new",
    "sync",
    "settings",
    "pin",
    "enrol",
    "cases",
    "case/c-1",
    "case/c-2",
    "case/c-3",
    "case/c-4",
    "records",
    "record/r-0",
    "record/r-3",
    "record/r-4",
    "record/r-5",
    "record/r-6",
    "conflicts",
    "conflict/r-0/g_anak%2Fsekolah",
    "conflict/r-4/g_alamat%2Frt",
    "conflict/r-2/anggota%2Fm_1%23removal",
    "pending",
    "home",
)


def enter(page: Page, pin: str = PIN) -> None:
    page.get_by_label("PIN", exact=True).fill(pin)
    page.keyboard.press("Enter")


def unlock(page: Page, pages: str, screen: str = "home", **choices: str) -> None:
    """Opens a screen as an officer who has given the PIN."""
    page.goto(address(pages, screen, **({"officers": ONE} | choices)))
    enter(page)
    page.locator("nav").wait_for()


# --- how they look -------------------------------------------------------------------------------


def test_every_screen_is_read_and_pressed_by_everybody(page: Page, pages: str) -> None:
    unlock(page, pages)
    for screen in SCREENS:
        show(page, screen)
        check_screen(page)
    page.evaluate("() => localStorage.setItem('language', 'en')")
    page.reload()
    enter(page)
    page.locator("nav").wait_for()
    for screen in SCREENS:
        show(page, screen)
        check_shape(page)


def show(page: Page, screen: str) -> None:
    """Goes there without opening the app anew."""
    page.evaluate(
        "screen => { document.querySelector('main').dataset.left = 'yes'; location.hash = `#/${screen}`; }",
        screen,
    )
    page.locator("main:not([data-left])").wait_for()
    wait_for_data(page)


def wait_for_data(page: Page) -> None:
    page.get_by_role("status").filter(has_text=re.compile("dibaca|Reading")).wait_for(state="detached")


def set_up(page: Page, pages: str) -> None:
    page.goto(address(pages))


def choose_pin(page: Page, pages: str) -> None:
    page.goto(f"{address(pages)}#7KQM2XPA")
    page.get_by_label("Nama ponsel").fill("Ponsel Asha")
    page.keyboard.press("Enter")


def be_done(page: Page, pages: str) -> None:
    choose_pin(page, pages)
    for label in ("PIN baru", "PIN baru sekali lagi"):
        page.get_by_label(label, exact=True).fill(PIN)
        page.keyboard.press("Enter")
    page.get_by_text("406 118").wait_for()


def choose_officer(page: Page, pages: str) -> None:
    page.goto(address(pages, officers="Asha,Budi"))


def forget(page: Page, pages: str) -> None:
    page.goto(address(pages, officers=ONE))
    page.get_by_role("button", name="Lupa PIN").click()


def be_late(page: Page, pages: str) -> None:
    unlock(page, pages, standing='{"isLocked": true}')
    page.get_by_text("terlalu lama tidak").wait_for()


def be_revoked(page: Page, pages: str) -> None:
    unlock(page, pages, standing='{"isRevoked": true, "number": "406 118"}')
    page.get_by_text("406 118").wait_for()


def search_and_find(page: Page, pages: str) -> None:
    unlock(page, pages, "search")
    page.get_by_label("Nama, 4 angka").fill("a")
    page.get_by_text("6 ditemukan").wait_for()


def choose_a_form(page: Page, pages: str) -> None:
    unlock(page, pages, "new")
    page.get_by_label("Verifikasi anak terlantar").check()
    page.get_by_label("Melintang").check()
    expect(page.get_by_role("button", name="Mulai mengisi")).to_be_enabled()


def see_what_is_done(page: Page, pages: str) -> None:
    unlock(page, pages)
    page.get_by_text("Sudah dikerjakan (1)").click()
    page.get_by_role("link", name="Siti Rahma").wait_for()


def find_it_damaged(page: Page, pages: str) -> None:
    page.goto(address(pages, officers="Asha,Rusak Budi"))
    page.get_by_role("button", name="Rusak Budi").click()
    page.get_by_role("heading", name="Penyimpanan rusak").wait_for()


def be_elsewhere(page: Page, pages: str) -> None:
    page.goto(address(pages, elsewhere="yes"))


def have_nothing(page: Page, pages: str) -> None:
    unlock(page, pages, empty="yes", update="yes")


def ask_to_practise(page: Page, pages: str) -> None:
    unlock(page, pages, "settings")
    page.get_by_role("button", name="Mode latihan").click()


def practise(page: Page, pages: str) -> None:
    ask_to_practise(page, pages)
    page.get_by_role("button", name="Mulai latihan").click()
    page.get_by_text("LATIHAN").wait_for()


def send(page: Page, pages: str) -> None:
    unlock(page, pages, "sync")
    page.get_by_text("3 dari 12 formulir").wait_for()


def settle(page: Page, pages: str) -> None:
    unlock(page, pages, "conflicts")
    page.get_by_text("Apakah anak masih bersekolah?").click()
    page.get_by_label("Tidak, putus sekolah").check()
    page.get_by_role("button", name="Simpan pilihan").click()
    page.get_by_text("ANAK DALAM BAHAYA").wait_for()


def look_at_a_picture(page: Page, pages: str) -> None:
    unlock(page, pages, "record/r-0")
    page.get_by_role("button", name="Foto").click()
    page.get_by_role("dialog").get_by_role("img").wait_for()


@pytest.mark.parametrize(
    "reach",
    [
        set_up,
        choose_pin,
        be_done,
        choose_officer,
        forget,
        find_it_damaged,
        be_elsewhere,
        have_nothing,
        ask_to_practise,
        practise,
        be_late,
        be_revoked,
        search_and_find,
        choose_a_form,
        see_what_is_done,
        send,
        settle,
        look_at_a_picture,
    ],
)
def test_what_is_reached_on_the_way_is_as_well(
    page: Page, pages: str, reach: Callable[[Page, str], None]
) -> None:
    reach(page, pages)
    page.get_by_role("heading").first.wait_for()
    check_screen(page)


# --- getting in ----------------------------------------------------------------------------------


def test_the_code_leaves_the_address_at_once(page: Page, pages: str) -> None:
    page.goto(f"{address(pages)}#7KQM2XPA")
    page.get_by_text("Kodenya sudah terbaca").wait_for()
    assert "7KQM" not in page.url
    page.go_back()
    assert "7KQM" not in page.url


def test_a_code_that_is_scanned_while_the_app_is_open_is_used(page: Page, pages: str) -> None:
    """Unlocked, it is for who works here; locked, it begins another officer's account."""
    unlock(page, pages, "search")
    page.evaluate("location.hash = '#7KQM2XPA'")
    expect(page.get_by_label("Kode dari kantor", exact=True)).to_have_value("7KQM2XPA")
    assert "7KQM" not in page.url
    page.reload()
    page.get_by_label("PIN", exact=True).wait_for()
    page.evaluate("location.hash = '#7KQM2XPA'")
    expect(page.get_by_text("Kodenya sudah terbaca")).to_be_visible()
    assert "7KQM" not in page.url


def test_the_set_up_needs_nothing_but_a_keyboard(page: Page, pages: str) -> None:
    page.goto(address(pages))
    reach(page, "Kode dari kantor")
    page.keyboard.type("7kqm-2xpa")
    page.keyboard.press("Enter")
    reach(page, "Nama ponsel")
    page.keyboard.type("Ponsel Asha")
    page.keyboard.press("Enter")
    for label in ("PIN baru", "PIN baru sekali lagi"):
        reach(page, label)
        page.keyboard.type(PIN)
        page.keyboard.press("Enter")
    page.get_by_text("406 118").wait_for()
    reach(page, "Mulai bekerja")
    page.keyboard.press("Enter")
    page.get_by_role("navigation").wait_for()


def reach(page: Page, name: str) -> None:
    """Presses the tabulator until the focus is on what has this name."""
    page.get_by_label(name, exact=True).or_(page.get_by_role("button", name=name)).first.wait_for()
    for _ in range(40):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const one = document.activeElement;"
            " return one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent; }"
        )
        if told.strip() == name:
            return
    raise AssertionError(f"no tabulator leads to {name}")


def test_two_pins_that_differ_are_asked_for_again(page: Page, pages: str) -> None:
    choose_pin(page, pages)
    for label, pin in (("PIN baru", PIN), ("PIN baru sekali lagi", "482916")):
        page.get_by_label(label, exact=True).fill(pin)
        page.keyboard.press("Enter")
    page.get_by_text("Kedua PIN tidak sama").wait_for()


def test_a_pin_that_is_easily_guessed_is_refused_at_once(page: Page, pages: str) -> None:
    choose_pin(page, pages)
    for pin, why in (("1234", "terlalu pendek"), ("111111", "mudah ditebak"), ("170845", "tanggal")):
        page.get_by_label("PIN baru", exact=True).fill(pin)
        page.keyboard.press("Enter")
        page.get_by_role("alert").get_by_text(why).wait_for()


def test_a_pin_is_typed_by_thumb(page: Page, pages: str) -> None:
    page.goto(address(pages, "home", officers=ONE))
    for digit in f"9{PIN}":
        page.get_by_role("button", name=digit, exact=True).click()
    for _ in range(len(PIN) + 1):
        page.get_by_role("button", name="Hapus angka terakhir").click()
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Buka", exact=True).click()
    page.get_by_role("heading", name="Hari ini").wait_for()


def test_wrong_pins_have_to_wait_for_a_countdown(page: Page, pages: str) -> None:
    page.clock.install()
    page.goto(address(pages, "home", officers=ONE))
    for _ in range(5):
        enter(page, "111222")
        page.get_by_text("PIN salah. Tidak").wait_for()
    page.get_by_text("Tunggu 1:30").wait_for()
    assert page.get_by_label("PIN", exact=True).evaluate("one => one.readOnly")
    asked = page.evaluate("window.throttles")
    page.clock.run_for(31_000)
    page.get_by_text("Tunggu 0:59").wait_for()
    assert page.evaluate("window.throttles") - asked in {2, 3}, "what was waited is noted on the way"
    page.clock.run_for(60_000)
    page.get_by_text("Tunggu").wait_for(state="detached")
    enter(page)
    page.get_by_role("heading", name="Hari ini").wait_for()


def test_a_window_without_storage_says_so(page: Page, pages: str) -> None:
    page.add_init_script(
        "navigator.storage.getDirectory = () => Promise.reject(new DOMException('no', 'SecurityError'))"
    )
    page.goto(address(pages))
    page.get_by_text("jendela pribadi").wait_for()
    expect(page.get_by_label("Kode dari kantor")).to_have_count(0)


def test_a_phone_with_little_room_is_warned_and_goes_on(page: Page, pages: str) -> None:
    page.add_init_script("navigator.storage.estimate = async () => ({ quota: 100_000_000, usage: 0 })")
    page.goto(address(pages))
    page.get_by_text("hampir habis").wait_for()
    expect(page.get_by_label("Kode dari kantor")).to_be_visible()


# --- locking -------------------------------------------------------------------------------------


def test_the_app_locks_after_two_minutes_without_a_touch(page: Page, pages: str) -> None:
    page.clock.install()
    unlock(page, pages)
    page.evaluate("() => { window.saved = 0; window.beforeLock(async () => { window.saved++; }); }")
    page.clock.run_for(100_000)
    page.mouse.click(10, 300)
    page.clock.run_for(100_000)
    expect(page.get_by_role("navigation")).to_be_visible()
    page.clock.run_for(25_000)
    page.get_by_label("PIN", exact=True).wait_for()
    assert page.evaluate("window.saved") > 0, "what was typed was not saved before"


def test_the_app_does_not_lock_while_a_sensor_is_at_work(page: Page, pages: str) -> None:
    page.clock.install()
    unlock(page, pages)
    page.evaluate("() => { window.release = window.hold('gps'); }")
    page.clock.run_for(600_000)
    expect(page.get_by_role("navigation")).to_be_visible()
    page.evaluate("() => window.release()")
    page.clock.run_for(119_000)
    expect(page.get_by_role("navigation")).to_be_visible()
    page.clock.run_for(3_000)
    page.get_by_label("PIN", exact=True).wait_for()


def test_who_comes_back_is_where_he_was_and_somebody_else_is_not(page: Page, pages: str) -> None:
    unlock(page, pages, "record/r-1")
    page.goto(f"{page.url.partition('#')[0]}#/settings")
    page.get_by_role("button", name="Kunci sekarang").click()
    enter(page)
    page.get_by_role("heading", name="Lainnya").wait_for()

    page.goto(address(pages, "record/r-1", officers="Asha,Budi"))
    page.get_by_role("button", name="Asha").click()
    enter(page)
    page.get_by_role("heading", name="Bagas").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Lainnya").click()
    page.get_by_role("button", name="Kunci sekarang").click()
    page.get_by_role("button", name="Budi").click()
    enter(page)
    page.get_by_role("heading", name="Hari ini").wait_for()


def test_an_address_that_names_no_screen_leads_home(page: Page, pages: str) -> None:
    """Not what every object of JavaScript has by that name."""
    unlock(page, pages, "constructor")
    page.get_by_role("heading", name="Hari ini").wait_for()


# --- working -------------------------------------------------------------------------------------


def test_what_came_back_stands_first_with_its_remark(page: Page, pages: str) -> None:
    unlock(page, pages)
    headings = page.get_by_role("heading").all_inner_texts()
    assert headings[:2] == ["Hari ini", "Dikembalikan kantor (1)"]
    page.get_by_text("Foto rumah buram.").click()
    page.get_by_role("button", name="Perbaiki").wait_for()


def test_the_first_page_is_walked_by_keyboard(page: Page, pages: str) -> None:
    unlock(page, pages)
    page.get_by_text("Nur Aisyah").wait_for()
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("() => document.activeElement.textContent.trim().slice(0, 30)"))
        ring = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert seen[-1] == "" or ring == "solid", seen[-1]
        if seen[-1].startswith("Nur Aisyah"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Nur Aisyah").wait_for()
    assert page.evaluate("() => document.activeElement.tagName") == "H1", "a reader is not told where one is"


def test_a_long_list_is_shown_in_steps_and_kept_for_who_comes_back(page: Page, pages: str) -> None:
    unlock(page, pages, "cases", many="yes")
    rows = page.get_by_role("listitem")
    expect(rows).to_have_count(2 * 31)
    page.get_by_role("button", name="Tampilkan 60 lagi").first.click()
    expect(rows).to_have_count(2 * 31 + 60)
    expect(page.locator("a:focus")).to_contain_text("Kusumawardhana 60")
    line = page.get_by_role("link").filter(has_text="Kusumawardhana 140")
    line.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 3000
    line.click()
    page.get_by_role("heading", name="Kunjungan sebelumnya").wait_for()
    assert page.evaluate("scrollY") == 0
    page.get_by_role("button", name="Kembali").click()
    expect(page.locator("a:focus")).to_contain_text("Kusumawardhana 140")
    expect(rows).to_have_count(2 * 31 + 60)
    assert page.evaluate("scrollY") == before


def test_a_draft_is_thrown_away_once_it_was_asked_for_twice(page: Page, pages: str) -> None:
    unlock(page, pages)
    row = page.get_by_role("listitem").filter(has_text="Ahmad Fauzan").filter(has_text="14 jawaban")
    page.get_by_role("button", name="Hapus draf Ahmad Fauzan").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("14 jawaban di dalamnya hilang")
    dialog.get_by_role("button", name="Batal").click()
    expect(row).to_be_visible()
    page.get_by_role("button", name="Hapus draf Ahmad Fauzan").click()
    dialog.get_by_role("button", name="Ya, hapus").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("heading", name="Belum selesai (1)")).to_be_visible()


def test_a_third_answer_settles_a_conflict(page: Page, pages: str) -> None:
    unlock(page, pages, "conflicts")
    page.get_by_text("Apakah anak masih bersekolah?").click()
    expect(page.get_by_role("button", name="Simpan pilihan")).to_be_disabled()
    page.get_by_label("Jawaban lain").check()
    page.get_by_role("combobox").select_option("Belum pernah")
    page.get_by_role("button", name="Simpan pilihan").click()
    page.get_by_role("heading", name="Dapat Anda putuskan (1)").wait_for()


def test_a_child_in_danger_is_told_with_whom_to_call(page: Page, pages: str) -> None:
    settle(page, pages)
    assert page.get_by_role("link", name="SAPA 129").get_attribute("href") == "tel:129"
    assert page.get_by_role("link", name="Polisi 110").get_attribute("href") == "tel:110"


def test_what_is_held_is_told_with_its_reason_and_can_be_put_away(page: Page, pages: str) -> None:
    unlock(page, pages, "pending")
    page.get_by_text("Desanya tidak termasuk wilayah akun ini").wait_for()
    page.get_by_role("button", name="Jangan tampilkan lagi").first.click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Desanya tidak termasuk wilayah akun ini")).to_be_visible()
    page.get_by_role("button", name="Jangan tampilkan lagi").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Jangan tampilkan lagi").click()
    page.get_by_text("Desanya tidak termasuk wilayah akun ini").wait_for(state="detached")


def test_a_sync_is_told_in_numbers_and_keeps_nobody_from_working(page: Page, pages: str) -> None:
    send(page, pages)
    page.get_by_text("±40 detik lagi").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Cari").click()
    page.get_by_label("Nama, 4 angka").fill("rizky")
    page.get_by_text("Muhammad Rizky Pratama").wait_for()
    page.get_by_role("navigation").get_by_role("link", name="Kirim").click()
    page.evaluate("dispatchEvent(new Event('fake-sync-ends'))")
    page.get_by_text("Selesai: terkirim 12 perubahan dan 2 foto").wait_for()
    page.get_by_text("Semua sudah terkirim").wait_for()


def test_unsent_work_leaves_as_a_file(page: Page, pages: str) -> None:
    unlock(page, pages, "sync")
    with page.expect_download() as download:
        page.get_by_role("button", name="Simpan berkas").click()
    assert download.value.suggested_filename.startswith("verilap-")


def test_an_account_is_removed_where_nothing_of_it_is_left_here(page: Page, pages: str) -> None:
    unlock(page, pages, "settings")
    for _ in range(2):
        page.get_by_role("button", name="Hapus akun ini dari ponsel").click()
        page.get_by_role("button", name="Kirim, lalu hapus").click()
        page.get_by_text("Masih ada draf atau yang belum terkirim").wait_for()
    unlock(page, pages, "settings", empty="yes")
    page.get_by_role("button", name="Hapus akun ini dari ponsel").click()
    page.get_by_role("button", name="Kirim, lalu hapus").click()
    page.get_by_role("heading", name="Daftarkan ponsel ini").wait_for()


def test_practice_is_told_on_every_screen_and_ends_with_the_lock(page: Page, pages: str) -> None:
    practise(page, pages)
    for screen in ("Cari", "Kirim", "Lainnya"):
        page.get_by_role("navigation").get_by_role("link", name=screen).click()
        expect(page.get_by_text("LATIHAN: tidak ada yang dikirim")).to_be_visible()
    expect(page.get_by_role("link", name="Ganti PIN")).to_have_count(0)
    page.get_by_role("button", name="Selesai latihan").click()
    page.get_by_label("PIN", exact=True).wait_for()


def test_an_update_saves_what_is_typed_before_it_is_installed(page: Page, pages: str) -> None:
    unlock(page, pages, update="yes")
    page.evaluate("() => { window.saved = 0; window.beforeLock(async () => { window.saved++; }); }")
    page.get_by_role("link", name="Versi baru siap dipasang").click()
    page.get_by_role("button", name="Pakai versi baru").click()
    page.wait_for_function("document.title === 'updated'")
    assert page.evaluate("window.saved") == 1


def test_the_language_stays_chosen(page: Page, pages: str) -> None:
    unlock(page, pages, "settings")
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="More").wait_for()
    page.reload()
    page.get_by_role("button", name="Forgotten PIN").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"
