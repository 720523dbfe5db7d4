"""
Approving many submissions from the list: those of which nothing speaks against approving them unopened.

What was displayed is what is approved: each is named with the version and the reviews that stood on the page.
Each is decided on by itself, under its own lock, and looked at again there; none depends on another.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.errors import NotAllowed, NotFound, Outdated
from domain.merge import RecordState, view
from domain.operations import REVIEW
from domain.review import Decision, ReviewState, review_of
from server.services.field_evidence import flags_of
from server.services.office import Judgement, review_record
from server.services.read_record import find_readable
from server.services.waiting import waiting_on
from server.store.transactions import Store, StoreBusyError

MOST: Final = 50
"""So many stand on a page."""
DECIDED: Final = "decided"
CHANGED: Final = "changed-since"
DIFFER: Final = "reviews-differ"
HELD: Final = "work-held"
GONE: Final = "gone"
OTHER_VERSION, UNSEEN_REVIEW = "record-changed", "review-unseen"
"""As `domain.review` says it."""


@dataclass(frozen=True)
class Displayed:
    """A submission as it stood on somebody's page: its version, and the reviews that survived."""

    record: str
    etag: str
    reviews: tuple[str, ...]


@dataclass(frozen=True)
class Refused:
    """A submission that was not approved, and the codes of why."""

    record: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of those that were ticked."""

    approved: tuple[str, ...]
    refused: tuple[Refused, ...]


def obstacles_of(
    connection: Connection, actor: Actor, states: Mapping[str, RecordState]
) -> dict[str, tuple[str, ...]]:
    """Why each of these submissions, which the actor reads, is not approved unopened; none: it may be."""
    flags = flags_of(connection, actor, states.keys())
    waiting = waiting_on(connection, actor, sorted(states))
    held = {record for one in waiting if one.is_open for record in one.records}
    return {
        record: (*_of_reviews(state), *flags.get(record, ()), *((HELD,) if record in held else ()))
        for record, state in states.items()
    }


def _of_reviews(state: RecordState) -> tuple[str, ...]:
    match review_of(state, view(state)).state:
        case ReviewState.PENDING:
            return (DIFFER,) if len(state.at(REVIEW)) > 1 else ()
        case ReviewState.STALE:
            return (CHANGED,)
        case _:
            return (DECIDED,)


def approve_displayed(
    store: Store, actor: Actor, displayed: Sequence[Displayed], clock: Callable[[], int]
) -> Outcome:
    """Approves those that still are as they stood on the page, and against which nothing speaks."""
    approved: list[str] = []
    refused: list[Refused] = []
    for one in displayed:
        codes = _approve_one(store, actor, one, clock)
        if codes:
            refused.append(Refused(one.record, codes))
        else:
            approved.append(one.record)
    return Outcome(tuple(approved), tuple(refused))


def _approve_one(store: Store, actor: Actor, one: Displayed, clock: Callable[[], int]) -> tuple[str, ...]:
    """The codes of why it was not approved."""
    try:
        return store.transact(partial(_approve, actor=actor, one=one, clock=clock))
    except NotFound:
        return (GONE,)
    except (NotAllowed, Outdated, StoreBusyError) as refusal:
        return (refusal.code,)


def _approve(
    connection: Connection, actor: Actor, one: Displayed, clock: Callable[[], int]
) -> tuple[str, ...]:
    state = find_readable(connection, actor, one.record, lock=True).state
    if _is_his_approval(state, actor, one):
        return ()
    if state.etag != one.etag:
        return (OTHER_VERSION,)
    if {survivor.id for survivor in state.at(REVIEW)} - set(one.reviews):
        return (UNSEEN_REVIEW,)
    codes = obstacles_of(connection, actor, {one.record: state})[one.record]
    if not codes:
        judgement = Judgement(Decision.APPROVE, one.etag, seen=one.reviews)
        review_record(connection, actor, one.record, judgement, clock())
    return codes


def _is_his_approval(state: RecordState, actor: Actor, one: Displayed) -> bool:
    """Whether this was done before: the page was sent twice."""
    found = review_of(state, view(state))
    authors = {state.origins[id_].author for id_ in found.ids}
    return found.state is ReviewState.APPROVED and found.etag == one.etag and authors == {actor.name}
