"""
Work that does not simply arrive: held and refused, handed over as a file, out of a store whose PIN is
forgotten, disagreed on, and practised.

Broken on purpose, and found: held work that is not listed; no file for a forgotten PIN; a file of unsent work
with nothing in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from playwright.sync_api import expect

from client_sync.unsent import recover
from server.clock import now_ms
from server.services.recovery import make_key
from server.xlsform import CompiledForm, compile_workbook
from tests.support.field_office import FieldOffice, field_office
from tests.support.office import ApiClient
from tests.support.officers_phone import PIN, PhoneApp
from tests.support.pages import KECAMATAN, PASSWORD, REGENCY, hire
from tests.support.phone_looks import check_shape
from tests.support.server import run_command
from tests.support.workbooks import book

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

TITLE: Final = "Kunjungan rumah"
VILLAGE: Final = "Muara Enggelam"
ELSEWHERE: Final = "64.02.01"
NAME, REASON, PHOTO = "g_anak/nama", "g_anak/alasan", "g_bukti/foto"
MOTHER: Final = {"anggota/m_1/a_nama": "Sari", "anggota/m_1/a_umur": "40"}
BANNER: Final = "LATIHAN: tidak ada yang dikirim"


def home_visit(folder: Path) -> CompiledForm:
    """A form with members and a photo."""
    survey = """
        type         | name    | label           | required | x_peran
        begin_group  | g_anak  | Anak            |          |
        text         | nama    | Nama anak       | yes      | nama
        text         | alasan  | Mengapa tidak?  |          |
        end_group    |         |                 |          |
        begin_repeat | anggota | Anggota         |          |
        text         | a_nama  | Nama anggota    |          | nama
        integer      | a_umur  | Umur anggota    |          |
        end_repeat   |         |                 |          |
        begin_group  | g_bukti | Bukti           |          |
        image        | foto    | Foto rumah      |          |
        end_group    |         |                 |          |
    """
    settings = f"""
        form_title | form_id | version
        {TITLE}    | rumah   | 1
    """
    return compile_workbook(book(folder, survey=survey, settings=settings))


@pytest.fixture(scope="module")
def field(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FieldOffice]:
    folder = tmp_path_factory.mktemp("field")
    with field_office(folder, browser.browser_type, home_visit(folder)) as made:
        hire(made.office, "hana", "head", REGENCY)
        yield made


@pytest.fixture(scope="module")
def siti(field: FieldOffice) -> ApiClient:
    """The supervisor."""
    return field.office.api("siti", "supervisor", KECAMATAN)


def visit(phone: PhoneApp, name: str, answers: dict[str, str] | None = None) -> str:
    """A form from the first page to the last; gives its record."""
    phone.new_form(TITLE, VILLAGE).fill({NAME: name, **(answers or {})})
    return phone.finish()


def at(phone: PhoneApp, place: str) -> None:
    """The app is started at a place."""
    phone.open(place)
    phone.unlock()


@contextmanager
def no_server(field: FieldOffice) -> Iterator[None]:
    """The server is gone meanwhile."""
    field.stop()
    try:
        yield
    finally:
        field.start()


# --- held and refused ----------------------------------------------------------------------------


def test_held_work_says_why_and_what_was_open_is_not_lost(field: FieldOffice, siti: ApiClient) -> None:
    """Her village is another's while she corrects one form and has just filled another."""
    asha = field.enrolled("asha")
    first = visit(asha, "Ani Rahmawati")
    asha.sync()
    at(asha, f"#/record/{first}")
    asha.press("Perbaiki")
    asha.form.wait().answer(REASON, "Pindah")
    asha.form.is_saved()
    asha.form.leave()
    field.office.move("asha", ELSEWHERE)
    second = visit(asha, "Beni Saputra")
    asha.sync()
    at(asha, f"#/record/{first}")
    asha.press("Lanjutkan perbaikan")
    expect(asha.form.wait().question(REASON).get_by_role("textbox")).to_have_value("Pindah")
    asha.finish()
    asha.sync()
    asha.go("Hari ini")
    asha.follow("2 kiriman tertahan")
    asha.reads("Beni Saputra")
    check_shape(asha.page)
    asha.page.get_by_role("link", name="Buka formulirnya").first.wait_for()
    decide(siti, second, "void", "Anak ini sudah didata.")
    decide(siti, first, "ok", "")
    asha.sync()
    at(asha, f"#/record/{second}")
    asha.reads("Kantor memutuskan untuk tidak memasukkannya: Anak ini sudah didata.")
    assert field.answers(first)[REASON] == "Pindah"
    assert asha.complaints == []


def decide(siti: ApiClient, record: str, decision: str, reason: str) -> None:
    """What the office says to all that is held of a record."""
    waiting = [one for one in siti.get("held?status=held")["held"] if record in str(one)]
    assert waiting, record
    for one in waiting:
        assert siti.post(f"held/{one['id']}", {"decision": decision, "reason": reason})[0] == 200


# --- handed over ---------------------------------------------------------------------------------


def test_work_comes_once_by_file_and_out_of_a_store_whose_pin_is_forgotten(
    field: FieldOffice, tmp_path: Path
) -> None:
    key = tmp_path / "recovery.key"
    make_key(field.office.store, key, PASSWORD, now_ms())
    budi = field.enrolled("budi")
    with no_server(field):
        first = visit(budi, "Citra Lestari", {PHOTO: "citra.jpg"})
        budi.go("Kirim")
        assert "1 change of budi: 1 accepted" in taken(field, key, saved(budi, "Simpan berkas", tmp_path))
        visit(budi, "Dodi Pratama", {PHOTO: "dodi sekali.jpg"})
        budi.go("Lainnya")
        budi.press("Kunci sekarang")
        budi.press("Lupa PIN")
        store = saved(budi, "Simpan berkas untuk kantor", tmp_path)
        budi.reads("Data di ponsel ini tetap ada")
        work = tmp_path / "work"
        assert recover(store, key, PASSWORD, work, now_ms()).operations == 2
        told = taken(field, key, work)
        assert "1 held back" in told
        assert "1 of them were here before" in told
    budi.press("Kembali")
    budi.unlock(PIN)
    budi.sync()
    assert field.answers(first)[NAME] == "Citra Lestari"
    sent = field.reader.get("records?form=rumah")["records"]
    assert len([one for one in sent if one["record"] == first]) == 1
    assert budi.complaints == []


def saved(phone: PhoneApp, button: str, folder: Path) -> Path:
    """The file that a button saves among the downloads."""
    with phone.page.expect_download() as download:
        phone.press(button)
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def taken(field: FieldOffice, key: Path, work: Path) -> str:
    """What the office's command says of a file of unsent work."""
    words = ("take-unsent", str(work), "--key", str(key), "--by", "hana")
    done = run_command(field.config, *words, VERILAP_RECOVERY_PASSPHRASE=PASSWORD, VERILAP_LANGUAGE="en")
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- disagreed on --------------------------------------------------------------------------------


def test_a_conflict_names_the_member_keeps_what_was_begun_and_may_be_settled_meanwhile(
    field: FieldOffice, siti: ApiClient
) -> None:
    citra = field.enrolled("citra")
    record = visit(citra, "Eka Putri", {REASON: "Biaya", **MOTHER})
    citra.sync()
    age = next(path for path in field.answers(record) if path.endswith("a_umur"))
    change(siti, record, {REASON: "Jarak", age: "41"})
    with no_server(field):
        at(citra, f"#/record/{record}")
        citra.press("Perbaiki")
        citra.form.wait().answer(REASON, "Sakit")
        citra.form.go_to("Anggota")
        citra.page.get_by_role("button", name="1 Sari", exact=True).click()
        citra.form.answer(age, "42")
        citra.form.turn("Selesai, kembali ke daftar")
        citra.finish()
    citra.sync()
    at(citra, f"#/record/{record}")
    citra.follow("2 jawaban berbeda di sini. 2 dapat Anda putuskan.")
    citra.follow("Anggota 1: Sari")
    citra.page.get_by_label("Jawaban lain").check()
    citra.page.get_by_role("spinbutton").fill("43")
    citra.page.get_by_role("link", name="Eka Putri").click()
    citra.reads("jawaban berbeda di sini")
    citra.page.go_back()
    expect(citra.page.get_by_role("spinbutton")).to_have_value("43")
    citra.press("Simpan pilihan")
    citra.reads("Tersimpan")
    citra.follow("Mengapa tidak?")
    citra.page.get_by_label("Jawaban lain").check()
    citra.page.get_by_role("textbox").fill("Bekerja")
    change(siti, record, {REASON: "Jarak"})
    for signal in ("offline", "online"):
        citra.page.evaluate("signal => dispatchEvent(new Event(signal))", signal)
    citra.reads("Sudah diputuskan")
    citra.reads("Bekerja")
    citra.follow("Buka formulirnya")
    citra.reads("Jarak")
    citra.sync()
    found = field.reader.get(f"records/{record}")
    assert (found["answers"][age], found["answers"][REASON], found["conflicts"]) == ("43", "Jarak", {})
    assert citra.complaints == []


def change(siti: ApiClient, record: str, answers: dict[str, str]) -> None:
    """The office enters answers in the place of all that it sees there."""
    survivors = siti.get(f"records/{record}")["survivors"]
    preds = sorted({one for path in answers for one in survivors[path]})
    changes: list[Any] = [
        [path, value, [preds.index(one) for one in survivors[path]]] for path, value in answers.items()
    ]
    assert siti.post(f"records/{record}/changes", {"preds": preds, "changes": changes})[0] == 200


# --- practised -----------------------------------------------------------------------------------


def test_practice_goes_nowhere_and_is_told_everywhere(field: FieldOffice) -> None:
    dewa = field.enrolled("dewa")
    asked: list[str] = []
    dewa.page.context.on("request", lambda request: asked.append(request.url))
    before = known(field)
    dewa.go("Lainnya")
    dewa.press("Mode latihan")
    dewa.press("Mulai latihan")
    dewa.reads(BANNER)
    dewa.new_form(TITLE, VILLAGE)
    dewa.reads(BANNER)
    dewa.form.fill({NAME: "Latihan Saja", PHOTO: "latihan.jpg", **MOTHER})
    dewa.finish()
    dewa.reads(BANNER)
    dewa.go("Kirim")
    expect(dewa.page.get_by_role("button", name="Kirim sekarang", exact=True)).to_be_disabled()
    dewa.go("Cari")
    dewa.page.get_by_role("searchbox").or_(dewa.page.get_by_label(re.compile("^Nama, 4"))).first.fill(
        "latihan"
    )
    dewa.reads("Latihan Saja")
    dewa.press("Selesai latihan")
    dewa.unlock()
    dewa.go("Hari ini")
    dewa.follow("Semua formulir")
    dewa.page.get_by_role("heading", name="Semua formulir").wait_for()
    expect(dewa.page.get_by_text("Latihan Saja")).to_have_count(0)
    dewa.sync()
    assert known(field) == before
    sent = [one for one in asked if "/api/v1/" in one and not one.endswith("/sync")]
    assert sent == [], "something of the practice went out"
    assert dewa.complaints == []


def known(field: FieldOffice) -> tuple[int, int]:
    """How many operations and files the server has."""
    with field.office.store.read() as connection:
        tables = ("operation", "file")
        first, second = (connection.exec_driver_sql(f"SELECT count(*) FROM {one}").scalar() for one in tables)
    return int(first or 0), int(second or 0)
