"""
Devices that were away for too long: they get nothing to read until the office unlocks them.

A device counts by itself for how long it has been without contact, locks, and says so by the id of that
lock. The server looks too, by its own clock, at when it last asked. Whichever of them locks it, its work is
taken in as ever.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, Subject, is_authorized
from domain.canonical import Json, to_text
from domain.errors import InvalidRequest, NotAllowed, NotFound
from domain.lease import DAY_MS, USUAL_DAYS
from server.services.accounts import acting_account
from server.services.audit import CONSOLE, Act, Audited, put
from server.store import accounts, credentials, settings
from server.store.credentials import EnrolledDevice, ListedDevice
from server.store.transactions import Store

MOST_DAYS: Final = 3650
LOCK_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Standing:
    """What a device is told: the id of its lock, or that the one that it named is no more."""

    locked: str | None = None
    is_unlocked: bool = False


def lease_days(connection: Connection) -> int:
    """After how many days without contact a device locks; 0: never."""
    kept = settings.read(connection, [settings.LEASE_DAYS])
    return int(kept.get(settings.LEASE_DAYS, USUAL_DAYS))


def set_lease_days(connection: Connection, days: int, now: int) -> None:
    """Devices hear of it with their configuration. Raises `InvalidRequest`."""
    if not 0 <= days <= MOST_DAYS:
        raise InvalidRequest(f"a lease has 0 to {MOST_DAYS} days", code="lease-days", most=MOST_DAYS)
    settings.write(connection, settings.LEASE_DAYS, str(days))
    put(connection, Act(CONSOLE, Audited.LEASE_SET, detail={"days": days}), now)


# --- locking -------------------------------------------------------------------------------------


def is_overdue(seen: int | None, days: int, now: int) -> bool:
    """Whether a device that asked at `seen` for the last time has been away for longer than the lease."""
    return days > 0 and seen is not None and now - seen > days * DAY_MS


def see(store: Store, device: EnrolledDevice, now: int, app: str | None = None) -> EnrolledDevice:
    """Notes that a device asks, by a program of version `app`; it is locked where it was away too long."""

    def note(connection: Connection) -> EnrolledDevice:
        is_late = is_overdue(device.seen, lease_days(connection), now)
        credentials.see_device(connection, device.id, now, app)
        if device.is_revoked or device.lock_id or not is_late:
            return device
        lock_id = to_text(secrets.token_bytes(LOCK_BYTES))
        _lock(connection, device, lock_id, now)
        return replace(device, lock_id=lock_id)

    return store.transact(note)


def settle(store: Store, device: EnrolledDevice, told: str | None, now: int) -> Standing:
    """How a device stands that says by which lock it is locked, or that it is not (`None`)."""
    lock_id = device.lock_id
    is_other = told not in (None, device.released_lock, lock_id)
    if is_other and store.transact(lambda connection: _lock(connection, device, str(told), now)):
        lock_id = told
    return Standing(lock_id, is_unlocked=bool(told) and lock_id is None)


def _lock(connection: Connection, device: EnrolledDevice, lock_id: str, now: int) -> bool:
    is_new = credentials.lock_device(connection, device.id, lock_id, now)
    if is_new and not device.lock_id:
        put(connection, Act(device.actor.name, Audited.DEVICE_LOCKED, device=device.id), now)
    return is_new


# --- unlocking -----------------------------------------------------------------------------------


def unlock_device(connection: Connection, by: str, device_id: str, now: int) -> ListedDevice:
    """
    Lets a device read again from its next sync on; `by` is the account that decides so.

    Raises `NotFound`, `InvalidRequest` (code ``not-locked``) and `NotAllowed`: a head decides on the devices
    of the accounts in his areas, an administrator on all.
    """
    decider = acting_account(connection, by, Action.MANAGE_DEVICES)
    found = next((one for one in credentials.devices_of(connection, None) if one.id == device_id), None)
    if found is None:
        raise NotFound(f"there is no device {device_id}", code="no-such-device", device=device_id)
    if not may_manage(connection, decider, found.account):
        raise NotAllowed("this device is none of an account in these areas", code="device-elsewhere", name=by)
    if found.lock_id is None:
        raise InvalidRequest(f"the device {device_id} is not locked", code="not-locked", device=device_id)
    _release(connection, decider, found, now)
    return found


def unlock_all(connection: Connection, by: str, now: int) -> list[ListedDevice]:
    """Unlocks every device that `by` decides on; as after a backup that was older than the lease."""
    decider = acting_account(connection, by, Action.MANAGE_DEVICES)
    locked = [
        one
        for one in credentials.devices_of(connection, None)
        if one.lock_id and may_manage(connection, decider, one.account)
    ]
    for one in locked:
        _release(connection, decider, one, now)
    return locked


def may_manage(connection: Connection, decider: Actor, account: str) -> bool:
    """Whether the devices of an account are his: a head's, where any of its areas lies in his."""
    where = frozenset(accounts.areas_of(connection, account))
    return is_authorized(decider, Action.MANAGE_DEVICES, Subject("device", where))


def _release(connection: Connection, decider: Actor, device: ListedDevice, now: int) -> None:
    credentials.release_device(connection, device.id, device.lock_id or "")
    told: dict[str, Json] = {"account": device.account}
    put(connection, Act(decider.name, Audited.DEVICE_UNLOCKED, device=device.id, detail=told), now)
