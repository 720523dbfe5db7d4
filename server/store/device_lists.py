"""Lists of devices for those who manage them: narrowed, and a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from server.models import AccountArea, Device
from server.models_devices import DeviceChain
from server.models_office import DeviceReport
from server.store.devices import WAITS, ShownDevice, shown, shown_devices, with_all


class Standing(StrEnum):
    """What devices are narrowed by."""

    OFFLINE = "offline"
    UNSENT = "unsent"
    SKEWED = "clock"
    OLD = "old"
    LOCKED = "locked"
    WAITING = "unconfirmed"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class SoughtDevices:
    """
    Which devices: those of accounts in `areas` (of all where there are none), with `account` in the name of
    their account, and of one standing. Revoked ones are named by that only.

    `before` is the moment since which a device that is offline has not been heard of, `apart` how many
    milliseconds a clock is wrong from on, `versions` are the old ones.
    """

    areas: tuple[str, ...] | None
    account: str = ""
    standing: Standing | None = None
    before: int = 0
    apart: int = 0
    versions: tuple[str, ...] = ()


def count(connection: Connection, sought: SoughtDevices) -> int:
    """How many there are."""
    query = _narrowed(with_all(select(func.count(Device.id)).select_from(Device)), sought)
    return int(connection.execute(query).scalar_one())


def page(connection: Connection, sought: SoughtDevices, first: int, limit: int) -> list[ShownDevice]:
    """Those from the `first`-th on (from 0), by account and age."""
    query = _narrowed(shown_devices(), sought).order_by(Device.account, Device.created, Device.id)
    return [shown(*row) for row in connection.execute(query.offset(first).limit(limit))]


def versions(connection: Connection) -> list[str]:
    """The versions of the program that devices have which are not revoked."""
    query = select(Device.app).distinct().where(Device.app.is_not(None), Device.revoked.is_(None))
    return sorted(one for one in connection.execute(query).scalars() if one)


def _narrowed(query: Select[*tuple[Any, ...]], sought: SoughtDevices) -> Select[*tuple[Any, ...]]:
    if sought.areas is not None:
        inside = exists().where(AccountArea.account == Device.account, _is_in(sought.areas))
        query = query.where(inside)
    if sought.account:
        query = query.where(func.lower(Device.account).contains(sought.account.lower(), autoescape=True))
    is_revoked = Device.revoked.is_not(None)
    query = query.where(is_revoked if sought.standing is Standing.REVOKED else ~is_revoked)
    if sought.standing:
        query = query.where(_stands(sought, sought.standing))
    return query


def _is_in(areas: Collection[str]) -> ColumnElement[bool]:
    below = [AccountArea.area.startswith(area + ".", autoescape=True) for area in areas]
    return or_(AccountArea.area.in_(areas), *below)


def _stands(sought: SoughtDevices, standing: Standing) -> ColumnElement[bool]:
    match standing:
        case Standing.OFFLINE:
            contacts = (func.coalesce(one, 0) < sought.before for one in (Device.seen, DeviceChain.moved))
            return and_(*contacts)
        case Standing.UNSENT:
            return or_(DeviceChain.waiting != b"{}", DeviceChain.drafts > 0)
        case Standing.SKEWED:
            return func.abs(DeviceReport.skew) > sought.apart
        case Standing.OLD:
            return Device.app.in_(sought.versions)
        case Standing.LOCKED:
            return Device.locked.is_not(None)
        case Standing.WAITING:
            return WAITS
        case Standing.REVOKED:
            return Device.revoked.is_not(None)
