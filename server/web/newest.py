"""Whether a page that somebody has open still shows the newest version, and the newest with what he typed."""

from typing import Final

from flask import Response, jsonify, request
from sqlalchemy import Connection

from domain.access import Action
from server.context import current_store
from server.services.read_record import read_record
from server.web.blueprint import blueprint
from server.web.draft import read_draft
from server.web.filters import read_filter
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.submission import render_record
from server.web.translation import gettext


@blueprint.get("/records/<record>/version")
@needs(Action.READ)
def show_version(record: str) -> Response:
    """A digest of what the page shows, for the script that asks; it tells nothing of what changed."""
    with current_store().read() as connection:
        answer = jsonify(version=read_record(connection, current_actor(), record).version)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/records/<record>/newest")
@needs(Action.READ)
def show_newest(record: str) -> str:
    """The record as it is by now, with what changed meanwhile, and what was typed."""
    draft, etag = read_draft(), request.form.get("etag", "")
    words = gettext("This is the newest version; what you typed is kept.")
    return render_record(record, read_filter(), draft, refusal=words, kind="info", since=etag)


def _on_record(_: Connection, page: RecordPage) -> Shown | None:
    """The version that is asked for later, for who may lose what he typed."""
    return Shown(page.reading.version) if page.may_review else None


ON_RECORD: Final = RecordBlock("newer", Slot.FORM, "record_newer.html", _on_record)
