"""What a device says of its own operations after the server came back from a backup: what that server says.

The verdicts that a device knows may be those of a server that is gone. Whatever was decided there or here,
in which order ever the two took over from each other, held work is in its author's view, marked, and
accepted work bears no mark.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client_sync.device import Device
from client_sync.report import SyncReport
from tests.support.builders import op_id
from tests.support.filings import FAR, REGENCY, VILLAGE
from tests.support.local_line import LocalLine, enrolled
from tests.support.office import ApiClient, Office
from tests.support.raw_device import RawDevice
from tests.support.snapshots import restore_snapshot, take_snapshot

FORM = "verifikasi_anak"


@pytest.fixture
def line(office: Office) -> LocalLine:
    return LocalLine(office.client)


@pytest.fixture
def device(office: Office, tmp_path: Path, line: LocalLine) -> Iterator[Device]:
    """Asha's, of one village."""
    office.person("asha", "officer", VILLAGE)
    with enrolled(office, "asha", tmp_path / "home", line) as opened:
        yield opened


@pytest.fixture
def head(office: Office) -> ApiClient:
    """Decides on held work anywhere."""
    return office.api("kabid", "head", REGENCY)


def decide(head: ApiClient, operation: str, decision: str) -> None:
    status, body = head.post(f"held/{operation}", {"decision": decision, "reason": "so"})
    assert status == 200, body


def synced(device: Device) -> SyncReport:
    """A sync after which nothing is left to do: another one is a single request."""
    report = device.sync()
    assert report.is_quiet
    assert device.sync().traffic.requests == 1
    return report


def mark_of(device: Device, operation: str) -> tuple[str, str] | None:
    """Status and code of a marked operation."""
    marks = {one.id: (one.status, one.code) for one in device.store.outbox.refused() if not one.is_dismissed}
    return marks.get(operation)


def held_elsewhere(device: Device) -> tuple[str, str]:
    """A new form for a village that is not Asha's; gives the ids of the record and of the operation."""
    saved = device.new(FORM, FAR, {"a": "far"})
    synced(device)
    (one,) = saved.operations
    assert mark_of(device, one) == ("held", "outside-scope")
    return saved.record, one


def held_here(device: Device) -> tuple[str, str]:
    """A change to a record of her own village that moves it to one that is not hers."""
    record = device.new(FORM, VILLAGE, {"a": "1"}).record
    synced(device)
    (one,) = device.set(record, {"a": "2", "$village": FAR}).operations
    synced(device)
    assert mark_of(device, one) == ("held", "outside-scope")
    return record, one


# --- the office's decision is lost ---------------------------------------------------------------


def test_work_out_of_sight_that_was_accepted_and_is_held_again_is_back_in_view_and_marked(
    office: Office, device: Device, head: ApiClient
) -> None:
    """
    The record is in none of her villages: once accepted it leaves the device, and no cursor of hers moves.

    Broken on purpose: a strange cursor of the private feed passed over (nothing was ever noticed); neither
    the verdicts of `have` looked at nor the feed read anew (noticed, and her form stayed away).
    """
    record, one = held_elsewhere(device)
    backup = take_snapshot(office.store.engine)
    decide(head, one, "ok")
    synced(device)
    assert mark_of(device, one) is None
    assert record not in device.store.records.ids()
    restore_snapshot(office.store.engine, backup)
    report = synced(device)
    assert [refusal.id for refusal in report.refused] == [one]
    assert mark_of(device, one) == ("held", "outside-scope")
    assert device.dossier(record).answers["a"] == "far"
    decide(head, one, "ok")
    synced(device)
    assert mark_of(device, one) is None


def test_a_change_that_was_accepted_and_is_held_again_stays_in_view_and_is_marked(
    office: Office, device: Device, head: ApiClient
) -> None:
    """
    The record comes anew without the change, which its author goes on seeing.

    Broken on purpose: neither the verdicts of `have` looked at nor the private feed read anew; her answer
    left her view without a word.
    """
    record, one = held_here(device)
    backup = take_snapshot(office.store.engine)
    decide(head, one, "ok")
    synced(device)
    assert mark_of(device, one) is None
    restore_snapshot(office.store.engine, backup)
    synced(device)
    assert mark_of(device, one) == ("held", "outside-scope")
    assert device.dossier(record).answers["a"] == "2"
    stored = device.store.records.stored(record)
    assert stored is not None
    assert stored.values_at("a") == ["1"]


@pytest.mark.parametrize("hold", [held_elsewhere, held_here])
def test_work_that_was_refused_and_is_held_again_is_marked_as_held(
    office: Office, device: Device, head: ApiClient, hold: Any
) -> None:
    """Broken on purpose: a strange cursor of the private feed passed over; it stayed refused for ever."""
    _, one = hold(device)
    backup = take_snapshot(office.store.engine)
    decide(head, one, "void")
    synced(device)
    assert mark_of(device, one) == ("void", "refused-by-office")
    restore_snapshot(office.store.engine, backup)
    synced(device)
    assert mark_of(device, one) == ("held", "outside-scope")
    decide(head, one, "ok")
    synced(device)
    assert mark_of(device, one) is None


def test_the_opposite_decision_after_a_restore_replaces_the_first(
    office: Office, device: Device, head: ApiClient
) -> None:
    """
    Refused before the disk was lost, accepted after it, and the device was away for the restore.

    Broken on purpose: a strange cursor of the private feed passed over.
    """
    record, one = held_here(device)
    backup = take_snapshot(office.store.engine)
    decide(head, one, "void")
    synced(device)
    restore_snapshot(office.store.engine, backup)
    decide(head, one, "ok")
    synced(device)
    assert mark_of(device, one) is None
    assert head.get(f"records/{record}")["answers"]["a"] == "2"
    assert record not in device.store.records.ids()


def test_dismissed_work_stays_out_of_view_until_it_was_accepted_once(
    office: Office, device: Device, head: ApiClient
) -> None:
    """
    Her word on what was held then is not her word on what was taken in and is held once more.

    Broken on purpose: an acceptance that leaves the dismissal standing.
    """
    record, one = held_here(device)
    device.dismiss(one)
    backup = take_snapshot(office.store.engine)
    decide(head, one, "void")
    synced(device)
    restore_snapshot(office.store.engine, backup)
    synced(device)
    assert [(r.id, r.status, r.is_dismissed) for r in device.store.outbox.refused()] == [(one, "held", True)]
    assert device.dossier(record).answers["a"] == "1"
    decide(head, one, "ok")
    synced(device)
    restore_snapshot(office.store.engine, backup)
    synced(device)
    assert mark_of(device, one) == ("held", "outside-scope")
    assert device.dossier(record).answers["a"] == "2"


# --- a server stands in, and the other one comes back --------------------------------------------


def test_marks_of_a_server_that_stood_in_are_gone_when_the_first_one_is_back(
    office: Office, device: Device
) -> None:
    """
    A server from an old backup held what the real one had accepted; then the real one is repaired.

    Both have the same operations, so `have` is the same, and what was replaced is in no document.

    Broken on purpose: verdicts at handing in not written to the private feed; nothing accepted but what
    `have` names; a strange cursor followed by the feed from its beginning, and by no comparison.
    """
    office.move("asha", FAR)
    old = take_snapshot(office.store.engine)
    office.move("asha", VILLAGE)
    record = device.new(FORM, VILLAGE, {"a": "1"}).record
    (one,) = device.set(record, {"a": "2"}).operations
    (other,) = device.set(record, {"a": "3"}).operations
    synced(device)
    repaired = take_snapshot(office.store.engine)
    restore_snapshot(office.store.engine, old)
    synced(device)
    assert {mark_of(device, one), mark_of(device, other)} == {("held", "unknown-record")}
    restore_snapshot(office.store.engine, repaired)
    synced(device)
    assert device.store.outbox.refused() == []
    assert device.store.records.stored(record) == device.store.records.shown(record)
    assert device.dossier(record).answers["a"] == "3"


def test_what_a_server_that_stood_in_accepted_is_held_when_the_first_one_is_back(
    office: Office, device: Device
) -> None:
    """
    Made under an earlier replica id, of whose private feed the device has no cursor by then.

    Broken on purpose: earlier replicas' feeds asked for only while something of theirs is held.
    """
    old = take_snapshot(office.store.engine)
    record, one = held_elsewhere(device)
    with device.store.transaction():
        device.store.settings.begin_replica("r" * 22)
    synced(device)
    first = take_snapshot(office.store.engine)
    restore_snapshot(office.store.engine, old)
    office.move("asha", VILLAGE, FAR)
    synced(device)
    assert mark_of(device, one) is None
    restore_snapshot(office.store.engine, first)
    synced(device)
    assert mark_of(device, one) == ("held", "outside-scope")
    assert device.dossier(record).answers["a"] == "far"


# --- message by message --------------------------------------------------------------------------


def test_have_names_what_is_held_and_void_and_nothing_else(office: Office, asha: RawDevice) -> None:
    """Broken on purpose: all verdicts named, which for a device of years are tens of thousands."""
    accepted = asha.submission("00000000-0000-4000-8000-00000000000a")
    held = asha.submission("00000000-0000-4000-8000-00000000000b", village=FAR)
    lost = asha.submission("00000000-0000-4000-8000-00000000000c")
    asha.sync(accepted, held)
    offered = [op_id(one) for one in (accepted, held, lost)]
    told = asha.post("have", {"replica": asha.replica, "ids": offered}).json or {}
    assert told["missing"] == [op_id(lost)]
    assert told["verdicts"].keys() == {op_id(held)}
    verdict = told["verdicts"][op_id(held)]
    assert (verdict["status"], verdict["code"]) == ("held", "outside-scope")
    assert verdict["message"]


def test_nobody_learns_by_offering_ids_what_became_of_somebody_elses_operation(
    asha: RawDevice, budi: RawDevice
) -> None:
    """Broken on purpose: the account not asked for."""
    held = asha.submission("00000000-0000-4000-8000-00000000000b", village=FAR)
    asha.sync(held)
    told = budi.post("have", {"replica": budi.replica, "ids": [op_id(held)]}).json or {}
    assert (told["missing"], told["verdicts"]) == ([op_id(held)], {})


def test_a_verdict_is_told_once_and_heard_again_by_who_missed_it(asha: RawDevice) -> None:
    """Broken on purpose: the verdicts of the same answer told in its `decisions` too."""
    held = asha.submission("00000000-0000-4000-8000-00000000000b", village=FAR)
    told = asha.sync(held)
    assert told["verdicts"].keys() == {"0"}
    assert "decisions" not in told
    asha.cursors = {}
    assert [(one, verdict["code"]) for one, verdict in asha.sync()["decisions"]] == [
        (op_id(held), "outside-scope")
    ]
    assert "decisions" not in asha.sync()


@pytest.mark.parametrize("strange", ["1.AAAAAAA", "999.AAAAAAA", "x"])
def test_a_private_cursor_from_a_lost_future_is_a_reset(
    asha: RawDevice, budi: RawDevice, strange: str
) -> None:
    """
    Of a feed that has begun, of one that has not, and of one that is somebody else's or nobody's.

    Broken on purpose: the feed read from its beginning without a word.
    """
    feed, other, nobody = f"~{asha.replica}", f"~{budi.replica}", "~" + "r" * 22
    assert asha.sync(cursors={feed: strange})["reset"] == [feed]
    asha.sync(asha.submission("00000000-0000-4000-8000-00000000000b", village=FAR))
    budi.sync()
    told = asha.sync(cursors={feed: strange, other: strange, nobody: strange})
    assert sorted(told["reset"]) == sorted([feed, other, nobody])
    assert "decisions" not in told
    assert "reset" not in asha.sync(cursors={feed: "0", other: "0", nobody: "0"})


def test_who_sent_what_this_version_cannot_read_hears_that_it_was_refused(
    asha: RawDevice, head: ApiClient
) -> None:
    """Broken on purpose: the decision told to the store that the operation names, which cannot be read."""
    asha.sync({**asha.submission("00000000-0000-4000-8000-00000000000b"), "v": 2})
    (held,) = head.get("held")["held"]
    assert held["code"] == "unknown-version"
    decide(head, held["id"], "void")
    told = asha.sync()["decisions"]
    assert [(one, verdict["code"]) for one, verdict in told] == [(held["id"], "refused-by-office")]
