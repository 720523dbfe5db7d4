"""
Importing an office's list of cases: each row begins a case or says what is new about one.

Rows go in batches, each a transaction of its own with its cases locked, and what a row changes follows from
what is there then. So an import that is killed, or run twice, or run twice at once, is simply run again.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from domain.access import Action
from domain.cases import case_kind
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.forms.display import MASKED_ROLES
from server.caselists.headings import Layout, Reference, Wish, headings_digest, kept_form, lay_out
from server.caselists.places import Places
from server.caselists.properties import CaseList, list_names, read_case_list
from server.caselists.rows import ListRow, Named, RowReader
from server.caselists.tables import Row, Table
from server.faults import Fault
from server.services.accounts import acting_account
from server.services.forms import newest_definitions
from server.services.import_plan import Became, Importing, Outcome
from server.services.import_rows import rehearse_rows, rows_without_news, settle_rows
from server.store import areas, imports, settings
from server.store.transactions import Store

BATCH: Final = 200
"""Rows of one transaction: villages are locked while it is written."""
SECRET_BYTES: Final = 32


@dataclass(frozen=True)
class Order:
    """What is to be imported into which list, by whom, and how its columns are read if not as usual."""

    list_name: str
    table: Table
    by: str
    wishes: Sequence[Wish] = ()
    key: str | None = None
    is_rehearsal: bool = False


@dataclass
class Imported:
    """What became of the rows, and how the columns were read."""

    layout: Layout
    counts: dict[Became, int] = field(default_factory=lambda: dict.fromkeys(Became, 0))

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


Tell = Callable[[int, Sequence[Fault]], None]
"""Is told after each batch how many rows it had and what is wrong with them."""


def prepare(store: Store, order: Order, now: int) -> "Preparation":
    """
    Everything that the rows are read with. Unless it is a rehearsal, how the columns are read is kept.

    Raises `NotFound` and `InvalidRequest` for the account, `NotAllowed`, `InvalidRequest` with the code
    unknown-case-list, and `ListError` as `lay_out`.
    """
    with store.read() as connection:
        actor = acting_account(connection, order.by, Action.IMPORT_CASES)
        forms = newest_definitions(connection)
        cases = _case_list(order.list_name, forms)
        digest = headings_digest(order.table.headings)
        kept = imports.find_mapping(connection, order.list_name, digest)
        layout = lay_out(order.table, cases, order.wishes, order.key, kept)
        places = Places(areas.all_villages(connection).values())
        references = _references(connection, layout)
        known = _known_by(connection, cases, layout)
        secret = _secret(connection)
    if not order.is_rehearsal and kept != kept_form(order.table, layout):
        secret = store.transact(lambda connection: _keep(connection, order, layout, now))
    is_identity = {one: _is_identity(one, forms) for one in references}
    reader = RowReader(order.table, layout, cases, places, references, is_identity)
    importing = Importing(order.list_name, cases, layout, order.table, actor, secret, known)
    return Preparation(store, order, reader, importing, Imported(layout))


@dataclass
class Preparation:
    """An import about to run."""

    store: Store
    order: Order
    reader: RowReader
    importing: Importing
    done: Imported

    def run(self, tell: Tell, clock: Callable[[], int]) -> Imported:
        """Reads and imports every row; a rehearsal only says what would become of it."""
        for batch in _batches(self.order.table.rows()):
            rows, faults = read_rows(self, batch)
            outcomes = self._settle(rows, clock())
            for outcome in outcomes:
                self.done.counts[outcome.became] += 1
                faults += [outcome.fault] if outcome.fault else []
            self.done.counts[Became.LEFT_OUT] += len(batch) - len(rows)
            tell(len(batch), sorted(faults, key=lambda one: one.place.row or 0))
        return self.done

    def _settle(self, rows: Sequence[ListRow], now: int) -> list[Outcome]:
        if not rows:
            return []
        if self.order.is_rehearsal:
            with self.store.read() as connection:
                outcomes = rehearse_rows(connection, self.importing, rows, now)
        else:
            with self.store.read() as connection:
                without_news = rows_without_news(connection, self.importing, rows)
            outcomes = without_news or self.store.transact(
                lambda connection: settle_rows(connection, self.importing, rows, now)
            )
        self.importing.note(outcomes)
        return outcomes


def read_rows(made: Preparation, batch: Sequence[Row]) -> tuple[list[ListRow], list[Fault]]:
    """Those of some rows that can be read, and what is wrong with the others."""
    read = [made.reader.read(row) for row in batch]
    rows = [one for one in read if isinstance(one, ListRow)]
    return rows, [fault for one in read if not isinstance(one, ListRow) for fault in one]


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    all_rows = iter(rows)
    while batch := list(islice(all_rows, BATCH)):
        yield batch


def _case_list(list_name: str, forms: Sequence[FormDefinition]) -> CaseList:
    found = read_case_list(list_name, forms)
    if found is None:
        known = ", ".join(list_names(forms)) or "—"
        raise InvalidRequest(
            f"no form fills the list {list_name}", code="unknown-case-list", list=list_name, known=known
        )
    return found


def _secret(connection: Connection) -> bytes:
    """Without one nothing was ever imported, and any will do."""
    kept = settings.read(connection, [settings.IMPORT_SECRET])
    return bytes.fromhex(kept[settings.IMPORT_SECRET]) if kept else secrets.token_bytes(SECRET_BYTES)


def _keep(connection: Connection, order: Order, layout: Layout, now: int) -> bytes:
    if not settings.read(connection, [settings.IMPORT_SECRET]):
        settings.write(connection, settings.IMPORT_SECRET, secrets.token_hex(SECRET_BYTES))
    digest = headings_digest(order.table.headings)
    imports.keep_mapping(connection, order.list_name, digest, kept_form(order.table, layout), now)
    return _secret(connection)


# --- the cases that are there --------------------------------------------------------------------


def _references(connection: Connection, layout: Layout) -> dict[Reference, Named]:
    named = dict.fromkeys(one.reference for one in layout.columns if one.reference)
    return {one: _cases_by(connection, one.list_name, one.property) for one in named}


def _is_identity(reference: Reference, forms: Sequence[FormDefinition]) -> bool:
    found = read_case_list(reference.list_name, forms)
    asked = found.properties.get(reference.property) if found else None
    return asked is not None and asked.role in MASKED_ROLES


def _known_by(connection: Connection, cases: CaseList, layout: Layout) -> dict[str, Named]:
    """By each property that rows are recognised by, the cases by what it says of them."""
    key = next(
        (one.property.name for one in layout.columns if one.place == layout.key and not one.reference), ""
    )
    names = {key, cases.identity.name if cases.identity else ""} - {""}
    return {name: _cases_by(connection, cases.name, name) for name in sorted(names)}


def _cases_by(connection: Connection, list_name: str, name: str) -> Named:
    """Of a case in conflict all that is said of it."""
    found: dict[str, set[str]] = {}
    for state in imports.states_of_kind(connection, case_kind(list_name)):
        for value in state.values_at(name):
            if isinstance(value, str) and value:
                found.setdefault(value, set()).add(state.record)
    return {value: frozenset(cases) for value, cases in found.items()}
