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
from domain.forms.fields import in_language
from domain.forms.subject import Subject, subject_of
from domain.operations import SUBMISSION
from server.context import current_store
from server.evidence import tell_reading
from server.services.changes import (
    AnswerChange,
    Comparison,
    since_approval,
    since_decision,
    since_version,
)
from server.services.disagreements import background_of
from server.services.earlier_rounds import EarlierRound, changes_since, rounds_about
from server.services.history import history_of
from server.services.measured import measure
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
from server.web.field_evidence import ShownEvidence, shown_evidence
from server.web.filters import Filter, position_text, read_filter
from server.web.pictures import NO_PICTURES, Album
from server.web.session import current_actor, needs
from server.web.sheet import Block, Sheet, ShownProblem, shown_problems
from server.web.shown_review import (
    WAITING,
    ShownPart,
    ShownReview,
    remarks_at,
    shown_parts,
    shown_reviews,
)
from server.web.wording import current_language


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
class Since:
    """What is different since an earlier moment: whose decision or which round that was, and the changes."""

    author: str = ""
    time: int = 0
    record: str = ""
    changes: tuple[ShownChange, ...] = ()


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
    parts: tuple[ShownPart, ...]
    evidence: tuple[ShownEvidence, ...]
    since_approval: Since
    since_round: Since
    beside: frozenset[str]
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
        return self.reading.review.state not in WAITING

    @property
    def problem_count(self) -> int:
        return sum(one.is_counted for one in self.problems)

    @property
    def asked_in_parts(self) -> dict[str, list[str]]:
        """What was asked for at restricted questions, by path."""
        return remarks_at(self.reading)

    @property
    def is_protection_waiting(self) -> bool:
        """Whether a restricted part that the reader may not read waits for a social worker."""
        return any(one in WAITING for one in self.reading.unread_parts)

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
    tell_reading(actor, page.reading, beside=page.album.beside | page.beside)
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
    events = history_of(connection, actor, record)
    comparison, approval = since_decision(reading, events), since_approval(reading, events)
    meanwhile = since_version(connection, actor, reading, since) if since and since != reading.etag else ()
    villages = tuple(areas.villages_in(connection, reading.villages))
    words = Words(reading.definition, villages, revealed=revealed)
    rounds = rounds_about(connection, actor, reading)
    last = rounds.last_of(reading.form)
    measured = measure(connection, actor, reading, events, last)
    album = album_of(connection, reading, words, _before(reading, comparison.changes), rounds)
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
        reviews=shown_reviews(reading.dossier.reviews),
        parts=shown_parts(reading, actor),
        evidence=shown_evidence(
            measured, reading, words, tuple(areas.villages_in(connection, measured.case_villages))
        ),
        since_approval=_since_approval(words, approval),
        since_round=_since_round(words, reading, last),
        beside=measured.beside | (frozenset(last.dossier.records) if last else frozenset()),
        may_review=reading.kind == SUBMISSION and is_authorized(actor, Action.REVIEW, reading.stored.subject),
        may_change=is_authorized(actor, Action.WRITE, reading.stored.subject),
        may_reveal=is_authorized(actor, Action.REVEAL, reading.stored.subject),
        may_export=reading.kind == SUBMISSION and is_authorized(actor, Action.EXPORT, reading.stored.subject),
        album=album,
        draft=draft,
        notice=Notice(kind, refusal, about, _shown_changes(words, meanwhile)) if refusal else None,
    )


def _since_approval(words: Words, found: Comparison) -> Since:
    decided = found.decision
    if decided is None:
        return Since()
    return Since(decided.author, decided.time, changes=_shown_changes(words, found.changes))


def _since_round(words: Words, reading: RecordReading, last: EarlierRound | None) -> Since:
    if last is None:
        return Since()
    author = next(iter(officers_of(last.dossier.submission)), "")
    changes = _shown_changes(words, tuple(changes_since(last, reading)))
    return Since(author, last.begun, last.record, changes)


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
