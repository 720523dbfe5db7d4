"""
A device's store goes from one account to another and back: everything arrives as its author's.

Broken on purpose, each time with a failing test here: `/have` counted by the account that handed in alone;
what was held for its author stayed held when he handed it in himself, and when he asked about it; the store
that he made it in was bound to whoever handed it in first; only the verdict was written, not the account.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync.device import Device
from domain.canonical import Json
from server.clock import now_ms
from server.services.enrol import make_code
from tests.support.builders import new_id
from tests.support.ledger_check import assert_sound
from tests.support.local_line import URL, LocalLine, enrolled
from tests.support.office import Office
from tests.support.raw_device import RawDevice

VILLAGE, FAR = "64.02.18.2007", "64.02.01.2004"


@pytest.fixture
def line(office: Office) -> LocalLine:
    return LocalLine(office.client)


@pytest.fixture
def phone(office: Office, tmp_path: Path, line: LocalLine) -> Iterator[Device]:
    """Budi's phone, which Asha uses too."""
    office.person("budi", "officer", VILLAGE)
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "budi", tmp_path / "home", line) as opened:
        yield opened


def give(office: Office, phone: Device, name: str) -> None:
    """Enrols the phone for an account."""
    with office.store.write() as connection:
        code = make_code(connection, name, now_ms())
    phone.enroll(URL, code)


def requests(phone: Device, line: LocalLine) -> int:
    """How many requests a sync takes that has nothing to do."""
    before = line.traffic.requests
    report = phone.sync()
    assert (report.is_quiet, report.sent, report.sent_again) == (True, 0, 0)
    return line.traffic.requests - before


def test_what_somebody_else_handed_in_is_taken_in_when_its_author_is_back(
    office: Office, phone: Device, line: LocalLine
) -> None:
    record = phone.new("verifikasi_anak", VILLAGE, {"a": "1", "r": "wound"}).record
    phone.set(record, {"a": "2"})
    give(office, phone, "asha")
    own = phone.new("verifikasi_anak", VILLAGE, {"a": "3"}).record
    assert phone.sync().verdicts == {"ok": 1, "held": 2, "void": 0}
    assert requests(phone, line) == 1
    give(office, phone, "budi")
    report = phone.sync()
    assert (report.is_quiet, report.refused, report.sent_again) == (True, [], 0)
    assert requests(phone, line) == 1
    assert phone.store.outbox.marked() == set()
    told = office.api("budi").get(f"records/{record}")
    assert (told["answers"]["a"], told["answers"]["r"], told["etag"]) == (
        "2",
        "wound",
        phone.dossier(record).submission.etag,
    )
    assert office.api("siti", "supervisor", "64.02").get("held")["held"] == []
    give(office, phone, "asha")
    phone.sync()
    assert requests(phone, line) == 1
    assert phone.dossier(own).answers["a"] == "3"
    with office.store.read() as connection:
        assert_sound(connection)


def test_what_the_office_decided_meanwhile_stays_decided(
    office: Office, phone: Device, line: LocalLine
) -> None:
    taken = phone.new("verifikasi_anak", VILLAGE, {"a": "1"})
    left = phone.new("verifikasi_anak", VILLAGE, {"a": "2"})
    give(office, phone, "asha")
    phone.sync()
    siti = office.api("siti", "supervisor", "64.02")
    assert siti.post(f"held/{taken.operations[0]}", {"decision": "ok", "reason": ""})[0] == 200
    assert siti.post(f"held/{left.operations[0]}", {"decision": "void", "reason": "no"})[0] == 200
    give(office, phone, "budi")
    phone.sync()
    assert requests(phone, line) == 1
    assert [phone.store.outbox.status_of(one.operations[0]) for one in (taken, left)] == ["ok", "void"]


def test_what_is_held_for_another_reason_too_stays_held_for_that(
    office: Office, phone: Device, line: LocalLine
) -> None:
    phone.new("verifikasi_anak", FAR, {"a": "1"})
    give(office, phone, "asha")
    phone.sync()
    give(office, phone, "budi")
    phone.sync()
    assert requests(phone, line) == 1
    (waiting,) = office.api("siti", "supervisor", "64.02").get("held")["held"]
    assert (waiting["code"], waiting["account"]) == ("outside-scope", "budi")


def as_author(asha: RawDevice, budi: RawDevice) -> tuple[str, list[Json]]:
    """A form of Budi's and a change of it, which Asha hands in first."""
    record = new_id()
    sent: list[Json] = [budi.submission(record), budi.operation([("a", "2", [])], record=record)]
    told = asha.sync(*sent)
    assert {one["code"] for one in told["verdicts"].values()} == {"other-author"}
    return record, sent


def test_an_author_who_hands_in_what_somebody_else_did_before_is_heard(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """A cloned phone: the copy was given to somebody else, and was faster. The change comes first here."""
    record, sent = as_author(asha, budi)
    assert budi.sync(sent[1])["verdicts"]["0"]["code"] == "unknown-record"
    told = budi.sync(sent[0])
    assert "verdicts" not in told
    assert told["have"][0] == 2
    assert "verdicts" not in budi.sync(*sent)
    assert office.api("budi").get(f"records/{record}")["conflicts"].keys() == {"a"}
    with office.store.read() as connection:
        assert_sound(connection)


def test_nobody_takes_in_by_asking_what_somebody_else_made(
    office: Office, asha: RawDevice, budi: RawDevice, citra: RawDevice
) -> None:
    _, _ = as_author(asha, budi)
    waiting = office.api("siti", "supervisor", "64.02").get("held")["held"]
    ids = [one["id"] for one in waiting]
    told = json.loads(citra.post("have", {"replica": citra.replica, "ids": ids}).data)
    assert told["missing"] == ids
    told = json.loads(asha.post("have", {"replica": asha.replica, "ids": ids}).data)
    assert {one["code"] for one in told["verdicts"].values()} == {"other-author"}
