"""By which keyed hashes records are found: nothing of what they stand for can be read from the database."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, delete, insert, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.finding import ABOUT, Term
from domain.operations import RESTRICTED_PART, SUBMISSION
from server.models import FindToken, RecordRow
from server.store.chunks import chunks
from server.store.sealing import find_key, find_keys
from server.vault import keyed_hash

_tokens = FindToken.__table__


@dataclass(frozen=True)
class Wanted:
    """
    What is looked for: of each group of hashes a record has to have one.

    Those of restricted parts count, for the submission that they belong to, for whoever reads all of them
    (`is_whole`) and for their owner (`reader`).
    """

    groups: tuple[frozenset[bytes], ...]
    is_whole: bool
    reader: str

    def conditions(self, record: InstrumentedAttribute[str] = RecordRow.id) -> list[ColumnElement[bool]]:
        """For a query of records, whose ids stand in this column."""
        return [record.in_(self._having(group)) for group in self.groups]

    def _having(self, group: frozenset[bytes]) -> Select[tuple[str]]:
        is_part = _records.c.kind == RESTRICTED_PART
        found = case((is_part, _records.c.parent), else_=_records.c.id)
        query = select(found).join(_tokens, _tokens.c.record == _records.c.id)
        query = query.where(_tokens.c.token.in_(sorted(group)), found.is_not(None))
        return query if self.is_whole else query.where(or_(~is_part, _records.c.owner == self.reader))


_records = RecordRow.__table__.alias("found")


def hashes_of(connection: Connection, groups: Sequence[Set[Term]]) -> tuple[frozenset[bytes], ...]:
    """The hashes of what is looked for, by every key by which something may be stored now."""
    keys = find_keys(connection)
    return tuple(
        frozenset(keyed_hash(key, one.kind, one.text) for one in group for key in keys) for group in groups
    )


def write(connection: Connection, terms: Mapping[str, Collection[Term]], existing: Collection[str]) -> None:
    """Puts what records are found by in the place of what they were found by; `existing` may have some."""
    key = find_key(connection)
    wanted = {
        (keyed_hash(key, one.kind, one.text), record) for record, found in terms.items() for one in found
    }
    there = _stored(connection, [record for record in terms if record in existing])
    if gone := sorted(there - wanted):
        is_one = and_(_tokens.c.token == bindparam("old"), _tokens.c.record == bindparam("of"))
        connection.execute(
            delete(FindToken).where(is_one), [{"old": one, "of": record} for one, record in gone]
        )
    if new := sorted(wanted - there):
        connection.execute(insert(FindToken), [{"token": token, "record": record} for token, record in new])


def _stored(connection: Connection, ids: Collection[str]) -> set[tuple[bytes, str]]:
    found: set[tuple[bytes, str]] = set()
    for some in chunks(ids):
        query = select(_tokens.c.token, _tokens.c.record).where(_tokens.c.record.in_(some))
        found.update((row.token, row.record) for row in connection.execute(query))
    return found


def submissions_about(connection: Connection, record: str) -> list[str]:
    """The submissions that name a case, in the order of their ids."""
    (group,) = hashes_of(connection, [{Term(ABOUT, record)}])
    query = select(_records.c.id).join(_tokens, _tokens.c.record == _records.c.id)
    query = query.where(_tokens.c.token.in_(sorted(group)), _records.c.kind == SUBMISSION)
    return list(connection.execute(query.distinct().order_by(_records.c.id)).scalars())
