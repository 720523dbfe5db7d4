"""
The officers' app in Chromium on a phone's screen, four times slower: starting, forms, search, typing, saving.

Everything without a line: the server has really stopped. Each start is one of the browser too, nothing warm.
"""

import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.meters import percentile
from benchmarks.probe import Cost, Probe
from forms.build import FORM_IDS
from tests.support.browser import find_chromium
from tests.support.examples import examples
from tests.support.field_office import FieldOffice, field_office
from tests.support.filings import KECAMATAN
from tests.support.forms import compiled
from tests.support.officers_phone import PIN, PhoneApp
from tests.support.rounds import cases

if TYPE_CHECKING:
    from playwright.sync_api import BrowserType

Figures = dict[str, Any]
CHILD: Final = FORM_IDS[0]
TITLE: Final = "Verifikasi Anak Terlantar"
VILLAGE: Final = "Muara Enggelam"
OFFICER: Final = "asha"
NAME: Final = "g_anak/nama_anak"
TYPED: Final = "Muhammad Rizky Maulana bin Hasan Basri"
KEY_MS: Final = 120
"""Between two keys: a quick thumb."""
PLACE_PARTS: Final = 4
PARTS: Final = ("clock", "page", "workers", "pool")

PIN_ASKED: Final = "() => document.querySelector('.pin button')?.checkVisibility()"
HOME: Final = """() => document.querySelector('main a[href="#/records"]')"""
FORM: Final = "() => document.querySelector('.questions .question')"
HITS: Final = "() => document.querySelector('main > [role=status]').textContent"
SAVED: Final = """(() => {
  let isSaving = false;
  return () => {
    const told = document.querySelector("header [role=status]").textContent;
    isSaving ||= /^Menyimpan/.test(told);
    return isSaving && /^Tersimpan/.test(told);
  };
})()"""
KEYS: Final = """
() => {
  window.keys = [];
  let begun;
  addEventListener("keydown", () => (begun = performance.now()), { capture: true });
  // Behind the app's own listeners, and behind what Vue renders in the microtasks between two listeners.
  addEventListener("input", () => keys.push(performance.now() - begun));
}
"""
YARD: Final = """
() => {
  const took = (work) => { const begun = performance.now(); work(); return performance.now() - begun; };
  const row = '<li class="card"><label>Pertanyaan<input value="x"></label><p>Keterangan</p></li>';
  const list = row.repeat(1000);
  const numbers = () => {
    let x = 1;
    for (let n = 0; n < 1e7; n++) x = (Math.imul(x, 1664525) + 1013904223) | 0;
    return x;
  };
  const page = () => {
    const made = document.createElement("ul");
    made.innerHTML = list;
    document.body.append(made);
    made.getBoundingClientRect();
    made.remove();
  };
  numbers(); page();
  return [took(numbers), took(page)];
}
"""


def phone(times: int, count: int) -> Figures:
    """What `measure` finds in a Chromium of its own; without one the figures say so."""
    if find_chromium() is None:
        return {"not_measured": "this machine lacks Chromium"}
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return measure(playwright.chromium, times, count)


def measure(chromium: "BrowserType", times: int, count: int) -> Figures:
    """
    Median and worst of some times each, in milliseconds as on a machine that is slower by `SLOWER`.

    The officer's phone has `count` cases, and no line from when it is set up.
    """
    forms = [compiled(form_id) for form_id in FORM_IDS]
    with (
        tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="bench-") as name,
        field_office(Path(name), chromium, *forms) as field,
    ):
        used, draft = _enrolled(field, count)
        field.stop()
        yard: list[tuple[float, float]] = []
        costs: dict[str, list[Cost]] = {}
        for _ in range(times):
            for what, cost in _start(used, draft, yard):
                costs.setdefault(what, []).append(cost)
        keys, kept = _typing(used, draft, times)
        if used.complaints:
            raise RuntimeError(f"the app complained: {used.complaints}")
    return {
        "yardstick_numbers_ms": _spread(one for one, _ in yard),
        "yardstick_page_ms": _spread(one for _, one in yard),
        **{f"{what}_ms": _told(what, found) for what, found in costs.items()},
        "key_ms": {**_spread(keys), "p95": round(percentile(keys, 0.95), 1)},
        "autosave_ms": _told("autosave", kept),
    }


def _enrolled(field: FieldOffice, count: int) -> tuple[PhoneApp, str]:
    """An officer's phone that knows some cases, and the draft of a form that is nearly filled."""
    head = field.office.person("hana", "head", KECAMATAN)
    villages = (f"64.02.18.200{1 + number % 7}" for number in range(count))
    cases(field.office, head, *((village, f"Anak {number}") for number, village in enumerate(villages)))
    used = field.enrolled(OFFICER)
    screen = used.new_form(TITLE, VILLAGE)
    draft = used.page.url.rpartition("/")[2]
    screen.fill({path: str(value) for path, value in examples(CHILD)[0].answers.items() if _is_typed(value)})
    screen.leave()
    return used, draft


def _is_typed(value: object) -> bool:
    """Whether it is neither a place nor a file, which take longer than all else."""
    return not str(value).startswith("{") and len(str(value).split(" ")) != PLACE_PARTS


def _start(used: PhoneApp, draft: str, yard: list[tuple[float, float]]) -> Iterator[tuple[str, Cost]]:
    """Switches the phone on without a line, opens the form (at once, again, a new one), looks for people."""
    used.close()
    used.start()
    page, probe = used.page, Probe(used.page)
    probe.throttle()
    numbers, rows = page.evaluate(YARD)
    yard.append((numbers, rows))
    yield "start", probe.navigation(f"{used.url}/app/", PIN_ASKED)
    for digit in PIN:
        used.press(digit)
    yield "unlock", probe.event("click", page.locator("form button[type=submit]").click, HOME)
    yield "form_first", probe.event("click", page.locator(f'a[href="#/fill/{draft}"]').click, FORM)
    used.form.leave()
    yield "form_again", probe.event("click", page.locator(f'a[href="#/fill/{draft}"]').click, FORM)
    used.form.leave()
    used.go("Baru")
    page.get_by_label(TITLE, exact=True).check()
    page.get_by_label("Di desa mana?").select_option(index=1)
    start = page.get_by_role("button", name="Mulai mengisi", exact=True)
    yield "form_new", probe.event("click", start.click, FORM)
    used.form.leave()
    used.go("Cari")
    field = page.get_by_role("searchbox")
    for what, asked in (("search_first", "anak 1"), ("search_again", "anac 2")):
        yield what, probe.event("input", partial(field.fill, asked), HITS)
        field.fill("")
        page.locator("main > [role=status]:empty").wait_for(state="attached")


def _typing(used: PhoneApp, draft: str, times: int) -> tuple[list[float], list[Cost]]:
    """Milliseconds of script for each key of a name, and the cost of keeping one more letter."""
    page, probe = used.page, Probe(used.page)
    used.go("Hari ini")
    page.locator(f'a[href="#/fill/{draft}"]').click()
    screen = used.form.wait()
    while not screen.question(NAME).count():
        screen.turn("Lanjut")
    field = screen.question(NAME).locator("input")
    field.fill("")
    page.evaluate(KEYS)
    field.press_sequentially(TYPED, delay=KEY_MS)
    keys: list[float] = page.evaluate("keys")
    kept = []
    for _ in range(times):
        field.press("End")
        screen.is_saved()
        field.press("x")
        kept.append(probe.event("focusout", field.blur, SAVED, is_painted=False))
    return keys, kept


def _spread(values: Iterable[float]) -> Figures:
    found = list(values)
    return {"median": round(percentile(found, 0.5), 1), "worst": round(max(found), 1)}


def _told(what: str, costs: list[Cost]) -> Figures:
    """What counts, and of what it consists in the middle."""
    counted = [one.counted_with_pool if what == "unlock" else one.counted for one in costs]
    parts = {name: round(percentile((getattr(one, name) for one in costs), 0.5), 1) for name in PARTS}
    return {**_spread(counted), **parts}
