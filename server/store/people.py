"""Lists of accounts for those who manage them: looked for, narrowed, a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from domain.access import Role
from server.models import Account, AccountArea, Device
from server.models_devices import DeviceChain
from server.store.accounts import fold

OPEN: Final = "open"
CLOSED: Final = "disabled"


@dataclass(frozen=True, slots=True)
class Sought:
    """
    Which accounts: those with `name` in their names, of a role, responsible for anything in `area` (a code),
    `OPEN` or `CLOSED` ones. What is empty narrows nothing.
    """

    name: str = ""
    role: Role | None = None
    area: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """An account in a list; `devices` are those that are not revoked, `seen` when any of them last came."""

    name: str
    role: Role
    areas: tuple[str, ...]
    disabled: int | None
    has_password: bool
    devices: int
    seen: int | None


def count(connection: Connection, sought: Sought) -> int:
    """How many there are."""
    query = select(func.count()).select_from(Account)
    return int(connection.execute(_narrowed(query, sought)).scalar_one())


def page(connection: Connection, sought: Sought, first: int, limit: int) -> list[ListedPerson]:
    """Those from the `first`-th on (from 0), by name."""
    query = select(Account.name, Account.role, Account.disabled, Account.password_hash.is_not(None))
    query = _narrowed(query, sought).order_by(Account.folded_name).offset(first).limit(limit)
    rows = connection.execute(query).all()
    names = [row[0] for row in rows]
    areas, devices = _areas_of(connection, names), _devices_of(connection, names)
    return [
        ListedPerson(
            name, Role(role), areas.get(name, ()), disabled, bool(known), *devices.get(name, (0, None))
        )
        for name, role, disabled, known in rows
    ]


def _narrowed(query: Select[*tuple[Any, ...]], sought: Sought) -> Select[*tuple[Any, ...]]:
    if sought.name:
        query = query.where(Account.folded_name.contains(fold(sought.name), autoescape=True))
    if sought.role:
        query = query.where(Account.role == sought.role.value)
    if sought.area:
        query = query.where(exists().where(AccountArea.account == Account.name, _touches(sought.area)))
    if sought.state:
        is_open = Account.disabled.is_(None)
        query = query.where(is_open if sought.state == OPEN else ~is_open)
    return query


def _touches(area: str) -> ColumnElement[bool]:
    """That an area of an account lies in this one, or this one in it."""
    parts = area.split(".")
    above = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    return or_(AccountArea.area.in_(above), AccountArea.area.startswith(area + ".", autoescape=True))


def _areas_of(connection: Connection, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    query = select(AccountArea.account, AccountArea.area).where(AccountArea.account.in_(names))
    found: dict[str, tuple[str, ...]] = {}
    for account, area in connection.execute(query.order_by(AccountArea.account, AccountArea.area)):
        found[account] = (*found.get(account, ()), area)
    return found


def _devices_of(connection: Connection, names: Collection[str]) -> dict[str, tuple[int, int | None]]:
    query = select(Device.account, Device.seen, DeviceChain.moved)
    query = query.outerjoin(DeviceChain, DeviceChain.device == Device.id)
    query = query.where(Device.account.in_(names), Device.revoked.is_(None))
    found: dict[str, tuple[int, int | None]] = {}
    for account, *contacts in connection.execute(query):
        number, before = found.get(account, (0, None))
        found[account] = (
            number + 1,
            max((one for one in (before, *contacts) if one is not None), default=None),
        )
    return found
