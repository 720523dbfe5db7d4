"""Enrolled devices: their keys, the chains of what they signed, and enrolments that wait to be confirmed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from domain.batches import Batch, Chain, Ranges
from domain.canonical import Json, encode_checked
from server.models import Device
from server.models_devices import DeviceChain


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is known of a device's key: itself, or only the digest that it enrolled with, or nothing."""

    key: str | None
    digest: str | None


def lock_key(connection: Connection, device: str) -> StoredKey:
    """The key of a device that exists; its row is locked."""
    query = select(Device.key, Device.key_digest).where(Device.id == device).with_for_update()
    return StoredKey(*connection.execute(query).one())


def set_key(connection: Connection, device: str, key: str) -> None:
    """Gives a device its key, and begins its chain."""
    connection.execute(update(Device).where(Device.id == device).values(key=key))
    empty = {"known": b"[]", "waiting": b"{}"}
    connection.execute(
        insert(DeviceChain).values(device=device, seq=0, digest="", drafts=0, breaches=0, **empty)
    )


def lock_chain(connection: Connection, device: str) -> Chain:
    """The end of the chain of a device that has a key; locked."""
    query = select(DeviceChain.seq, DeviceChain.digest, DeviceChain.known)
    row = connection.execute(query.where(DeviceChain.device == device).with_for_update()).one()
    return Chain(row.seq, row.digest, tuple(json.loads(row.known)))


def move_chain(
    connection: Connection, device: str, chain: Chain, batch: Batch, is_breach: bool, now: int
) -> None:
    """Notes the batch that a chain ends with now, and what the device holds behind it."""
    values: dict[str, object] = {
        "seq": chain.seq,
        "digest": chain.digest,
        "known": encode_checked(list[Json](chain.known)),
        "waiting": encode_checked(_written(batch.waiting)),
        "drafts": batch.drafts,
        "moved": now,
    }
    if is_breach:
        values |= {"breaches": DeviceChain.breaches + 1, "breached": now}
    connection.execute(update(DeviceChain).where(DeviceChain.device == device).values(**values))


def _written(ranges: Ranges) -> dict[str, Json]:
    return {replica: [[first, last] for first, last in listed] for replica, listed in ranges.items()}


def _read(written: bytes | None) -> Ranges:
    found: Mapping[str, list[list[int]]] = json.loads(written or b"{}")
    return {replica: tuple((first, last) for first, last in listed) for replica, listed in found.items()}
