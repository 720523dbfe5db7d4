"""Settling what people disagree on in the office: several conflicts of a record in one operation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.dossier import KEEP, REMOVAL, REMOVE, Dossier
from domain.errors import InvalidRequest, Outdated
from domain.handing_over import pieces_left_behind
from domain.merge import RecordState, preds_of_removal, preds_of_restore
from domain.operations import ALIVE, DEAD, Change, Operation
from domain.planning import ASSIGNED, ASSIGNMENT
from server.services.office import change_record
from server.services.read_record import dossier_of, find_readable, readable_parts
from server.store import settled

FREE: Final = "free"
"""The choice of a value that nobody has entered yet."""


@dataclass(frozen=True)
class Choice:
    """
    What somebody chose at a path that is in conflict; `seen` are the operations on his screen.

    `chosen` is the operation behind a value, or ``free`` for the `typed` one; for the removal of a member
    (``PATH#removal``) ``keep`` or ``remove``.
    """

    path: str
    seen: frozenset[str]
    chosen: str
    typed: str = ""


def settle(
    connection: Connection, actor: Actor, record: str, choices: Sequence[Choice], now: int
) -> Operation:
    """
    Settles conflicts of a record, all or none of them, in one operation.

    Raises `Outdated` (code conflict-changed) where something else stands there by now, so that nobody decides
    on what he has not seen; `InvalidRequest`, and what `change_record` raises.
    """
    if not choices:
        raise InvalidRequest("no value was chosen", code="no-choice")
    stored = find_readable(connection, actor, record, lock=True)
    dossier = dossier_of(stored, readable_parts(connection, actor, stored))
    changes = [_settling(dossier, one) for one in choices]
    changes += _losing(stored.state, changes)
    operation = change_record(connection, actor, record, changes, now)
    # What stands in two restricted parts is a dispute of their submission, and of neither of them alone.
    settled.note(
        connection, [settled.Settlement(record, one.path, operation.id, actor.name) for one in choices], now
    )
    return operation


def _losing(state: RecordState, changes: Sequence[Change]) -> list[Change]:
    """Who had an assignment until it was settled whose it is: his later work is late, as if handed on."""
    officers = [one.value for one in changes if one.path == ASSIGNED and state.kind == ASSIGNMENT]
    return [piece.change for one in officers for piece in pieces_left_behind(state, str(one))]


def _settling(dossier: Dossier, choice: Choice) -> Change:
    """The change that ends a conflict: it names exactly what was on the page."""
    path = choice.path
    candidates = dossier.disputes.get(path)
    if candidates is None:
        raise Outdated("the conflict is settled already", code="conflict-changed")
    if path.endswith(REMOVAL):
        return _settling_removal(dossier, path.removesuffix(REMOVAL), choice)
    named = tuple(dossier.survivors[path])
    if choice.seen != frozenset(named):
        raise Outdated("there are other values now", code="conflict-changed")
    if choice.chosen == FREE:
        return Change(path, choice.typed, named)
    for candidate in candidates:
        if candidate.id == choice.chosen:
            return Change(path, candidate.value, named)
    raise InvalidRequest("no value was chosen", code="no-choice")


def _settling_removal(dossier: Dossier, member: str, choice: Choice) -> Change:
    state = dossier.submission
    named = preds_of_removal(state, member)
    if choice.seen != frozenset(named):
        raise Outdated("the member has changed", code="conflict-changed")
    if choice.chosen == REMOVE:
        return Change(member, dict(DEAD), named)
    if choice.chosen == KEEP:
        return Change(member, dict(ALIVE), preds_of_restore(state, member))
    raise InvalidRequest("neither keep nor remove was chosen", code="no-choice")
