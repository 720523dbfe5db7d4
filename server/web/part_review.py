"""The review of restricted parts: by social workers and heads, beside that of their submission."""

from dataclasses import replace
from typing import Final

from flask import flash, redirect, request, url_for
from sqlalchemy import Connection

from domain.access import Action, authorize
from domain.errors import InvalidRequest
from domain.review import Decision
from server.clock import now_ms
from server.context import current_store
from server.services.office import Judgement, review_record
from server.services.read_record import read_record
from server.web.blueprint import blueprint
from server.web.decisions import Page, attempt, read_decision
from server.web.draft import read_draft
from server.web.filters import read_filter
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.shown_review import shown_parts
from server.web.submission import render_record
from server.web.translation import gettext, lazy_gettext

DONE: Final = {
    Decision.APPROVE: lazy_gettext("The protection answers are approved."),
    Decision.RETURN: lazy_gettext("The protection answers are returned to the officer."),
    Decision.REJECT: lazy_gettext("The protection answers are rejected."),
}


@blueprint.post("/records/<record>/review-part")
@needs(Action.REVIEW)
def review_part(record: str) -> Page:
    """Records a decision on a restricted part; the remarks at its questions go with it, all others stay."""
    chosen, draft = read_filter(), read_draft()
    part, _, told = request.form.get("part", "").partition(":")
    decision = read_decision(told)
    with current_store().read() as connection:
        reading = read_record(connection, current_actor(), record)
    authorize(current_actor(), Action.REVIEW, reading.stored.subject)
    if part not in reading.dossier.part_reviews:
        raise InvalidRequest("this form has no such part", code="no-such-part")
    comment, asked = draft.of_parts.get(part, ""), reading.dossier.paths_of(part)
    remarks = {path: text for path, text in draft.remarks.items() if path in asked}
    if words := _missing(decision, comment, bool(remarks)):
        return render_record(record, chosen, draft, refusal=words, kind="bad", about=part), 400
    judgement = Judgement(decision, request.form.get(f"part-etag:{part}", ""), comment, remarks, _seen(part))
    refused = attempt(
        lambda c, actor: review_record(c, actor, part, judgement, now_ms()),
        record,
        chosen,
        draft,
        request.form.get("etag", ""),
    )
    if refused:
        return refused
    left = replace(
        draft,
        remarks={path: text for path, text in draft.remarks.items() if path not in remarks},
        of_parts={one: text for one, text in draft.of_parts.items() if one != part},
    )
    if not left.is_empty:
        return render_record(record, chosen, left, refusal=str(DONE[decision]), kind="good"), 200
    flash(str(DONE[decision]), "good")
    return redirect(url_for("office.show_record", record=record, **chosen.arguments))


def _seen(part: str) -> tuple[str, ...]:
    return tuple(one for one in request.form.get(f"part-seen:{part}", "").split(",") if one)


def _missing(decision: Decision, comment: str, has_remarks: bool) -> str:
    if decision is Decision.RETURN and not (comment or has_remarks):
        return gettext("Not returned yet: write what has to be corrected, here or at a question.")
    if decision is Decision.REJECT and not comment:
        return gettext("Not rejected yet: write the reason.")
    return ""


def _on_record(_: Connection, page: RecordPage) -> Shown | None:
    """The restricted parts that the reader may read."""
    parts = shown_parts(page.reading, page.actor)
    return Shown(parts) if parts else None


ON_RECORD: Final = RecordBlock("protection", Slot.ASIDE, "record_protection.html", _on_record)
