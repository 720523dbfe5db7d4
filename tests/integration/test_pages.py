"""The frame of the office pages: signing in, sessions, languages, headers and errors."""

import gzip
import json
import re

import pytest

from server.cli import main
from server.services.accounts import disable_account, set_password
from server.services.throttle import GUESSES
from server.web.home import COMMANDS
from server.web.session import IDLE_MS, LONGEST_MS
from tests.support.builders import new_id
from tests.support.clocks import Clock
from tests.support.office import NOW, Office
from tests.support.pages import KECAMATAN, PASSWORD, Person, at_work, hire, openings

MINUTE = 60_000


@pytest.fixture
def siti(office: Office) -> Person:
    """A supervisor of the kecamatan, not signed in yet."""
    return hire(office, "siti", "supervisor", KECAMATAN)


# --- signing in ----------------------------------------------------------------------------------


def test_the_right_password_leads_to_the_queue(siti: Person) -> None:
    assert siti.sign_in().path == "/records"


def test_a_wrong_name_and_a_wrong_password_look_the_same(siti: Person) -> None:
    """Seen to fail when an unknown name got a sentence of its own."""
    wrong = siti.get("/sign-in").submit(name="siti", password="salah")
    unknown = siti.get("/sign-in").submit(name="sita", password="salah")
    assert wrong.status == unknown.status == 403
    assert "Nama atau kata sandi keliru." in wrong
    assert wrong.text == unknown.text


def test_wrong_passwords_slow_the_account_down_and_not_for_ever(office: Office, siti: Person) -> None:
    """Seen to fail without the counting of wrong tries."""
    clock = Clock(office)
    for _ in range(5):
        assert siti.sign_in("salah").status == 403
    slowed = siti.sign_in()
    assert (slowed.status, slowed.path) == (429, "/sign-in")
    assert "Terlalu sering keliru" in slowed
    clock.now += MINUTE
    assert siti.sign_in().path == "/records"


def test_whoever_tries_one_password_on_many_names_is_slowed_down_too(office: Office, siti: Person) -> None:
    """Seen to fail without the count by address."""
    clock = Clock(office)
    page = siti.get("/sign-in")
    for number in range(GUESSES):
        assert page.submit(name=f"nama{number}", password="salah").status == 403
    assert siti.sign_in().status == 429
    clock.now += 2 * MINUTE
    assert siti.sign_in().path == "/records"


def test_an_officer_is_told_that_his_work_is_on_the_phone(office: Office) -> None:
    asha = hire(office, "asha", "officer", KECAMATAN)
    told = asha.sign_in()
    assert told.status == 403
    assert "Petugas lapangan bekerja dengan aplikasi di HP" in told
    assert asha.get("/records").path == "/sign-in"


def test_after_signing_in_the_page_that_was_asked_for_opens(siti: Person) -> None:
    asked = siti.get("/held?status=void")
    assert asked.path == "/sign-in"
    assert asked.submit(name="siti", password=PASSWORD).path == "/held"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/ /evil",
        "\t//evil",
    ],
)
def test_signing_in_never_leads_to_another_site(siti: Person, address: str) -> None:
    """Seen to fail when `next` was followed as it came."""
    page = siti.get("/sign-in", query_string={"next": address})
    answer = siti.client.post(
        "/sign-in", data={**page.form("/sign-in").fields, "name": "siti", "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_session_and_keeps_the_language(siti: Person) -> None:
    siti.sign_in()
    siti.speak("en")
    page = siti.get("/").submit(form="/sign-out")
    assert page.path == "/sign-in"
    assert "Account name" in page
    assert siti.get("/records").path == "/sign-in"


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_ends_when_it_is_not_used_for_a_quarter_of_an_hour(office: Office, siti: Person) -> None:
    clock = Clock(office)
    siti.sign_in()
    for _ in range(3):
        clock.now += IDLE_MS - 1
        assert siti.get("/records").path == "/records"
    clock.now += IDLE_MS
    assert siti.get("/records").path == "/sign-in"


def test_a_session_ends_after_eight_hours_however_much_it_is_used(office: Office, siti: Person) -> None:
    clock = Clock(office)
    siti.sign_in()
    pages = []
    for _ in range(LONGEST_MS // (10 * MINUTE)):
        clock.now += 10 * MINUTE
        pages.append(siti.get("/records").path)
    assert set(pages[:-1]) == {"/records"}
    assert pages[-1] == "/sign-in"


def test_disabling_the_account_ends_its_sessions(office: Office, siti: Person) -> None:
    siti.sign_in()
    with office.store.write() as connection:
        disable_account(connection, "siti", NOW)
    assert siti.get("/records").path == "/sign-in"


def test_a_new_password_ends_the_sessions_of_the_old_one(office: Office, siti: Person) -> None:
    siti.sign_in()
    with office.store.write() as connection:
        set_password(connection, "siti", "lain lagi 99", NOW)
    assert siti.get("/records").path == "/sign-in"


def test_a_change_of_role_counts_at_once(office: Office, siti: Person) -> None:
    siti.sign_in()
    office.move("siti", role="admin")
    assert siti.get("/records").status == 403


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
def test_the_cookie_is_kept_from_scripts_and_from_plain_http(
    office: Office, scheme: str, is_secure: bool
) -> None:
    person = hire(office, "siti", "supervisor", KECAMATAN, scheme=scheme)
    page = person.get("/sign-in")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("verilap=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is is_secure


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Referer": "https://localhost/sign-in"}, 200, None),
        ({"Referer": "https://verilap.example/sign-in"}, 400, "other-address"),  # the proxy has changed Host
        ({}, 400, "other-address"),
    ],
)
def test_signing_in_behind_a_proxy_that_hides_the_address_tells_what_is_wrong(
    office: Office,
    capsys: pytest.CaptureFixture[str],
    headers: dict[str, str],
    status: int,
    code: str | None,
) -> None:
    """Broken on purpose: the page said that it was open for too long, and the log line had no code."""
    siti = hire(office, "siti", "supervisor", KECAMATAN, scheme="https")
    fields = siti.get("/sign-in").form("/sign-in").fields | {"name": "siti", "password": PASSWORD}
    capsys.readouterr()
    answer = siti.post("/sign-in", fields, headers=headers)
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (answer.status, logged[0].get("code")) == (status, code)
    for words in ("proksi harus meneruskan Host", "other-address"):
        assert (words in answer) is (code is not None)


def test_a_page_from_before_a_new_session_is_told_apart_in_the_log(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Broken on purpose: all refused forms had one code; one of a record that its reader does not read any more
    was answered as a mistake of the server.
    """
    siti = at_work(office)
    assert "terlalu lama" in siti.post("/sign-out", {"csrf_token": "of an earlier session"})
    line = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (line["status"], line["code"]) == (400, "form-stale")
    typed = {"csrf_token": "of an earlier session", "reason": "pindah", "comment": "baik"}
    for path in (f"/records/{new_id()}/review", "/cases/%00/move"):
        answer = siti.post(path, typed)
        assert (answer.status, "terlalu lama" in answer) == (400, True), path


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/language", "/held/x", "/records/x/review"])
def test_a_form_from_another_site_does_nothing(office: Office, path: str) -> None:
    """Seen to fail without the check in `protect_from_forgery`."""
    siti = at_work(office)
    refused = siti.post(path, {"name": "siti", "password": PASSWORD, "language": "en", "decision": "ok"})
    assert refused.status == 400
    assert "Tidak ada yang diubah" in refused
    assert siti.get("/records").path == "/records"


# --- languages -----------------------------------------------------------------------------------


def test_pages_are_indonesian_until_the_reader_chooses_english(siti: Person) -> None:
    page = siti.get("/sign-in")
    assert 'lang="id"' in page.html
    assert "Kata sandi" in page
    page = page.submit(form="/language", press=("language", "en"))
    assert page.path == "/sign-in"
    assert '<html lang="en">' in page.html
    assert "Password" in page
    siti.sign_in()
    assert "Forms from the field" in siti.get("/records")


def test_a_language_that_does_not_exist_changes_nothing(siti: Person) -> None:
    page = siti.get("/sign-in")
    form = page.form("/language")
    assert "Kata sandi" in siti.post(form.action, {**form.fields, "language": "xx"})


# --- headers, size -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/records", "/held", "/nothing-here"])
def test_pages_run_nothing_foreign_stand_in_no_frame_and_are_not_kept(office: Office, path: str) -> None:
    headers = at_work(office).get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/records", "/held", "/nothing-here"])
def test_pages_hold_no_script_and_no_style_of_their_own(office: Office, path: str) -> None:
    """The policy forbids them, so they would be dead; seen to fail with a `style` in the frame."""
    page = at_work(office).get(path)
    for tag in openings(page.html):
        assert not re.search(r"\s(style|on[a-z]+)=", tag), tag
        assert not tag.startswith("<style"), tag
        assert not tag.startswith("<script") or "src=" in tag, tag


def test_styles_and_scripts_are_small_and_may_be_kept_for_a_year(office: Office) -> None:
    page = at_work(office).get("/records")
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.html))
    assert {address.split("?")[0] for address in addresses} >= {"/static/office.css", "/static/office.js"}
    answers = [office.client.get(address) for address in addresses]
    assert all("immutable" in answer.headers["Cache-Control"] for answer in answers)
    assert sum(len(answer.data) for answer in answers) < 50_000


def test_styles_and_scripts_are_packed_for_whoever_takes_that_and_pages_never(office: Office) -> None:
    """Broken on purpose: packed for everybody; a page packed, beside whose token stands what was typed."""
    plain, packed = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip, br;q=0.5"}
    for name in ("office.css", "office.js", "icons.svg"):
        whole, small = (office.client.get(f"/static/{name}", headers=one) for one in (plain, packed))
        assert "Content-Encoding" not in whole.headers
        assert gzip.decompress(small.data) == whole.data
        assert small.headers["Content-Length"] == str(len(small.data))
        assert small.mimetype == whole.mimetype
        assert "Accept-Encoding" in small.vary
        assert "Accept-Encoding" in whole.vary
        again = office.client.get(
            f"/static/{name}", headers={**packed, "If-None-Match": small.headers["ETag"]}
        )
        assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in at_work(office).get("/records", headers=packed).headers


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"), [("id", "Kembali ke antrean"), ("en", "Go back to the queue")]
)
def test_a_page_that_is_not_there_says_what_to_do_next(office: Office, language: str, words: str) -> None:
    siti = at_work(office)
    siti.speak(language)
    for path in ("/nothing-here", "/records/3f9a4f5e-0000-4000-8000-000000000000", "/records/x/history"):
        page = siti.get(path)
        assert page.status == 404
        assert words in page


@pytest.mark.parametrize(
    ("language", "words"), [("id", "minta administrator"), ("en", "ask the administrator")]
)
def test_a_page_that_is_not_for_the_account_says_so(office: Office, language: str, words: str) -> None:
    admin = at_work(office, "adi", "admin")
    admin.speak(language)
    for path in ("/records", "/held", "/records/3f9a4f5e-0000-4000-8000-000000000000"):
        page = admin.get(path)
        assert page.status == 403
        assert words in page


@pytest.mark.parametrize(("language", "words"), [("id", "Coba sekali lagi"), ("en", "Try again once")])
def test_a_fault_of_ours_tells_what_to_do_and_nothing_else(
    office: Office, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    siti = at_work(office)
    siti.speak(language)

    def fail(*_: object) -> None:
        raise RuntimeError("answer of a household")

    monkeypatch.setattr("server.web.queue.read_queue", fail)
    page = siti.get("/records")
    assert page.status == 500
    assert words in page
    assert "household" not in page.html
    assert "Traceback" not in page.html


def test_a_wrong_method_on_a_page_is_a_page(office: Office) -> None:
    answer = office.client.delete("/records")
    assert answer.status_code == 405
    assert answer.mimetype == "text/html"
    assert "GET" in answer.headers["Allow"]


def test_every_command_that_the_page_names_exists():
    """Seen to fail with a command misspelt."""
    named = [command.split()[1] for command, _ in COMMANDS]
    assert [name for name in named if name not in main.commands and name != "--help"] == []


def test_an_administrator_finds_the_commands_and_no_record(office: Office) -> None:
    admin = hire(office, "adi", "admin")
    page = admin.sign_in()
    assert page.path == "/people"
    assert "verilap-server load-areas" in admin.get("/administration")
    assert page.links("/records") == []
    assert at_work(office).get("/administration").status == 403
