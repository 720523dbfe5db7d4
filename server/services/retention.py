"""Erasing by rule what has been kept long enough: what is due, what keeps it, and asking a second person."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, is_authorized
from domain.cases import case_definition, case_kind
from domain.errors import InvalidRequest
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, view
from domain.operations import SUBMISSION
from domain.retention import COLUMNS, After, Kept, Rule, is_due, read_rules
from domain.review import ReviewState, review_of
from server.services.erasing import subject_of
from server.services.erasures import Keep, ask_for_erasure, confirmed_erasure, erase_confirmed
from server.services.forms import newest_definitions
from server.store import examinations, imports, queue, records
from server.store.log import HELD
from server.store.records import StoredRecord
from server.store.transactions import Store

BIRTH_DATE: Final = "tgl_lahir"
"""Role of the question, and name of the property."""
DECIDED: Final = (ReviewState.APPROVED, ReviewState.REJECTED)


@dataclass(frozen=True)
class Due:
    """A case that is due by a rule, and why it is kept nevertheless, if it is; `became` what was done."""

    rule: Rule
    case: str
    villages: tuple[str, ...]
    kept: tuple[Kept, ...] = ()
    became: str = ""


def read_rules_file(data: bytes) -> tuple[Rule, ...]:
    """The rules of a CSV file in UTF-8. Raises `InvalidRequest`."""
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        rows = list(table)
    except (UnicodeDecodeError, csv.Error):
        raise InvalidRequest("not a CSV file in UTF-8", code="retention-file") from None
    if not set(COLUMNS) <= set(table.fieldnames or ()):
        raise InvalidRequest("a column is missing", code="retention-columns", columns=", ".join(COLUMNS))
    return read_rules(rows)


def find_due(connection: Connection, actor: Actor, rules: Sequence[Rule], now: int) -> Iterator[Due]:
    """What is due of the cases that the actor may erase, by rule; writes nothing."""
    definitions = newest_definitions(connection)
    for rule in rules:
        words = case_definition(rule.list_name, definitions)
        for state in imports.states_of_kind(connection, case_kind(rule.list_name)):
            villages = records.villages_of(state)
            stored = StoredRecord(state, None)
            if not is_authorized(actor, Action.ERASE, stored.subject):
                continue
            if not _may_be_due(connection, rule, state, words, now):
                continue
            due = _judged(connection, rule, state, words, now)
            if due:
                yield replace(due, villages=tuple(sorted(villages)))


def _may_be_due(
    connection: Connection, rule: Rule, state: RecordState, words: FormDefinition, now: int
) -> bool:
    """By the case alone: its forms are looked for only where it is old enough itself."""
    received = examinations.received(connection, [state.record])[state.record]
    return is_due(rule, received, _births(state, words), now)


def _births(state: RecordState, words: FormDefinition) -> list[str]:
    paths = {one.path for one in words.with_role(BIRTH_DATE)} | {BIRTH_DATE}
    return [value for path in paths for value in state.values_at(path) if isinstance(value, str)]


def _judged(
    connection: Connection, rule: Rule, state: RecordState, words: FormDefinition, now: int
) -> Due | None:
    erased = subject_of(connection, state.record)
    stored = records.load(connection, erased.touched)
    received = examinations.received(connection, stored.keys())
    last = max(received[one] for one in erased.records if one in received)
    if rule.after is After.LAST_ENTRY and not is_due(rule, last, _births(state, words), now):
        return None
    return Due(rule, state.record, (), tuple(_reasons(connection, list(stored.values()))))


def _reasons(connection: Connection, stored: Sequence[StoredRecord]) -> Iterator[Kept]:
    """Why it is not erased by rule: somebody has yet to do something with it."""
    shown = [(one.state, view(one.state)) for one in stored]
    if any(not seen.is_settled for _, seen in shown):
        yield Kept.CONFLICT
    submissions = [(state, seen) for state, seen in shown if state.kind == SUBMISSION]
    if any(review_of(state, seen).state not in DECIDED for state, seen in submissions):
        yield Kept.UNREVIEWED
    if queue.operations_on(connection, [one.state.record for one in stored], [HELD]):
        yield Kept.HELD
    if any(one.is_set_aside for one in stored):
        yield Kept.RESTRICTED
    if any(one.subject.referred_to for one in stored):
        yield Kept.REFERRED


def carry_out(store: Store, keep: Keep, actor: Actor, due: Due, clock: Callable[[], int]) -> Due:
    """
    Erases what a second person has confirmed, and asks for what nobody has been asked for; gives what became
    of it: ``erased``, ``asked``, or ``kept``. Begun again it goes on where it was.
    """
    if due.kept:
        return replace(due, became="kept")
    with store.read() as connection:
        confirmed = confirmed_erasure(connection, actor, due.case, clock())
    if confirmed:
        erase_confirmed(store, keep, confirmed, clock())
        return replace(due, became="erased")
    reason = f"{due.rule.name} {due.rule.years}: {due.rule.basis}"[:500]
    store.transact(lambda connection: ask_for_erasure(connection, actor, due.case, reason, clock()))
    return replace(due, became="asked")
