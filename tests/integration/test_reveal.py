"""
Numbers of persons and families: masked wherever people look, and shown whole to who says why, on record.

Broken on purpose, each time with a failing test here: the API told answers, conflicts, history and held work
as they are stored; numbers of an unknown form; what came and could not be read; a reveal without the
password, without a reason, outside of the villages, or without a row in the audit; one that forgets what was
typed.
"""

import json
import re
from typing import Any

import pytest
from sqlalchemy import select

from server.models_evidence import AuditRow
from server.services.who_read import who_read
from tests.integration.test_routes import rules
from tests.support.builders import new_id
from tests.support.clocks import Clock
from tests.support.filings import FAR
from tests.support.office import ApiClient, Office
from tests.support.pages import KECAMATAN, NIK, OTHER_NIK, PASSWORD, VILLAGE, Page, Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of
from tests.support.visits import Visit, disputed, publish, visit

THIRD_NIK, LOOSE_NIK, RAW_NIK = "6402184405150002", "6402181708110003", "6402182211100004"
REASON = "mencocokkan dengan KK"


@pytest.fixture(autouse=True)
def _visits(office: Office) -> None:
    publish(office)


@pytest.fixture
def made(asha: RawDevice) -> Visit:
    return visit(asha, {"g/nama": "Asha", "g/nik": NIK})


@pytest.fixture
def api(office: Office) -> ApiClient:
    return office.give_password(office.api("siti", "supervisor", KECAMATAN))


def ask(api: ApiClient, made: Visit, *paths: str, reason: str = REASON) -> tuple[int, Any]:
    return api.post(f"records/{made.record}/reveal", {"paths": list(paths) or ["g/nik"], "reason": reason})


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


def reveals(office: Office) -> list[tuple[str, dict[str, Any]]]:
    with office.store.read() as connection:
        rows = connection.execute(
            select(AuditRow.id, AuditRow.account, AuditRow.detail).where(AuditRow.action == "reveal")
        )
        return [(row.account, detail_of(office.store, row)) for row in rows]


# --- masked everywhere ---------------------------------------------------------------------------


def test_no_route_tells_people_a_whole_number(office: Office, asha: RawDevice) -> None:
    """Everywhere where one can be: answers, conflicts, history, a case, held work of each kind."""
    made, _ = disputed(office, asha, "g/nik", [NIK, OTHER_NIK])
    made.change(asha, {"g/nik": THIRD_NIK})
    case = new_id()
    asha.sync(
        asha.operation(
            [("$village", VILLAGE, []), ("label", "Asha", []), ("nik", NIK, [])],
            record=case,
            kind="case:anak",
        )
    )
    asha.sync(asha.submission(new_id(), {"x": LOOSE_NIK}, form="unknown@1"))
    asha.sync({"v": 1, "replica": asha.replica, "n": 77, "nik": RAW_NIK})
    head = office.api("wati", "head", KECAMATAN)
    page = at_work(office, "dewi", "head", KECAMATAN)
    operation = head.get("held")["held"][0]["id"]
    told: dict[str, str] = {}
    for rule in rules(office):
        if "GET" not in (rule.methods or ()):
            continue
        path = rule.rule.replace("<record>", case if "/cases/" in rule.rule else made.record)
        path = path.replace("<operation>", operation)
        path = path.replace("<list_name>", "anak")
        if "<" in path:
            continue
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {head.token}"}
            told[rule.rule] = office.client.get(path, headers=headers).text
        else:
            told[rule.rule] = page.get(path).html
    told["/held?status=void"] = page.get("/held?status=void").html
    told["/api/v1/held?status=void"] = json.dumps(head.get("held?status=void"))
    told["/api/v1/records/case"] = json.dumps(head.get(f"records/{case}"))
    told["/api/v1/records/case/history"] = json.dumps(head.get(f"records/{case}/history"))
    for route, text in told.items():
        assert not re.search(r"(?<!\d)\d{16}(?!\d)", text), route
    for route in ("/records/<record>", "/records/<record>/history", "/held", "/held?status=void"):
        assert "********" in told[route], route
        # What could not be read is told as it came on the page only.
        assert "********" in told[f"/api/v1{route}"] or route == "/held?status=void", route


def test_devices_get_whole_numbers_as_the_field_needs_them(office: Office, made: Visit) -> None:
    budi = office.device("budi", "officer", VILLAGE)
    assert NIK in json.dumps(budi.sync(cursors={VILLAGE: "0"}))


# --- revealed ------------------------------------------------------------------------------------


def test_a_number_is_told_to_who_says_why_and_that_is_put_on_record(
    office: Office, api: ApiClient, made: Visit
) -> None:
    assert ask(api, made) == (200, {"record": made.record, "values": {"g/nik": [NIK]}})
    with office.store.read() as connection:
        shown = who_read(connection, made.record).shown
    assert ("siti", "reveal") in {(one.entry.account, one.entry.action) for one in shown}
    assert reveals(office) == [("siti", {"paths": ["g/nik"], "reason": REASON})]


def test_where_people_disagree_all_numbers_are_told(office: Office, api: ApiClient, asha: RawDevice) -> None:
    made, _ = disputed(office, asha, "g/nik", [NIK, OTHER_NIK])
    status, told = ask(api, made)
    assert status == 200
    assert set(told["values"]["g/nik"]) == {NIK, OTHER_NIK}


def test_without_the_password_or_after_five_minutes_nothing_is_told(office: Office, made: Visit) -> None:
    clock = Clock(office)
    other = office.api("siti", "supervisor", KECAMATAN)
    assert code(ask(other, made)) == (403, "password-needed")
    office.give_password(other, clock.now)
    assert code(ask(office.api("siti"), made)) == (403, "password-needed")
    assert ask(other, made)[0] == 200
    clock.now += 5 * 60_000
    assert code(ask(other, made)) == (403, "password-needed")


@pytest.mark.parametrize(
    ("paths", "reason", "expected"),
    [
        (["g/nik"], "pendek", "reason-short"),
        (["g/nik"], f"nomornya {NIK}", "reason-number"),
        (["g/nama"], REASON, "no-number"),
        (["g/nik", "lindung/luka"], REASON, "no-number"),
        (["nothing"], REASON, "no-number"),
        ([], REASON, "invalid-request"),
        (["g/nik"] * 21, REASON, "invalid-request"),
    ],
)
def test_what_asks_for_no_number_or_says_no_reason_is_refused(
    office: Office, api: ApiClient, made: Visit, paths: list[str], reason: str, expected: str
) -> None:
    answer = api.post(f"records/{made.record}/reveal", {"paths": paths, "reason": reason})
    assert code(answer) == (400, expected)
    assert reveals(office) == []


def test_a_number_is_told_to_nobody_outside_of_the_village(office: Office, made: Visit) -> None:
    for name, role, area, expected in (
        ("far", "head", FAR, (404, "not-found")),
        ("asha", "officer", VILLAGE, (403, "not-allowed")),
        ("agus", "admin", "", (403, "not-allowed")),
    ):
        person = office.give_password(office.api(name, role, *([area] if area else [])))
        assert code(ask(person, made)) == expected
    assert reveals(office) == []


# --- on the pages --------------------------------------------------------------------------------


def press(page: Page) -> Page:
    return page.submit(form="/review", press=("reveal", "g/nik"), fields={"comment": "Sudah baik."})


def test_the_page_asks_for_password_and_reason_and_shows_the_number_once(office: Office, made: Visit) -> None:
    siti = at_work(office)
    page = siti.get(made.path)
    assert NIK not in page.html
    asked = press(page)
    assert "Kata sandi Anda sekali lagi" in asked
    why = asked.submit(form="/reveal", password_again=PASSWORD)
    assert "Tampilkan nomor lengkap" in why
    assert NIK not in why.html
    short = why.submit(form="/reveal", reveal_reason="mau")
    assert (short.status, "paling sedikit 10 huruf" in short, NIK in short.html) == (400, True, False)
    shown = short.submit(form="/reveal", usual="document", reveal_reason="")
    assert NIK in shown
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.form("/review").fields["comment"] == "Sudah baik."
    assert NIK not in siti.get(made.path).html
    assert reveals(office) == [
        ("siti", {"paths": ["g/nik"], "reason": "Mencocokkan dengan KK atau dokumen lain"})
    ]


def test_a_number_of_a_case_is_shown_on_its_page(office: Office, asha: RawDevice) -> None:
    case = new_id()
    began: list[Any] = [("$village", VILLAGE, []), ("label", "Asha", []), ("nik", NIK, [])]
    asha.sync(asha.operation(began, record=case, kind="case:anak"))
    siti: Person = at_work(office)
    page = siti.get(f"/cases/{case}")
    assert NIK not in page.html
    asked = page.submit(form="/resolve", press=("reveal", "nik"))
    why = asked.submit(form="/reveal", password_again=PASSWORD)
    assert NIK in why.submit(form="/reveal", reveal_reason="keluarga memintanya hari ini")


def test_only_who_may_reveal_finds_the_button(office: Office, made: Visit) -> None:
    page = at_work(office, "far", "head", FAR).get(made.path)
    assert page.status == 404
    assert ("reveal", "g/nik") in at_work(office).get(made.path).form("/review").buttons
