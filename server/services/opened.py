"""What devices showed offline, as they report it: put on record once, however often it is told."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from domain.areas import is_village
from domain.canonical import Json, canonical_bytes, digest_of
from domain.opened import OpenedAct, OpenedReport, moment_of
from server.services.audit import Act, Audited, put_all
from server.services.device_sender import Sender
from server.store import feed


def put_on_record(
    connection: Connection, sender: Sender, report: OpenedReport, clock: int | None, now: int
) -> None:
    """
    One row for each act, under an id that the batch and the act give.

    Taken as it is told, from a revoked device too, and whether or not the account may read the records now:
    they were on the device. `clock` is the device's as it sends, where it says.
    """
    behind = None if clock is None else now - clock
    places = feed.places_of(connection, {record for act in report.acts for record in act.records})
    acts = {_row_id(report, act): _act(sender, act, places, behind, now) for act in report.acts}
    put_all(connection, acts, now)


def _row_id(report: OpenedReport, act: OpenedAct) -> str:
    return digest_of(canonical_bytes([report.batch, *act.as_json()]))


def _act(
    sender: Sender, act: OpenedAct, places: Mapping[str, Iterable[str]], behind: int | None, now: int
) -> Act:
    villages = (one for record in act.records for one in places.get(record, ()) if is_village(one))
    village = min(villages, default=next(iter(sender.actor.areas), ""))
    detail = _detail(sender, act, behind, now)
    return Act(sender.actor.name, Audited.OPENED, act.records, village, sender.device, detail)


def _detail(sender: Sender, act: OpenedAct, behind: int | None, now: int) -> dict[str, Json]:
    """What the device says, and from when to when that was; without the latter where nobody can tell."""
    told: dict[str, Json] = {"action": act.action, "count": act.count, "said": [act.first, act.last]}
    if act.offset is not None:
        told["offset_ms"] = act.offset
    if act.author != sender.actor.name:
        told["author"] = act.author
    first = moment_of(act.first, act.offset, behind, now)
    last = moment_of(act.last, act.offset, behind, now)
    if first is not None and last is not None:
        told |= {"from": first, "to": max(first, last)}
    return told
