"""
The store of the phone in a real browser: opened by a PIN, encrypted, told when damaged or full, never lost.

Each was seen to fail: a cipher left out; the name of a photo kept beside the store; a wrong PIN that was not
counted; the second tab that was let in; a write without room told as done; an empty file that was taken for a
new store; a damaged one that was not marked; work of practice in the officer's store; an account
removed with its draft.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from domain.files import read_file_answer
from tests.support.attached import PHOTO_FORM, photo
from tests.support.canaries import spellings
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.office import Office
from tests.support.phone_browser import PIN, UNTIL_OURS, Bytes, PhoneBrowser, Told, enrolled, phone_in
from tests.support.server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

OTHER_PIN: Final = "571938"
NAME, ANSWER = "Kanari Putri Sungai", "kanari-sakit-paru"
Start = Callable[[], AbstractContextManager[PhoneBrowser]]
ROOM: Final = 200_000_000


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One for all tests: each enrols phones of its own."""
    folder = tmp_path_factory.mktemp("office")
    made = Office(f"sqlite:///{folder / 'verilap.db'}", _folder(folder / "server"))
    made.person("asha", "officer", KECAMATAN)
    made.person("budi", "officer", KECAMATAN)
    made.publish(PHOTO_FORM)
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(office: Office) -> Iterator[str]:
    with serving(office.app) as address:
        yield address


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def start(browser: Browser, profile: Path, url: str) -> Start:
    """Starts the app on the phone; what it kept is there again."""
    return lambda: phone_in(browser.browser_type, profile, url)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def refused(phone: PhoneBrowser, method: str, *given: object) -> Told:
    with pytest.raises(Told) as told:
        phone.ask(method, *given)
    return told.value


def answers(phone: PhoneBrowser, draft: str) -> dict[str, str]:
    told: dict[str, str] = phone.ask("filling", draft)["answers"]
    return told


def test_a_store_is_opened_by_its_pin_and_by_nothing_else_and_has_what_was_saved(
    office: Office, start: Start
) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        draft = phone.ask("startDraft", "foto", VILLAGE, None)
        phone.ask("keep", draft, [["nama", NAME]])
        phone.ask("lock")
        assert refused(phone, "home").code == "locked"
    with start() as phone:
        assert phone.ask("phone")["accounts"] == [{"store": store, "name": "asha", "isDamaged": False}]
        assert refused(phone, "home").code == "locked"
        wrong = refused(phone, "unlock", store, OTHER_PIN)
        assert (wrong.code, wrong.facts["failed"], wrong.facts["waitMs"]) == ("wrong-key", 1, 0)
        assert refused(phone, "home").code == "locked"
        phone.ask("unlock", store, PIN)
        assert answers(phone, draft)["nama"] == NAME
        assert refused(phone, "changePin", OTHER_PIN, "902746").code == "wrong-key"
        phone.ask("changePin", PIN, OTHER_PIN)
        phone.ask("lock")
        assert refused(phone, "unlock", store, PIN).code == "wrong-key"
        phone.ask("unlock", store, OTHER_PIN)


def test_wrong_pins_are_throttled_also_when_the_app_is_started_anew(office: Office, start: Start) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        phone.ask("lock")
        for _ in range(4):
            assert refused(phone, "unlock", store, OTHER_PIN).facts["waitMs"] == 0
        assert refused(phone, "unlock", store, OTHER_PIN).facts["waitMs"] == 60_000
    with start() as phone:
        told = refused(phone, "unlock", store, PIN)
        assert (told.code, told.facts["failed"], told.facts["waitMs"]) == ("wrong-key", 5, 60_000)
        assert phone.ask("throttle", store)["waitMs"] <= 60_000


def test_a_poor_pin_or_a_wrong_code_leaves_nothing_behind(
    office: Office, start: Start, profile: Path
) -> None:
    with start() as phone:
        about = {"url": phone.url, "code": "AAAAAAAA", "deviceName": "", "pin": "123456"}
        assert refused(phone, "begin", about).code == "pin-simple"
        assert refused(phone, "begin", {**about, "pin": PIN}).code == "enroll-code"
        assert phone.ask("phone")["accounts"] == []
        assert stores_in(phone) == []


def stores_in(phone: PhoneBrowser) -> list[str]:
    """The folders of stores."""
    script = """async () => {
      const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("verilap");
      const found = [];
      for await (const [name, entry] of root.entries()) if (entry.kind === "directory") found.push(name);
      return found;
    }"""
    found: list[str] = phone.page.evaluate(script)
    return found


def test_two_officers_share_a_phone_and_neither_sees_what_is_the_others(office: Office, start: Start) -> None:
    with start() as phone:
        hers = enrolled(phone, office)
        draft = phone.ask("startDraft", "foto", VILLAGE, None)
        his = enrolled(phone, office, "budi", OTHER_PIN)
        assert refused(phone, "filling", draft).code == "unknown-draft"
        assert [one["name"] for one in phone.ask("phone")["accounts"]] == ["asha", "budi"]
        assert refused(phone, "unlock", hers, OTHER_PIN).code == "wrong-key"
        phone.ask("unlock", his, OTHER_PIN)
        phone.ask("unlock", hers, PIN)
        assert answers(phone, draft) == {}


def test_the_copied_profile_of_a_phone_says_nothing_after_a_days_work(
    office: Office, start: Start, profile: Path, tmp_path: Path
) -> None:
    """Every byte of the browser's folder, while the store is open and after a kill."""
    picture = photo(7, 800, 600)
    with start() as phone:
        enrolled(phone, office)
        for _ in range(3):
            draft = phone.ask("startDraft", "foto", VILLAGE, None)
            phone.ask("keep", draft, [["nama", NAME], ["surat", ANSWER]])
            value = phone.ask("attach", draft, "foto", Bytes(picture, "image/jpeg"), "kanari-rumah.jpg")[
                "value"
            ]
            phone.ask("finish", draft, [])
        phone.ask("startDraft", "foto", VILLAGE, None)
        answer = read_file_answer(value)
        assert answer
        kept = phone.ask("file", answer.hash)
        copied = tmp_path / "copied"
        shutil.copytree(profile, copied, ignore=shutil.ignore_patterns("Singleton*"), symlinks=True)
    secrets = [
        one.encode() for text in (NAME, ANSWER, PIN, "kanari-rumah", answer.hash) for one in spellings(text)
    ]
    secrets += [NAME.encode("utf-16-le"), kept.data[1000:1040], picture[1000:1040]]
    for folder in (copied, profile):
        files = [file for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
        sizes = sum(file.stat().st_size for file in files if "File System" in str(file))
        assert sizes > len(kept.data), "the store is not among what was looked at"
        found = [
            (file, one) for file in files for data in [file.read_bytes()] for one in secrets if one in data
        ]
        assert found == []


def test_a_second_tab_is_told_that_the_app_is_open_and_takes_over_once_the_first_is_closed(
    office: Office, start: Start
) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        first = phone.page
        second = phone.open()
        assert phone.ask("phone")["isElsewhere"]
        assert refused(phone, "unlock", store, PIN).code == "elsewhere"
        first.close()
        second.evaluate(UNTIL_OURS)
        phone.ask("unlock", store, PIN)


def test_a_full_disk_is_told_loses_nothing_that_was_saved_and_is_forgotten_once_there_is_room(
    office: Office, start: Start
) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        draft = phone.ask("startDraft", "foto", VILLAGE, None)
        phone.ask("keep", draft, [["nama", NAME]])
        quota = phone.context.new_cdp_session(phone.page)
        quota.send("Storage.overrideQuotaForOrigin", {"origin": phone.url, "quotaSize": 1})
        big = Bytes(photo(3, 2400, 1800), "image/jpeg")
        assert refused(phone, "attach", draft, "foto", big, "rumah.jpg").code == "store-failed"
        assert answers(phone, draft) == {"nama": NAME}
        quota.send("Storage.overrideQuotaForOrigin", {"origin": phone.url, "quotaSize": ROOM})
        phone.ask("attach", draft, "foto", big, "rumah.jpg")
        phone.ask("keep", draft, [["nama", "Kanari Kedua"]])
    with start() as phone:
        phone.ask("unlock", store, PIN)
        told = answers(phone, draft)
        assert (told["nama"], "foto" in told) == ("Kanari Kedua", True)


DAMAGE: Final = """async ([store, how]) => {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("verilap");
  const folder = await root.getDirectoryHandle(store);
  const file = await (await folder.getFileHandle("device.db")).getFile();
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (how === "a byte") bytes[bytes.length - 3000] ^= 1;
  const writable = await (await folder.getFileHandle("device.db")).createWritable();
  await writable.write(how === "gone" ? new Uint8Array(0) : bytes);
  await writable.close();
}"""


@pytest.mark.parametrize("how", ["a byte", "gone"])
def test_a_damaged_store_is_told_and_kept_aside_and_another_one_begins_beside_it(
    how: str, office: Office, start: Start
) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        phone.ask("lock")
        phone.page.evaluate(DAMAGE, [store, how])
        told = refused(phone, "unlock", store, PIN)
        assert (told.code, told.facts["store"]) == ("store-damaged", store)
        assert phone.ask("phone")["accounts"] == [{"store": store, "name": "asha", "isDamaged": True}]
        assert store in stores_in(phone)
        enrolled(phone, office)
        names = [(one["name"], one["isDamaged"]) for one in phone.ask("phone")["accounts"]]
        assert names == [("asha", True), ("asha (2)", False)]


def test_an_account_is_removed_once_all_of_it_is_at_the_office(office: Office, start: Start) -> None:
    with start() as phone:
        other = enrolled(phone, office, "budi", OTHER_PIN)
        store = enrolled(phone, office)
        draft = phone.ask("startDraft", "foto", VILLAGE, None)
        phone.ask("keep", draft, [["nama", NAME]])
        assert refused(phone, "leave").code == "account-unsent"
        record = phone.ask("finish", draft, [])["record"]
        phone.ask("leave")
        assert office.api("dewi", "peksos", KECAMATAN).get(f"records/{record}")["answers"]["nama"] == NAME
        assert [one["name"] for one in phone.ask("phone")["accounts"]] == ["budi"]
        assert stores_in(phone) == [other]
        assert refused(phone, "unlock", store, PIN).code == "account-unknown"


def test_practice_has_the_forms_and_leaves_nothing(office: Office, start: Start) -> None:
    with start() as phone:
        store = enrolled(phone, office)
        phone.ask("practise")
        assert phone.ask("standing")["isPractice"]
        draft = phone.ask("startDraft", "foto", VILLAGE, None)
        phone.ask("keep", draft, [["nama", NAME]])
        saved = phone.ask("finish", draft, [])["record"]
        assert phone.ask("record", saved)["name"] == NAME
        assert refused(phone, "sync", True).code == "practice"
        phone.ask("lock")
        phone.ask("unlock", store, PIN)
        assert not phone.ask("standing")["isPractice"]
        assert refused(phone, "record", saved).code == "unknown-record"
        assert phone.ask("standing")["unsent"]["operations"] == 0
