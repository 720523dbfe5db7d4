"""
Photos on the office pages in a real browser: looked at closely by keyboard, mouse and touch, without scripts,
beside the last round, and printed.

On SQLite only: what the pages say on each database is shown in `tests/integration/test_pages_photos.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.conftest import sqlite_url
from tests.support.desk import LAPTOP, Desk, check_outline, next_page, walk_to, width_of
from tests.support.office import NOW, Office
from tests.support.pages import KECAMATAN, VILLAGE, hire
from tests.support.photo_pages import (
    INSIDE,
    PHOTO,
    SIGNATURE,
    Photo,
    arrives,
    new_case,
    photo_visit,
    publish_photos,
)
from tests.support.server import serving
from tests.support.visits import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

BEFORE = Photo("teal", "dulu.jpg", 1600, 1200)
HOUSE, ROOM = Photo("gold", "rumah.jpg", 1600, 1200), Photo("navy", "dalam.jpg", 600, 800)
SIGNED, SMALL = Photo("black", "ttd.png", 600, 200), Photo("red", "kecil.jpg", 120, 90)
AWAITED = Photo("red", "jalan.jpg", small=SMALL)
PHONE = {"width": 390, "height": 844}


@dataclass
class Scene:
    """A visit with two photos and a signature, of which one photo was taken in the round before too."""

    office: Office
    url: str
    made: Visit
    earlier: Visit


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """On a live server, for all tests: they only look."""
    folder = tmp_path_factory.mktemp("photos")
    office = Office(sqlite_url(folder / "database" / "verilap.db"), folder)
    publish_photos(office)
    hire(office, "siti", "supervisor", KECAMATAN)
    asha = office.device("asha", "officer", VILLAGE)
    arrives(office, "asha", BEFORE, HOUSE, ROOM, SIGNED, SMALL)
    case = new_case(asha)
    earlier = photo_visit(asha, {PHOTO: BEFORE.value}, case=case, time=NOW - 30 * 24 * 3600 * 1000)
    answers = {PHOTO: HOUSE.value, INSIDE: ROOM.value, SIGNATURE: SIGNED.value, "g/foto_0": AWAITED.value}
    made = photo_visit(asha, answers, case=case)
    with serving(office.app) as url:
        yield Scene(office, url, made, earlier)
    office.close()


@pytest.fixture
def desk(scene: Scene, page: Page) -> Iterator[Desk]:
    """A laptop at the visit's page; the test fails when the browser complains of anything."""
    made = Desk(scene.office, scene.url, page)
    made.sign_in()
    made.go(scene.made.path)
    yield made
    assert made.complaints == []


def link(page: Page, question: str, place: int = 0) -> Locator:
    """The small picture at a question; the last round's is the second."""
    return page.get_by_role("link", name=question).nth(place)


def window(page: Page) -> Locator:
    return page.get_by_role("dialog")


WIDTHS = """all => new Promise(done => {
  const look = () => all.every(it => it.complete && it.style.width)
    ? done(all.map(it => it.getBoundingClientRect().width)) : requestAnimationFrame(look);
  look();
})"""
LOADED = "all => Promise.all(all.map(it => it.decode()))"


def widths(page: Page) -> list[float]:
    """Of the pictures in the window, once they are loaded."""
    found: list[float] = window(page).locator("img").evaluate_all(WIDTHS)
    return found


def test_the_keyboard_alone_opens_enlarges_moves_and_comes_back(desk: Desk) -> None:
    """Seen to fail without giving the focus back, and without the arrows."""
    page = desk.page
    opener = link(page, "Foto rumah")
    walk_to(page, opener)
    page.keyboard.press("Enter")
    expect(window(page).get_by_role("heading", name="Foto rumah")).to_be_visible()
    before, beside = widths(page)
    for _ in range(4):
        page.keyboard.press("+")
    larger, also = widths(page)
    assert larger > 4.5 * before
    assert also > 4.5 * beside
    stage = window(page).get_by_role("group").first
    page.emulate_media(reduced_motion="reduce")
    was = stage.evaluate("it => it.scrollLeft")
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_js_property("scrollLeft", was + 80)
    page.keyboard.press("0")
    assert widths(page)[0] == before
    page.keyboard.press("Escape")
    expect(window(page)).to_have_count(0)
    expect(opener).to_be_focused()


def test_arrows_go_on_to_the_next_picture_and_the_focus_comes_back_there(desk: Desk) -> None:
    page = desk.page
    link(page, "Foto rumah").click()
    expect(window(page).get_by_role("button", name="Gambar sebelumnya")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    window(page).get_by_role("heading", name="Foto ruang dalam").wait_for()
    page.keyboard.press("ArrowLeft")
    window(page).get_by_role("heading", name="Foto rumah").wait_for()
    window(page).get_by_role("button", name="Gambar berikutnya").click()
    window(page).get_by_role("button", name="Tutup").click()
    expect(link(page, "Foto ruang dalam")).to_be_focused()


def test_the_last_round_stands_beside_it_on_the_page_and_in_the_window(desk: Desk, scene: Scene) -> None:
    page = desk.page
    now, last = (link(page, "Foto rumah", place).bounding_box() for place in (0, 1))
    assert now is not None
    assert last is not None
    assert abs(now["y"] - last["y"]) < 40
    assert last["x"] >= now["x"] + now["width"]
    link(page, "Foto rumah", 1).click()
    expect(window(page).locator("img")).to_have_count(2)
    assert len(widths(page)) == 2
    text = window(page).inner_text()
    assert "Sekarang" in text
    assert "Putaran lalu" in text
    page.keyboard.press("Escape")
    with next_page(page):
        page.locator(".last-round").get_by_role("link", name="22 Agustus 2026").click()
    assert page.url.endswith(scene.earlier.path)


def test_a_mouse_pulls_a_large_picture(desk: Desk) -> None:
    page = desk.page
    link(page, "Foto ruang dalam").click()
    widths(page)
    stage = window(page).get_by_role("group")
    stage.dblclick()
    expect(window(page).get_by_role("status")).to_have_text("225 %")
    box = stage.bounding_box()
    assert box is not None
    was = stage.evaluate("it => it.scrollTop")
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 40, steps=4)
    page.mouse.up()
    expect(stage).not_to_have_js_property("scrollTop", was)
    assert stage.evaluate("it => it.scrollTop") > was
    stage.dblclick()
    expect(window(page).get_by_role("status")).to_have_text("100 %")


def test_fingers_are_enough_on_a_phone(scene: Scene, browser: Browser) -> None:
    context = browser.new_context(has_touch=True, viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
    with closing(context):
        desk = Desk(scene.office, scene.url, context.new_page())
        desk.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        desk.sign_in()
        desk.go(scene.made.path)
        assert width_of(desk.page) <= PHONE["width"]
        link(desk.page, "Foto rumah").tap()
        before = widths(desk.page)[0]
        for name in ("Perbesar", "Perkecil", "Tutup"):
            box = window(desk.page).get_by_role("button", name=name).bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
            assert box["x"] + box["width"] <= PHONE["width"]
        window(desk.page).get_by_role("button", name="Perbesar").tap()
        assert widths(desk.page)[0] > before
        window(desk.page).get_by_role("button", name="Tutup").tap()
        expect(window(desk.page)).to_have_count(0)
        assert desk.complaints == []


def test_without_scripts_each_picture_has_a_page(scene: Scene, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="id-ID")
    with closing(context):
        desk = Desk(scene.office, scene.url, context.new_page())
        desk.sign_in()
        desk.go(scene.made.path)
        with next_page(desk.page):
            link(desk.page, "Foto rumah").click()
        images = desk.page.get_by_role("main").get_by_role("img")
        expect(images).to_have_count(2)
        expect(images.first).to_have_js_property("naturalWidth", 1600)
        check_outline(desk.page)
        with next_page(desk.page):
            desk.page.get_by_role("link", name="Gambar berikutnya").click()
        desk.page.get_by_role("heading", name="Foto ruang dalam").wait_for()
        with next_page(desk.page):
            desk.page.get_by_role("link", name="Ke isian").click()
        assert f"{scene.made.path}#" in desk.page.url
        assert desk.complaints == []


def test_a_photo_on_its_way_shows_the_small_one_of_the_device(desk: Desk) -> None:
    cell = desk.page.locator(".answer", has=desk.page.get_by_text("Foto 0", exact=True))
    expect(cell.get_by_role("img")).to_have_count(1)
    expect(cell).to_contain_text("Masih di jalan")
    expect(desk.page.get_by_role("button", name="Setujui")).to_be_enabled()
    desk.reads("1 berkas belum datang.")


def test_a_picture_says_how_large_it_is_before_it_comes_so_that_nothing_moves(desk: Desk) -> None:
    """Seen to fail without its width and height."""
    small = desk.page.locator(".picture-link img")
    small.evaluate_all(LOADED)
    told = small.evaluate_all("all => all.map(it => [it.getAttribute('width'), String(it.naturalWidth)])")
    assert told
    assert all(said == true for said, true in told), told


def test_the_page_and_its_window_have_names_for_everything(desk: Desk) -> None:
    check_outline(desk.page)
    link(desk.page, "Foto rumah").click()
    widths(desk.page)
    assert desk.page.evaluate(
        "[...document.querySelectorAll('dialog[open] img')].every(it => it.alt)"
        " && document.querySelector('dialog').getAttribute('aria-labelledby') === 'window-title'"
    )


def test_pictures_are_printed(desk: Desk) -> None:
    """Also those further down, which nobody has scrolled to; not the window. Seen to fail when lazy."""
    desk.page.set_viewport_size({"width": LAPTOP["width"], "height": 200})
    desk.go("/records")
    with next_page(desk.page):
        desk.page.get_by_role("link", name="Asha", exact=True).first.click()
    desk.reads("Keputusan Anda")
    printed: Any = desk.page.pdf()
    assert printed.count(b"/Subtype /Image") >= 5
