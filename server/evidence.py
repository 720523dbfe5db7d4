"""Putting on record what the current request shows, before the answer leaves; see `server.services.audit`."""

from collections.abc import Collection, Sequence

from flask import g

from domain.access import Actor
from domain.canonical import Json
from server.clock import now_ms
from server.context import current_store
from server.services.audit import Act, Audited, put
from server.services.read_record import RecordReading
from server.services.waiting import Waiting


def tell_reading(
    actor: Actor,
    reading: RecordReading,
    action: Audited = Audited.READ,
    *,
    beside: Collection[str] = (),
) -> None:
    """
    Puts on record that `actor` is shown a record, with those of its restricted parts that he may read.

    `beside` are others of which something stands on the same page.
    """
    _tell(actor, action, (*reading.records, *sorted(beside)), next(iter(reading.villages), ""))


def tell_file(actor: Actor, record: str, village: str, file: str, kind: str) -> None:
    """Puts on record that `actor` is given a file of a record."""
    _tell(actor, Audited.READ_FILE, [record], village, file=file, kind=kind)


def tell_list(actor: Actor, records: Collection[str], action: Audited = Audited.LIST, **detail: Json) -> None:
    """Puts on record that `actor` is shown a list of these records; nothing where it is empty."""
    if records or detail:
        _tell(actor, action, records, next(iter(actor.areas), ""), **detail)


def tell_held(actor: Actor, waiting: Sequence[Waiting]) -> None:
    """The same of held and void work: its operations, also those of which nothing could be read."""
    if waiting:
        records = [record for one in waiting for record in one.records]
        tell_list(actor, records, Audited.READ_HELD, operations=[one.row.id for one in waiting])


def _tell(actor: Actor, action: Audited, records: Collection[str], village: str, **detail: Json) -> None:
    """Raises what the database raises: what cannot be put on record is not shown."""
    device = g.device.id if "device" in g else ""
    act = Act(actor.name, action, records, village, device, detail)
    current_store().transact(lambda connection: put(connection, act, now_ms()))
