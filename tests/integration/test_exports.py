"""
What the office hands out as files: for a reason, after the password; protection answers by a second person.

Broken on purpose, each time with a failing test here or in `test_put_xml.py` and `test_cases.py`: a file
without the password, without a reason, to a role or village that has it not; protection answers in what one
person takes; a confirmed file given twice, to somebody else, or after its asker's role was narrowed; a list
of many to a supervisor; whole numbers for people in the list that forms take; a form that comes back without
its restricted part and overwrites it.
"""

import csv
import io
from typing import Any

import pytest
from sqlalchemy import select

from domain.errors import NotAllowed
from server.clock import now_ms
from server.models_evidence import AuditRow
from server.services import second_person
from server.services.exporting import export_whole_form
from server.services.who_read import who_read
from server.store import audit
from tests.support.builders import new_id
from tests.support.exchange import without_own
from tests.support.filings import FAR, with_restricted
from tests.support.office import ApiClient, Office
from tests.support.pages import KECAMATAN, NIK, PASSWORD, VILLAGE, Page, Person, at_work
from tests.support.raw_device import RawDevice
from tests.support.sealed import detail_of
from tests.support.visits import publish, visit

REASON = "untuk rapat kasus"


@pytest.fixture
def restricted(asha: RawDevice) -> str:
    record, _ = with_restricted(asha, "memar")
    return record


def told(office: Office, action: str) -> list[tuple[str, dict[str, Any]]]:
    with office.store.read() as connection:
        columns = (AuditRow.id, AuditRow.account, AuditRow.detail)
        rows = connection.execute(select(*columns).where(AuditRow.action == action)).all()
    return [(row.account, detail_of(office.store, row)) for row in rows]


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


# --- one form ------------------------------------------------------------------------------------


def test_a_form_is_handed_out_whole_for_a_reason_on_record(office: Office, asha: RawDevice) -> None:
    publish(office)
    made = visit(asha, {"g/nama": "Asha", "g/nik": NIK})
    siti = office.api("siti", "supervisor", KECAMATAN)
    path = f"records/{made.record}/xml"
    assert code(siti.post(path, {"reason": REASON})) == (403, "password-needed")
    assert NIK in siti.take(path).text
    assert code(siti.post(path, {"reason": "mau"})) == (400, "reason-short")
    assert code(siti.post(path, {})) == (400, "invalid-request")
    assert told(office, "export") == [("siti", {"reason": REASON})]


@pytest.mark.parametrize("role", ["supervisor", "peksos", "head"])
def test_nobody_alone_takes_protection_answers_whatever_he_reads(
    office: Office, restricted: str, role: str
) -> None:
    taken = office.api("rina", role, KECAMATAN).take(f"records/{restricted}/xml")
    assert (taken.status_code, "memar" in taken.text) == (200, False)


@pytest.mark.parametrize(
    ("role", "area", "expected"),
    [("officer", VILLAGE, 403), ("admin", "", 403), ("head", FAR, 404), ("supervisor", FAR, 404)],
)
def test_nobody_takes_what_his_role_or_village_has_not(
    office: Office, restricted: str, role: str, area: str, expected: int
) -> None:
    person = office.api("somebody", role, *([area] if area else []))
    assert person.take(f"records/{restricted}/xml").status_code == expected
    assert told(office, "export") == []


def test_a_form_that_comes_back_without_its_restricted_part_leaves_it_alone(
    office: Office, restricted: str
) -> None:
    """Also where a program has dropped our element. What is typed there all the same: `test_put_xml.py`."""
    dewi = office.api("dewi", "head", KECAMATAN)
    taken = dewi.take(f"records/{restricted}/xml")
    xml, version = taken.text, taken.headers["ETag"]
    headers = {"Authorization": f"Bearer {dewi.token}", "If-Match": version}
    path = f"/api/v1/records/{restricted}/xml"
    for given in (xml, without_own(xml)):
        assert dewi.client.put(path, data=given, headers=headers).status_code == 200
    assert dewi.get(f"records/{restricted}")["etag"] == version.strip('"')
    assert dewi.get(f"records/{restricted}")["answers"]["r"] == "memar"


# --- with protection answers ---------------------------------------------------------------------


def opened(person: Person, record: str) -> Page:
    """The page of exporting, past the password."""
    page = person.get(f"/records/{record}/export")
    return page.submit(form="/password", password_again=PASSWORD) if "sekali lagi" in page else page


def asked(office: Office, record: str) -> Person:
    """A head who has asked for the whole file."""
    dewi = at_work(office, "dewi", "head", KECAMATAN)
    page = opened(dewi, record).submit(form="/export", press=None, fields={"what": "ask", "reason": REASON})
    assert "Orang kedua harus menyetujuinya" in page
    return dewi


def confirmed(office: Office) -> None:
    rina = at_work(office, "rina", "peksos", KECAMATAN)
    page = rina.get("/confirmations")
    done = page.submit(press=("decision", "confirm"), fields={"password_again": PASSWORD})
    assert "Disetujui." in done


def take(person: Person, record: str) -> Page:
    token = person.get("/").form("/sign-out").fields["csrf_token"]
    data = {"csrf_token": token, "what": "restricted", "password_again": PASSWORD}
    return person.post(f"/records/{record}/export", data)


def test_protection_answers_are_handed_out_once_after_a_second_person(
    office: Office, restricted: str
) -> None:
    dewi = asked(office, restricted)
    assert take(dewi, restricted).status == 404
    confirmed(office)
    rina = at_work(office, "wati", "head", KECAMATAN)
    assert take(rina, restricted).status == 404
    page = opened(dewi, restricted)
    assert ("what", "restricted") in page.forms[-1].buttons
    taken = take(dewi, restricted)
    assert (taken.status, "memar" in taken.html) == (200, True)
    assert taken.headers["Content-Disposition"] == f'attachment; filename="{restricted}.xml"'
    assert "no-store" in taken.headers["Cache-Control"]
    api = office.api("dewi")
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": taken.headers["ETag"]}
    path = f"/api/v1/records/{restricted}/xml"
    assert api.client.put(path, data=taken.html, headers=headers).status_code == 200
    assert api.get(f"records/{restricted}")["etag"] == taken.headers["ETag"].strip('"')
    again = take(dewi, restricted)
    assert (again.status, "memar" in again.html) == (404, False)
    ((account, detail),) = told(office, "export-restricted")
    assert (account, detail["reason"]) == ("dewi", REASON)
    with office.store.read() as connection:
        shown = who_read(connection, restricted).shown
    assert ("dewi", "export-restricted") in {(one.entry.account, one.entry.action) for one in shown}


def test_what_was_confirmed_to_one_gives_another_nothing_and_stays(office: Office, restricted: str) -> None:
    """Also to who knows its id; and it gives what was asked for, and nothing else."""
    asked(office, restricted)
    confirmed(office)
    wati = office.person("wati", "head", KECAMATAN)
    with office.store.read() as connection:
        dewi = office.person_in(connection, "dewi")
        (given,) = [one.id for one in second_person.asked_by(connection, dewi, 0)]
    with pytest.raises(NotAllowed, match="somebody else"):
        office.store.transact(lambda c: export_whole_form(c, wati, given, now_ms()))
    made = office.store.transact(lambda c: export_whole_form(c, dewi, given, now_ms()))
    assert b"memar" in made.xml


def test_a_file_with_protection_answers_names_their_records(office: Office, restricted: str) -> None:
    """So that who asks about these is told as well."""
    dewi = asked(office, restricted)
    confirmed(office)
    take(dewi, restricted)
    with office.store.read() as connection:
        rows = audit.rows_naming(connection, who_read(connection, restricted).records)
    named = {record for entry, record in rows if entry.action == "export-restricted"}
    assert len(named) == 2


def test_who_may_not_any_more_gets_nothing_of_what_was_confirmed(office: Office, restricted: str) -> None:
    dewi = asked(office, restricted)
    confirmed(office)
    office.move("dewi", KECAMATAN, role="supervisor")
    refused = take(dewi, restricted)
    assert (refused.status, "memar" in refused.html) == (403, False)
    office.move("dewi", FAR, role="head")
    assert take(dewi, restricted).status == 404
    assert told(office, "export-restricted") == []


def test_a_supervisor_is_not_offered_them_and_cannot_ask(office: Office, restricted: str) -> None:
    siti = at_work(office)
    page = opened(siti, restricted)
    assert "Minta orang kedua" not in page
    refused = page.submit(form="/export", fields={"what": "ask", "reason": REASON})
    assert refused.status == 403
    with office.store.read() as connection:
        assert second_person.asked_by(connection, office.person_in(connection, "siti"), 0) == []


def test_a_second_person_is_asked_for_forms_only(office: Office, asha: RawDevice) -> None:
    """Else what is no file would wait for somebody, and could never be used."""
    record, part = with_restricted(asha, "memar")
    case = new_id()
    asha.sync(asha.operation([("$village", VILLAGE, [])], record=case, kind="case:anak"))
    dewi = at_work(office, "dewi", "head", KECAMATAN)
    token = opened(dewi, record).form("/sign-out").fields["csrf_token"]
    for other in (part, case):
        data = {"csrf_token": token, "what": "ask", "reason": REASON}
        assert dewi.post(f"/records/{other}/export", data).status == 404
    with office.store.read() as connection:
        assert second_person.asked_by(connection, office.person_in(connection, "dewi"), 0) == []


# --- a list of cases -----------------------------------------------------------------------------


@pytest.fixture
def case(office: Office, asha: RawDevice) -> str:
    publish(office)
    made = new_id()
    began: list[Any] = [("$village", VILLAGE, []), ("label", "=cmd|' /C calc'!A0", []), ("nik", NIK, [])]
    asha.sync(asha.operation(began, record=made, kind="case:anak"))
    return made


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_list_is_handed_out_harmless_and_on_record(office: Office, case: str) -> None:
    dewi = office.api("dewi", "head", KECAMATAN)
    answer = dewi.take("cases/anak.csv")
    (row,) = rows(answer.text)
    assert (row["name"], row["label"]) == (case, "'=cmd|' /C calc'!A0")
    assert told(office, "export") == [("dewi", {"file": "anak.csv", "reason": REASON})]
    fresh: ApiClient = office.api("dewi")
    assert code(fresh.post("cases/anak.csv", {"reason": REASON})) == (403, "password-needed")


def test_a_list_of_many_is_not_for_a_supervisor(office: Office, case: str) -> None:
    assert office.api("siti", "supervisor", KECAMATAN).take("cases/anak.csv").status_code == 403
    assert at_work(office).get("/cases/anak/export").status == 403


def test_the_page_hands_a_list_out(office: Office, case: str) -> None:
    dewi = at_work(office, "dewi", "head", KECAMATAN)
    assert dewi.get("/cases?list=anak").links("/cases/anak/export")
    page = dewi.get("/cases/anak/export").submit(form="/password", password_again=PASSWORD)
    short = page.submit(form="/export", reason="mau")
    assert (short.status, "paling sedikit 10 huruf" in short) == (400, True)
    (row,) = rows(short.submit(form="/export", reason=REASON).html)
    assert row["name"] == case
