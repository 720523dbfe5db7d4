"""A device signs its batches in a chain that nothing but a copy of it, or a server from a backup, breaks."""

import json
from typing import Any

import pytest

from client_sync.apply import apply_reply
from client_sync.errors import Refused
from client_sync.signing import new_key
from client_sync.store.settings import DeviceKey
from domain.batches import count_in
from tests.support.devices import VILLAGE, Fleet, Phone


def fill(phone: Phone, count: int) -> None:
    for i in range(count):
        phone.new("anak", VILLAGE, {"nama": f"Asha {i}"})


def batches(fleet: Fleet) -> list[dict[str, Any]]:
    """The signed member of each request that handed something in."""
    return [request["batch"] for request in fleet.server.requests if "batch" in request]


def key_of(phone: Phone) -> DeviceKey:
    key = phone.store.settings.key
    assert key is not None
    return key


# --- keys ----------------------------------------------------------------------------------------


def test_a_device_makes_its_key_when_it_enrols_and_tells_the_public_half(fleet: Fleet) -> None:
    phone = fleet.phone()
    assert fleet.server.calls[:2] == ["POST /api/v1/enroll", "PUT /api/v1/device/key"]
    assert key_of(phone).device
    assert key_of(phone).seed not in json.dumps([*fleet.server.state.keys.values(), fleet.server.requests])


def test_enrolling_anew_makes_a_new_key_and_begins_a_new_chain(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 1)
    phone.sync()
    before = key_of(phone)
    fill(phone, 1)
    phone.enroll("http://localhost", fleet.server.user("asha"), "phone")
    phone.sync()
    assert key_of(phone).seed != before.seed
    assert (batches(fleet)[-1]["seq"], batches(fleet)[-1]["before"]) == (1, "")
    assert fleet.server.breaches == []


def test_a_store_from_before_there_were_keys_registers_one_at_its_next_sync(fleet: Fleet) -> None:
    fleet.server.knows_keys = False
    phone = fleet.phone()
    with phone.store.transaction():
        phone.store.settings.put("key", None)
    fill(phone, 1)
    phone.sync()
    assert "batch" not in fleet.server.requests[-1]
    fleet.server.knows_keys = True
    fill(phone, 1)
    phone.sync()
    assert batches(fleet)[-1]["seq"] == 1
    calls = len(fleet.server.calls)
    phone.sync()
    assert fleet.server.calls[calls:] == ["POST /api/v1/sync"]


def test_a_server_that_is_older_than_keys_gets_everything_unsigned(fleet: Fleet) -> None:
    fleet.server.knows_keys = False
    phone = fleet.phone()
    fill(phone, 2)
    assert phone.sync().is_quiet
    assert all("batch" not in request for request in fleet.server.requests)


def test_a_device_whose_key_is_not_the_servers_keeps_its_work_until_it_enrols_anew(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 1)
    stranger = new_key(lambda count: b"x" * count)
    phone.store.settings.key = DeviceKey(stranger.seed, key_of(phone).device)
    with pytest.raises(Refused) as refusal:
        phone.sync()
    assert refusal.value.code == "bad-signature"
    assert phone.store.outbox.count_queued() == 1
    phone.enroll("http://localhost", fleet.server.user("asha"), "phone")
    assert phone.sync().is_quiet
    assert len(fleet.server.state.log) == 1


# --- chains --------------------------------------------------------------------------------------


def test_a_sync_with_nothing_to_hand_in_signs_nothing(fleet: Fleet) -> None:
    phone = fleet.phone()
    phone.sync()
    assert all("batch" not in request for request in fleet.server.requests)


def test_a_batch_names_what_the_device_still_holds(fleet: Fleet) -> None:
    """Broken on purpose: everything that waits was named, with what the batch itself brings."""
    phone = fleet.phone()
    fleet.server.most = 2
    fill(phone, 5)
    phone.drafts.start_draft("anak", VILLAGE)
    phone.sync()
    replica = phone.operations()[0].replica
    told = [batch.get("waiting", {}) for batch in batches(fleet)]
    assert told[-1] == {}
    for batch, request in zip(told[:-1], [r for r in fleet.server.requests if r.get("ops")], strict=False):
        last = max(op["n"] for op in request["ops"])
        assert batch == {replica: [[last + 1, 5]]}
        assert count_in({name: tuple(map(tuple, pairs)) for name, pairs in batch.items()}) == 5 - last
    assert {batch["drafts"] for batch in batches(fleet)} == {1}
    assert len(told) > 1


def test_batches_are_counted_also_where_one_is_begun_before_the_last_is_stored(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Broken on purpose: the batch that is begun ahead took the place of the one before it."""
    monkeypatch.setattr("client_sync.engine.AHEAD_FROM", 3)
    phone = fleet.phone()
    fleet.server.most = 20
    fill(phone, 90)
    phone.sync()
    told = batches(fleet)
    assert [batch["seq"] for batch in told] == list(range(1, len(told) + 1))
    assert len(told) > 3
    assert len({batch["before"] for batch in told}) == len(told)


@pytest.mark.parametrize("fault", ["request", "answer", "slow", "twice", "500"])
@pytest.mark.parametrize("place", range(5))
def test_whatever_is_lost_on_the_line_breaks_no_chain(fleet: Fleet, fault: str, place: int) -> None:
    """Broken on purpose: the attempt was not kept before it was sent."""
    phone = fleet.phone()
    fleet.server.most = 60
    fill(phone, 130)
    phone.line.faults = [""] * place + [fault]
    phone.sync()
    fill(phone, 1)
    phone.sync()
    assert fleet.server.breaches == []
    assert len(fleet.server.state.log) == 131
    assert phone.store.settings.chain.tried == ()


@pytest.mark.parametrize("place", range(4))
def test_a_device_that_dies_before_it_stores_an_answer_breaks_no_chain(
    fleet: Fleet, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the next batch had been begun ahead, and was taken."""
    phone = fleet.phone()
    fill(phone, 200)
    answers = iter(range(100))

    def die(*arguments: Any) -> Any:
        if next(answers) == place:
            raise KeyboardInterrupt
        return apply_reply(*arguments)

    monkeypatch.setattr("client_sync.engine.apply_reply", die)
    fleet.server.most = 60
    with pytest.raises(KeyboardInterrupt):
        phone.sync()
    phone.sync()
    fill(phone, 1)
    phone.sync()
    assert fleet.server.breaches == []
    assert len(fleet.server.state.log) == 201


def test_two_processes_on_one_store_break_no_chain(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 3)
    other = fleet.open(phone.home)
    phone.line.faults = ["answer", "answer", "answer"]
    with pytest.raises(Exception, match="lost on the way back"):
        phone.sync()
    other.sync()
    fill(other, 1)
    phone.sync()
    other.sync()
    assert fleet.server.breaches == []


def test_a_copy_of_a_phone_breaks_the_chain_and_both_are_taken(fleet: Fleet) -> None:
    phone = fleet.phone()
    fill(phone, 1)
    phone.sync()
    copy = fleet.open(fleet.copy(phone))
    for one in (phone, copy):
        fill(one, 1)
        one.sync()
    assert fleet.server.breaches == ["fork"]
    for one in (copy, phone, phone):
        fill(one, 1)
        assert one.sync().is_quiet
    assert len(fleet.server.state.log) == 6
    assert fleet.server.breaches == ["fork", "fork"]


def test_after_a_restored_server_the_key_is_told_again_and_nothing_is_lost(fleet: Fleet) -> None:
    empty = fleet.server.backup()
    phone = fleet.phone()
    fill(phone, 1)
    phone.sync()
    early = fleet.server.backup()
    fill(phone, 1)
    phone.sync()
    fill(phone, 1)
    phone.sync()
    fleet.server.restore(early)
    fill(phone, 1)
    phone.sync()
    assert fleet.server.breaches == ["gap"]
    fleet.server.restore(empty)
    fill(phone, 1)
    phone.sync()
    fill(phone, 1)
    assert phone.sync().is_quiet
    assert len(fleet.server.state.keys) == 1
    assert "batch" in fleet.server.requests[-1]
    assert len(fleet.server.state.log) == 6
