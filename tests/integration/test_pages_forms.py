"""The pages about forms: who sees them, what becomes of a workbook, publishing and retiring."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.access import ALLOWED, Action, Role
from server.serving import LARGEST_BODY
from server.web import forms as pages
from server.xlsform.workbook import MAX_FILE
from tests.support.office import Office
from tests.support.pages import Page, Person, at_work
from tests.support.workbooks import book

SURVEY = "type | name | label::id | label::en\ninteger | umur | Umur anak | Age of the child"
MEBIBYTE = 1024 * 1024
Send = Callable[..., Page]


@pytest.fixture
def admin(office: Office) -> Person:
    return at_work(office, "adi", "admin")


@pytest.fixture
def send(admin: Person, tmp_path: Path) -> Send:
    """Sends a workbook with this survey, or these bytes, by the page."""

    def send_it(survey: str = SURVEY, version: str = "1", content: bytes = b"", name: str = "a.xlsx") -> Page:
        settings = f"form_title | form_id | version\nCoba | coba | {version}"
        data = content or book(tmp_path, survey=survey, settings=settings).read_bytes()
        token = admin.get("/forms").form("/forms").fields["csrf_token"]
        fields: dict[str, Any] = {"csrf_token": token, "workbook": (io.BytesIO(data), name)}
        return admin.post("/forms", fields, content_type="multipart/form-data")

    return send_it


def press(page: Page, become: str, sure: bool = True) -> Page:
    form = next(one for one in page.forms if ("become", become) in one.buttons)
    fields = {"csrf_token": form.fields["csrf_token"], "become": become, **({"sure": "yes"} if sure else {})}
    return page.person.post(form.action, fields)


def states(office: Office) -> dict[str, str]:
    told = office.api("siti", "supervisor", "64.02").get("forms")["forms"]
    return {one["form_id"]: one["state"] for one in told}


@pytest.mark.parametrize("role", [role for role in Role if Action.SIGN_IN in ALLOWED[role]])
def test_only_those_who_publish_see_the_pages_and_their_link(office: Office, role: Role) -> None:
    person = at_work(office, "somebody", role.value)
    may = Action.PUBLISH_FORMS in ALLOWED[role]
    for path in ("/forms", "/forms/verifikasi_anak/2026010101"):
        assert person.get(path).status == (200 if may else 403)
    assert bool(person.get("/").links("/forms")) == may


def test_a_workbook_becomes_a_draft_is_published_and_retired(office: Office, send: Send) -> None:
    draft = send()
    assert draft.path == "/forms/coba/1"
    assert "Konsep" in draft
    assert "coba" not in states(office)
    published = press(draft, "published")
    assert "Diterbitkan." in published
    assert states(office)["coba"] == "published"
    retired = press(published, "retired")
    assert "Dipensiunkan." in retired
    assert states(office)["coba"] == "retired"
    assert press(retired, "published").status == 200
    assert states(office)["coba"] == "published"


def test_nothing_happens_to_a_version_before_the_box_is_ticked(office: Office, send: Send) -> None:
    """Seen to fail without the question."""
    refused = press(send(), "published", sure=False)
    assert refused.status == 400
    assert "centang dahulu" in refused
    assert "coba" not in states(office)


def test_a_draft_is_dropped(admin: Person, send: Send) -> None:
    assert press(send(), "retired").path == "/forms"
    assert admin.get("/forms/coba/1").status == 404


def test_every_fault_stands_in_a_table_by_sheet_row_and_column(admin: Person, send: Send) -> None:
    page = send("type | name | label\ntext | | Q\ntext | q | Q\ntext | q | Q")
    assert page.status == 422
    assert "survey 2 name (B2) Pertanyaan atau kelompok ini tidak mempunyai nama." in page
    assert "Tidak ada yang disimpan." in page
    assert admin.get("/forms/coba/1").status == 404
    admin.speak("en")
    assert "survey 2 name (B2) This question or group has no name." in send("type | name | label\ntext | | Q")


def test_warnings_stay_with_the_draft(send: Send) -> None:
    page = send("type | name | label | appearance\ntext | a | A\ntext | q | Q | counter")
    assert "1 hal yang perlu diketahui" in page
    assert "survey 3 appearance (D3) Aplikasi ponsel belum" in page


def test_a_version_that_retypes_a_path_is_refused_with_its_cell(send: Send) -> None:
    press(send(), "published")
    page = send(SURVEY.replace("integer", "text"), version="2")
    assert page.status == 422
    assert "survey 2 type (A2) Pertanyaan “umur” bertipe integer dalam versi terbit 1" in page


def test_a_published_version_is_not_replaced(send: Send) -> None:
    press(send(), "published")
    assert "Sudah diterbitkan dengan isi ini." in send()
    page = send(SURVEY.replace("Umur anak", "Usia anak"))
    assert page.status == 409
    assert "beri buku kerja versi baru" in page


def test_an_archive_is_taken_with_its_files(send: Send, tmp_path: Path) -> None:
    path = book(tmp_path, survey="type | name | label\nselect_one_from_file p.csv | q | Q")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(path, "coba.xlsx")
        archive.writestr("p.csv", "name,label\n1,Satu\n")
    assert send(content=buffer.getvalue(), name="coba.ZIP").path == "/forms/coba/1"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<html>", "a.xlsx", "bukan buku kerja Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", ".xls"),
        (b"PK\x03\x04broken", "a.zip", "zip"),
        (b"x" * (10 * 1024 * 1024 + 1), "besar.xlsx", "besar.xlsx"),
    ],
    ids=["html", "xls", "zip", "large"],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(
    send: Send, content: bytes, name: str, words: str
) -> None:
    page = send(content=content, name=name)
    assert page.status == 422
    assert words in page


@pytest.mark.parametrize(("size", "status"), [(3, 422), (11, 422), (13, 413)])
def test_a_file_is_not_even_read_beyond_its_limit(send: Send, size: int, status: int) -> None:
    """Seen to fail without `_take_workbooks`, above 2 MB, and with ten times as much."""
    page = send(content=b"x" * (size * MEBIBYTE))
    assert page.status == status
    assert ("terlalu besar untuk halaman ini" in page) == (status == 413)


def test_what_pages_take_in_the_web_server_takes_too() -> None:
    """Beyond its own limit waitress answers in plain text; a workbook has more around it when it is sent."""
    assert MAX_FILE < pages.LARGEST < LARGEST_BODY


def test_only_those_who_publish_send_large_files(office: Office) -> None:
    """Seen to fail with the larger limit for anybody: all of it was read before it was refused."""
    supervisor = at_work(office)
    token = supervisor.get("/").form("/sign-out").fields["csrf_token"]
    for size, status in ((1, 403), (3, 413)):
        file = io.BytesIO(b"x" * size * MEBIBYTE)
        fields: dict[str, Any] = {"csrf_token": token, "workbook": (file, "a.xlsx")}
        assert supervisor.post("/forms", fields, content_type="multipart/form-data").status == status


def test_a_large_file_of_nobody_is_not_read(office: Office) -> None:
    """Seen to fail where it was parsed before somebody asked who sends it."""
    body = io.BytesIO(b"x" * (3 * MEBIBYTE))
    sent = {"input_stream": body, "content_length": 3 * MEBIBYTE}
    answer = office.client.post("/forms", content_type="multipart/form-data; boundary=x", **sent)
    assert (answer.status_code, body.tell()) == (401, 0)


def test_no_file_and_no_decision_are_told(admin: Person) -> None:
    token = admin.get("/forms").form("/forms").fields["csrf_token"]
    assert "Belum ada berkas yang dipilih." in admin.post("/forms", {"csrf_token": token})
    asked = admin.post("/forms/verifikasi_anak/2026010101", {"csrf_token": token, "become": "draft"})
    assert asked.status == 400


def test_a_form_from_elsewhere_takes_nothing_in(office: Office, admin: Person) -> None:
    for path in ("/forms", "/forms/verifikasi_anak/2026010101"):
        assert admin.post(path, {"become": "retired", "sure": "yes"}).status == 400
    assert states(office)["verifikasi_anak"] == "published"
