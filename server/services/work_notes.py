"""
What an assignment says of other people's work on its case, noted in the transaction that takes that in.

Work that waits for a decision, and work that came after its author had lost the case, is told to whoever has
the case now: the note is an operation of the office on the assignment, and travels in its village's feed. As
it is made with the verdict, a server that came back from a backup notes again what comes to it again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from domain.access import SET_ASIDE, Actor
from domain.cases import CASE, list_of
from domain.compose import Piece
from domain.handing_over import LATE, held_path, is_late, late_path, piece_of_note
from domain.operations import RECORD_ID, SUBMISSION, Operation, Part
from domain.planning import ROUND_ID
from server.services.ledger import Ledger
from server.services.making import make_operation
from server.store import log, planned_cases
from server.store.log import ACCEPTED, HELD, OK, UNKNOWN_RECORD, LogEntry, Verdict
from server.store.planned_cases import PlannedCase
from server.store.records import StoredRecord

UNTOLD: Final = (UNKNOWN_RECORD, SET_ASIDE)
"""Codes of work that waits for no decision, or for one that few are told of."""


class About(NamedTuple):
    """What a part of an operation is about: a case, and of a submission also the round and form."""

    case: str
    submission: str = ""
    round: str = ""
    form: str = ""


class Note(NamedTuple):
    """What is to be said in an assignment: at `path` the name of an author, or none any more."""

    assignment: str
    path: str
    author: str


def note(
    ledger: Ledger, actor: Actor, judged: Sequence[tuple[Operation, Verdict]], waited: Collection[str] = ()
) -> None:
    """
    Notes what became of operations in the assignments of the cases that they speak of.

    `waited` are the ids of those that were held before: what is said of these is taken back. Must come after
    all that is judged in the transaction; `actor` is who sent them, or decided.
    """
    about = {one.id: list(_about(one, ledger.records)) for one, _ in judged}
    cases = {one.case for some in about.values() for one in some}
    planned = planned_cases.of_cases(ledger.connection, cases) if cases else []
    if not planned:
        return
    notes = [
        one
        for operation, verdict in judged
        for one in _notes(operation, verdict, about[operation.id], planned, operation.id in waited)
    ]
    ledger.lock({one.assignment for one in notes})
    _say(ledger, actor, notes)


def _about(operation: Operation, records: Mapping[str, StoredRecord]) -> Iterator[About]:
    for part in operation.parts:
        if list_of(part.kind) is not None:
            yield About(part.record)
        elif part.kind == SUBMISSION and (case := _said(part, CASE, records)):
            form = (operation.form or "").partition("@")[0]
            yield About(case, part.record, _said(part, ROUND_ID, records), form)


def _said(part: Part, path: str, records: Mapping[str, StoredRecord]) -> str:
    """A record's id that the part says at a reserved path, or its record already."""
    stored = records.get(part.record)
    values = [part.value_at(path), *(stored.state.values_at(path) if stored else ())]
    return next((one for one in values if isinstance(one, str) and RECORD_ID.fullmatch(one)), "")


def _notes(
    operation: Operation,
    verdict: Verdict,
    about: Sequence[About],
    planned: Sequence[PlannedCase],
    has_waited: bool,
) -> Iterator[Note]:
    path = held_path(operation.id)
    for one in about:
        if verdict.status == HELD and verdict.code not in UNTOLD:
            yield from (Note(to.record, path, operation.author) for to in _meant(one, planned))
        elif verdict.status != HELD and has_waited:
            yield from (Note(to.record, path, "") for to in planned if to.case == one.case)
        if verdict.status == OK and one.submission:
            late = late_path(one.submission)
            for to in _meant(one, planned):
                if to.is_disputed or to.officer != operation.author:
                    yield Note(to.record, late, operation.author)


def _meant(one: About, planned: Sequence[PlannedCase]) -> list[PlannedCase]:
    """The assignment in the round that the work names; without one those in rounds that are open."""
    found = [to for to in planned if to.case == one.case]
    named = [to for to in found if to.round == one.round]
    return named or [to for to in found if not to.is_closed and one.form in ("", to.form)]


def _say(ledger: Ledger, actor: Actor, notes: Sequence[Note]) -> None:
    """One operation for each assignment: they may lie in different villages."""
    said: dict[str, dict[str, Piece]] = {}
    for one in notes:
        stored = ledger.records.get(one.assignment)
        if stored is None or stored.is_set_aside or one.path in said.get(one.assignment, ()):
            continue
        if one.path.startswith(f"{LATE}/") and not is_late(stored.state, one.author):
            continue
        beside = said.setdefault(one.assignment, {})
        if piece := piece_of_note(stored.state, one.path, one.author, beside):
            beside[one.path] = piece
    made = [
        make_operation(actor, None, some.values(), ledger.now) for _, some in sorted(said.items()) if some
    ]
    for operation in made:
        ledger.apply(operation)
    entries = [LogEntry(one.id, one.raw, ACCEPTED, one) for one in made]
    log.append(ledger.connection, entries, actor.name, "", ledger.now)
