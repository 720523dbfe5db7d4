"""A form that is open on the officers' app, filled as a person does: page by page, what is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.support.attached import photo

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

_ASKED: Final = """() => [...document.querySelectorAll(".question[data-path]")]
  .filter(one => one.checkVisibility()).map(one => one.dataset.path)"""
_REPEATS: Final = """() => [...document.querySelectorAll("section[data-path]")]
  .filter(one => one.checkVisibility() && one.querySelector(":scope > [role=status]"))
  .map(one => one.dataset.path)"""

_PLACE: Final = ("latitude", "longitude", "altitude", "accuracy")
_PROBLEMS: Final = """() => Object.fromEntries([...document.querySelectorAll("li[data-problem]")]
  .map(one => [one.dataset.problem, one.dataset.condition]))"""


class FormScreen:
    """The open form. Paths are those of the record; `own` says which members of the phone are whose."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.own: dict[str, str] = {}
        self.done: dict[str, str] = {}
        """What was entered, by the phone's path."""
        self.unable: dict[str, str] = {}
        """What the screen offers no way to enter."""
        self.seen: set[str] = set()
        """Every question and note that stood on a page when `fill` left it."""

    def theirs(self, path: str) -> str:
        """A path of the phone as the answers that were given name it."""
        for own, member in self.own.items():
            if path.startswith(f"{own}/"):
                return member + path.removeprefix(own)
        return path

    def wait(self) -> FormScreen:
        """Until it is open."""
        self.page.locator(".filling-progress").wait_for()
        return self

    # --- going through it --------------------------------------------------------------------------

    def fill(self, answers: Mapping[str, str]) -> FormScreen:
        """
        Answers what the pages ask and `answers` has, from the page that is open to the summary.

        Members get ids of the phone.
        """
        self.wait()
        while True:
            self._fill_page(answers, "", "")
            if not self.is_next:
                return self
            self.turn("Lanjut")

    @property
    def is_next(self) -> bool:
        """Whether there is a page after this one."""
        self.page.get_by_role("button", name=re.compile("^(Lanjut|Selesaikan formulir)$")).wait_for()
        return self.page.get_by_role("button", name="Lanjut", exact=True).count() > 0

    def turn(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go_to(self, title: str) -> None:
        """A page by the list of pages."""
        self.page.get_by_role("button", name=re.compile("^Daftar halaman")).click()
        self.page.get_by_role("dialog").get_by_role("button").filter(has_text=title).first.click()

    def finish(self) -> None:
        """From wherever it is open; also where something is missing."""
        self.go_to("Selesai")
        self.turn("Selesaikan formulir")
        anyway = self.page.get_by_role("button", name="Selesaikan sekarang", exact=True)
        expect(anyway.or_(self.page.get_by_text("Tersimpan").first).first).to_be_visible()
        if anyway.count() and anyway.is_visible():
            anyway.click()

    def leave(self) -> None:
        """Back to where one was; the draft stays."""
        self.turn("Tutup formulir, draf tetap tersimpan")
        self.page.locator(".filling-progress").wait_for(state="detached")

    def problems(self) -> dict[str, str]:
        """What the summary, which is open, says is missing or wrong: by path `required` or `constraint`."""
        self.page.get_by_role("button", name="Selesaikan formulir", exact=True).wait_for()
        found: dict[str, str] = self.page.evaluate(_PROBLEMS)
        return found

    def is_saved(self) -> None:
        """Waits until nothing is on its way to the store."""
        expect(self.page.get_by_role("banner").get_by_role("status")).to_have_text(re.compile("^Tersimpan"))

    # --- a page -------------------------------------------------------------------------------------

    def question(self, path: str) -> Locator:
        return self.page.locator(f'.question[data-path="{path}"]')

    def asked(self) -> list[str]:
        """The questions on the page, as the phone names them."""
        found: list[str] = self.page.evaluate(_ASKED)
        return found

    def _fill_page(self, answers: Mapping[str, str], theirs: str, ours: str) -> None:
        """The questions of a page, or of the member `ours`, which is `theirs` in the answers."""
        seen: set[str] = set()
        while True:
            left = [path for path in self.asked() if path not in seen]
            if not left:
                break
            path = left[0]
            seen.add(path)
            wanted = answers.get(theirs + path.removeprefix(ours))
            if wanted is not None:
                self.answer(path, str(wanted))
        self.seen.update(self.asked())
        repeats: list[str] = self.page.evaluate(_REPEATS)
        for repeat in repeats:
            self._fill_members(answers, theirs + repeat.removeprefix(ours), repeat)

    def _fill_members(self, answers: Mapping[str, str], theirs: str, ours: str) -> None:
        members = {path[len(theirs) + 1 :].split("/")[0] for path in answers if path.startswith(f"{theirs}/")}
        # Their ids say which was begun first.
        for member in sorted(members):
            add = self.page.locator(f'section[data-path="{ours}"]').get_by_role(
                "button", name="Tambah", exact=True
            )
            add.click()
            self.page.get_by_role("button", name="Selesai, kembali ke daftar").wait_for()
            first = self.asked()[0]
            own = "/".join(first.split("/")[: ours.count("/") + 2])
            self.own[own] = f"{theirs}/{member}"
            self._fill_page(answers, f"{theirs}/{member}", own)
            self.turn("Selesai, kembali ke daftar")

    # --- a question ---------------------------------------------------------------------------------

    def answer(self, path: str, value: str) -> None:
        """Enters an answer by the control of its question."""
        question = self.question(path)
        kind = self._kind(question)
        if getattr(self, f"_enter_{kind}")(question, value):
            self.done[path] = value
        else:
            self.unable[path] = value

    def _kind(self, question: Locator) -> str:
        controls = (
            (".choices input", "choices"),
            ("button.chooser", "chooser"),
            ("button:has-text('Tanda tangan')", "signature"),
            ("input[type=file]", "file"),
            ("button:has-text('Ambil lokasi'), button:has-text('Ambil ulang')", "place"),
            ("textarea", "text"),
            ("input[type=date], input[type=time], input[type=datetime-local]", "moment"),
            ("input[type=text]", "text"),
        )
        return next((name for control, name in controls if question.locator(control).count()), "nothing")

    def _enter_nothing(self, _question: Locator, _value: str) -> bool:
        return False

    def _enter_choices(self, question: Locator, value: str) -> bool:
        wanted = [value] if question.locator(".choices input[type=radio]").count() else value.split()
        entered = True
        for one in wanted:
            box = question.locator(f'.choices input[value="{one}"]')
            if box.count():
                box.check()
            else:
                entered = False
        return entered

    def _enter_chooser(self, question: Locator, value: str) -> bool:
        question.locator("button.chooser").click()
        window = self.page.locator("dialog.chooser-window[open]")
        window.wait_for()
        boxes = [window.locator(f'input[value="{one}"]') for one in value.split()]
        there = all(box.count() for box in boxes)
        for box in boxes if there else ():
            box.click()
        if window.count():
            window.get_by_role("button", name="Selesai", exact=True).click()
        return there

    def _enter_text(self, question: Locator, value: str) -> bool:
        for mode, number in (("numeric", r"-?\d+"), ("decimal", r"-?\d+([.,]\d+)?")):
            if question.locator(f"input[inputmode={mode}]").count() and not re.fullmatch(number, value):
                return False
        question.locator("textarea, input[type=text]").fill(value)
        return True

    def _enter_moment(self, question: Locator, value: str) -> bool:
        field = question.locator("input")
        length = {"date": 10, "time": 5}.get(field.get_attribute("type") or "", 16)
        if not _is_moment(value):
            return False
        field.fill(value[:length])
        return True

    def _enter_place(self, question: Locator, value: str) -> bool:
        if not re.fullmatch(r"-?[0-9.]+( -?[0-9.]+){3}", value):
            return False
        place = dict(zip(_PLACE, map(float, value.split()), strict=True))
        # Playwright's own function knows no height.
        session = self.page.context.new_cdp_session(self.page)
        session.send("Emulation.setGeolocationOverride", place)
        question.get_by_role("button", name=re.compile("^Ambil (lokasi|ulang)$")).click()
        take = question.get_by_role("button", name="Pakai lokasi ini")
        again = question.get_by_role("button", name="Ambil ulang")
        take.or_(again).first.wait_for()
        if take.count():
            take.click()
        again.wait_for()
        return True

    def _enter_file(self, question: Locator, value: str) -> bool:
        answer = json.loads(value) if value.startswith("{") else {"name": value}
        picture = {"name": str(answer["name"]), "mimeType": "image/jpeg", "buffer": photo(len(value))}
        question.locator("input[type=file]").first.set_input_files(picture)  # type: ignore[arg-type]
        question.locator("figure img").wait_for()
        return True

    def _enter_signature(self, question: Locator, value: str) -> bool:
        question.get_by_role("button", name=re.compile("^Tanda tangan")).click()
        pad = self.page.locator("dialog.pad[open]")
        sheet = pad.locator("canvas").bounding_box()
        assert sheet
        x, y = sheet["x"] + sheet["width"] / 4, sheet["y"] + sheet["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + sheet["width"] / 2, y - 20, steps=4)
        self.page.mouse.up()
        pad.get_by_role("button", name="Simpan", exact=True).click()
        question.locator("figure img").wait_for()
        return True


def _is_moment(value: str) -> bool:
    """Whether a field for a date or a time has a way to say this."""
    try:
        (time if value[2:3] == ":" else datetime).fromisoformat(value)
    except ValueError:
        return False
    return True
