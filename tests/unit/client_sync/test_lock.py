"""
The lock of a store, where the server does not help: one that knows nothing of it, a full disk.

Broken on purpose, each seen here: an answer that says nothing of a lock and ended it; the release of another;
a full disk that kept its person from reading; records asked for while it is locked.
"""

import json
from collections.abc import Callable

import pytest

from client_sync.errors import StoreFailed, StoreLocked
from client_sync.lease import Boot, LeaseKeeper
from client_sync.line import Line
from client_sync.plan import Standing, plan_request
from client_sync.store.settings import LEASE_DAYS, LOCK, Replica
from domain.lease import DAY_MS
from schemas.replies import SyncReply
from tests.support.devices import VILLAGE, Fleet, Phone
from tests.unit.client_sync.test_full_disk import full_disk

Keep = Callable[[float], LeaseKeeper]


@pytest.fixture
def phone(fleet: Fleet) -> Phone:
    made = fleet.phone()
    made.new("anak", VILLAGE, {"a": "1"})
    made.sync()
    return made


@pytest.fixture
def after(phone: Phone) -> Keep:
    """The keeper of the phone's store so many days after the machine was started."""
    phone.store.settings.put(LEASE_DAYS, 30)
    return lambda days: LeaseKeeper(phone.store, phone.clock, lambda: Boot("one", int(days * DAY_MS)))


def test_a_server_that_knows_nothing_of_locks_takes_the_work_and_ends_none(phone: Phone) -> None:
    phone.store.settings.put(LOCK, "AAAAAAAAAAA")
    phone.new("anak", VILLAGE, {"a": "2"})
    report = phone.sync()
    assert (report.unsent, report.locked) == (0, False)
    with pytest.raises(StoreLocked):
        list(phone.dossiers())


@pytest.mark.parametrize(
    ("named", "unlocked", "is_locked"),
    [
        ("AAAAAAAAAAA", True, False),
        ("BBBBBBBBBBB", True, True),
        (None, True, True),
        ("AAAAAAAAAAA", False, True),
    ],
)
def test_only_the_release_of_this_very_lock_ends_it(
    phone: Phone, after: Keep, named: str | None, unlocked: bool, is_locked: bool
) -> None:
    phone.store.settings.put(LOCK, "AAAAAAAAAAA")
    after(1).hear(SyncReply(unlocked=unlocked), named)
    assert after(1).is_locked is is_locked


def test_on_a_full_disk_it_is_read_as_long_as_the_lease_lasts_and_no_longer(
    phone: Phone, after: Keep
) -> None:
    after(1).note_use()
    with full_disk(phone, 0):
        with pytest.raises(StoreFailed):
            phone.store.settings.put("x", "y")
        for days, is_locked in ((20, False), (31.1, True)):
            after(days).note_use()
            assert after(days).is_locked is is_locked
    after(31.1).note_use()
    assert phone.store.settings.get(LOCK)


def test_a_locked_device_names_its_lock_and_asks_for_no_records() -> None:
    standing = Standing(Replica("r" * 22, 0), {}, None, None, ("R1",))
    said = json.loads(plan_request(standing, [], Line(), 1).body())
    assert ("locked" in said, said["want"]) == (False, ["R1"])
    locked = Standing(Replica("r" * 22, 0), {}, None, None, ("R1",), lock="AAAAAAAAAAA")
    said = json.loads(plan_request(locked, [], Line(), 1).body())
    assert (said["locked"], "want" in said) == ("AAAAAAAAAAA", False)
