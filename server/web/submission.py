"""The page of one record: the frame around its blocks, and what they have in common."""

from collections.abc import Iterator, Sequence
from typing import Final

from flask import redirect, render_template, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor
from domain.cases import list_of
from server.context import current_store
from server.evidence import tell_reading
from server.services.changes import AnswerChange, since_decision, since_version
from server.services.earlier_rounds import rounds_about
from server.services.history import history_of
from server.services.pictures import NamedFile, named_by
from server.services.read_record import RecordReading, find_readable, read_record
from server.store import areas
from server.web.album import album_of
from server.web.answers import Words
from server.web.blueprint import blueprint
from server.web.changes import shown_changes
from server.web.draft import Draft
from server.web.filters import Filter, read_filter
from server.web.record_blocks import (
    Notice,
    Opening,
    RecordBlock,
    RecordPage,
    Shown,
    Slot,
    read_blocks,
    registered_blocks,
)
from server.web.session import current_actor, needs
from server.web.sheet import Sheet


@blueprint.get("/records/<record>")
@needs(Action.READ)
def show_record(record: str) -> str | Response:
    """A submission, ready to be reviewed; a case has a page of its own."""
    with current_store().read() as connection:
        kind = find_readable(connection, current_actor(), record).state.kind
    if list_of(kind) is not None:
        return redirect(url_for("office.show_case", record=record))
    return render_record(record, read_filter())


def render_record(
    record: str,
    chosen: Filter,
    draft: Draft | None = None,
    *,
    refusal: str = "",
    kind: str = "warn",
    about: str = "",
    since: str = "",
    revealed: frozenset[str] = frozenset(),
) -> str:
    """
    The page of a record as the current reader may see it. Raises `NotFound`.

    Numbers at the paths `revealed` are shown whole. `refusal` says why something was not done, `about`
    which field is asked for, and `since` is the version that the reader had before him then.
    """
    notice = Notice(kind, refusal, about, since) if refusal else None
    opening = Opening(draft or Draft(), notice, revealed)
    with current_store().read() as connection:
        page = read_page(connection, current_actor(), record, opening)
        blocks = read_blocks(connection, page, registered_blocks())
    tell_reading(page.actor, page.reading, beside=blocks.beside)
    return render_template(
        "record.html",
        page=page,
        blocks=blocks.at,
        chosen=chosen,
        form_action=url_for("office.review", record=record, **chosen.arguments),
    )


def read_page(connection: Connection, actor: Actor, record: str, opening: Opening) -> RecordPage:
    """Reads what the blocks of the page have in common. Raises `NotFound`."""
    reading = read_record(connection, actor, record)
    events = history_of(connection, actor, record)
    comparison = since_decision(reading, events)
    villages = tuple(areas.villages_in(connection, reading.villages))
    words = Words(reading.definition, villages, revealed=opening.revealed)
    rounds = rounds_about(connection, actor, reading)
    album = album_of(connection, reading, words, _before(reading, comparison.changes), rounds)
    return RecordPage(
        actor=actor,
        reading=reading,
        villages=villages,
        words=words,
        events=events,
        comparison=comparison,
        last=rounds.last_of(reading.form),
        album=album,
        sections=tuple(Sheet(reading, words, comparison.changes, album).blocks()),
        opening=opening,
    )


def _before(reading: RecordReading, changes: Sequence[AnswerChange]) -> Iterator[NamedFile]:
    """The files that stood where others stand now; in the same record, since a question has one."""
    for change in changes:
        now = reading.dossier.shown_at(change.path)
        if now and (named := named_by(now.record, change.path, change.before)):
            yield named


def _notice(connection: Connection, page: RecordPage) -> Shown | None:
    """What changed meanwhile; what is asked for at a field is told there."""
    notice, reading = page.notice, page.reading
    if notice is None or notice.about:
        return None
    if not notice.since or notice.since == reading.etag:
        return Shown(())
    meanwhile = since_version(connection, page.actor, reading, notice.since)
    return Shown(shown_changes(page.words, meanwhile))


NOTICE: Final = RecordBlock("notice", Slot.NOTICES, "record_notice.html", _notice)
