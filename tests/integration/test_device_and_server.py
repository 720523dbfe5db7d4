"""The real device on the real server: what a quiet sync costs, and a form's way there and back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync.catalogue import explain
from client_sync.config import Language
from client_sync.device import Device
from client_sync.errors import Refused
from client_sync.transport import Answer, Call, compressed
from server.services import accounts
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import NOW, Office

VILLAGES = ("64.02.18.2005", "64.02.18.2006", "64.02.18.2007")


class WeighedLine(LocalLine):
    """
    Counts the bytes of bodies before compression, which only makes them smaller, and (`travelled`) the
    request's after it.
    """

    weighed = travelled = 0

    def exchange(self, call: Call) -> Answer:
        answer = super().exchange(call)
        told = json.dumps(answer.document, separators=(",", ":"), ensure_ascii=False)
        self.weighed += len(call.body or b"") + len(told.encode())
        self.travelled += len(compressed(call.body or b"", call.level)) + len(told.encode())
        return answer


@pytest.fixture
def line(office: Office) -> WeighedLine:
    return WeighedLine(office.client)


@pytest.fixture
def device(office: Office, tmp_path: Path, line: WeighedLine) -> Iterator[Device]:
    office.person("asha", "officer", *VILLAGES)
    with enrolled(office, "asha", tmp_path / "home", line) as opened:
        yield opened


def test_a_sync_with_nothing_to_do_is_one_request_with_two_bodies_below_300_bytes(
    device: Device, line: WeighedLine
) -> None:
    """Invariant 9. Broken once: members that are empty told too."""
    for village in VILLAGES:
        device.new("verifikasi_anak", village, {"a": "1"})
    device.sync()
    device.sync()
    line.weighed, before = 0, line.traffic.requests
    report = device.sync()
    assert report.is_quiet
    assert line.traffic.requests - before == 1
    assert line.weighed < 300


def test_a_changed_answer_takes_one_round_trip_and_less_than_900_bytes(
    device: Device, line: WeighedLine
) -> None:
    record = device.new("verifikasi_anak", VILLAGES[0], {"a": "1"}).record
    device.sync()
    device.set(record, {"a": "the house by the river"})
    line.travelled, before = 0, line.traffic.requests
    assert device.sync().is_quiet
    assert line.traffic.requests - before == 1
    assert line.travelled < 900


@pytest.mark.parametrize(("language", "words"), [("en", "disabled the account"), ("id", "dinonaktifkan")])
def test_a_device_of_a_disabled_account_says_so_keeps_everything_and_goes_on_afterwards(
    office: Office, device: Device, language: Language, words: str
) -> None:
    """Broken on purpose: the server knew no such device, and its officer was told to enrol again."""
    sent = device.new("verifikasi_anak", VILLAGES[0], {"a": "1"}).record
    device.sync()
    waiting = device.new("verifikasi_anak", VILLAGES[0], {"a": "2"}).record
    office.store.transact(lambda connection: accounts.disable_account(connection, "asha", 1))
    with pytest.raises(Refused) as caught:
        device.sync()
    assert caught.value.code == "account-disabled"
    assert words in explain(caught.value, language)
    assert {one.record for one in device.dossiers()} == {sent, waiting}
    office.store.transact(lambda connection: accounts.enable_account(connection, "asha", NOW))
    report = device.sync()
    assert report.is_quiet
    assert report.verdicts["ok"] == 1


def test_what_is_returned_comes_back_to_the_device_is_corrected_and_approved(
    office: Office, device: Device
) -> None:
    record = device.new("verifikasi_anak", VILLAGES[0], {"a": "1", "r": "a secret"}).record
    device.sync()
    supervisor = office.api("sari", "supervisor", "64.02.18")
    seen = supervisor.get(f"records/{record}")
    assert "a secret" not in str(seen)
    returned = {"decision": "return", "etag": seen["etag"], "comment": "see a", "remarks": {"a": "which?"}}
    assert supervisor.post(f"records/{record}/review", returned)[0] == 200
    device.sync()
    review = device.dossier(record).review
    assert (review.state.value, review.remarks) == ("returned", {"a": "which?"})
    device.set(record, {"a": "2"})
    device.sync()
    corrected = supervisor.get(f"records/{record}")
    assert corrected["review"]["state"] == "pending"
    approve = {"decision": "approve", "etag": corrected["etag"], "comment": ""}
    assert supervisor.post(f"records/{record}/review", {**approve, "etag": seen["etag"]})[0] == 409
    assert supervisor.post(f"records/{record}/review", approve)[0] == 200
    device.sync()
    assert device.dossier(record).review.state.value == "approved"
    device.set(record, {"r": "another secret"})
    device.sync()
    assert supervisor.get(f"records/{record}")["review"]["state"] == "stale"
