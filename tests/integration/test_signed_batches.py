"""Batches are signed and chained: nobody writes in another device's name, and a copy is found."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from domain.batches import batch_digest, key_digest
from server.clock import now_ms
from server.models import OperationRow
from server.models_devices import DeviceChain
from server.models_evidence import AuditRow
from server.services.enrol import make_code
from tests.support.builders import new_id, op_id
from tests.support.filings import KECAMATAN
from tests.support.office import Office
from tests.support.raw_device import RawDevice
from tests.support.signed_device import SignedDevice, public_text, signed_device


@pytest.fixture
def device(office: Office) -> SignedDevice:
    return signed_device(office, "asha", "officer", KECAMATAN)


def logged(office: Office) -> dict[str, tuple[str, str | None]]:
    """Verdict and device of every operation."""
    with office.store.read() as connection:
        rows = connection.execute(select(OperationRow.id, OperationRow.status, OperationRow.device))
        return {row.id: (row.status, row.device) for row in rows}


def breaches(office: Office, device: SignedDevice) -> int:
    with office.store.read() as connection:
        query = select(DeviceChain.breaches).where(DeviceChain.device == device.device)
        return int(connection.execute(query).scalar_one())


def on_record(office: Office, action: str) -> int:
    with office.store.read() as connection:
        return len(connection.execute(select(AuditRow.id).where(AuditRow.action == action)).all())


def refused(office: Office, device: RawDevice, request: dict[str, Any]) -> None:
    """Nothing of it is taken, and the code says why."""
    before = logged(office)
    answer = device.post("sync", request)
    assert answer.status_code == 403, answer.text
    assert answer.json is not None
    assert answer.json["error"]["code"] == "bad-signature"
    assert logged(office) == before


# --- what is signed ------------------------------------------------------------------------------


def test_a_signed_batch_is_taken_and_the_log_names_the_device(office: Office, device: SignedDevice) -> None:
    one, two = device.submission(new_id()), device.submission(new_id())
    assert "batch" not in device.sync(one, two)
    assert "batch" not in device.sync(three := device.submission(new_id()))
    assert logged(office) == {op_id(op): ("ok", device.device) for op in (one, two, three)}
    assert breaches(office, device) == 0


def test_a_device_with_a_key_hands_nothing_in_unsigned(office: Office, device: SignedDevice) -> None:
    """As somebody would who has found its token. Broken on purpose: an absent batch was let through."""
    refused(office, device, device.request(device.submission(new_id()), batch=None))
    refused(office, device, device.request(device.submission(new_id()), batch={}))
    assert "records" not in device.sync()  # what hands nothing in needs no signature


@pytest.mark.parametrize(
    "claim",
    [
        {"seq": 2},
        {"before": "x" * 43},
        {"again": ("x" * 43,)},
        {"drafts": 5},
        {"waiting": {"replica-1": ((1, 2),)}},
        {"device": "another-device"},
        {"replica": "another-replica"},
    ],
)
def test_what_was_altered_after_signing_is_refused(
    office: Office, device: SignedDevice, claim: dict[str, Any]
) -> None:
    """Broken on purpose: the service took the batch without asking whether its signature fits."""
    sent = device.submission(new_id())
    signed = device.signed(device.batch((sent,), **claim))
    true = device.batch((sent,)).members()
    refused(office, device, device.request(sent, batch={**true, "signature": signed["signature"]}))


def test_operations_cannot_be_altered_reordered_added_or_left_out(
    office: Office, device: SignedDevice
) -> None:
    one, two = device.submission(new_id()), device.submission(new_id())
    batch = device.signed(device.batch((one, two)))
    altered = {**one, "time": 1_790_000_000_001}
    for ops in ([two, one], [one], [one, two, device.submission(new_id())], [altered, two]):
        refused(office, device, {**device.request(*ops, batch=batch)})
    assert "verdicts" not in device.sync(one, two)


def test_nobody_writes_in_another_devices_name(office: Office, device: SignedDevice) -> None:
    other = signed_device(office, "budi", "officer", KECAMATAN)
    sent = device.submission(new_id())
    batch = device.batch((sent,))
    for forged in (other.signed(batch), other.signed(replace(batch, device=other.device))):
        refused(office, device, device.request(sent, batch=forged))
    # Its own signature on the other's token.
    refused(office, other, device.request(sent))


@pytest.mark.parametrize(
    "batch",
    [
        5,
        "x",
        [],
        {"seq": 1},
        {"seq": 1, "before": "", "signature": "%%%"},
        {"seq": 1, "before": "", "signature": ""},
    ],
)
def test_a_batch_that_makes_no_sense_is_one_that_is_not_signed(
    office: Office, device: SignedDevice, batch: Any
) -> None:
    """And no 400, at which a device would begin to look for the operation that is at fault."""
    refused(office, device, device.request(device.submission(new_id()), batch=batch))


def test_a_token_without_its_key_takes_nothing_in_that_somebody_forged(
    office: Office, device: SignedDevice
) -> None:
    """
    It waits for its author to sign it. Broken on purpose: to offer its id was enough.
    """
    other = signed_device(office, "budi", "officer", KECAMATAN)
    forged = device.submission(new_id())
    assert other.sync(forged)["verdicts"]["0"]["code"] == "other-author"
    offered = {"replica": device.replica, "ids": [op_id(forged)]}
    told = device.post("have", offered).json or {}
    assert (told["unsigned"], told["missing"], told["have"][0]) == ([op_id(forged)], [], 0)
    assert logged(office) == {op_id(forged): ("held", other.device)}
    assert "verdicts" not in device.sync(forged)
    assert logged(office) == {op_id(forged): ("ok", device.device)}
    told = device.post("have", offered).json or {}
    assert (told.get("unsigned"), told["missing"], told["verdicts"], told["have"][0]) == (None, [], {}, 1)


# --- the chain -----------------------------------------------------------------------------------


def test_a_batch_that_is_repeated_counts_once_and_breaks_nothing(
    office: Office, device: SignedDevice
) -> None:
    first = device.request(device.submission(new_id()))
    assert device.post("sync", first).status_code == 200
    told = device.post("sync", first).json or {}
    assert "batch" not in told
    assert (len(logged(office)), breaches(office, device)) == (1, 0)


def test_whoever_lost_the_answer_may_go_on_with_another_batch(office: Office, device: SignedDevice) -> None:
    sent = device.submission(new_id())
    lost = device.batch((sent,))
    device.post("sync", device.request(sent))
    again = (batch_digest_of(device, lost),)
    both = (sent, device.submission(new_id()))
    told = device.post(
        "sync", device.request(*both, batch=device.signed(device.batch(both, again=again)))
    ).json
    assert told is not None
    assert "batch" not in told
    assert breaches(office, device) == 0


def test_a_copy_of_a_device_is_found_and_both_are_taken(office: Office, device: SignedDevice) -> None:
    """Broken on purpose: a breach was neither counted nor put on record."""
    device.sync(device.submission(new_id()))
    copy = replace(device, cursors=dict(device.cursors))
    device.sync(device.submission(new_id()))
    told = copy.sync(copy.submission(new_id(), salt="AAAAAAAAAAE"))
    assert told["batch"] == [3, copy.before]
    assert told["fork"]
    assert (breaches(office, device), on_record(office, "chain-broken")) == (1, 1)
    assert {status for status, _ in logged(office).values()} == {"ok"}
    copy.sync(copy.submission(new_id(), n=9))
    assert breaches(office, device) == 1


def test_an_older_batch_that_is_replayed_changes_nothing(office: Office, device: SignedDevice) -> None:
    first = device.request(device.submission(new_id()))
    device.post("sync", first)
    device.seq, device.before = 1, batch_digest_of(device, device.batch(tuple(first["ops"])))
    device.sync(device.submission(new_id()))
    told = device.post("sync", first).json or {}
    assert told["batch"] == [2, device.before]
    device.sync(device.submission(new_id()))
    assert breaches(office, device) == 0


def test_what_is_still_on_the_device_is_kept_as_it_last_said(office: Office, device: SignedDevice) -> None:
    device.waiting, device.drafts = {device.replica: ((5, 9),)}, 2
    device.sync(device.submission(new_id()))
    with office.store.read() as connection:
        row = connection.execute(select(DeviceChain.waiting, DeviceChain.drafts)).one()
    assert (row.drafts, row.waiting.decode()) == (2, f'{{"{device.replica}":[[5,9]]}}')


# --- keys ----------------------------------------------------------------------------------------


def test_a_device_from_before_there_were_keys_goes_on_and_registers_one(office: Office) -> None:
    office.person("asha", "officer", KECAMATAN)
    device = SignedDevice(office.client, office.device_token("asha"), "replica-of-asha", "asha")
    told = device.sync(device.submission(new_id()))
    assert told["keyless"]
    assert device.register()[0] == 200
    assert device.register()[0] == 200
    device.seq, device.before = 0, ""
    assert "keyless" not in device.sync(device.submission(new_id()))
    assert on_record(office, "device-key") == 1


def test_a_key_is_never_replaced(office: Office, device: SignedDevice) -> None:
    thief = replace(device, key=Ed25519PrivateKey.generate())
    status, told = thief.register()
    assert (status, told["error"]["code"]) == (409, "key-known")
    refused(office, thief, thief.request(thief.submission(new_id())))


def test_only_the_key_whose_digest_was_told_is_taken_and_nothing_unsigned_before(office: Office) -> None:
    """Broken on purpose: a device that had told no more than the digest was let in unsigned."""
    office.person("asha", "officer", KECAMATAN)
    code = office.store.transact(lambda c: make_code(c, "asha", now_ms()))
    key = Ed25519PrivateKey.generate()
    asked = {"code": code, "replica": "replica-of-asha", "key_digest": key_digest(public_text(key))}
    token = (office.client.post("/api/v1/enroll", json=asked).json or {})["token"]
    thief = SignedDevice(office.client, token, "replica-of-asha", "asha")
    status, told = thief.register()
    assert (status, told["error"]["code"]) == (403, "key-differs")
    refused(office, thief, thief.request(thief.submission(new_id())))
    owner = replace(thief, key=key)
    assert owner.register()[0] == 200
    assert "verdicts" not in owner.sync(owner.submission(new_id()))


@pytest.mark.parametrize("key", ["", "x" * 43, "/" * 43, 5, None, "A" * 42, "\x00" * 43, "B" * 44])
def test_what_is_no_key_is_refused(office: Office, device: SignedDevice, key: Any) -> None:
    headers = {"Authorization": f"Bearer {office.device_token('asha')}"}
    answer = office.client.put("/api/v1/device/key", json={"key": key}, headers=headers)
    assert answer.status_code == 400, answer.text


# --- revocation ----------------------------------------------------------------------------------


def test_a_revoked_device_hands_in_what_it_signs_and_nothing_else(
    office: Office, device: SignedDevice
) -> None:
    device.sync(device.submission(new_id()))
    office.revoke("asha")
    sent = device.submission(new_id())
    told = device.sync(sent)
    assert told["revoked"]
    assert told["verdicts"]["0"]["code"] == "revoked-device"
    assert "records" not in told
    refused(office, device, device.request(device.submission(new_id()), batch=None))
    assert logged(office)[op_id(sent)] == ("held", device.device)
    assert device.register()[0] == 403


def batch_digest_of(device: SignedDevice, batch: Any) -> str:
    return batch_digest(batch.to_bytes(), device.key.sign(batch.to_bytes()))
