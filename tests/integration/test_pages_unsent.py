"""
A file of unsent work, handed in by pages: once, twice, damaged, of another office, and with the wrong key.

The commands have their own tests (`test_unsent_work.py`), which share all that is taken in. Broken on
purpose, each found here: the file kept once it was taken in; guesses that were not counted; links to records
of other villages; a file of another office that was kept.
"""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync.device import Device
from client_sync.unsent import write_unsent
from schemas import recovery_key
from schemas.recovery_key import write_private
from schemas.sealing import UNSENT, public_of, seal
from server.clock import now_ms
from server.context import context_of
from server.services.recovery import make_key
from server.services.throttle import GUESSES
from tests.support.filings import FAR, KECAMATAN, REGENCY, VILLAGE
from tests.support.local_line import enrolled
from tests.support.office import Office
from tests.support.pages import Page, Person, at_work

PASSPHRASE = "kata sandi kunci kantor"


@pytest.fixture(autouse=True)
def _quick_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery_key, "COST", {"n": 2, "r": 1, "p": 1})


@pytest.fixture
def key(office: Office, tmp_path: Path) -> Path:
    file = tmp_path / "office.key"
    make_key(office.store, file, PASSPHRASE, now_ms())
    return file


@pytest.fixture
def phone(office: Office, key: Path, tmp_path: Path) -> Iterator[Device]:
    """Asha's device, which knows the office's key."""
    office.person("asha", "officer", KECAMATAN)
    with enrolled(office, "asha", tmp_path / "home") as device:
        device.sync()
        yield device


def hand_in(person: Person, data: bytes) -> Page:
    sent = {"csrf_token": person.get("/unsent").form("/unsent").fields["csrf_token"]}
    return person.post("/unsent", {**sent, "file": (io.BytesIO(data), "kerja.verilap")})


def open_with(page: Page, key: bytes, passphrase: str = PASSPHRASE) -> Page:
    form = page.form("/unsent/")
    sent = {**form.fields, "recovery_passphrase": passphrase, "key": (io.BytesIO(key), "office.key")}
    return page.person.post(form.action, sent)


def kept(office: Office) -> list[str]:
    return [one.name for one in context_of(office.app).blobs.names()]


def test_a_file_is_handed_in_once_and_again(office: Office, phone: Device, key: Path, tmp_path: Path) -> None:
    head = at_work(office, "hana", "head", REGENCY)
    head.speak("en")
    filed = [phone.new("verifikasi_anak", VILLAGE, {"a": str(number)}).record for number in range(2)]
    held = phone.new("verifikasi_anak", FAR, {"a": "elsewhere"}).record
    write_unsent(phone.store, tmp_path / "work", now_ms())
    data, secret = (tmp_path / "work").read_bytes(), key.read_bytes()
    asked = hand_in(head, data)
    assert (asked.status, asked.path.startswith("/unsent/"), len(kept(office))) == (200, True, 1)
    wrong = open_with(asked, secret, "guessed")
    assert (wrong.status, "(recovery-key-closed)" in wrong.text) == (400, True)
    assert open_with(asked, b"{}").status == 400
    done = open_with(asked, secret)
    assert (done.status, kept(office)) == (200, [])
    assert "Changes in the file 3 known before 0 accepted 2 held back 1" in done.text
    assert set(done.links("/records/")) == {f"/records/{one}" for one in filed}
    assert "The village is not among those of the sender." in done.text
    assert (PASSPHRASE in done.html, "guessed" in done.html, held in done.html) == (False, False, False)
    assert open_with(asked, secret).status == 404
    again = open_with(hand_in(head, data), secret)
    assert "All of it was known already" in again.text
    assert "Changes in the file 3 known before 3 accepted 2 held back 1" in again.text
    far = at_work(office, "siti", "supervisor", FAR)
    assert open_with(hand_in(far, data), secret).links("/records/") == []
    report = phone.sync()
    assert (report.sent_again, set(filed) <= {one.record for one in phone.dossiers()}) == (0, True)


def test_what_is_no_good_file_is_refused_and_says_why(
    office: Office, phone: Device, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = at_work(office, "hana", "head", REGENCY)
    phone.new("verifikasi_anak", VILLAGE, {"a": "1"})
    write_unsent(phone.store, tmp_path / "work", now_ms())
    data, secret = (tmp_path / "work").read_bytes(), key.read_bytes()
    private, strange = recovery_key.read_private(secret, PASSPHRASE), b"9" * 32

    def of_another_office() -> bytes:
        return b"".join(seal([b"x"], public_of(strange), UNSENT, b"7" * 32))

    def noise() -> bytes:
        return b"".join(seal([b"{" * 200_000], public_of(private), UNSENT, b"7" * 32))

    for sent, code in (
        (b"", "sealed-not"),
        (b"PK" + data, "sealed-not"),
        (of_another_office(), "unknown-recovery-key"),
        (b"verilap-sealed-1\n" + b'{"kind":"unsent-work","key":"\\u0000"}\n', "unknown-recovery-key"),
    ):
        refused = hand_in(head, sent)
        assert (refused.status, f"({code})" in refused.text) == (400, True), code
    assert kept(office) == []
    for sent, code in (
        (data[:-1], "sealed-altered"),
        (data[:-9] + bytes([data[-9] ^ 1]) + data[-8:], "sealed-altered"),
        (noise(), "unsent-malformed"),
    ):
        refused = open_with(hand_in(head, sent), secret)
        assert (refused.status, f"({code})" in refused.text) == (400, True), code
    asked = hand_in(head, data)
    for given, code in (
        (write_private(strange, PASSPHRASE, bytes(16)), "unknown-recovery-key"),
        (b"no key", "recovery-key-file"),
    ):
        refused = open_with(asked, given)
        assert (refused.status, f"({code})" in refused.text) == (400, True), code
    tries = [open_with(asked, secret, "guessed").status for _ in range(GUESSES)]
    assert (tries[0], tries[-1]) == (400, 429)
    assert head.get("/unsent/nothing").status == 404
    assert head.get("/unsent/" + "A" * 22).status == 404
    monkeypatch.setattr("server.web.unsent.LARGEST", 10_000)
    large = hand_in(head, b"x" * 20_000)
    assert (large.status, "15 MB" in large.text) == (413, True)
    assert at_work(office, "root", "admin").get("/unsent").status == 403
