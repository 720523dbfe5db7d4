"""What imports of lists keep: how columns are read, and which cases rows mean; and all cases of a list."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from domain.canonical import Json, canonical_bytes
from domain.merge import RecordState
from server.models import ImportedCase, ImportMapping, RecordRow
from server.store.chunks import chunks
from server.store.records import state_of
from server.store.sealing import MAPPING, opened, sealed

AT_ONCE: Final = 1_000


def find_mapping(connection: Connection, list_name: str, headings: str) -> dict[str, Any] | None:
    """How a list with these headings (their digest) was read the last time."""
    query = select(ImportMapping.mapping).where(
        ImportMapping.list_name == list_name, ImportMapping.headings == headings
    )
    found = connection.execute(query).scalar()
    try:
        return json.loads(opened(connection, MAPPING, (list_name, headings), found)) if found else None
    except ValueError:  # damaged: it has to be told anew
        return None


def keep_mapping(connection: Connection, list_name: str, headings: str, mapping: Json, now: int) -> None:
    """Keeps it in place of what was kept before."""
    row = (list_name, headings)
    said = {"mapping": sealed(connection, MAPPING, row, canonical_bytes(mapping)), "kept": now}
    kept = (ImportMapping.list_name == list_name, ImportMapping.headings == headings)
    changed = connection.execute(update(ImportMapping).where(*kept).values(**said))
    if not changed.rowcount:
        connection.execute(insert(ImportMapping).values(list_name=list_name, headings=headings, **said))


def cases_meant(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """The cases that rows mean which had begun otherwise, by the ids that the rows' keys make."""
    found: dict[str, str] = {}
    for some in chunks(keys):
        query = select(ImportedCase.key_case, ImportedCase.record).where(ImportedCase.key_case.in_(some))
        found.update({row.key_case: row.record for row in connection.execute(query)})
    return found


def note_cases(connection: Connection, meant: Mapping[str, str]) -> None:
    """Notes them."""
    rows = [{"key_case": key, "record": record} for key, record in sorted(meant.items())]
    if rows:
        connection.execute(insert(ImportedCase), rows)


def states_of_kind(connection: Connection, kind: str) -> Iterator[RecordState]:
    """All records of a kind, whatever their villages, in pieces."""
    after = ""
    while True:
        query = select(RecordRow.id, RecordRow.document).where(RecordRow.kind == kind, RecordRow.id > after)
        rows = connection.execute(query.order_by(RecordRow.id).limit(AT_ONCE)).all()
        yield from (state_of(connection, row.id, row.document) for row in rows)
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].id
