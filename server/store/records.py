"""Records: one document each, with what the queue asks for beside it."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, text

from domain.access import Subject
from domain.areas import is_village
from domain.merge import RecordState, view
from domain.operations import OF, RECORD_ID, RESTRICTED_PART, SUBMISSION, VILLAGE
from domain.review import review_of
from server.models import RecordRow
from server.store.chunks import chunks
from server.store.restrictions import is_set_aside
from server.store.sealing import DOCUMENT, opened, sealed

CHUNK = 500
_STORED = (
    RecordRow.id,
    RecordRow.document,
    RecordRow.owner,
    is_set_aside(RecordRow.id).label("is_set_aside"),
)

_UPDATE = text(
    "UPDATE record SET form = :form, owner = :owner, parent = :parent, etag = :etag, digest = :digest,"
    " state = :state, conflicts = :conflicts, updated = :updated, document = :document WHERE id = :id"
)


@dataclass(frozen=True)
class StoredRecord:
    """
    A record as it is stored: its state, and whose it is when it is a restricted part (`owner_of`).

    `is_set_aside`: whether processing it is restricted.
    """

    state: RecordState
    owner: str | None
    is_set_aside: bool = False

    @cached_property
    def villages(self) -> frozenset[str]:
        return villages_of(self.state)

    @property
    def subject(self) -> Subject:
        """What a decision about access looks at."""
        return Subject(self.state.kind, self.villages, self.owner, is_set_aside=self.is_set_aside)


def villages_of(state: RecordState) -> frozenset[str]:
    """The villages that a record is in: every surviving one."""
    return frozenset(v for v in state.values_at(VILLAGE) if isinstance(v, str) and is_village(v))


def load(connection: Connection, ids: Collection[str]) -> dict[str, StoredRecord]:
    """Those of the records that exist."""
    return dict(_select(connection, ids, for_update=False))


def lock(connection: Connection, ids: Collection[str]) -> dict[str, StoredRecord]:
    """The same, locked until the transaction ends, in the order of their ids: no ring of waiters forms."""
    return dict(_select(connection, ids, for_update=True))


def _select(
    connection: Connection, ids: Collection[str], for_update: bool
) -> Iterator[tuple[str, StoredRecord]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        query = select(*_STORED)
        query = query.where(RecordRow.id.in_(wanted[start : start + CHUNK])).order_by(RecordRow.id)
        for row in connection.execute(query.with_for_update() if for_update else query):
            yield row.id, _stored(connection, row)


def _stored(connection: Connection, row: Any) -> StoredRecord:
    state = state_of(connection, row.id, row.document)
    return StoredRecord(state, row.owner, bool(row.is_set_aside))


def save(
    connection: Connection, states: Mapping[str, StoredRecord], existing: Collection[str], now: int
) -> None:
    """Writes the documents of records that have changed; those not in `existing` are new."""
    rows = {one: _sealed_row(connection, stored, now) for one, stored in sorted(states.items())}
    new = [row for one, row in rows.items() if one not in existing]
    if new:
        connection.execute(insert(RecordRow), new)
    changed = [row for one, row in rows.items() if one in existing]
    if changed:
        connection.execute(_UPDATE, changed)


def claim(connection: Connection, absent: Collection[str], now: int) -> None:
    """Takes the places of records that are not there, until the transaction ends, and leaves them empty.

    Another transaction that begins one of them waits for the end of this one; one that
    has just begun it makes this one fail, to be run again.
    """
    if absent:
        empty = (RecordState(record, "claimed") for record in sorted(absent))
        connection.execute(
            insert(RecordRow), [_sealed_row(connection, StoredRecord(one, None), now) for one in empty]
        )
        connection.execute(delete(RecordRow).where(RecordRow.id.in_(absent)))


def state_of(connection: Connection, record: str, document: object) -> RecordState:
    """The state that a stored document says. Raises `ValueError` where it was damaged."""
    return RecordState.from_bytes(opened(connection, DOCUMENT, record, document))


def _sealed_row(connection: Connection, stored: StoredRecord, now: int) -> dict[str, object]:
    row = derived_row(stored, now)
    return {**row, "document": sealed(connection, DOCUMENT, row["id"], stored.state.to_bytes())}


def derived_row(stored: StoredRecord, now: int) -> dict[str, object]:
    """All columns of a record, which follow from its state (but for `updated`); the document is plain."""
    state = stored.state
    shown = view(state)
    form = state.form
    return {
        "id": state.record,
        "kind": state.kind,
        "form": form.partition("@")[0] if form else None,
        "owner": stored.owner,
        "parent": parent_of(state),
        "etag": state.etag,
        "digest": state.digest,
        "state": review_of(state, shown).state.value,
        "conflicts": len(shown.conflicts) + len(shown.removals),
        "updated": now,
        "document": state.to_bytes(),
    }


def parent_of(state: RecordState) -> str | None:
    """The submission that a restricted part belongs to; with several claims the smallest."""
    if state.kind != RESTRICTED_PART:
        return None
    claims = [value for value in state.values_at(OF) if isinstance(value, str) and RECORD_ID.fullmatch(value)]
    return min(claims, default=None)


def with_parts(connection: Connection, submissions: Collection[str]) -> dict[str, list[StoredRecord]]:
    """Submissions, each followed by its restricted parts, whoever may read them.

    Those that are not there are left out, and those of which something cannot be read.
    """
    found: dict[str, list[StoredRecord]] = {}
    for some in chunks(sorted(submissions)):
        query = select(*_STORED, RecordRow.kind, RecordRow.parent)
        query = query.where(or_(RecordRow.id.in_(some), RecordRow.parent.in_(some)))
        for row in connection.execute(query.order_by(RecordRow.kind.desc(), RecordRow.id)):
            is_submission = row.kind == SUBMISSION  # these come before the restricted parts
            submission = row.id if is_submission else row.parent
            try:
                stored = _stored(connection, row)
            except (TypeError, ValueError):
                found.pop(submission, None)
                continue
            if is_submission:
                found[submission] = [stored]
            elif submission in found:
                found[submission].append(stored)
    return found


def owner_of(state: RecordState) -> str | None:
    """Whose a restricted part is: his who said to which submission it belongs; of several the smallest id.

    The empty name, which is nobody's, where nothing of that stands: no name at all means everybody.
    """
    if state.kind != RESTRICTED_PART:
        return None
    return next((state.origins[claim.id].author for claim in state.at(OF)), "")


def restricted_parts_of(connection: Connection, submission: str) -> list[StoredRecord]:
    """The restricted parts of a submission, whoever may read them."""
    query = select(RecordRow.id).where(RecordRow.parent == submission).order_by(RecordRow.id)
    return list(load(connection, connection.execute(query).scalars().all()).values())


def updated(connection: Connection, ids: Collection[str]) -> dict[str, int]:
    """When each was last changed."""
    found: dict[str, int] = {}
    for some in chunks(sorted(ids)):
        query = select(RecordRow.id, RecordRow.updated).where(RecordRow.id.in_(some))
        found.update((row.id, row.updated) for row in connection.execute(query))
    return found


def parts_among(connection: Connection, submissions: Collection[str]) -> Iterator[tuple[str, StoredRecord]]:
    """The restricted parts of submissions, whoever may read them, each with the submission's id."""
    for some in chunks(sorted(submissions)):
        query = select(*_STORED, RecordRow.parent).where(RecordRow.parent.in_(some))
        for row in connection.execute(query.order_by(RecordRow.parent, RecordRow.id)):
            yield row.parent, _stored(connection, row)


def ids_after(connection: Connection, after: str, most: int) -> list[str]:
    """The next records behind an id."""
    query = select(RecordRow.id).where(RecordRow.id > after).order_by(RecordRow.id).limit(most)
    return list(connection.execute(query).scalars())


def lock_readable(connection: Connection, ids: Collection[str]) -> dict[str, StoredRecord]:
    """Those of the records that can be read, locked until the transaction ends."""
    query = select(*_STORED).where(RecordRow.id.in_(list(ids)))
    found: dict[str, StoredRecord] = {}
    for row in connection.execute(query.order_by(RecordRow.id).with_for_update()):
        with suppress(TypeError, ValueError):
            found[row.id] = _stored(connection, row)
    return found


def saying(connection: Connection, said: str) -> Iterator[RecordState]:
    """The records in whose documents a text stands somewhere; opens all of them, so for rare questions."""
    after, needle = "", said.encode()
    while ids := ids_after(connection, after, CHUNK):
        query = select(RecordRow.id, RecordRow.document).where(RecordRow.id.in_(ids)).order_by(RecordRow.id)
        for row in connection.execute(query):
            plain = opened(connection, DOCUMENT, row.id, row.document)
            if needle in plain:
                yield RecordState.from_bytes(plain)
        after = ids[-1]


def remove(connection: Connection, ids: Collection[str]) -> None:
    """Removes records with all that was found in them."""
    for some in chunks(sorted(ids)):
        connection.execute(delete(RecordRow).where(RecordRow.id.in_(some)))


def replace(connection: Connection, stored: StoredRecord, updated: int) -> None:
    """Writes a record anew, with the time of the latest operation that it still has."""
    connection.execute(_UPDATE, [_sealed_row(connection, stored, updated)])
