"""
A form that the office left out: what its officer corrects is filed whole, and both sides agree again.

Broken on purpose, each time with a failing test here: the corrected path sent alone; without `submitted`; the
restricted part without what it belongs to; a removal that had not seen what was filed anew; carried over by
any void operation, so that a refused change came back with the next one; carried over again after that; what
a void operation says of the review left in view.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from tests.support.ledger_check import assert_sound
from tests.support.local_line import enrolled
from tests.support.office import ApiClient, Office

VILLAGE, FAR, REGENCY = "64.02.18.2007", "64.02.01.2004", "64.02"
ANSWERS = {"a": "1", "b": "2", "m/m_1/x": "3", "unasked": "4"}
Json = dict[str, Any]


@pytest.fixture
def siti(office: Office) -> ApiClient:
    """A supervisor who decides on everything in the regency."""
    return office.api("siti", "supervisor", REGENCY)


@pytest.fixture
def budi(office: Office, tmp_path: Path) -> Iterator[Device]:
    office.person("budi", "officer", VILLAGE)
    with enrolled(office, "budi", tmp_path / "home") as device:
        yield device


def leave_out(siti: ApiClient, device: Device) -> None:
    """Everything that is held is left out, and the device hears of it."""
    device.sync()
    for one in siti.get("held?status=held")["held"]:
        assert siti.post(f"held/{one['id']}", {"decision": "void", "reason": "not yours"})[0] == 200
    assert device.sync().is_quiet


def assert_agreed(office: Office, device: Device, record: str) -> Json:
    """The device shows what the server has, and nothing is marked; gives that as the API tells it."""
    assert device.sync().is_quiet
    told: Json = office.api("budi").get(f"records/{record}")
    dossier = device.dossier(record)
    assert dossier.submission.etag == told["etag"]
    assert dossier.answers == told["answers"]
    assert list(dossier.review.ids) == told["review"]["ids"]
    for state in (dossier.submission, *dossier.parts):
        stored = device.store.records.stored(state.record)
        assert stored is not None
        assert stored.digest == state.digest
        assert device.store.outbox.marked_of(state.record).isdisjoint(state.origins)
    with office.store.read() as connection:
        assert_sound(connection)
    return told


def test_a_form_that_was_left_out_is_filed_whole_when_it_is_corrected(
    office: Office, budi: Device, siti: ApiClient
) -> None:
    record = budi.new("verifikasi_anak", FAR, ANSWERS).record
    leave_out(siti, budi)
    assert budi.dossier(record).review.ids == ()
    budi.set(record, {"$village": VILLAGE})
    told = assert_agreed(office, budi, record)
    assert told["answers"] == {**ANSWERS, "$village": VILLAGE}
    assert (told["review"]["state"], len(told["review"]["ids"])) == ("pending", 1)
    assert siti.get("held?status=held")["held"] == []
    approval = {"decision": "approve", "etag": told["etag"], "comment": "", "seen": told["review"]["ids"]}
    assert siti.post(f"records/{record}/review", approval)[0] == 200
    assert assert_agreed(office, budi, record)["review"]["state"] == "approved"
    budi.set(record, {"a": "5"})
    assert assert_agreed(office, budi, record)["review"]["state"] == "stale"


def test_what_is_restricted_goes_into_its_part_again(office: Office, budi: Device, siti: ApiClient) -> None:
    record = budi.new("verifikasi_anak", FAR, {**ANSWERS, "r": "wound"}).record
    leave_out(siti, budi)
    budi.set(record, {"$village": VILLAGE})
    assert assert_agreed(office, budi, record)["answers"]["r"] == "wound"
    assert siti.get(f"records/{record}")["restricted"] == ["r"]
    assert "wound" not in str(siti.get(f"records/{record}/history"))
    assert office.api("dewi", "peksos", VILLAGE).get(f"records/{record}")["answers"]["r"] == "wound"


@pytest.mark.parametrize("is_restored", [False, True])
def test_what_was_removed_in_it_stays_removed_and_can_be_brought_back(
    office: Office, budi: Device, siti: ApiClient, is_restored: bool
) -> None:
    record = budi.new("verifikasi_anak", FAR, {**ANSWERS, "m/m_2/x": "Beni", "m/m_3/x": "Cici"}).record
    budi.set(record, {"m/m_1/y": "7"}, remove=["m/m_2"])
    leave_out(siti, budi)
    budi.set(record, {"$village": VILLAGE}, remove=["m/m_1"], restore=["m/m_2"] if is_restored else [])
    told = assert_agreed(office, budi, record)
    assert told["removed"] == (["m/m_1"] if is_restored else ["m/m_1", "m/m_2"])
    assert told["conflicts"] == {}
    budi.set(record, restore=told["removed"])
    told = assert_agreed(office, budi, record)
    assert (told["answers"]["m/m_1/y"], told["answers"]["m/m_2/x"]) == ("7", "Beni")


def test_a_form_that_is_left_out_once_more_is_filed_once_more(
    office: Office, budi: Device, siti: ApiClient
) -> None:
    record = budi.new("verifikasi_anak", FAR, ANSWERS).record
    leave_out(siti, budi)
    budi.set(record, {"a": "5"})
    leave_out(siti, budi)
    office.move("budi", VILLAGE, FAR)
    draft = budi.drafts.start_correction(record)
    budi.drafts.type_answer(draft.id, "b", "6")
    budi.drafts.finish_draft(draft.id)
    told = assert_agreed(office, budi, record)
    assert told["answers"] == {**ANSWERS, "$village": FAR, "a": "5", "b": "6"}
    assert len(told["review"]["ids"]) == 1


def test_a_form_whose_village_was_corrected_before_it_was_left_out_becomes_whole_with_the_next_change(
    office: Office, budi: Device, siti: ApiClient
) -> None:
    record = budi.new("verifikasi_anak", FAR, {**ANSWERS, "r": "wound"}).record
    budi.sync()
    budi.set(record, {"$village": VILLAGE})
    leave_out(siti, budi)
    budi.set(record, {"a": "5"})
    told = assert_agreed(office, budi, record)
    assert told["answers"] == {**ANSWERS, "$village": VILLAGE, "a": "5", "r": "wound"}


def test_a_form_too_large_for_one_operation_is_filed_in_several(
    office: Office, budi: Device, siti: ApiClient
) -> None:
    answers = {f"g/q_{i}": "x" * 100 for i in range(1_500)}
    record = budi.new("verifikasi_anak", FAR, answers).record
    leave_out(siti, budi)
    saved = budi.set(record, {"$village": VILLAGE})
    assert len(saved.operations) > 1
    assert assert_agreed(office, budi, record)["answers"] == {**answers, "$village": VILLAGE}


def test_a_change_that_was_left_out_does_not_come_back_with_the_next_one(
    office: Office, budi: Device, siti: ApiClient
) -> None:
    record = budi.new("verifikasi_anak", VILLAGE, ANSWERS).record
    budi.sync()
    seen = siti.get(f"records/{record}")
    returned = {"decision": "return", "etag": seen["etag"], "comment": "see a", "remarks": {}}
    assert siti.post(f"records/{record}/review", returned)[0] == 200
    budi.sync()
    office.move("budi", FAR)
    refused = budi.set(record, {"a": "9"}).operations[0]
    leave_out(siti, budi)
    office.move("budi", VILLAGE)
    budi.sync()
    assert budi.dossier(record).answers["a"] == "9"
    assert budi.dossier(record).review.state.value == "returned"
    budi.set(record, {"b": "8"})
    budi.sync()
    told = siti.get(f"records/{record}")
    assert (told["answers"]["a"], told["answers"]["b"], told["review"]["state"]) == ("1", "8", "pending")
    assert refused in budi.store.outbox.marked_of(record) & budi.dossier(record).submission.origins.keys()
