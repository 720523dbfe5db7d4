"""Who was shown a case: what has to be told within 3 × 24 hours when data have leaked (UU 27/2022)."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection

from domain.canonical import Json
from domain.cases import CASE
from domain.errors import MalformedOperation, NotFound
from domain.operations import RECORD_ID, SUBMISSION, parse_raw
from server.services.audit import Audited
from server.store import audit, finding, queue, records
from server.store.audit import AuditEntry
from server.store.log import OK

SHOWN = frozenset(
    one.value
    for one in (
        Audited.READ,
        Audited.READ_HISTORY,
        Audited.READ_HELD,
        Audited.READ_FILE,
        Audited.LIST,
        Audited.EXPORT,
        Audited.EXPORT_RESTRICTED,
        Audited.REVEAL,
        Audited.FEED,
        Audited.OPENED,
        Audited.REVIEW,
        Audited.CHANGE,
        Audited.IMPORT,
        Audited.DECIDE_HELD,
    )
)
"""What shows somebody a record; who decides on one has read it."""


@dataclass(frozen=True)
class Shown:
    """One row that names any of the records, and which of them."""

    entry: AuditEntry
    records: tuple[str, ...]

    @cached_property
    def detail(self) -> dict[str, Any]:
        """What else the row says."""
        told: dict[str, Any] = json.loads(self.entry.detail)
        return told

    @property
    def is_offline(self) -> bool:
        """Whether a device reports it afterwards."""
        return self.entry.action == Audited.OPENED

    @property
    def time(self) -> int:
        """When it was seen; of what a device reports, when that came where its clock tells nothing."""
        return int(self.detail.get("from", self.entry.time)) if self.is_offline else self.entry.time

    def as_json(self) -> dict[str, Json]:
        """For programs."""
        return {
            "time": self.time,
            "recorded": self.entry.time,
            "offline": self.is_offline,
            "account": self.entry.account,
            "device": self.entry.device,
            "action": self.entry.action,
            "records": list[Json](self.records),
            "detail": self.detail,
            "sealed": self.entry.seq is not None,
        }


@dataclass(frozen=True)
class WhoRead:
    """What is asked about (`records`: the case, the forms about it, their restricted parts), and the rows."""

    record: str
    records: tuple[str, ...]
    shown: tuple[Shown, ...]

    @property
    def accounts(self) -> dict[str, list[Shown]]:
        """By account, the one who saw it first goes first."""
        found: dict[str, list[Shown]] = {}
        for one in self.shown:
            found.setdefault(one.entry.account, []).append(one)
        return found


def who_read(connection: Connection, record: str) -> WhoRead:
    """Every reading of a record; of a case also of the submissions about it. Raises `NotFound`."""
    is_here = RECORD_ID.fullmatch(record) and records.load(connection, [record])
    # What waits in held work only was shown too.
    if not is_here and not audit.rows_naming(connection, [record]):
        raise NotFound(f"there is no record {record}", code="unknown-record", record=record)
    covered = sorted(_with_parts(connection, {record, *_submissions_about(connection, record)}))
    rows: dict[str, tuple[AuditEntry, list[str]]] = {}
    for entry, named in audit.rows_naming(connection, covered):
        if entry.action in SHOWN:
            rows.setdefault(entry.id, (entry, []))[1].append(named)
    shown = sorted((Shown(entry, tuple(named)) for entry, named in rows.values()), key=lambda one: one.time)
    return WhoRead(record, tuple(covered), tuple(shown))


def _submissions_about(connection: Connection, record: str) -> set[str]:
    """Those that came in one operation with a change of the case, or only name it."""
    found = set(finding.submissions_about(connection, record))
    for row in queue.operations_on(connection, [record]):
        if row.status != OK:
            continue
        try:
            operation = parse_raw(row.body)
        except MalformedOperation:
            continue
        found |= {part.record for part in operation.parts if part.kind == SUBMISSION}
        found |= {part.record for part in operation.parts if part.value_at(CASE) == record}
    return found


def _with_parts(connection: Connection, ids: Collection[str]) -> Iterable[str]:
    parts = (part.state.record for one in ids for part in records.restricted_parts_of(connection, one))
    return {*ids, *parts}
