"""
A second person: what one alone must not do is asked for, confirmed by somebody else, and then done once.

Whoever asks may do it himself, by his role and his villages; who confirms it needs `confirm` and the
record's village, and is never who asked. What is used is judged anew: by what the asker may do by then.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, may_confirm
from domain.canonical import ID_BYTES, Json, to_text
from domain.errors import NotAllowed, NotFound, Outdated
from domain.reasons import read_reason
from server.services.audit import Act, Audited, put
from server.services.read_record import find_readable
from server.store import accounts, confirmations, records
from server.store.confirmations import CONFIRMED, REFUSED, StoredConfirmation

GOOD_FOR_MS: Final = 7 * 24 * 60 * 60 * 1000
"""From asking to using."""
LISTED_MS: Final = 30 * 24 * 60 * 60 * 1000
"""For so long what somebody asked for is listed to him."""


@dataclass(frozen=True)
class Confirmed:
    """What has been confirmed: who may do what to which record now, and why he asked for it."""

    actor: Actor
    action: Action
    record: str
    reason: str


def ask(connection: Connection, actor: Actor, action: Action, record: str, reason: str, now: int) -> str:
    """
    Asks for a second person; gives the id of what waits then. Asking once more for the same changes nothing.

    Raises `NotFound` and `NotAllowed` where he may not do it at all, and `InvalidRequest` for the reason.
    """
    subject = find_readable(connection, actor, record, lock=True).subject
    authorize(actor, action, subject)
    why = read_reason(reason)
    for one in confirmations.of(connection, actor.name, now - GOOD_FOR_MS):
        if (one.action, one.record) == (action.value, record) and (one.waits(now) or one.can_be_used(now)):
            return one.id
    made = to_text(secrets.token_bytes(ID_BYTES))
    asked = StoredConfirmation(made, action.value, record, why, actor.name, now, now + GOOD_FOR_MS)
    confirmations.add(connection, asked)
    _put_on_record(connection, Audited.CONFIRMATION_ASKED, actor, asked, now, reason=why)
    return made


def confirm(connection: Connection, actor: Actor, confirmation: str, now: int) -> None:
    """
    Lets it be done, once, until it expires.

    Raises `NotFound` for what is none of the actor's business, `NotAllowed` with the code own-request, and
    `Outdated`: already-decided or confirmation-expired.
    """
    found = _lock_waiting(connection, actor, confirmation, now)
    confirmations.decide(connection, confirmation, CONFIRMED, None, actor.name, now)
    _put_on_record(connection, Audited.CONFIRMATION_GIVEN, actor, found, now)


def refuse(connection: Connection, actor: Actor, confirmation: str, reason: str, now: int) -> None:
    """Leaves it undone, with a reason that who asked reads. Raises as `confirm`, and `InvalidRequest`."""
    found = _lock_waiting(connection, actor, confirmation, now)
    why = read_reason(reason)
    confirmations.decide(connection, confirmation, REFUSED, why, actor.name, now)
    _put_on_record(connection, Audited.CONFIRMATION_REFUSED, actor, found, now, reason=why)


def use(connection: Connection, confirmation: str, now: int) -> Confirmed:
    """
    Uses a confirmation up, in the transaction that does what it gives: nothing else may be done with it.

    Raises `NotFound`, `Outdated` (confirmation-used, confirmation-expired), and `NotAllowed`: not-confirmed,
    or when who asked may not do it any more.
    """
    found = confirmations.lock(connection, confirmation)
    if found is None:
        raise NotFound("there is no such confirmation")
    if found.used is not None:
        raise Outdated("this was done already", code="confirmation-used")
    if now >= found.expires:
        raise Outdated("this was asked for too long ago", code="confirmation-expired")
    if not found.can_be_used(now):
        raise NotAllowed("nobody has confirmed this", code="not-confirmed")
    account = accounts.find(connection, found.asked_by)
    if account is None or account.is_disabled:
        raise NotAllowed("who asked has no account any more")
    action = Action(found.action)
    authorize(account.actor, action, find_readable(connection, account.actor, found.record).subject)
    confirmations.use(connection, confirmation, now)
    _put_on_record(connection, Audited.CONFIRMATION_USED, account.actor, found, now)
    return Confirmed(account.actor, action, found.record, found.reason)


def waiting_for(connection: Connection, actor: Actor, now: int) -> list[StoredConfirmation]:
    """What the actor may decide on, the oldest first."""
    asked = confirmations.waiting(connection, now)
    return [one for one in asked if _is_concerned(connection, actor, one)]


def asked_by(connection: Connection, actor: Actor, now: int) -> list[StoredConfirmation]:
    """What the actor himself asked for lately, the newest first."""
    return confirmations.of(connection, actor.name, now - LISTED_MS)


def _lock_waiting(connection: Connection, actor: Actor, confirmation: str, now: int) -> StoredConfirmation:
    found = confirmations.lock(connection, confirmation)
    if found is not None and found.asked_by == actor.name:
        raise NotAllowed("somebody else has to confirm this", code="own-request")
    if found is None or not _is_concerned(connection, actor, found):
        raise NotFound("nothing like that waits for a second person")
    if found.decision is not None:
        raise Outdated("somebody has decided on this", code="already-decided")
    if not found.waits(now):
        raise Outdated("this was asked for too long ago", code="confirmation-expired")
    return found


def _is_concerned(connection: Connection, actor: Actor, asked: StoredConfirmation) -> bool:
    stored = records.load(connection, [asked.record]).get(asked.record)
    return stored is not None and may_confirm(actor, asked.asked_by, stored.subject)


def _put_on_record(
    connection: Connection,
    action: Audited,
    actor: Actor,
    asked: StoredConfirmation,
    now: int,
    **further: Json,
) -> None:
    stored = records.load(connection, [asked.record]).get(asked.record)
    village = min(stored.villages, default="") if stored else ""
    told: dict[str, Json] = {"confirmation": asked.id, "action": asked.action, **further}
    put(connection, Act(actor.name, action, [asked.record], village, detail=told), now)
