"""Reviews as a page shows them: of a submission, and of those of its restricted parts that he may read."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.access import Action, Actor, is_authorized
from domain.dossier import Dossier, Seen
from domain.review import SUBMITTED, ReviewState
from server.services.read_record import RecordReading
from server.store.records import StoredRecord

WAITING = (ReviewState.PENDING, ReviewState.STALE)
"""Where a review waits for a decision."""


@dataclass(frozen=True)
class ShownReview:
    """One of the reviews that survive."""

    decision: str
    author: str
    time: int
    comment: str


@dataclass(frozen=True)
class ShownPart:
    """
    A restricted part with its review: whose it is, its version, the reviews on the screen, open conflicts.
    """

    record: str
    owner: str
    etag: str
    state: ReviewState
    seen: str
    reviews: tuple[ShownReview, ...]
    conflicts: int
    may_review: bool

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for a decision."""
        return self.state in WAITING


def shown_reviews(found: Sequence[Seen]) -> tuple[ShownReview, ...]:
    """The reviews that survive, the newest first; none where nobody has decided anything."""
    shown = tuple(_shown(one) for one in found)
    return shown if any(one.decision != SUBMITTED for one in shown) else ()


def _shown(review: Seen) -> ShownReview:
    value = review.value if isinstance(review.value, dict) else {"decision": review.value}
    decision, comment = str(value.get("decision", "")), value.get("comment")
    return ShownReview(decision, review.author, review.time, comment if isinstance(comment, str) else "")


def shown_parts(reading: RecordReading, actor: Actor) -> tuple[ShownPart, ...]:
    """The restricted parts that the reader may read, in the order of their ids."""
    return tuple(_part(reading.dossier, part, actor) for part in reading.parts)


def _part(dossier: Dossier, part: StoredRecord, actor: Actor) -> ShownPart:
    record = part.state.record
    review = dossier.part_reviews[record]
    return ShownPart(
        record=record,
        owner=part.owner or "",
        etag=part.state.etag,
        state=review.state,
        seen=",".join(review.ids),
        reviews=shown_reviews(dossier.reviews_of_parts[record]),
        conflicts=len(dossier.disputed_in(record)),
        may_review=is_authorized(actor, Action.REVIEW, part.subject),
    )


def remarks_at(reading: RecordReading) -> dict[str, list[str]]:
    """What was asked for at the restricted questions, by path: the remarks of the returns that stand."""
    found: dict[str, list[str]] = {}
    for review in reading.dossier.part_reviews.values():
        if review.state is ReviewState.RETURNED:
            for path, text in review.remarks.items():
                found.setdefault(path, []).append(text)
    return found
