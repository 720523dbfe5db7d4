"""A batch of rows of an office's list: what each changes in its case, written or only told."""

import json
from collections.abc import Iterable, Sequence
from secrets import token_bytes
from typing import Final

from sqlalchemy import Connection

from domain.access import SET_ASIDE
from domain.canonical import Json, to_text
from domain.cases import LABEL, Past, changes_of_row, is_told_otherwise, leaves_conflict, past_of
from domain.compose import Piece, Stamp, seal
from domain.errors import MalformedOperation
from domain.merge import RecordState
from domain.operations import OFFICE, VILLAGE, Change, Operation, parse_raw
from server.caselists.rows import ListRow
from server.services.audit import Act, Audited, put
from server.services.import_plan import Became, Importing, Keys, Outcome, Planned, plan_rows
from server.services.ledger import Ledger
from server.services.making import SALT_BYTES
from server.services.push import apply_office_operations, judge_office_operations
from server.store import imports, queue, records
from server.store.log import OK, LoggedOperation, Verdict

MADE_BY: Final = "import"
"""In an operation's meta: the list whose import made it."""


def rows_without_news(
    connection: Connection, importing: Importing, rows: Sequence[ListRow]
) -> list[Outcome] | None:
    """
    What becomes of the rows where none says anything new, which needs no lock; otherwise nothing.

    Most rows of most editions are such. Locking their cases would make whoever syncs wait, and on PostgreSQL
    write each of them anew.
    """
    keys = Keys.of(connection, importing, rows)
    plans = list(plan_rows(importing, rows, keys, records.load(connection, keys.cases)))
    if not all(isinstance(one, Planned) and _is_no_news(one) for one in plans):
        return None
    return [Outcome(one.row, Became.UNCHANGED, one.case) for one in plans if isinstance(one, Planned)]


def mean_rows(connection: Connection, importing: Importing, rows: Sequence[ListRow]) -> list[Outcome]:
    """Which cases rows mean that were settled already; what is told of them was told then."""
    keys = Keys.of(connection, importing, rows)
    plans = plan_rows(importing, rows, keys, records.load(connection, keys.cases))
    return [Outcome(one.row, Became.UNCHANGED, one.case) for one in plans if isinstance(one, Planned)]


def _is_no_news(plan: Planned) -> bool:
    if plan.state is None or not plan.is_noted or is_told_otherwise(plan.state, plan.row.said):
        return False
    return not changes_of_row(plan.state, plan.row.said, Past())


def settle_rows(
    connection: Connection, importing: Importing, rows: Sequence[ListRow], now: int
) -> list[Outcome]:
    """Writes what the rows say, cases locked from the first look on; what became of each, in order."""
    ledger = Ledger(connection, now)
    keys = Keys.of(connection, importing, rows)
    ledger.lock(keys.cases)
    settled = _Settling(importing, plan_rows(importing, rows, keys, ledger.records))
    settled.work_out(connection, now)
    settled.note(apply_office_operations(ledger, importing.actor, settled.operations))
    imports.note_cases(connection, settled.recognised)
    ledger.write()
    if changed := {record for operation in settled.operations for record in operation.records}:
        village = next(iter(importing.actor.areas), "")
        told: dict[str, Json] = {"list": importing.list_name}
        put(connection, Act(importing.actor.name, Audited.IMPORT, changed, village, detail=told), now)
    return [settled.outcomes[row.number] for row in rows]


def rehearse_rows(
    connection: Connection, importing: Importing, rows: Sequence[ListRow], now: int
) -> list[Outcome]:
    """What would become of the rows."""
    keys = Keys.of(connection, importing, rows)
    stored = records.load(connection, keys.cases)
    settled = _Settling(importing, plan_rows(importing, rows, keys, stored))
    settled.work_out(connection, now)
    settled.note(judge_office_operations(connection, importing.actor, settled.operations, stored))
    return [settled.outcomes[row.number] for row in rows]


class _Settling:
    """A batch on its way from plans to outcomes, which stand by the rows' numbers."""

    def __init__(self, importing: Importing, plans: Iterable[Planned | Outcome]) -> None:
        self.importing = importing
        self.planned: list[Planned] = []
        self.outcomes: dict[int, Outcome] = {}
        self.operations: list[Operation] = []
        self._said: list[tuple[Planned, list[Change]]] = []
        for plan in plans:
            if isinstance(plan, Planned):
                self.planned.append(plan)
            else:
                self.outcomes[plan.row.number] = plan

    def work_out(self, connection: Connection, now: int) -> None:
        """The operations of the rows that change anything."""
        pasts = _pasts(connection, self.importing, self.planned)
        for plan in self.planned:
            past = pasts.get(plan.case, Past())
            if plan.state and _is_somebody_else(self.importing, plan.row, plan.state, past):
                self.outcomes[plan.row.number] = self.importing.refuse(plan.row, "list-somebody-else")
            elif changes := changes_of_row(plan.state, plan.row.said, past):
                self._say(plan, changes, now)
            else:
                self.outcomes[plan.row.number] = Outcome(plan.row, Became.UNCHANGED, plan.case)

    def _say(self, plan: Planned, changes: list[Change], now: int) -> None:
        try:
            self.operations.append(_operation(self.importing, plan, changes, now))
            self._said.append((plan, changes))
        except MalformedOperation:
            self.outcomes[plan.row.number] = self.importing.refuse(plan.row, "list-row-large")

    def note(self, verdicts: Iterable[Verdict]) -> None:
        """What became of the operations."""
        for (plan, changes), verdict in zip(self._said, verdicts, strict=True):
            self.outcomes[plan.row.number] = _outcome(self.importing, plan, changes, verdict)

    @property
    def recognised(self) -> dict[str, str]:
        """The cases that the keys of their rows would not lead to again, by the ids that those make."""
        good = {one.case for one in self.outcomes.values() if one.case}
        return {one.key_case: one.case for one in self.planned if not one.is_noted and one.case in good}


def _is_somebody_else(importing: Importing, row: ListRow, state: RecordState, past: Past) -> bool:
    """
    Whether the key leads to the case of another person or family than the row's number.

    It is another case's number; or it was never said of this one, which has another name too.
    """
    name = importing.cases.identity.name if importing.cases.identity else ""
    if not row.identity or row.identity in state.values_at(name) or past.was_said(name, row.identity):
        return False
    if importing.of_person(row):
        return True
    names = state.values_at(LABEL)
    return any(state.values_at(name)) and any(names) and row.said.get(LABEL, names[0]) not in names


def _pasts(connection: Connection, importing: Importing, planned: Iterable[Planned]) -> dict[str, Past]:
    asked = [one.case for one in planned if one.state and is_told_otherwise(one.state, one.row.said)]
    if not asked:
        return {}
    found: dict[str, list[tuple[Operation, bool]]] = {case: [] for case in asked}
    for row in queue.operations_on(connection, asked, [OK]):
        operation = parse_raw(row.body)
        for case in found.keys() & set(operation.records):
            found[case].append((operation, _is_of_import(row, importing.list_name)))
    return {case: past_of(case, operations) for case, operations in found.items()}


def _is_of_import(row: LoggedOperation, list_name: str) -> bool:
    """Whether an import of the list made it here; a device may write what it wants into its operations."""
    return row.is_made_in_office and (json.loads(row.body).get("meta") or {}).get(MADE_BY) == list_name


def _operation(importing: Importing, plan: Planned, changes: Iterable[Change], now: int) -> Operation:
    salt = to_text(token_bytes(SALT_BYTES))
    stamp = Stamp(OFFICE, now, importing.actor.name, now, salt, {MADE_BY: importing.list_name})
    return seal([Piece(plan.case, importing.kind, change) for change in changes], stamp)


def _outcome(importing: Importing, plan: Planned, changes: Iterable[Change], verdict: Verdict) -> Outcome:
    if verdict.code == SET_ASIDE:
        return importing.refuse(plan.row, "list-restricted")
    if verdict.status != OK:
        return importing.refuse(plan.row, "list-outside", VILLAGE)
    if plan.state is None:
        return Outcome(plan.row, Became.NEW, plan.case)
    is_disputed = leaves_conflict(plan.state, changes)
    return Outcome(plan.row, Became.CONFLICT if is_disputed else Became.CHANGED, plan.case)
