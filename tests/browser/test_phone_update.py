"""
A new version of the app on a phone that works: the real service worker, two builds, one address.

Broken on purpose, each found: a new version that lets itself in; a page that looks for none after a
sync; a tab that does not hear that another let one in; a worker whose silence is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from server.clock import now_ms
from server.services.enrol import make_code
from server.services.publish_form import publish
from server.xlsform import compile_workbook
from tests.conftest import sqlite_url
from tests.support.app_versions import FIRST, NEXT, Versions, versions_of
from tests.support.filings import KECAMATAN
from tests.support.filings import VILLAGE as FILED_IN
from tests.support.office import Office
from tests.support.officers_phone import PIN, PhoneApp, phone_of
from tests.support.phone_browser import Told, enrolled, phone_in
from tests.support.workbooks import book

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

TITLE, VILLAGE, NAME, NOTE = "Kunjungan rumah", "Muara Enggelam", "nama", "catatan"
SURVEY: Final = """
    type | name    | label     | x_peran
    text | nama    | Nama anak | nama
    text | catatan | Catatan   |
"""
SETTINGS: Final = f"""
    form_title | form_id | version
    {TITLE}    | rumah   | 1
"""
ARRIVED: Final = """async (place) => {
  const registration = await navigator.serviceWorker.ready;
  const isThere = () => registration[place]?.state === { active: "activated", waiting: "installed" }[place];
  while (!isThere()) await new Promise((done) => setTimeout(done, 20));
}"""
COUNTED: Final = """() => {
  const { prototype } = ServiceWorkerRegistration;
  const { update } = prototype;
  window.looks = 0;
  prototype.update = function () { window.looks++; return update.call(this); };
}"""
LOOKED: Final = """async () => {
  while (window.looks === 0) await new Promise((done) => setTimeout(done, 20));
}"""
PROMPT: Final = "Versi baru siap dipasang"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With a short form."""
    folder = tmp_path_factory.mktemp("office")
    made = Office(sqlite_url(folder / "database" / "verilap.db"), folder)
    with made.store.write() as connection:
        publish(connection, compile_workbook(book(folder, survey=SURVEY, settings=SETTINGS)), now_ms())
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Versions]:
    with versions_of(office.app, tmp_path_factory.mktemp("versions")) as made:
        yield made


@pytest.fixture
def phone(browser: Browser, tmp_path: Path, office: Office, server: Versions) -> Iterator[PhoneApp]:
    """Enrolled, with the first version on it; the server is stopped."""
    office.person("asha", "officer", KECAMATAN)
    with office.store.write() as connection:
        code = make_code(connection, "asha", now_ms())
    server.start(FIRST)
    with phone_of(browser.browser_type, tmp_path / "phone", server.url) as made:
        made.set_up(code)
        made.sync()
        made.page.evaluate(ARRIVED, "active")
        server.stop()
        made.open()
        made.unlock()
        yield made


def find_signal(page: Page) -> None:
    """What the phone notices where there is a line again."""
    for event in ("offline", "online"):
        page.evaluate("kind => dispatchEvent(new Event(kind))", event)


def version_of(phone: PhoneApp) -> str:
    """What the app says of itself."""
    phone.go("Lainnya")
    return phone.page.get_by_text(re.compile(r"^Versi \d")).inner_text().removeprefix("Versi ")


def agree(phone: PhoneApp) -> None:
    phone.page.get_by_role("link", name=PROMPT).click()
    phone.press("Pakai versi baru")
    phone.page.get_by_label("PIN", exact=True).wait_for()
    phone.unlock()


def test_a_new_version_waits_for_its_person_and_keeps_the_draft_and_what_is_unsent(
    phone: PhoneApp, server: Versions, office: Office
) -> None:
    """It arrives while a form is open, is let in without a line, and changes the store; then all is sent."""
    phone.new_form(TITLE, VILLAGE).question(NAME).get_by_role("textbox").fill("Ani")
    phone.page.evaluate(COUNTED)
    server.start(NEXT)
    find_signal(phone.page)
    phone.page.evaluate(LOOKED)
    phone.page.evaluate(ARRIVED, "waiting")
    server.stop()
    phone.form.question(NOTE).get_by_role("textbox").fill("Diketik selagi versi baru menunggu")
    expect(phone.page.get_by_role("link", name=PROMPT)).to_have_count(0)
    phone.form.leave()
    record = phone.new_form(TITLE, VILLAGE).fill({NAME: "Beni"}) and phone.finish()
    assert phone.page.evaluate("window.looks") == 1, "the page is another one"
    assert version_of(phone) == FIRST

    phone.go("Hari ini")
    agree(phone)
    assert version_of(phone) == NEXT
    phone.go("Hari ini")
    phone.follow("Ani")
    expect(phone.form.wait().question(NOTE).get_by_role("textbox")).to_have_value(
        "Diketik selagi versi baru menunggu"
    )
    phone.form.leave()

    server.start(NEXT)
    phone.sync()
    assert office.api("dewi", "peksos", KECAMATAN).get(f"records/{record}")["answers"][NAME] == "Beni"
    assert phone.complaints == []


# --- without an officer ---------------------------------------------------------------------------

SET_UP, ELSEWHERE = "Daftarkan ponsel ini", "Verilap sudah terbuka"
FAILS: Final = """async () => {
  const registration = await navigator.serviceWorker.ready;
  const found = new Promise((done) => registration.addEventListener("updatefound", done, { once: true }));
  registration.update();
  await found;
  const fresh = registration.installing;
  while (fresh.state !== "redundant") {
    await new Promise((done) => fresh.addEventListener("statechange", done, { once: true }));
  }
}"""
PARTS: Final = """async (names) => {
  const asked = names.map((name) => fetch(`/app/assets/${name}`).then((part) => part.ok, () => false));
  const found = await Promise.all(asked);
  return names.filter((_, at) => !found[at]);
}"""
HIDE: Final = (
    "Object.defineProperty(document, 'hidden', { get: () => !window.isLookedAt, configurable: true })"
)
LOOK_AT: Final = """() => {
  window.isLookedAt = true;
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def fresh(page: Page, server: Versions) -> Page:
    """A phone that has the first version and nobody's store, and no server."""
    server.start(FIRST)
    page.goto(f"{server.url}/app/")
    page.evaluate(ARRIVED, "active")
    server.stop()
    page.reload()
    title(page, SET_UP)
    return page


def title(page: Page, words: str) -> None:
    """Waits until the screen is called so."""
    page.get_by_role("heading", name=words, exact=True).wait_for()


def is_next(page: Page) -> bool:
    """Whether the next version runs there."""
    return "-Next" in str(page.locator("script[src]").first.get_attribute("src"))


def test_a_version_that_came_by_half_changes_nothing_and_comes_whole_the_next_time(
    fresh: Page, server: Versions
) -> None:
    server.start(NEXT, cut_after=3)
    fresh.evaluate(FAILS)
    server.stop()
    fresh.reload()
    title(fresh, SET_UP)
    assert fresh.evaluate(PARTS, server.parts(FIRST)) == []

    server.start(NEXT)
    fresh.reload()
    fresh.evaluate(ARRIVED, "waiting")
    server.stop()
    assert fresh.evaluate(PARTS, server.parts(FIRST)) == []
    assert not is_next(fresh)


LET_IN: Final = """async () => {
  const { waiting } = await navigator.serviceWorker.ready;
  waiting.postMessage({ type: "SKIP_WAITING" });
}"""


def test_a_version_that_one_tab_lets_in_is_that_of_the_others_and_none_of_them_takes_the_store(
    fresh: Page, server: Versions
) -> None:
    """The other tab is behind the first, where a person has forgotten it."""
    other = fresh.context.new_page()
    other.add_init_script(HIDE)
    other.goto(fresh.url)
    other.evaluate(LOOK_AT)
    title(other, ELSEWHERE)
    server.start(NEXT)
    fresh.reload()
    fresh.evaluate(ARRIVED, "waiting")
    with other.expect_navigation(), fresh.expect_navigation():
        fresh.evaluate(LET_IN)
    title(fresh, SET_UP)
    assert is_next(fresh)
    assert is_next(other)
    other.evaluate(LOOK_AT)
    title(other, ELSEWHERE)
    fresh.close()
    title(other, SET_UP)


def test_an_older_version_leaves_a_store_alone_that_a_newer_one_has_changed(
    browser: Browser, tmp_path: Path, office: Office, server: Versions
) -> None:
    """As after an office went back to an older server, or in a tab that was left open."""
    office.person("budi", "officer", KECAMATAN)
    server.start(FIRST)
    with phone_in(browser.browser_type, tmp_path / "phone", server.url) as phone:
        store = enrolled(phone, office, "budi")
        draft = phone.ask("startDraft", "rumah", FILED_IN, None)
        phone.ask("keep", draft, [[NAME, "Ani"]])
        server.start(NEXT)
        phone.start_anew(server.worker(NEXT))
        phone.ask("unlock", store, PIN)
        server.start(FIRST)
        phone.start_anew(server.worker(FIRST))
        with pytest.raises(Told) as told:
            phone.ask("unlock", store, PIN)
        assert told.value.code == "store-too-new"
        assert phone.ask("throttle", store)["failed"] == 0
        server.start(NEXT)
        phone.start_anew(server.worker(NEXT))
        phone.ask("unlock", store, PIN)
        assert phone.ask("filling", draft)["answers"] == {NAME: "Ani"}


def test_an_app_of_which_a_part_is_not_there_says_so_and_begins_anew(page: Page, server: Versions) -> None:
    """As after the server got another version while the page was being loaded for the first time."""
    server.start(FIRST)
    page.route("**/assets/worker-*", lambda route: route.abort())
    page.goto(f"{server.url}/app/")
    page.get_by_text("Bagian aplikasi ini belum ada di ponsel").wait_for()
    page.unroute("**/assets/worker-*")
    page.get_by_role("button", name="Coba lagi").click()
    title(page, SET_UP)


def test_the_browser_takes_it_for_an_app_that_can_be_installed(fresh: Page) -> None:
    """By Chromium's own judgement of the manifest and its icons."""
    line = fresh.context.new_cdp_session(fresh)
    told = line.send("Page.getAppManifest")
    assert told["url"].endswith("/app/manifest.webmanifest")
    assert told["errors"] == []
    faults = {one["errorId"] for one in line.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert faults <= {"in-incognito"}, "a test's profile is private"
