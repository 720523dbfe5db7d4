"""What is different in a record, as its page shows it: since a decision, since the last round."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from server.services.changes import AnswerChange, LastDecision, since_approval
from server.services.earlier_rounds import changes_since
from server.services.submissions import officers_of
from server.web.answers import ShownChange, Words
from server.web.pictures import NO_PICTURES, Album
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot


@dataclass(frozen=True)
class SinceDecision:
    """What is different since somebody decided."""

    decision: LastDecision
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True)
class SinceRound:
    """What is different since an earlier round: whose that was, when it was begun, and the changes."""

    author: str
    time: int
    record: str
    changes: tuple[ShownChange, ...]


def shown_changes(
    words: Words, changes: Iterable[AnswerChange], album: Album = NO_PICTURES
) -> tuple[ShownChange, ...]:
    """In the order of the form."""
    ordered = sorted(changes, key=lambda change: words.order(change.path))
    return tuple(
        replace(
            words.shown_change(change),
            picture_before=album.of(change.path, change.before),
            picture_after=album.of(change.path, change.after),
        )
        for change in ordered
    )


def _since_decision(_: Connection, page: RecordPage) -> Shown | None:
    """Nothing where the latest decision is about what stands there now."""
    decided, changes = page.comparison.decision, page.comparison.changes
    if decided is None or (page.is_decided and not changes):
        return None
    return Shown(SinceDecision(decided, shown_changes(page.words, changes, page.album)))


def _since_approval(_: Connection, page: RecordPage) -> Shown | None:
    found = since_approval(page.reading, page.events)
    if found.decision is None:
        return None
    return Shown(SinceDecision(found.decision, shown_changes(page.words, found.changes)))


def _since_round(_: Connection, page: RecordPage) -> Shown | None:
    last = page.last
    if last is None:
        return None
    author = next(iter(officers_of(last.dossier.submission)), "")
    changes = shown_changes(page.words, changes_since(last, page.reading))
    return Shown(SinceRound(author, last.begun, last.record, changes), frozenset(last.dossier.records))


SINCE_DECISION: Final = RecordBlock("changes", Slot.CARDS, "record_changes.html", _since_decision)
SINCE_APPROVAL: Final = RecordBlock("since-approval", Slot.CARDS, "record_approval.html", _since_approval)
SINCE_ROUND: Final = RecordBlock("since-round", Slot.CARDS, "record_round.html", _since_round)
