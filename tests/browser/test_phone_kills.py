"""
The browser of a phone dies in the middle of saving, as with an empty battery; what was acknowledged is there.

Chromium and all its processes get SIGKILL at a random moment while a form is typed, finished and the next one
begun, without a pause. Then the app is started again on the same profile and asked for what it had
acknowledged. ``--phone-kills N`` says how often. Broken on purpose, each seen here: the log of the store kept
in memory; answers acknowledged before they were kept; the two answers of a save kept in two transactions.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Final

import pytest

from domain.merge import fold
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.ledger_check import assert_sound
from tests.support.office import Office
from tests.support.phone_browser import PIN, PhoneBrowser, enrolled, kill, phone_in
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

FORM: Final = "verifikasi_anak"
LONGEST_LIFE_S: Final = 0.6
WORK: Final = """
async ([form, village, draft, from]) => {
  for (let n = from; ; n++) {
    draft ??= await window.device("startDraft", form, village, null);
    await window.device("keep", draft, [["a", String(n)], ["r", String(n)]]);
    window.kept(draft, n);
    if (n % 7 !== 0) continue;
    const { record } = await window.device("finish", draft, []);
    window.finished(record, n);
    draft = null;
  }
}
"""


@dataclass
class Promises:
    """What the app has acknowledged: half-filled forms and finished ones, each with its newest answer."""

    drafts: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    newest: int = 0

    def kept(self, draft: str, n: int) -> None:
        self.drafts[draft] = self.newest = n

    def finished(self, record: str, n: int) -> None:
        self.records[record] = n

    @property
    def open(self) -> tuple[str, int] | None:
        """The form that was being filled."""
        draft = next(reversed(self.drafts), None)
        return None if draft is None or draft in self.records else (draft, self.drafts[draft])


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    (tmp_path / "server").mkdir()
    made = Office(f"sqlite:///{tmp_path / 'verilap.db'}", tmp_path / "server")
    made.person("asha", "officer", KECAMATAN)
    yield made
    made.close()


@pytest.fixture
def phone_kills(pytestconfig: pytest.Config) -> int:
    """How often the browser of a phone is killed (`--phone-kills`)."""
    number: int = pytestconfig.getoption("--phone-kills")
    return number


@pytest.mark.timeout(0)
def test_a_browser_that_is_killed_while_it_saves_loses_nothing_that_it_acknowledged(
    office: Office, browser: Browser, tmp_path: Path, phone_kills: int
) -> None:
    """The seed is printed; `VERILAP_TEST_SEED` repeats its choices."""
    seed = os.environ.get("VERILAP_TEST_SEED") or secrets.token_hex(4)
    print(f"VERILAP_TEST_SEED={seed}")
    chance, promises, profile = random.Random(seed), Promises(), tmp_path / "profile"
    with serving(office.app) as url:
        start = partial(phone_in, browser.browser_type, profile, url)
        with start() as phone:
            store = enrolled(phone, office)
        for _ in range(phone_kills):
            with start() as phone:
                phone.ask("unlock", store, PIN)
                draft = held_to(promises, phone)
                work_until_killed(phone, promises, draft, lambda: kill(profile), chance)
        with start() as phone:
            phone.ask("unlock", store, PIN)
            held_to(promises, phone)
            assert set(promises.records) <= {one["record"] for one in phone.ask("records")}
            assert phone.ask("sync", True)["code"] is None
    print(f"{phone_kills} kills, {promises.newest} acknowledged saves, {len(promises.records)} forms")
    with office.store.read() as connection:
        log = assert_sound(connection)
    for record, n in promises.records.items():
        arrived = fold(None, log.by_record[record], record)
        assert [one.value for one in arrived.survivors if one.path == "a"] == [str(n)]


def held_to(promises: Promises, phone: PhoneBrowser) -> str | None:
    """Looks for what was acknowledged last; gives the form that is being filled."""
    found = promises.open
    if found is None:
        return None
    draft, n = found
    if not any(one["draft"] == draft for one in phone.ask("home")["drafts"]):
        # It was finished just before the end, which nobody could hear any more.
        told = {one["label"]: one["value"] for one in phone.ask("record", draft)["answers"]}
        promises.records[draft] = int(told["a"])
        assert int(told["a"]) >= n
        return None
    answers = phone.ask("filling", draft)["answers"]
    assert answers["a"] == answers["r"], "half of a save is there"
    assert int(answers["a"]) >= n, f"{n} was acknowledged"
    return draft


def work_until_killed(
    phone: PhoneBrowser, promises: Promises, draft: str | None, end: Callable[[], None], chance: random.Random
) -> None:
    from playwright.sync_api import Error

    phone.page.expose_function("kept", promises.kept)
    phone.page.expose_function("finished", promises.finished)
    ending = Timer(chance.uniform(0.02, LONGEST_LIFE_S), end)
    ending.start()
    with pytest.raises(Error):
        phone.page.evaluate(WORK, [FORM, VILLAGE, draft, promises.newest + 1])
    ending.join()
