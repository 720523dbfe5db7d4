"""Who sent what waits for a decision, as he is now: why it was held often lies there."""

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.access import Role
from server.store import accounts, areas, credentials


@dataclass(frozen=True, slots=True)
class SenderDevice:
    """A device of the sender: the name that he gave it, and since when it is revoked (ms since 1970)."""

    name: str
    revoked: int | None


@dataclass(frozen=True, slots=True)
class SenderNow:
    """An account with its role, the codes and the names of its areas, and its devices."""

    role: Role
    areas: tuple[str, ...]
    places: tuple[str, ...]
    is_disabled: bool
    devices: tuple[SenderDevice, ...]


def sender_now(connection: Connection, account: str) -> SenderNow | None:
    """The account that sent something; none when there is no such account any more."""
    found = accounts.find(connection, account)
    if found is None:
        return None
    codes = found.actor.areas
    listed = credentials.devices_of(connection, found.actor.name)
    return SenderNow(
        role=found.actor.role,
        areas=codes,
        places=areas.names_of(connection, codes),
        is_disabled=found.is_disabled,
        devices=tuple(SenderDevice(one.name, one.revoked) for one in listed),
    )
