"""Erasing a person's data for good: in the database, after a restore, and in what the disk still shows."""

import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized
from domain.canonical import ID_BYTES, Json, to_text
from domain.cases import case_of_key, list_of
from domain.erasing import Erased
from domain.errors import NotFound, Outdated
from domain.operations import RECORD_ID
from server.blobs import Blobs, BlobsAwayError, BlobsFullError
from server.logs import logger
from server.services import second_person
from server.services.audit import Act, Audited, put
from server.services.erasing import TakenOut, subject_of, take_out
from server.services.files import delete_doomed
from server.services.second_person import Confirmed
from server.store import cleaning, confirmations, erasures, records, settings
from server.store.erasures import Erasure
from server.store.records import StoredRecord
from server.store.transactions import Store

DIGITS_OF_A_NUMBER: Final = 16
"""Of a NIK or the number of a family card: by such the office's lists recognise people."""
ERASED_AGAIN: Final = "erased-again"
"""The event by which the log tells that a restored database was held to an erasure."""

Keep = Callable[[Erasure], None]
"""Puts an erasure where no backup of the database takes it back; durable when it returns."""


@dataclass(frozen=True)
class Erasing:
    """What was done: the erasure, and what went."""

    erasure: Erasure
    taken: TakenOut


def ask_for_erasure(connection: Connection, actor: Actor, case: str, reason: str, now: int) -> str:
    """
    Asks a second person to confirm that all that is kept of a case is erased; gives the confirmation's id.

    Asking again for the same changes nothing. Raises as `check_subject`, and `InvalidRequest` for the reason.
    """
    check_subject(connection, actor, case)
    return second_person.ask(connection, actor, Action.ERASE, case, reason, now)


def confirmed_erasure(connection: Connection, actor: Actor, case: str, now: int) -> str | None:
    """The confirmation by which the actor may erase a case now, if somebody has given it."""
    asked = confirmations.of(connection, actor.name, now - second_person.GOOD_FOR_MS)
    wanted = (Action.ERASE.value, case)
    return next(
        (one.id for one in asked if (one.action, one.record) == wanted and one.can_be_used(now)), None
    )


def erase_confirmed(store: Store, keep: Keep, confirmation: str, now: int) -> Erasing:
    """
    Erases all that is kept of the case that was confirmed, see `server.services.erasing.subject_of`.

    Raises as `second_person.use` and `check_subject`.
    """
    one = to_text(secrets.token_bytes(ID_BYTES))

    def work(connection: Connection) -> Erasing:
        erasures.lock(connection)
        confirmed = second_person.use(connection, confirmation, now)
        if confirmed.action is not Action.ERASE:
            raise NotFound("there is no such confirmation")
        return _erase(connection, keep, confirmed, one, now)

    done = store.transact(work)
    _log(done.erasure)
    return done


def check_subject(connection: Connection, actor: Actor, case: str) -> None:
    """Raises `NotFound`, `NotAllowed`, and `Outdated` (already-erased)."""
    authorize(actor, Action.ERASE, find_case(connection, actor, case).subject)


def find_case(connection: Connection, actor: Actor, case: str) -> StoredRecord:
    """A case that the actor may read. Raises `NotFound`, and `Outdated` (already-erased)."""
    if RECORD_ID.fullmatch(case) and erasures.of_subject(connection, case) is not None:
        raise Outdated(f"the case {case} is erased already", code="already-erased", record=case)
    stored = records.load(connection, [case]).get(case) if RECORD_ID.fullmatch(case) else None
    is_case = stored is not None and list_of(stored.state.kind) is not None
    if stored is None or not is_case or not is_authorized(actor, Action.READ, stored.subject):
        raise NotFound(f"there is no case {case}", code="unknown-record", record=case)
    return stored


def _erase(connection: Connection, keep: Keep, confirmed: Confirmed, one: str, now: int) -> Erasing:
    actor, case = confirmed.actor, confirmed.record
    check_subject(connection, actor, case)
    erased = subject_of(connection, case)
    erased |= Erased(frozenset(keys_of(connection, case)))
    erasure = Erasure(one, now, case, actor.name, erased)
    _put_on_record(connection, erasure, now, reason=confirmed.reason)
    return carry_out(connection, erasure, keep, now)


def _put_on_record(connection: Connection, erasure: Erasure, now: int, **further: Json) -> None:
    stored = records.load(connection, [erasure.subject]).get(erasure.subject)
    village = min(stored.villages, default="") if stored else ""
    told: dict[str, Json] = {"erasure": erasure.id, **further}
    put(connection, Act(erasure.account, Audited.ERASE, erasure.erased.touched, village, detail=told), now)


def carry_out(connection: Connection, erasure: Erasure, keep: Keep | None, now: int) -> Erasing:
    """Does it, as the last statements of the transaction."""
    erasures.add(connection, erasure)
    taken = take_out(connection, erasure.erased, now)
    if keep:
        # Before the commit: a server that dies now ends at its next start what was asked for and confirmed.
        keep(erasure)
    return Erasing(erasure, taken)


def keys_of(connection: Connection, case: str) -> set[str]:
    """The cases that rows of the office's lists with one of the case's numbers would begin."""
    state = records.load(connection, [case])[case].state
    said = settings.read(connection, [settings.IMPORT_SECRET]).get(settings.IMPORT_SECRET)
    if said is None:
        return set()
    texts = {value for _, _, value, _ in state.rows if isinstance(value, str)}
    numbers = {text for text in texts if len(text) == DIGITS_OF_A_NUMBER and text.isdecimal()}
    secret, name = bytes.fromhex(said), list_of(state.kind) or ""
    return {case_of_key(secret, name, number) for number in numbers}


def _log(erasure: Erasure) -> None:
    from server.erasures_file import EVENT, as_json

    logger().info(EVENT, **as_json(erasure))


# --- after a restore -----------------------------------------------------------------------------


def replay(store: Store, kept: Iterable[Erasure], now: int) -> list[Erasing]:
    """
    Does again what the database lacks of these erasures, as after it was restored from a backup.

    What belonged to a case in the backup goes as well, also where it had not when the case was erased.
    """
    listed = list(kept)
    if not listed:
        return []
    with store.read() as connection:
        known = erasures.known(connection, [one.id for one in listed])
    done = []
    for erasure in listed:
        if erasure.id not in known:
            one = store.transact(partial(_replay, erasure=erasure, now=now))
            done += [one] if one else []
    for one in done:
        logger().warning(ERASED_AGAIN, erasure=one.erasure.id)
    return done


def _replay(connection: Connection, erasure: Erasure, now: int) -> Erasing | None:
    erasures.lock(connection)
    if erasures.known(connection, [erasure.id]):
        return None  # another process was faster
    erased = erasure.erased | subject_of(connection, erasure.subject, erasure.erased)
    whole = replace(erasure, erased=erased)
    _put_on_record(connection, whole, now, again=True)
    return carry_out(connection, whole, None, now)


# --- what the disk still shows -------------------------------------------------------------------


def clean(store: Store, now: int) -> bool:
    """
    Writes over what the database freed by erasures, where that has not been done; false where it has to wait.

    PostgreSQL's tables are locked meanwhile.
    """
    with store.read() as connection:
        due: Collection[str] = erasures.uncleaned(connection)
    if not due:
        return True
    if cleaning.is_past_seen(store) or not cleaning.rewrite(store):
        return False
    store.transact(lambda connection: erasures.mark_cleaned(connection, due, now))
    cleaning.empty_write_ahead_log(store)
    return True


def clean_storage(store: Store, blobs: Blobs) -> bool:
    """
    Deletes in the storage what nobody can open any more; false where it is away: a worker does it later.

    May be interrupted and done again.
    """
    try:
        while delete_doomed(store, blobs):
            pass
    except (BlobsAwayError, BlobsFullError):
        return False
    return True
