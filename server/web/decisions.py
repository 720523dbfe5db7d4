"""What a reviewer decides: on a submission, and on the conflicts in it."""

from collections.abc import Callable
from typing import Any, Final

from flask import flash, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor
from domain.errors import InvalidRequest, MalformedOperation, Outdated
from domain.review import Decision
from server.clock import now_ms
from server.context import current_store
from server.services.office import Judgement, review_record
from server.services.settling import settle
from server.services.submissions import next_in_queue, previous_in_queue
from server.store.submissions import Choice, Position
from server.web.blueprint import blueprint
from server.web.choices import MARKED, read_choices, without
from server.web.draft import Draft, read_draft
from server.web.filters import Filter, read_filter, read_position
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.shown_review import shown_reviews
from server.web.submission import render_record
from server.web.translation import gettext, lazy_gettext

Page = Response | tuple[str, int]

OUTDATED: Final = {
    "record-changed": lazy_gettext(
        "Not saved: this form has changed since you opened it. This is the new version; what you"
        " typed is kept. Look at what changed and decide again."
    ),
    "review-unseen": lazy_gettext(
        "Not saved: somebody else decided on this form while you had it open."
        " Look at that decision and decide again."
    ),
    "conflict-open": lazy_gettext(
        "Not approved: there is an open conflict. Choose between the values first."
    ),
    "conflict-changed": lazy_gettext(
        "Not saved: somebody entered or chose another value meanwhile. These are the values now."
    ),
}
REFUSED: Final = {
    "masked-value": lazy_gettext(
        "Not saved: a number with * is a masked one. Take one of the values, or type the whole number."
    ),
    "remark-restricted": lazy_gettext(
        "Not saved: you remarked on a protection answer, and everybody who reads the form would read that."
        " Decide on the protection answers first: your remarks there go with that."
    ),
}
DONE: Final = {
    Decision.APPROVE: lazy_gettext("Approved."),
    Decision.RETURN: lazy_gettext("Returned to the officer."),
    Decision.REJECT: lazy_gettext("Rejected."),
}


@blueprint.post("/records/<record>/review")
@needs(Action.REVIEW)
def review(record: str) -> Page:
    """Records a decision, and goes on to the next submission of the same choice."""
    chosen, draft = read_filter(), read_draft()
    decision = read_decision(request.form.get("decision", ""))
    if missing := _missing(decision, draft):
        about, words = missing
        return render_record(record, chosen, draft, refusal=words, kind="bad", about=about), 400
    etag = request.form.get("etag", "")
    judgement = Judgement(
        decision=decision,
        etag=etag,
        comment=draft.reason if decision is Decision.REJECT else draft.comment,
        remarks=draft.remarks,
        seen=tuple(one for one in request.form.get("seen", "").split(",") if one),
    )
    refused = attempt(
        lambda c, actor: review_record(c, actor, record, judgement, now_ms()), record, chosen, draft, etag
    )
    return refused or _go_on(record, chosen, decision)


def read_decision(told: str) -> Decision:
    """What a button says. Raises `InvalidRequest`."""
    try:
        return Decision(told)
    except ValueError:
        raise InvalidRequest("no decision was chosen", code="no-decision") from None


def _missing(decision: Decision, draft: Draft) -> tuple[str, str] | None:
    """The field that still has to be filled for the decision to be of use to the officer, and words."""
    if decision is Decision.RETURN and not (draft.comment or draft.remarks):
        return "comment", gettext("Not returned yet: write what has to be corrected, here or at a question.")
    if decision is Decision.REJECT and not draft.reason:
        return "reason", gettext("Not rejected yet: write the reason.")
    return None


def attempt(
    work: Callable[[Connection, Actor], Any], record: str, chosen: Filter, draft: Draft, etag: str = ""
) -> tuple[str, int] | None:
    """Does it, or gives the page of the submission that says why not; what was typed stays on it."""
    actor = current_actor()
    try:
        current_store().transact(lambda connection: work(connection, actor))
    except Outdated as refusal:
        words = str(OUTDATED.get(refusal.code, OUTDATED["record-changed"]))
        return render_record(record, chosen, draft, refusal=words, since=etag), 409
    except MalformedOperation:
        words = gettext("Not saved: the text is too long. Shorten it.")
        return render_record(record, chosen, draft, refusal=words, kind="bad"), 400
    except InvalidRequest as refusal:
        if refusal.code not in REFUSED:
            raise
        return render_record(record, chosen, draft, refusal=str(REFUSED[refusal.code]), kind="bad"), 400
    return None


def _go_on(record: str, chosen: Filter, decision: Decision) -> Response:
    here = url_for("office.show_record", record=record, **chosen.arguments)
    position = read_position(request.form.get("position"))
    if request.form.get("then") != "next" or position is None:
        flash(str(DONE[decision]), "good")
        return redirect(here)
    following = _following(record, chosen, position)
    link = Markup('{} <a href="{}">{}</a>').format(DONE[decision], here, gettext("Look at it again"))
    flash(link, "good")
    if following is None:
        return redirect(chosen.address)
    return redirect(url_for("office.show_record", record=following, **chosen.arguments))


@blueprint.get("/records/<record>/next")
@needs(Action.READ)
def show_next(record: str) -> Response:
    """The submission behind this one in the same choice; the queue when there is none."""
    return _beside(record, next_in_queue)


@blueprint.get("/records/<record>/previous")
@needs(Action.READ)
def show_previous(record: str) -> Response:
    """The submission before this one in the same choice; the queue when there is none."""
    return _beside(record, previous_in_queue)


def _beside(record: str, find: Callable[[Connection, Choice, Position, str], str | None]) -> Response:
    actor, chosen = current_actor(), read_filter()
    position = read_position(request.args.get("position"))
    if position is None:
        return redirect(chosen.address)
    with current_store().read() as connection:
        found = find(connection, chosen.choice(actor), position, record)
    if found is None:
        return redirect(chosen.address)
    return redirect(url_for("office.show_record", record=found, **chosen.arguments))


def _following(record: str, chosen: Filter, position: Position) -> str | None:
    actor = current_actor()
    with current_store().read() as connection:
        return next_in_queue(connection, chosen.choice(actor), position, record)


# --- conflicts -----------------------------------------------------------------------------------


@blueprint.post("/records/<record>/resolve")
@needs(Action.WRITE)
def resolve(record: str) -> Page:
    """Settles conflicts: with one of the values, with another one, or by keeping or removing a member."""
    chosen, draft = read_filter(), read_draft()
    choices = read_choices(draft)
    if not choices:
        return render_record(record, chosen, draft, refusal=nothing_chosen(), kind="bad"), 400
    refused = attempt(
        lambda connection, actor: settle(connection, actor, record, choices, now_ms()), record, chosen, draft
    )
    if refused:
        return refused
    left, words = without(draft, choices), settled_words(len(choices))
    if not left.is_empty:
        return render_record(record, chosen, left, refusal=words, kind="good"), 200
    flash(words, "good")
    return redirect(url_for("office.show_record", record=record, _anchor="conflicts", **chosen.arguments))


def nothing_chosen() -> str:
    """What somebody is told who pressed a button of a conflict without a value."""
    if request.form.get("choice") == MARKED:
        return gettext("Mark a value or type one first.")
    return gettext("Type the right value first.")


def settled_words(count: int) -> Markup:
    """What somebody is told who has settled conflicts, with a way back."""
    one, several = gettext("The conflict is settled."), gettext("%(num)s conflicts are settled.", num=count)
    words = one if count == 1 else several
    undo = url_for("office.list_conflicts", tab="settled")
    return Markup('{} <a href="{}">{}</a>').format(words, undo, gettext("Undo"))


# --- on the page of a record ----------------------------------------------------------------------


def _side_by_side(_: Connection, page: RecordPage) -> Shown | None:
    """Decisions of several people, none of whom had seen that of another."""
    reviews = shown_reviews(page.reading.dossier.reviews)
    return Shown(reviews) if len(reviews) > 1 else None


def _decision(_: Connection, page: RecordPage) -> Shown | None:
    """Where the reader decides; with the decisions that stand, unless something waits for another."""
    if not page.may_review:
        return None
    return Shown(shown_reviews(page.reading.dossier.reviews) if page.is_decided else ())


SIDE_BY_SIDE: Final = RecordBlock("reviews", Slot.NOTICES, "record_reviews.html", _side_by_side)
DECISION: Final = RecordBlock("decision", Slot.ASIDE, "record_decision.html", _decision)
