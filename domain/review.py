"""Review: a register of its own in every record, in which each decision names those it has seen.

A submission has one, and so has each of its restricted parts: who may not read these does
not review them either, and what is decided on one says nothing about the other.

An approval is bound to the version that was approved. It counts exactly while that
is the record's version and no conflict is open; a later change makes it stale.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from domain.canonical import Json
from domain.errors import Outdated
from domain.merge import RecordState, Survivor, View
from domain.operations import REVIEW, Value

SUBMITTED: Final = "submitted"


class Decision(StrEnum):
    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class Return(NamedTuple):
    """A return that stands: in which record (a restricted part is reviewed by itself), by which operation."""

    record: str
    id: str


class ReviewState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    STALE = "stale"


@dataclass(frozen=True)
class Review:
    """Where a record stands in review.

    `ids` are the surviving reviews, which the next decision names as seen; `remarks`
    map a question's path to a text; `etag` is the version that was decided on.
    """

    state: ReviewState
    comment: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    ids: tuple[str, ...] = ()


def review_of(state: RecordState, seen: View) -> Review:
    """Where the record of `state`, which shows `seen`, stands; two surviving reviews mean pending."""
    survivors = state.at(REVIEW)
    ids = tuple(survivor.id for survivor in survivors)
    latest = max(survivors, key=lambda s: (state.origins[s.id].time, s.id), default=None)
    if latest is None or not _is_decision(latest.value):
        return Review(ReviewState.PENDING, ids=ids)
    decided = _read_decision(latest, ids, is_current=_counts(state, seen, latest.value))
    if len(ids) > 1:
        return Review(ReviewState.PENDING, decided.comment, decided.remarks, decided.etag, ids)
    return decided


def _is_decision(value: Value) -> bool:
    # In a tuple, since anything may stand there, also what no set can be asked for.
    return isinstance(value, dict) and value.get("decision") in tuple(Decision)


def is_return(value: Value) -> bool:
    """Whether a review asks its officer for a correction."""
    return isinstance(value, dict) and value.get("decision") == Decision.RETURN


def returns_in(state: RecordState) -> tuple[Return, ...]:
    """The returns of a record that nobody has answered."""
    return tuple(Return(state.record, one.id) for one in state.at(REVIEW) if is_return(one.value))


def is_answered_by_submitting(value: Value) -> bool:
    """Whether whoever does not review may put `submitted` in its place."""
    return value == SUBMITTED or is_return(value)


def _counts(state: RecordState, seen: View, decision: Value) -> bool:
    return isinstance(decision, dict) and decision.get("etag") == state.etag and seen.is_settled


def _read_decision(survivor: Survivor, ids: tuple[str, ...], is_current: bool) -> Review:
    value = survivor.value if isinstance(survivor.value, dict) else {}
    decision = value.get("decision")
    if decision == Decision.APPROVE:
        state = ReviewState.APPROVED if is_current else ReviewState.STALE
    else:
        state = ReviewState.RETURNED if decision == Decision.RETURN else ReviewState.REJECTED
    etag, comment = value.get("etag"), value.get("comment")
    return Review(
        state,
        comment if isinstance(comment, str) else "",
        _texts(value.get("remarks")),
        etag if isinstance(etag, str) else None,
        ids,
    )


def _texts(value: Json) -> dict[str, str]:
    """The texts of an object; a newer device may have put more into it."""
    return {k: v for k, v in value.items() if isinstance(v, str)} if isinstance(value, dict) else {}


def decision_value(
    decision: Decision, etag: str, comment: str = "", remarks: Mapping[str, str] | None = None
) -> dict[str, Json]:
    """The value of `$review` that records a decision on the version `etag`."""
    value: dict[str, Json] = {"decision": decision.value, "etag": etag, "comment": comment}
    if remarks:
        value["remarks"] = dict(remarks)
    return value


def check_decision(
    state: RecordState, is_settled: bool, decision: Decision, etag: str, seen: tuple[str, ...] | None
) -> tuple[str, ...]:
    """The reviews that a decision on the version `etag` names, `seen` being those on the reviewer's screen.

    `is_settled` says that the reviewer sees no open conflict, in restricted answers neither.
    Raises `Outdated` when the record moved on, when a review is unseen, and when an
    approval meets an open conflict: nobody approves what he has not seen.
    """
    current = tuple(survivor.id for survivor in state.at(REVIEW))
    if etag != state.etag:
        raise Outdated("the record has changed since it was read", code="record-changed", etag=state.etag)
    if seen is not None and set(current) - set(seen):
        raise Outdated("somebody else has reviewed this record", code="review-unseen", etag=state.etag)
    if decision is Decision.APPROVE and not is_settled:
        raise Outdated("a conflict is open", code="conflict-open", etag=state.etag)
    return current


def officers_of(state: RecordState) -> tuple[str, ...]:
    """Who entered the answers that survive, the latest first; reviewers are not among them."""
    paths, ids, _ = state.columns
    entered = {one for path, one in zip(paths, ids, strict=True) if path != REVIEW}
    latest: dict[str, int] = {}
    for one in entered:
        origin = state.origins[one]
        latest[origin.author] = max(origin.time, latest.get(origin.author, origin.time))
    return tuple(sorted(latest, key=lambda author: (-latest[author], author)))
