"""
A device that was away for too long gets nothing to read until the office unlocks it, and hands its work in.

Broken on purpose, each seen here: a locked device that got the feed, the list of a village, or a list of
cases; the release of a lock that counted for the next one too; a server that believed the device alone.
"""

from typing import Any, Final

import pytest
from sqlalchemy import text

from domain.errors import VerilapError
from domain.lease import DAY_MS
from server.clock import now_ms
from server.services import leases
from server.store import credentials
from tests.support.builders import new_id
from tests.support.filings import FAR, KECAMATAN, REGENCY, VILLAGE, submit
from tests.support.office import Office
from tests.support.raw_device import RawDevice, whole

LOCK, OTHER_LOCK = "AAAAAAAAAAA", "BBBBBBBBBBB"


def device_of(office: Office, name: str) -> credentials.ListedDevice:
    with office.store.read() as connection:
        return credentials.devices_of(connection, name)[0]


def unlock(office: Office, name: str, by: str = "head") -> None:
    office.person("head", "head", REGENCY)
    device = device_of(office, name).id
    office.store.transact(lambda connection: leases.unlock_device(connection, by, device, now_ms()))


def away_for(office: Office, name: str, days: float) -> None:
    """Lets a device have asked for the last time so long ago."""
    device, seen = device_of(office, name).id, now_ms() - int(days * DAY_MS)
    with office.store.write() as connection:
        credentials.see_device(connection, device, seen)


def audited(office: Office) -> list[Any]:
    with office.store.read() as connection:
        query = text("SELECT account, action FROM audit WHERE action LIKE 'device-%locked' ORDER BY time, id")
        return [tuple(row) for row in connection.execute(query)]


def test_a_locked_device_hands_in_its_work_and_gets_nothing_until_the_office_unlocks_it(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    there, mine = submit(budi), new_id()
    told = asha.sync(asha.submission(mine), locked=LOCK, want=[there])
    assert (told["locked"], told.get("records"), told.get("cursors")) == (LOCK, None, None)
    assert "verdicts" not in told
    assert asha.sync(locked=LOCK)["locked"] == LOCK
    assert asha.sync()["locked"] == LOCK, "it does not help to say nothing of it"
    answers = [asha.get(f"etags?village={VILLAGE}"), asha.get("cases/anak.csv")]
    assert [(one.status_code, (one.json or {})["error"]["code"]) for one in answers] == [
        (403, "locked-device")
    ] * 2
    assert asha.get("areas").status_code == asha.get("forms").status_code == 200
    assert set(whole(budi.sync())) >= {mine}
    unlock(office, "asha")
    told = asha.sync(locked=LOCK)
    assert (told.get("locked"), told["unlocked"]) == (None, True)
    assert {there, mine} <= set(whole(told))
    assert "unlocked" not in asha.sync()
    assert audited(office) == [("asha", "device-locked"), ("head", "device-unlocked")]


def test_an_unlocked_device_whose_answer_was_lost_is_told_again_and_another_lock_is_another_one(
    office: Office, asha: RawDevice
) -> None:
    asha.sync(locked=LOCK)
    unlock(office, "asha")
    assert [asha.sync(locked=LOCK)["unlocked"] for _ in range(2)] == [True, True]
    told = asha.sync(locked=OTHER_LOCK)
    assert (told["locked"], "unlocked" in told) == (OTHER_LOCK, False)
    assert asha.sync(locked=LOCK)["locked"] == OTHER_LOCK


def test_the_server_locks_a_device_that_did_not_ask_for_longer_than_the_lease(office: Office) -> None:
    for days, lease, is_locked in ((31, 30, True), (29, 30, False), (31, 0, False), (8, 7, True)):
        name = f"p{days}-{lease}"
        device, mine = office.device(name, "officer", KECAMATAN), new_id()
        with office.store.write() as connection:
            leases.set_lease_days(connection, lease, now_ms())
        away_for(office, name, days)
        told = device.sync(device.submission(mine))
        assert ("locked" in told, mine in str(told.get("records"))) == (is_locked, not is_locked), name
        assert device.sync().get("locked") == told.get("locked")
        if is_locked:
            unlock(office, name)
            assert device.sync(locked=told["locked"])["unlocked"]


def test_a_list_of_cases_does_not_help_a_device_that_was_away(office: Office, asha: RawDevice) -> None:
    away_for(office, "asha", 31)
    assert asha.get("cases/anak.csv").status_code == 403


def test_a_clock_of_the_server_that_went_back_locks_nobody(office: Office, asha: RawDevice) -> None:
    away_for(office, "asha", -9999)
    assert "locked" not in asha.sync()


def test_what_is_no_id_of_a_lock_is_refused(asha: RawDevice) -> None:
    for lock in ("", "short", "x" * 23, "AAAAAAAAA*A", 7, True):
        assert asha.post("sync", asha.request(locked=lock)).status_code == 400, lock


def test_the_lease_is_told_with_the_configuration_and_moves_its_digest(
    office: Office, asha: RawDevice
) -> None:
    before = asha.sync()["config"]
    areas: Any = asha.get("areas").json
    assert (areas["config"], areas["lease_days"]) == (before, 30)
    office.store.transact(lambda connection: leases.set_lease_days(connection, 7, now_ms()))
    told = asha.sync(config=before, locked=LOCK)
    assert told["config"] != before, "a locked device hears of it too"
    areas = asha.get("areas").json
    assert (areas["config"], areas["lease_days"]) == (told["config"], 7)


MANAGERS: Final = (
    ("officer", KECAMATAN, "not-allowed"),
    ("supervisor", KECAMATAN, "not-allowed"),
    ("head", FAR, "device-elsewhere"),
    ("head", VILLAGE, "device-elsewhere"),
    ("head", KECAMATAN, None),
    ("admin", REGENCY, None),
)


def test_an_administrator_unlocks_any_device_and_a_head_those_of_accounts_in_his_areas(
    office: Office, asha: RawDevice
) -> None:
    for i, (role, where, code) in enumerate(MANAGERS):
        asha.sync(locked=f"lock-number-{i}")
        office.person(f"by-{i}", role, where)
        if code is None:
            unlock(office, "asha", f"by-{i}")
            assert device_of(office, "asha").locked is None
            continue
        with pytest.raises(VerilapError) as refused:
            unlock(office, "asha", f"by-{i}")
        assert refused.value.code == code
        assert device_of(office, "asha").lock_id == f"lock-number-{i}"


def test_after_an_old_backup_all_devices_are_unlocked_at_once(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    far = office.device("eka", "officer", FAR)
    for device in (asha, budi, far):
        device.sync(locked=LOCK)
    office.person("kec", "head", KECAMATAN)
    released = office.store.transact(lambda connection: leases.unlock_all(connection, "kec", now_ms()))
    assert {one.account for one in released} == {"asha", "budi"}
    assert [one.sync(locked=LOCK).get("unlocked") for one in (asha, budi, far)] == [True, True, None]
