"""Rows of the audit, their chain, and the records that they name."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select, update

from server.models_evidence import AuditHead, AuditRecord, AuditRow
from server.store.chunks import chunks
from server.store.sealing import DETAIL, opened, sealed

AT_ONCE: Final = 2_000
"""Rows that are read or sealed at once."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row as it is stored. `seq` and `digest` are missing until it is sealed."""

    id: str
    time: int
    account: str
    device: str
    action: str
    partition: str
    detail: bytes
    record_count: int
    record_digest: str
    seq: int | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a partition's chain."""

    partition: str
    seq: int = 0
    digest: str = ""


_NAMES: Final = tuple(AuditEntry.__dataclass_fields__)
_COLUMNS: Final = tuple(getattr(AuditRow, name) for name in _NAMES)


def add(connection: Connection, entries: Collection[tuple[AuditEntry, Collection[str]]]) -> None:
    """Writes unsealed rows, each with the records that it names."""
    rows = [
        {
            **{name: getattr(entry, name) for name in _NAMES},
            "detail": sealed(connection, DETAIL, entry.id, entry.detail),
        }
        for entry, _ in entries
    ]
    named = [{"record": one, "audit": entry.id} for entry, records in entries for one in records]
    if rows:
        connection.execute(insert(AuditRow), rows)
    if named:
        connection.execute(insert(AuditRecord), named)


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the rows that are there."""
    found: set[str] = set()
    for some in chunks(ids):
        found.update(connection.execute(select(AuditRow.id).where(AuditRow.id.in_(some))).scalars())
    return found


def _opened(connection: Connection, row: Sequence[Any]) -> AuditEntry:
    """What cannot be opened is another detail than the one that was chained."""
    entry = AuditEntry(*row)
    return replace(entry, detail=opened(connection, DETAIL, entry.id, entry.detail))


def unsealed(connection: Connection, limit: int = AT_ONCE) -> list[AuditEntry]:
    """Rows without a place in a chain, the oldest first."""
    query = select(*_COLUMNS).where(_UNSEALED).order_by(AuditRow.time, AuditRow.id).limit(limit)
    return [_opened(connection, row) for row in connection.execute(query)]


_UNSEALED: Final[ColumnElement[bool]] = AuditRow.seq.is_(None)


def lock_head(connection: Connection, partition: str) -> ChainHead:
    """The end of a chain; nobody else adds to it until the end of this transaction."""
    query = select(AuditHead.seq, AuditHead.digest).where(AuditHead.partition == partition).with_for_update()
    found = connection.execute(query).one_or_none()
    if found is None:
        connection.execute(insert(AuditHead).values(partition=partition, seq=0, digest=""))
        return ChainHead(partition)
    return ChainHead(partition, found.seq, found.digest)


def still_unsealed(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the rows that nobody has sealed meanwhile."""
    found: set[str] = set()
    for some in chunks(ids):
        query = select(AuditRow.id).where(AuditRow.id.in_(some), _UNSEALED)
        found.update(connection.execute(query).scalars())
    return found


def seal(connection: Connection, places: Sequence[tuple[str, int, str]], head: ChainHead) -> None:
    """Gives rows (by id) their numbers and digests, and moves the head of their partition."""
    statement = (
        update(AuditRow)
        .where(AuditRow.id == bindparam("row"))
        .values(seq=bindparam("number"), digest=bindparam("chained"))
    )
    connection.execute(
        statement.execution_options(synchronize_session=False),
        [{"row": one, "number": seq, "chained": digest} for one, seq, digest in places],
    )
    connection.execute(
        update(AuditHead)
        .where(AuditHead.partition == head.partition)
        .values(seq=head.seq, digest=head.digest)
    )


def heads(connection: Connection) -> list[ChainHead]:
    """The end of every chain, by partition."""
    query = select(AuditHead.partition, AuditHead.seq, AuditHead.digest).order_by(AuditHead.partition)
    return [ChainHead(*row) for row in connection.execute(query)]


def heads_of(connection: Connection, named: Collection[str]) -> dict[str, ChainHead]:
    """The ends of some chains, by partition; of those that have begun."""
    query = select(AuditHead.partition, AuditHead.seq, AuditHead.digest)
    query = query.where(AuditHead.partition.in_(list(named)), AuditHead.seq > 0)
    return {row[0]: ChainHead(*row) for row in connection.execute(query)}


def digest_at(connection: Connection, partition: str, seq: int) -> str | None:
    """The digest of the row at a place; nothing where there is none, or where there are several."""
    query = select(AuditRow.digest).where(AuditRow.partition == partition, AuditRow.seq == seq).limit(2)
    found = connection.execute(query).scalars().all()
    return found[0] if len(found) == 1 else None


def reports(connection: Connection, action: str, since: int) -> list[tuple[str, int, int]]:
    """(partition, by how many devices, since when) there are rows of an action, by partition."""
    query = select(AuditRow.partition, func.count(AuditRow.device.distinct()), func.min(AuditRow.time))
    query = query.where(AuditRow.action == action, AuditRow.time >= since).group_by(AuditRow.partition)
    return [(row[0], row[1], row[2]) for row in connection.execute(query.order_by(AuditRow.partition))]


def partitions(connection: Connection) -> list[str]:
    """Every partition that a sealed row says it is of."""
    query = select(AuditRow.partition).where(AuditRow.seq.is_not(None)).distinct()
    return sorted(connection.execute(query).scalars())


def chain(connection: Connection, partition: str) -> Iterator[AuditEntry]:
    """The sealed rows of a partition in their order, read some at a time."""
    after: tuple[int, str] = (-(2**62), "")
    while True:
        place = (AuditRow.seq > after[0]) | ((AuditRow.seq == after[0]) & (AuditRow.id > after[1]))
        query = select(*_COLUMNS).where(AuditRow.partition == partition, AuditRow.seq >= after[0], place)
        rows = connection.execute(query.order_by(AuditRow.seq, AuditRow.id).limit(AT_ONCE)).all()
        yield from (_opened(connection, row) for row in rows)
        if len(rows) < AT_ONCE:
            return
        after = (rows[-1].seq, rows[-1].id)


def count(connection: Connection, is_sealed: bool) -> int:
    """How many rows there are, sealed or not."""
    condition = AuditRow.seq.is_not(None) if is_sealed else _UNSEALED
    return connection.execute(select(func.count()).select_from(AuditRow).where(condition)).scalar_one()


def records_of(connection: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """The records that rows name, sorted, by the id of the row."""
    found: dict[str, list[str]] = {}
    for some in chunks(ids):
        query = select(AuditRecord.audit, AuditRecord.record).where(AuditRecord.audit.in_(some))
        for audit, record in connection.execute(query.order_by(AuditRecord.record)):
            found.setdefault(audit, []).append(record)
    return found


def nameless_records(connection: Connection) -> int:
    """How many names of records belong to no row: what is left where a row was taken out."""
    query = select(func.count()).select_from(AuditRecord)
    query = query.where(~select(AuditRow.id).where(AuditRow.id == AuditRecord.audit).exists())
    return connection.execute(query).scalar_one()


def rows_naming(connection: Connection, record_ids: Iterable[str]) -> list[tuple[AuditEntry, str]]:
    """(row, record) of every row that names one of these records, the oldest first."""
    found: list[tuple[AuditEntry, str]] = []
    for some in chunks(record_ids):
        query = select(*_COLUMNS, AuditRecord.record).join(AuditRecord, AuditRecord.audit == AuditRow.id)
        rows = connection.execute(query.where(AuditRecord.record.in_(some)))
        found += [(_opened(connection, row[:-1]), row[-1]) for row in rows]
    return sorted(found, key=lambda one: (one[0].time, one[0].id, one[1]))


def by_partition(entries: Iterable[AuditEntry]) -> Mapping[str, list[AuditEntry]]:
    """The rows of each partition, in their order."""
    grouped: dict[str, list[AuditEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.partition, []).append(entry)
    return grouped
