"""
Restricting the processing of somebody's data (UU 27/2022, article 11), and lifting that.

All that belongs to the person is set aside: kept as it is, shown to those only who may act on the
restriction, and changed by nobody. It is no operation: nothing is folded anew, and no digest changes.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json
from domain.errors import Outdated
from domain.reasons import read_reason
from server.logs import logger
from server.services.audit import Act, Audited, put
from server.services.erasing import subject_of
from server.services.erasures import find_case
from server.store import erasures, feed, records, restrictions
from server.store.restrictions import Restriction
from server.store.transactions import Store


def restrict(store: Store, actor: Actor, case: str, reason: str, now: int) -> frozenset[str]:
    """
    Sets aside a case with all that belongs to it; gives its records.

    What belongs is what an erasure would take (`server.services.erasing.subject_of`); forms about others that
    only name the person stay. Raises `NotFound`, `NotAllowed`, `InvalidRequest` for the reason, and
    `Outdated` (already-erased, already-restricted).
    """
    aside = store.transact(lambda connection: _restrict(connection, actor, case, reason, now))
    logger().info(Audited.RESTRICT.value, case=case, account=actor.name)
    return aside


def lift(store: Store, actor: Actor, case: str, reason: str, now: int) -> frozenset[str]:
    """
    Ends it; gives the records that are processed again, and no others: what is set aside for somebody else
    too stays so, and what was held meanwhile waits for somebody to decide.

    Raises as `restrict`, and `Outdated` (not-restricted).
    """
    freed = store.transact(lambda connection: _lift(connection, actor, case, reason, now))
    logger().info(Audited.LIFT.value, case=case, account=actor.name)
    return freed


def _restrict(connection: Connection, actor: Actor, case: str, reason: str, now: int) -> frozenset[str]:
    erasures.lock(connection)  # nothing about the person comes in until it is seen that nothing may
    why = _checked(connection, actor, case, reason)
    if restrictions.find(connection, case):
        raise Outdated("it is restricted already", code="already-restricted", record=case)
    belonging = subject_of(connection, case).records
    aside = frozenset(records.lock(connection, belonging))
    restrictions.add(connection, Restriction(case, now, actor.name, why), aside)
    _put_on_record(connection, Audited.RESTRICT, actor, case, aside, why, now)
    _tell(connection, aside, now)
    return aside


def _lift(connection: Connection, actor: Actor, case: str, reason: str, now: int) -> frozenset[str]:
    erasures.lock(connection)
    why = _checked(connection, actor, case, reason)
    if restrictions.find(connection, case) is None:
        raise Outdated("it is not restricted", code="not-restricted", record=case)
    aside = frozenset(records.lock(connection, restrictions.records_of(connection, case)))
    restrictions.remove(connection, case)
    freed = aside - restrictions.among(connection, aside)
    _put_on_record(connection, Audited.LIFT, actor, case, freed, why, now)
    _tell(connection, freed, now)
    return freed


def _checked(connection: Connection, actor: Actor, case: str, reason: str) -> str:
    authorize(actor, Action.RESTRICT_PROCESSING, find_case(connection, actor, case).subject)
    return read_reason(reason)


def _put_on_record(
    connection: Connection,
    what: Audited,
    actor: Actor,
    case: str,
    named: Collection[str],
    reason: str,
    now: int,
) -> None:
    village = min(records.load(connection, [case])[case].villages, default="")
    told: dict[str, Json] = {"person": case, "reason": reason}
    put(connection, Act(actor.name, what, {case, *named}, village, detail=told), now)


def _tell(connection: Connection, named: Collection[str], now: int) -> None:
    """Gives the records new numbers in the feeds that have them: whoever reads on learns what he may see."""
    places = feed.places_of(connection, named)
    entries: dict[str, list[feed.Entry]] = {}
    for row in feed.rows_of(connection, places):
        if row.feed in places[row.record]:
            entries.setdefault(row.feed, []).append(feed.Entry(row.record, True, row.owner))
    feed.append(connection, entries, now)
