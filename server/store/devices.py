"""Enrolled devices: their keys, the chains of what they signed, and enrolments that wait to be confirmed."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.batches import Batch, Chain, Ranges, count_in, joined
from domain.canonical import Json, encode_checked
from server.models import Device, OperationRow
from server.models_devices import DeviceChain, DeviceConfirmation
from server.models_office import DeviceReport
from server.store.chunks import chunks

WRONG_MS: Final = 5 * 60 * 1000
"""From here on a clock is wrong, as in the history of a record."""


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


# --- enrolments that the office confirms ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredConfirmation:
    """What the number of an enrolment is made with, how many wrong ones came, when it was confirmed."""

    code_hash: str
    nonce: str
    tries: int
    confirmed: int | None


def add_confirmation(connection: Connection, device: str, code_hash: str, nonce: str) -> None:
    """The device waits to be confirmed."""
    values = {"device": device, "code_hash": code_hash, "nonce": nonce, "tries": 0}
    connection.execute(insert(DeviceConfirmation).values(**values))


def lock_confirmation(connection: Connection, device: str) -> StoredConfirmation | None:
    """The enrolment of a device, locked; none where nobody has to confirm it."""
    about = (DeviceConfirmation.code_hash, DeviceConfirmation.nonce, DeviceConfirmation.tries)
    query = select(*about, DeviceConfirmation.confirmed).where(DeviceConfirmation.device == device)
    row = connection.execute(query.with_for_update()).one_or_none()
    return StoredConfirmation(*row) if row else None


def confirm(connection: Connection, device: str, by: str, now: int) -> None:
    """The office has confirmed the device."""
    statement = update(DeviceConfirmation).where(DeviceConfirmation.device == device)
    connection.execute(statement.values(confirmed=now, confirmed_by=by))


def count_wrong_number(connection: Connection, device: str) -> None:
    """One more number was not that of the device."""
    statement = update(DeviceConfirmation).where(DeviceConfirmation.device == device)
    connection.execute(statement.values(tries=DeviceConfirmation.tries + 1))


# --- what the office is shown --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShownDevice:
    """
    A device with the end of its chain: its last batch was the `seq`-th and came at `moved`, behind which it
    still held `waiting` (ranges of `n` by replica) and so many `drafts`.
    """

    id: str
    account: str
    name: str
    enrolled: int
    seen: int | None
    app: str | None
    revoked: int | None
    locked: int | None
    has_key: bool
    seq: int
    moved: int | None
    waiting: Ranges
    drafts: int
    breaches: int
    breached: int | None
    is_unconfirmed: bool
    skew: int | None = None
    """By how many milliseconds its clock was ahead of the server's, as its request said at `reported`."""
    reported: int | None = None

    @property
    def is_clock_wrong(self) -> bool:
        """Whether it was more than five minutes off: a minute of that may be the way of the request."""
        return self.skew is not None and abs(self.skew) > WRONG_MS

    @property
    def waiting_count(self) -> int:
        """How many changes it still held behind its last batch."""
        return count_in(self.waiting)


def listed(
    connection: Connection, device: str | None = None, account: str | None = None
) -> list[ShownDevice]:
    """One device, or those of an account, or all of them, by account and age."""
    query = shown_devices()
    if device is not None:
        query = query.where(Device.id == device)
    if account is not None:
        query = query.where(Device.account == account)
    rows = connection.execute(query.order_by(Device.account, Device.created, Device.id))
    return [shown(*row) for row in rows]


def shown_devices() -> Select[*tuple[Any, ...]]:
    """The devices with all that `shown` makes one of."""
    enrolled = (Device.id, Device.account, Device.name, Device.created, Device.seen, Device.app)
    query = select(*enrolled, Device.revoked, Device.locked, Device.key)
    query = query.add_columns(DeviceChain.seq, DeviceChain.moved, DeviceChain.waiting, DeviceChain.drafts)
    query = query.add_columns(DeviceChain.breaches, DeviceChain.breached, WAITS)
    query = query.add_columns(DeviceReport.skew, DeviceReport.reported)
    return with_all(query)


def with_all(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query of devices with what stands beside them: chain, report, confirmation."""
    query = query.outerjoin(DeviceChain, DeviceChain.device == Device.id)
    query = query.outerjoin(DeviceReport, DeviceReport.device == Device.id)
    return query.outerjoin(DeviceConfirmation, DeviceConfirmation.device == Device.id)


WAITS: Final = and_(DeviceConfirmation.nonce.is_not(None), DeviceConfirmation.confirmed.is_(None))


def shown(*row: Any) -> ShownDevice:
    """A row of `shown_devices`."""
    *about, seen, app, revoked, locked, key, seq, moved, waiting, drafts, breaches, breached, waits = row[:-2]
    chain = (seq or 0, moved, _read(waiting), drafts or 0, breaches or 0, breached)
    # That it asked is noted once an hour; each of its batches is contact as well.
    contact = max((one for one in (seen, moved) if one is not None), default=None)
    values = (*about, contact, app, revoked, locked, key is not None, *chain, bool(waits), *row[-2:])
    return ShownDevice(*values)


# --- how a device's clock goes -------------------------------------------------------------------


def note_skew(connection: Connection, device: str, skew: int, now: int) -> None:
    """By how much the clock of a device is ahead of the server's (milliseconds), for what was noted."""
    made = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = made(DeviceReport).values(device=device, skew=skew, reported=now)
    told = {"skew": skew, "reported": now}
    connection.execute(statement.on_conflict_do_update(index_elements=[DeviceReport.device], set_=told))


def names_of(connection: Connection, devices: Collection[str]) -> dict[str, str]:
    """How devices are called, by their ids; one without a name by its id."""
    found = {}
    for some in chunks(sorted(devices)):
        for row in connection.execute(select(Device.id, Device.name).where(Device.id.in_(some))):
            found[row.id] = row.name or row.id
    return found


def still_missing(connection: Connection, ranges: Ranges) -> Ranges:
    """What of these ranges has not arrived from anywhere since."""
    missing: list[tuple[str, int, int]] = []
    for replica, listed_ranges in sorted(ranges.items()):
        for first, last in listed_ranges:
            query = select(OperationRow.n).where(OperationRow.replica == replica)
            arrived = set(connection.execute(query.where(OperationRow.n.between(first, last))).scalars())
            missing += [(replica, low, high) for low, high in _gaps(first, last, arrived)]
    return joined(missing)


def _gaps(first: int, last: int, arrived: set[int]) -> Iterator[tuple[int, int]]:
    """The ranges between `first` and `last` without the numbers that arrived."""
    begin = first
    for number in (*sorted(arrived), last + 1):
        if begin < number:
            yield begin, number - 1
        begin = number + 1


def _written(ranges: Ranges) -> dict[str, Json]:
    return {replica: [[first, last] for first, last in listed] for replica, listed in ranges.items()}


def _read(written: bytes | None) -> Ranges:
    found: Mapping[str, list[list[int]]] = json.loads(written or b"{}")
    return {replica: tuple((first, last) for first, last in listed) for replica, listed in found.items()}
