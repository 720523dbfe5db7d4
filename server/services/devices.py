"""Devices, as those see them who manage them: what each was doing, and what a lost one still held."""

from dataclasses import replace

from sqlalchemy import Connection

from domain.access import Actor
from domain.canonical import Json
from domain.errors import NotFound
from server.services.audit import Act, Audited, put
from server.services.leases import may_manage
from server.store import credentials, devices
from server.store.devices import ShownDevice


def list_devices(connection: Connection, actor: Actor) -> list[ShownDevice]:
    """The devices that the actor manages."""
    found = devices.listed(connection)
    managed = {account: may_manage(connection, actor, account) for account in {one.account for one in found}}
    return [_as_of_now(connection, one) for one in found if managed[one.account]]


def find_device(connection: Connection, actor: Actor | None, device: str) -> ShownDevice:
    """One of them; any for whoever has a shell (no actor). Raises `NotFound`."""
    found = next(iter(devices.listed(connection, device)), None)
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
