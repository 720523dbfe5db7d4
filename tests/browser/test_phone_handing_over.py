"""
What the screen on which a form is filled hands over to the device, and when.

Broken on purpose, each seen here: a camera that opens before what was typed is kept; what a skip hides handed
over as blank; members whose ids the form makes up itself; a form finished with nothing of what it calculates,
or of what it hides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.every_question import compiled
from tests.support.phone_pages import filling_of, kept, show

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MEMBER = f"orang/m_{'a' * 22}"
_SLOW_DISK = """() => {
  test.device.ready = new Promise((go) => (test.spin = go));
  test.opened = 0;
  addEventListener("click", ({ target }) => target.type === "file" && test.opened++, true);
}"""
_IDS = """async ([filling, member]) => {
  const idIn = (form, path) => form.nodeAt(`${path}/orang_id`).currentState.instanceValue;
  const form = await test.Form.open(filling, "id");
  const added = form.addMember("orang");
  const answers = { [`${member}/o_nama`]: "Budi" };
  const kept = { ...filling, answers, members: { orang: [member.slice(6)] } };
  const again = await test.Form.open(kept, "id");
  const told = [...form.changes(), ...again.changes()].filter(([path]) => path.endsWith("_id"));
  return { added, told, ofAdded: idIn(form, added), ofKept: idIn(again, member) };
}"""


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A draft of the form with every type of question."""
    return filling_of(compiled(tmp_path_factory.mktemp("every-question")))


def go(page: Page, title: str) -> None:
    """To a page by the list of pages."""
    page.get_by_role("button", name="Daftar halaman").click()
    page.get_by_role("dialog").get_by_role("button").filter(has_text=title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_the_camera_opens_once_what_was_typed_is_on_the_disk(
    filling_page: Page, form: dict[str, Any]
) -> None:
    show(filling_page, form)
    kept(filling_page)
    filling_page.evaluate(_SLOW_DISK)
    filling_page.get_by_label("Pertanyaan pertama").fill("Sebelum foto")
    go(filling_page, "Berkas")
    filling_page.get_by_role("button", name="Ambil foto").first.click()
    assert filling_page.evaluate("test.opened") == 0
    with filling_page.expect_file_chooser():
        filling_page.evaluate("test.spin()")
    assert dict(filling_page.evaluate("test.device.kept"))["awal"] == "Sebelum foto"


def test_what_a_skip_hides_stays_as_it_was_entered(filling_page: Page, form: dict[str, Any]) -> None:
    show(filling_page, form)
    go(filling_page, "Perlindungan")
    danger = filling_page.locator('[data-path="lindung/bahaya_segera"]')
    danger.get_by_text("Ya", exact=True).click()
    hidden = filling_page.get_by_label("Hanya bila ya")
    hidden.fill("Dua anak")
    danger.get_by_text("Tidak").click()
    expect(hidden).to_have_count(0)
    assert kept(filling_page) | {"lindung/tersembunyi": "Dua anak"} == kept(filling_page)
    danger.get_by_text("Ya", exact=True).click()
    expect(hidden).to_have_value("Dua anak")


def test_members_know_their_ids_when_they_are_added_and_opened_again(
    forms_page: Page, form: dict[str, Any]
) -> None:
    found = forms_page.evaluate(_IDS, [form, MEMBER])
    assert found == {
        "added": found["added"],
        "ofAdded": found["added"].removeprefix("orang/"),
        "ofKept": MEMBER.removeprefix("orang/"),
        "told": [],
    }


def test_a_form_is_finished_with_what_it_calculates_and_hides(
    filling_page: Page, form: dict[str, Any]
) -> None:
    show(filling_page, form)
    answers = {"teks/nama": "Asha", "lindung/bahaya_segera": "2"}
    asked = {"key": "k", "form": "f@1", "answers": answers, "entered": {}}
    filling_page.evaluate("asked => (test.device.wanted = [asked])", asked)
    go(filling_page, "Selesai")
    filling_page.get_by_role("button", name="Selesaikan formulir").click()
    filling_page.get_by_role("dialog").get_by_role("button", name="Selesaikan sekarang").click()
    filling_page.wait_for_function("() => test.finished.value !== null")
    (told,) = filling_page.evaluate("test.device.evaluated")
    assert (told["key"], told["isStopped"]) == ("k", False)
    assert told["calculated"]["teks/panjang"] == "4"
    assert told["hidden"] == ["lindung/tersembunyi"]
