"""Devices, as those see them who manage them: what each was doing, and what a lost one still held."""

from dataclasses import replace
from enum import StrEnum
from hmac import compare_digest
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.canonical import Json
from domain.enrolling import confirmation_number
from domain.errors import NotFound, Outdated
from domain.operations import OPERATION_ID
from server.services.audit import Act, Audited, put
from server.services.leases import may_manage
from server.store import credentials, devices
from server.store.devices import ShownDevice

DEVICE_ID: Final = OPERATION_ID
"""As many random bytes as the digest of an operation has."""


def list_devices(connection: Connection, actor: Actor) -> list[ShownDevice]:
    """The devices that the actor manages."""
    found = devices.listed(connection)
    managed = {account: may_manage(connection, actor, account) for account in {one.account for one in found}}
    return [_as_of_now(connection, one) for one in found if managed[one.account]]


def find_device(connection: Connection, actor: Actor | None, device: str) -> ShownDevice:
    """One of them; any for whoever has a shell (no actor). Raises `NotFound`."""
    # PostgreSQL takes no NUL, which an address can hold.
    found = next(iter(devices.listed(connection, device)), None) if DEVICE_ID.fullmatch(device) else None
    if found is None or (actor is not None and not may_manage(connection, actor, found.account)):
        raise NotFound(f"there is no device {device}", code="no-such-device", device=device)
    return _as_of_now(connection, found)


def _as_of_now(connection: Connection, device: ShownDevice) -> ShownDevice:
    """Without what has arrived since: from a copy of it, or from its store that enrolled anew."""
    return replace(device, waiting=devices.still_missing(connection, device.waiting))


def revoke_device(connection: Connection, actor: Actor, device: str, now: int) -> ShownDevice:
    """
    From now on the device reads nothing; what it hands in is held. Gives what it still held.

    Raises `NotFound`.
    """
    found = find_device(connection, actor, device)
    if found.revoked is None:
        credentials.revoke_device(connection, device, now)
        told: dict[str, Json] = {"account": found.account, "device": device}
        put(connection, Act(actor.name, Audited.DEVICE_REVOKED, detail=told), now)
    return found


# --- confirming an enrolment ---------------------------------------------------------------------

MOST_TRIES: Final = 3
"""Wrong numbers, after which the enrolment is void."""


class Outcome(StrEnum):
    """What became of a number that somebody typed."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"
    VOID = "void"
    KEYLESS = "keyless"
    """The device has not told its key yet, so there is no number."""


def confirm_device(connection: Connection, actor: Actor, device: str, typed: str, now: int) -> Outcome:
    """
    Lets a device in whose number somebody has read on it. The third wrong one makes its enrolment void.

    Raises `NotFound`, and `Outdated` (code ``not-waiting``) where nothing waits for a number.
    """
    found = find_device(connection, actor, device)
    waiting = devices.lock_confirmation(connection, device)
    if waiting is None or waiting.confirmed is not None or waiting.tries >= MOST_TRIES or found.revoked:
        raise Outdated("this device does not wait for a number", code="not-waiting")
    key = devices.lock_key(connection, device).key
    if key is None:
        return Outcome.KEYLESS
    number = confirmation_number(waiting.code_hash, key, waiting.nonce)
    if compare_digest("".join(filter(str.isdigit, typed)).encode(), number.encode()):
        devices.confirm(connection, device, actor.name, now)
        put(connection, Act(actor.name, Audited.DEVICE_CONFIRMED, device=device), now)
        return Outcome.CONFIRMED
    devices.count_wrong_number(connection, device)
    put(connection, Act(actor.name, Audited.NUMBER_WRONG, device=device), now)
    if waiting.tries + 1 < MOST_TRIES:
        return Outcome.WRONG
    revoke_device(connection, actor, device, now)
    return Outcome.VOID
