"""Devices, as those see them who manage them: what each was doing, and what a lost one still held."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hmac import compare_digest
from typing import Final

from sqlalchemy import Connection

from domain import __version__
from domain.access import Action, Actor, Subject, is_authorized, reach_of
from domain.canonical import Json
from domain.enrolling import confirmation_number
from domain.errors import NotFound, Outdated
from domain.lease import DAY_MS
from domain.operations import OPERATION_ID
from server.services.audit import Act, Audited, put
from server.services.leases import may_manage
from server.store import credentials, device_lists, devices
from server.store.credentials import EnrolledDevice
from server.store.device_lists import SoughtDevices, Standing
from server.store.devices import WRONG_MS, ShownDevice
from server.store.transactions import Store

DEVICE_ID: Final = OPERATION_ID
"""As many random bytes as the digest of an operation has."""
USUAL_DAYS: Final = 7
"""Without contact, after which a device counts as offline."""
CHANGED_MS: Final = 60 * 1000
NOTED_EVERY_MS: Final = 60 * 60 * 1000
MOST_MS: Final = 2**53
"""Of a clock that says anything."""


@dataclass(frozen=True)
class Wanted:
    """Which devices somebody asks for: with `account` in the name of their account, and of one standing."""

    account: str = ""
    standing: Standing | None = None
    days: int = USUAL_DAYS


@dataclass(frozen=True)
class Listed:
    """A page of devices, and how many there are in all."""

    devices: tuple[ShownDevice, ...]
    total: int


def list_devices(
    connection: Connection, actor: Actor, wanted: Wanted, now: int, first: int = 0, limit: int = 50
) -> Listed:
    """Those of the devices that the actor manages, from the `first`-th on (from 0)."""
    sought = SoughtDevices(
        areas=managed_areas(actor),
        account=wanted.account,
        standing=wanted.standing,
        before=now - wanted.days * DAY_MS,
        apart=WRONG_MS,
        versions=old_versions(device_lists.versions(connection)),
    )
    found = device_lists.page(connection, sought, first, limit)
    shown = tuple(_as_of_now(connection, one) for one in found)
    return Listed(shown, device_lists.count(connection, sought))


def managed_areas(actor: Actor) -> tuple[str, ...] | None:
    """Within which areas accounts are whose devices the actor manages; nothing where he manages all."""
    is_everywhere = is_authorized(actor, Action.MANAGE_DEVICES, Subject("device", frozenset()))
    return None if is_everywhere else reach_of(actor, Action.MANAGE_DEVICES).areas


def devices_of_account(connection: Connection, account: str) -> list[ShownDevice]:
    """The devices of an account that are not revoked."""
    found = devices.listed(connection, account=account)
    return [_as_of_now(connection, one) for one in found if one.revoked is None]


def old_versions(versions: Iterable[str]) -> tuple[str, ...]:
    """Those that are older than the server's own; what is no row of numbers is not."""
    current = _numbers(__version__)
    return tuple(one for one in versions if (read := _numbers(one)) and read < current)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(".")
    return tuple(map(int, parts)) if all(one.isascii() and one.isdigit() for one in parts) else ()


def note_clock(store: Store, device: EnrolledDevice, clock: int | None, now: int) -> None:
    """
    Notes by how much a device's clock is wrong, as its request says; once an hour, and when it has changed.

    The way of the request counts as well, a minute on a bad line: what is below `WRONG_MS` says nothing.
    """
    if clock is None:
        return
    noted = device.skew
    skew = max(-MOST_MS, min(clock - now, MOST_MS))
    if noted and abs(skew - noted[0]) < CHANGED_MS and 0 <= now - noted[1] < NOTED_EVERY_MS:
        return
    store.transact(lambda connection: devices.note_skew(connection, device.id, skew, now))


def devices_of(connection: Connection, accounts: Collection[str]) -> list[ShownDevice]:
    """The devices of these accounts that are not revoked: what of their work may still come."""
    return [one for account in sorted(accounts) for one in devices_of_account(connection, account)]


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
