"""One submission: its answers, what changed, what is in conflict, and the decision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized
from domain.areas import Village
from domain.cases import list_of
from domain.dossier import Seen
from domain.forms.fields import in_language
from domain.forms.subject import Subject, subject_of
from domain.operations import SUBMISSION
from domain.review import SUBMITTED, ReviewState
from server.context import current_store
from server.evidence import tell_reading
from server.services.changes import AnswerChange, Comparison, since_decision, since_version
from server.services.disagreements import background_of
from server.services.pictures import NamedFile, named_by
from server.services.read_record import RecordReading, find_readable, read_record
from server.services.submissions import officers_of
from server.store import areas
from server.store.submissions import Position
from server.web.album import album_of
from server.web.answers import ShownChange, Words
from server.web.blueprint import blueprint
from server.web.disputes import Dispute, disputes_of
from server.web.draft import Draft
from server.web.filters import Filter, position_text, read_filter
from server.web.pictures import NO_PICTURES, Album
from server.web.session import current_actor, needs
from server.web.sheet import Block, Sheet, ShownProblem, shown_problems
from server.web.wording import current_language


@dataclass(frozen=True)
class ShownReview:
    """One of the reviews that survive."""

    decision: str
    author: str
    time: int
    comment: str


@dataclass(frozen=True)
class Notice:
    """
    What went differently than the reviewer meant.

    `about` names the field that is asked for; `meanwhile` is what changed since his page was made.
    """

    kind: str
    text: str
    about: str = ""
    meanwhile: tuple[ShownChange, ...] = ()


@dataclass(frozen=True)
class RecordPage:
    """Everything that the page of a record shows."""

    reading: RecordReading
    subject: Subject
    form_title: str
    villages: tuple[Village, ...]
    officers: tuple[str, ...]
    blocks: tuple[Block, ...]
    disputes: tuple[Dispute, ...]
    comparison: Comparison
    changes: tuple[ShownChange, ...]
    problems: tuple[ShownProblem, ...]
    reviews: tuple[ShownReview, ...]
    may_review: bool
    may_change: bool
    may_reveal: bool
    may_export: bool
    album: Album
    draft: Draft = field(default_factory=Draft)
    notice: Notice | None = None

    @property
    def is_decided(self) -> bool:
        """Whether nothing waits for the reader here."""
        return self.reading.review.state not in (ReviewState.PENDING, ReviewState.STALE)

    @property
    def problem_count(self) -> int:
        return sum(one.is_counted for one in self.problems)

    @property
    def position(self) -> str:
        return position_text(Position(self.reading.updated, self.reading.record))

    @property
    def etag(self) -> str:
        return self.reading.etag

    @property
    def seen(self) -> str:
        return ",".join(self.reading.review.ids)


@blueprint.get("/records/<record>")
@needs(Action.READ)
def show_record(record: str) -> str | Response:
    """A submission, ready to be reviewed; a case has a page of its own."""
    with current_store().read() as connection:
        kind = find_readable(connection, current_actor(), record).state.kind
    if list_of(kind) is not None:
        return redirect(url_for("office.show_case", record=record))
    return render_record(record, read_filter())


def render_record(record: str, chosen: Filter, draft: Draft | None = None, **facts: Any) -> str:
    """The page of a record as the current reader may see it; `facts` go on to `read_page`."""
    actor = current_actor()
    with current_store().read() as connection:
        page = read_page(connection, actor, record, draft or Draft(), **facts)
    tell_reading(actor, page.reading, beside=page.album.beside)
    return render_template(
        "record.html",
        page=page,
        chosen=chosen,
        form_action=url_for("office.review", record=record, **chosen.arguments),
    )


def read_page(
    connection: Connection,
    actor: Actor,
    record: str,
    draft: Draft,
    *,
    refusal: str = "",
    kind: str = "warn",
    about: str = "",
    since: str = "",
    revealed: frozenset[str] = frozenset(),
) -> RecordPage:
    """
    Reads what the page shows. Raises `NotFound`.

    Numbers at the paths `revealed` are shown whole. `refusal` says why something was not done, `about`
    which field is asked for, and `since` is the version that the reader had before him then.
    """
    reading = read_record(connection, actor, record)
    comparison = since_decision(connection, actor, reading)
    meanwhile = since_version(connection, actor, reading, since) if since and since != reading.etag else ()
    villages = tuple(areas.villages_in(connection, reading.villages))
    words = Words(reading.definition, villages, revealed=revealed)
    album = album_of(
        connection, actor, reading, words, _before(reading, comparison.changes), with_last_round=True
    )
    blocks = tuple(Sheet(reading, words, comparison.changes, album).blocks())
    known = background_of(connection, actor, reading.stored, reading.dossier)
    return RecordPage(
        reading=reading,
        subject=subject_of(reading.definition, reading.answers),
        form_title=in_language(reading.definition.title, current_language()) if reading.definition else "",
        villages=villages,
        officers=officers_of(reading.stored.state),
        blocks=blocks,
        disputes=tuple(disputes_of(reading, words, album, known)),
        comparison=comparison,
        changes=_shown_changes(words, comparison.changes, album),
        problems=shown_problems(reading, words, blocks),
        reviews=_reviews(reading),
        may_review=reading.kind == SUBMISSION and is_authorized(actor, Action.REVIEW, reading.stored.subject),
        may_change=is_authorized(actor, Action.WRITE, reading.stored.subject),
        may_reveal=is_authorized(actor, Action.REVEAL, reading.stored.subject),
        may_export=reading.kind == SUBMISSION and is_authorized(actor, Action.EXPORT, reading.stored.subject),
        album=album,
        draft=draft,
        notice=Notice(kind, refusal, about, _shown_changes(words, meanwhile)) if refusal else None,
    )


def _before(reading: RecordReading, changes: Sequence[AnswerChange]) -> Iterator[NamedFile]:
    """The files that stood where others stand now; in the same record, since a question has one."""
    for change in changes:
        now = reading.dossier.shown_at(change.path)
        if now and (named := named_by(now.record, change.path, change.before)):
            yield named


def _shown_changes(
    words: Words, changes: tuple[AnswerChange, ...], album: Album = NO_PICTURES
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


def _reviews(reading: RecordReading) -> tuple[ShownReview, ...]:
    """The reviews that survive, the newest first; none where nobody has decided anything."""
    found = tuple(_shown_review(one) for one in reading.dossier.reviews)
    return found if any(one.decision != SUBMITTED for one in found) else ()


def _shown_review(review: Seen) -> ShownReview:
    value = review.value if isinstance(review.value, dict) else {"decision": review.value}
    decision, comment = str(value.get("decision", "")), value.get("comment")
    return ShownReview(decision, review.author, review.time, comment if isinstance(comment, str) else "")
