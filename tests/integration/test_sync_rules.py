"""Rules of an exchange that no usual day reaches: repeated and foreign messages, work that waits for work."""

from typing import Any

import pytest

from domain.merge import RecordState
from tests.support.builders import new_id, op_id, with_part
from tests.support.filings import FAR, KECAMATAN, VILLAGE, submit, with_restricted
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice, short, whole


@pytest.fixture
def rani(office: Office) -> RawDevice:
    """An officer from far away."""
    return office.device("rani", "officer", FAR)


def values_at(device: RawDevice, record: str, path: str) -> list[Any]:
    told = whole(device.sync(want=[record]))[record]
    return RecordState.from_document({k: v for k, v in told.items() if k != "in"}).values_at(path)


def decided(supervisor: ApiClient, operation: str) -> None:
    assert supervisor.post(f"held/{operation}", {"decision": "ok", "reason": "benar"})[0] == 200


# --- who may read --------------------------------------------------------------------------------


def test_who_lost_the_village_is_told_nothing_by_handing_in_the_same_work_again(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """Invariant 8. His work was accepted while the village was his, and he repeats it: the answer was lost.

    Broken on purpose: what an accepted operation touched was told without a look at who asks.
    """
    sent = asha.submission(record := new_id(), {"a": "1"})
    asha.sync(sent)
    office.move("asha", FAR)
    budi.sync(budi.operation([("a", "secret", [op_id(sent)])], record=record))
    told = asha.sync(sent)
    assert "verdicts" not in told
    assert record not in {**whole(told), **short(told)}


def test_nobody_reads_the_decisions_on_somebody_elses_work(
    rani: RawDevice, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Invariant 8. Broken on purpose: every private feed read that a cursor names."""
    held = rani.operation([("b", "7", [])], record=submit(asha))
    rani.sync(held)
    decided(supervisor, op_id(held))
    foreign = {f"~{rani.replica}": "0"}
    told = asha.sync(cursors=foreign)
    assert ("decisions" in told, told["cursors"].keys() & foreign.keys()) == (False, set())
    assert rani.sync()["decisions"] == [[op_id(held), {"status": "ok"}]]


def test_a_decision_is_told_where_the_operation_was_made(office: Office, asha: RawDevice) -> None:
    """
    Sent under a later replica id of the same store; a copy of the phone goes on under the earlier one.

    Broken on purpose: told in the private feed of the store that sent it alone.
    """
    later = RawDevice(asha.client, asha.token, "a-later-id-of-that-store", asha.author)
    held = asha.submission(new_id(), village=FAR)
    assert later.sync(held)["verdicts"]["0"]["code"] == "outside-scope"
    head = office.api("kabid", "head", "64.02")
    assert head.post(f"held/{op_id(held)}", {"decision": "ok", "reason": "benar"})[0] == 200
    assert asha.sync()["decisions"] == [[op_id(held), {"status": "ok"}]]


def test_who_changes_between_officer_and_social_worker_compares_his_villages_anew(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    """Invariants 4 and 8: to a reader of restricted parts the same number means more records.

    Broken on purpose: the class of a cursor not looked at, and a new social worker never heard of the parts
    that were there; a list of digests with a cursor of the other class, and the village was reset for ever.
    """
    record, part = with_restricted(budi)
    asha.sync()
    for role, listed in (("peksos", {record, part}), ("officer", {record})):
        office.move("asha", KECAMATAN, role=role)
        assert asha.sync()["reset"] == [VILLAGE]
        told = asha.get(f"etags?village={VILLAGE}").json or {}
        assert dict(told["records"]).keys() == listed
        asha.cursors[VILLAGE] = told["cursor"]
        assert "reset" not in asha.sync()


# --- what is counted -----------------------------------------------------------------------------


def test_nobody_changes_what_was_counted_of_somebody_elses_store(asha: RawDevice, budi: RawDevice) -> None:
    """Broken on purpose: what came under a foreign replica id counted for it; `have` began its count anew."""
    counted = asha.sync(asha.submission(new_id()))["have"]
    budi.replica = asha.replica
    budi.sync(budi.submission(new_id()))
    assert "have" not in asha.sync(have=counted)
    budi.post("have", {"replica": asha.replica, "ids": []})
    assert "have" not in asha.sync(have=counted)


# --- what waits ----------------------------------------------------------------------------------


def test_work_that_waits_for_waiting_work_is_taken_with_it(
    asha: RawDevice, budi: RawDevice, citra: RawDevice
) -> None:
    """Broken on purpose: one round of judging again, and the second edit waited for ever."""
    first, second = new_id(), new_id()
    begins_second = with_part(
        budi.operation([("b", "2", [])], record=first),
        second,
        "submission",
        ["$village", VILLAGE, []],
        ["a", "1", []],
    )
    edit = citra.operation([("b", "3", [])], record=second)
    assert citra.sync(edit)["verdicts"]["0"]["code"] == "unknown-record"
    assert budi.sync(begins_second)["verdicts"]["0"]["code"] == "unknown-record"
    asha.sync(asha.submission(first, {"a": "1"}))
    assert values_at(asha, first, "b") == ["2"]
    assert values_at(asha, second, "b") == ["3"]
    assert citra.sync()["decisions"] == [[op_id(edit), {"status": "ok"}]]


def test_what_a_person_takes_in_takes_along_what_waited_for_it(
    rani: RawDevice, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: nothing judged again after a decision."""
    begun = rani.submission(record := new_id(), {"a": "1"}, village=VILLAGE)
    edit = asha.operation([("a", "2", [op_id(begun)])], record=record)
    assert rani.sync(begun)["verdicts"]["0"]["code"] == "outside-scope"
    assert asha.sync(edit)["verdicts"]["0"]["code"] == "unknown-record"
    decided(supervisor, op_id(begun))
    assert values_at(asha, record, "a") == ["2"]


def test_a_decision_is_told_again_when_the_private_feed_was_lost(
    rani: RawDevice, asha: RawDevice, supervisor: ApiClient
) -> None:
    """The server came back from a backup and has decided anew. Broken on purpose: a cursor that is not
    recognised was no reset; a feed without a cursor told nothing.
    """
    held = rani.operation([("b", "7", [])], record=submit(asha))
    rani.sync(held)
    decided(supervisor, op_id(held))
    feed = f"~{rani.replica}"
    for strange in ("1.AAAAAAA", "999.AAAAAAA", "x"):
        rani.cursors[feed] = strange
        told = rani.sync()
        assert (told["reset"], told.get("decisions")) == ([feed], None), strange
    rani.cursors.pop(feed)
    assert rani.sync()["decisions"] == [[op_id(held), {"status": "ok"}]]
