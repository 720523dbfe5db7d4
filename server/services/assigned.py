"""Whose a case is, for those who want to settle something in its records."""

from collections.abc import Mapping

from sqlalchemy import Connection

from domain.cases import CASE, list_of
from domain.merge import RecordState
from domain.operations import RECORD_ID, RESTRICTED_PART
from domain.settling import assigned_in
from server.store import records, settled
from server.store.records import StoredRecord, parent_of


def assigned_to(connection: Connection, stored: Mapping[str, StoredRecord]) -> dict[str, frozenset[str]]:
    """For each of these records the officers who have its case in an open round, or had it there before."""
    parents = {one: parent_of(it.state) for one, it in stored.items() if it.state.kind == RESTRICTED_PART}
    above = records.load(connection, {one for one in parents.values() if one})
    cases = {
        one: _cases_of(above[parent].state if (parent := parents.get(one)) in above else it.state)
        for one, it in stored.items()
    }
    named = settled.assignments_of(connection, {case for some in cases.values() for case in some})
    found = records.load(connection, {record for some in named.values() for record in some})
    officers = {
        case: assigned_in([found[record].state for record in some if record in found])
        for case, some in named.items()
    }
    return {
        one: frozenset().union(*(officers.get(case, frozenset()) for case in some))
        for one, some in cases.items()
    }


def _cases_of(state: RecordState) -> set[str]:
    """The cases that a record is about: itself, or those that survive in it."""
    if list_of(state.kind) is not None:
        return {state.record}
    return {one for one in state.values_at(CASE) if isinstance(one, str) and RECORD_ID.fullmatch(one)}
