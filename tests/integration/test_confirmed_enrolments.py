"""An enrolment that the office confirms by the number on the device: until then it is let in nowhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from client_sync.errors import Refused
from server.clock import now_ms
from server.services.enrol import make_code
from server.store import credentials
from tests.support.filings import KECAMATAN, VILLAGE
from tests.support.local_line import KEY, URL, LocalLine, enrolled, impatient
from tests.support.office import Office
from tests.support.pages import Page, Person, at_work


def code_for(office: Office) -> str:
    office.person("asha", "officer", KECAMATAN)
    return office.store.transact(lambda c: make_code(c, "asha", now_ms(), needs_confirmation=True))


@pytest.fixture
def device(office: Office, tmp_path: Path) -> Iterator[Device]:
    """With work in its store, and then enrolled anew with a code that asks for a number."""
    code = code_for(office)
    with enrolled(office, "asha", tmp_path / "home") as opened:
        opened.new("verifikasi_anak", VILLAGE, {"a": "1"})
        opened.enroll(URL, code)
        yield opened


@pytest.fixture
def root(office: Office) -> Person:
    person = at_work(office, "root", "admin")
    person.speak("en")
    return person


def path_of_latest(office: Office) -> str:
    with office.store.read() as connection:
        listed = credentials.devices_of(connection, "asha")
    return f"/devices/{max(listed, key=lambda one: one.enrolled).id}"


def type_number(office: Office, person: Person, number: str) -> Page:
    path = path_of_latest(office)
    return person.get(path).submit(form=f"{path}/confirm", number=number)


def refusal_of(device: Device) -> Refused:
    with pytest.raises(Refused) as caught:
        device.sync()
    return caught.value


def test_a_device_is_let_in_once_its_number_was_typed_in_the_office(
    office: Office, device: Device, root: Person
) -> None:
    """Broken on purpose: an unconfirmed device was let in; the number was left in the store."""
    refusal = refusal_of(device)
    assert (refusal.code, refusal.facts["number"]) == ("not-confirmed", device.number)
    assert device.store.outbox.count_queued() == 1
    assert "waits for its number" in root.get("/devices").text
    spoken = f"{(device.number or '')[:3]} {(device.number or '')[3:]}"
    assert "The device may sync now." in type_number(office, root, spoken).text
    assert device.sync().is_quiet
    assert device.number is None
    assert "waits for its number" not in root.get("/devices").text


def test_an_unconfirmed_device_is_let_in_nowhere(office: Office, device: Device) -> None:
    headers = {"Authorization": f"Bearer {device.identity.token}"}
    for method, path in (
        ("GET", "areas"),
        ("GET", "forms"),
        ("GET", f"etags?village={VILLAGE}"),
        ("POST", "sync"),
        ("POST", "have"),
    ):
        body: Any = {"protocol": 1, "replica": "replica-of-asha", "ids": []}
        answer = office.client.open(f"/api/v1/{path}", method=method, json=body, headers=headers)
        assert (answer.status_code, (answer.json or {})["error"]["code"]) == (403, "not-confirmed"), path


def test_three_wrong_numbers_make_an_enrolment_void_and_the_store_enrols_anew(
    office: Office, device: Device, root: Person
) -> None:
    """Broken on purpose: wrong numbers were not counted."""
    right = device.number or ""
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for said in ("not the number of this device", "not the number of this device", "enrolment is void"):
        page = type_number(office, root, wrong)
        assert (page.status, said in page.text) == (400, True)
    answer = root.client.post(
        f"{path_of_latest(office)}/confirm",
        data={"csrf_token": root.get("/devices").form("/sign-out").fields["csrf_token"], "number": right},
        base_url=root.base,
    )
    assert answer.status_code == 409
    assert refusal_of(device).code == "enrolment-void"
    device.enroll(URL, code_for(office))
    type_number(office, root, device.number or "")
    assert device.sync().is_quiet


def test_who_used_the_code_before_the_officer_has_another_number(
    office: Office, tmp_path: Path, root: Person
) -> None:
    code = code_for(office)
    line = LocalLine(office.client)
    with Device.open(tmp_path / "thief", KEY, connect=lambda _: line, patience=impatient()) as thief:
        thief.enroll(URL, code)
        with (
            Device.open(tmp_path / "officer", KEY, connect=lambda _: line, patience=impatient()) as officer,
            pytest.raises(Refused) as caught,
        ):
            officer.enroll(URL, code)
        assert caught.value.code == "enroll-code"
        assert refusal_of(thief).code == "not-confirmed"


def test_a_program_without_a_key_cannot_use_such_a_code(office: Office) -> None:
    code = code_for(office)
    asked = {"code": code, "replica": "replica-of-asha"}
    answer = office.client.post("/api/v1/enroll", json=asked)
    assert (answer.status_code, (answer.json or {})["error"]["code"]) == (400, "key-needed")
