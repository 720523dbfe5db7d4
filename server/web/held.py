"""Work that was not taken in: held until somebody decides, or void."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, reach_of
from domain.areas import Village
from domain.cases import list_of
from domain.consequences import Consequence
from domain.errors import InvalidRequest, NotAllowed, NotFound, Outdated
from domain.forms.definition import FormDefinition
from domain.forms.masking import masked_text
from domain.operations import RECORD_ID, RESTRICTED, RESTRICTED_PART, REVIEW, Change, Operation, parse_raw
from domain.review import ReviewState
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_held
from server.services.forms import definition_of
from server.services.push import RECORD_ELSEWHERE
from server.services.read_record import find_readable
from server.services.sender import SenderNow, sender_now
from server.services.waiting import STATUSES, Waiting, WaitingPart, decide, list_waiting
from server.store import areas
from server.store.log import HELD, OK, VOID
from server.store.queue import Place
from server.web.answers import Words
from server.web.blueprint import blueprint
from server.web.history import ShownStep, is_step, shown_step
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import current_language, decision_words, list_words, state_words, verdict_words

PAGE: Final = 25
MOST_SHOWN: Final = 20_000
"""Of an operation that could not be read, as it came."""
DECIDED: Final = {
    OK: lazy_gettext("Taken in. The sender's device will hear of it."),
    VOID: lazy_gettext("Left out. The sender's device will hear of it and why."),
}


@dataclass(frozen=True)
class ShownPart:
    """
    What an operation wants of one record; `link` leads there when the reader may read it.

    `review` says in words how the record's review stands and would stand, where that changes.
    """

    kind: str
    record: str
    link: str
    title: str
    steps: tuple[ShownStep, ...]
    is_new: bool
    review: str

    @property
    def is_case(self) -> bool:
        return list_of(self.kind) is not None

    @property
    def conflicts(self) -> int:
        return sum(step.is_conflict for step in self.steps)


@dataclass(frozen=True)
class ShownWaiting:
    """
    An operation that was not taken in, in words; `raw` is what came when nothing could be read of it.

    Among that may be a restricted answer: it is kept from whoever may not read one of the sender's.
    """

    waiting: Waiting
    sender: SenderNow | None
    time: int | None
    villages: tuple[Village, ...]
    parts: tuple[ShownPart, ...]
    raw: str = ""
    is_kept_from_reader: bool = False


@blueprint.get("/held")
@needs(Action.READ_HELD)
def list_held() -> str:
    """What is held back, or what was left out."""
    return _render_list()


@blueprint.post("/held/<operation>")
@needs(Action.DECIDE_HELD)
def decide_held(operation: str) -> Response | tuple[str, int]:
    """Takes an operation in after all, or leaves it out for good, with the reason."""
    actor, decision = current_actor(), request.form.get("decision", "")
    reason = request.form.get("reason", "").strip()
    if decision not in (OK, VOID):
        raise InvalidRequest("no decision was chosen", code="no-decision")
    if decision == VOID and not reason:
        refusal = gettext("Not left out yet: write the reason. The sender will read it.")
        return _render_list(refusal=refusal, asked=operation), 400
    try:
        current_store().transact(lambda c: decide(c, actor, operation, decision, reason, now_ms()))
    except Outdated as refused:
        return _render_list(refusal=_refusal_words(refused), asked=operation, reason=reason), 409
    except NotAllowed as refused:
        if refused.code != RECORD_ELSEWHERE:
            raise
        words = gettext(
            "Not taken in: it would move a record away from others. They or the head of field can take it in."
        )
        return _render_list(refusal=words, asked=operation, reason=reason), 403
    flash(str(DECIDED[decision]), "good")
    return redirect(url_for("office.list_held"))


def _refusal_words(refused: Outdated) -> str:
    if refused.code == "already-decided":
        return gettext("Somebody else decided on this meanwhile; nothing was changed.")
    return gettext("This cannot be taken in as it is.") + " " + verdict_words(refused.code)


def _render_list(**facts: Any) -> str:
    actor = current_actor()
    status = request.args.get("status", HELD)
    chosen = status if status in STATUSES else HELD
    with current_store().read() as connection:
        page = list_waiting(connection, actor, [chosen], _read_place(), PAGE)
        shown = [_shown(connection, actor, one) for one in page.operations]
    tell_held(actor, page.operations)
    following = f"{page.following.at}.{page.following.id}" if page.following else ""
    listed = {one.waiting.row.id for one in shown}
    return render_template(
        "held.html", status=chosen, operations=shown, listed=listed, following=following, **facts
    )


def _read_place() -> Place | None:
    time, _, operation = request.args.get("after", "").partition(".")
    return Place(int(time), operation) if time.isascii() and time.isdigit() and len(time) < 16 else None


def _shown(connection: Connection, actor: Actor, waiting: Waiting) -> ShownWaiting:
    operation = parse_raw(waiting.row.body) if waiting.parts else None
    villages = tuple(areas.villages_in(connection, waiting.villages))
    is_unread = operation is None
    may_see = reach_of(actor, Action.READ_HELD).has_part_of(waiting.row.account)
    raw = (
        masked_text(waiting.row.body.decode("utf-8", "replace"))[:MOST_SHOWN] if is_unread and may_see else ""
    )
    return ShownWaiting(
        waiting=waiting,
        sender=sender_now(connection, waiting.row.account),
        time=operation.time if operation else None,
        villages=villages,
        parts=tuple(_shown_part(connection, actor, part, operation, villages) for part in waiting.parts)
        if operation
        else (),
        raw=raw,
        is_kept_from_reader=is_unread and not may_see,
    )


def _shown_part(
    connection: Connection, actor: Actor, part: WaitingPart, operation: Operation, villages: Sequence[Village]
) -> ShownPart:
    definition = definition_of(connection, operation.form)
    words = Words(part.words or definition, villages)
    changes = operation.part_of(part.record).changes
    visible = {path for path, _ in part.changes}
    at = part.consequences.at
    steps = [
        _shown_step(words, change, at.get(change.path))
        for change in changes
        if change.path in visible and is_step(change)
    ]
    steps += [ShownStep(words.label(path), words.place(path), "", is_withheld=True) for path in part.withheld]
    reviews = [change.value for change in changes if change.path == REVIEW]
    steps += [ShownStep(gettext("Review"), "", _review_words(one), kind="review") for one in reviews]
    return ShownPart(
        kind=part.kind,
        record=part.record,
        link=_link(connection, actor, part),
        title=_title(part, operation, definition),
        steps=tuple(steps),
        is_new=part.consequences.is_beginning,
        review=_review_change_words(part.consequences.review),
    )


def _shown_step(words: Words, change: Change, consequence: Consequence | None) -> ShownStep:
    """A change in words, with what stands there now; of a masked number as much as tells the two apart."""
    step = shown_step(words, change)
    others = [one for one in consequence.now if one not in (change.value, RESTRICTED)] if consequence else []
    if consequence is None or not others:
        return step
    value, *now = words.told_apart(change.path, [change.value, *others])
    return replace(step, value=value, now=tuple(now), is_conflict=consequence.is_conflict)


def _review_change_words(change: tuple[ReviewState, ReviewState] | None) -> str:
    if change is None:
        return ""
    now, then = (state_words(one.value) for one in change)
    return gettext("The form is “%(now)s” now and would be “%(then)s”.", now=now, then=then)


def _review_words(value: object) -> str:
    if isinstance(value, dict):
        return decision_words(str(value.get("decision")))
    return gettext("Sent for review")


def _title(part: WaitingPart, operation: Operation, definition: FormDefinition | None) -> str:
    """Which form it is, or of which list a case."""
    if list_name := list_of(part.kind):
        return gettext("Case (%(list)s)", list=list_words(list_name))
    form = operation.form or ""
    return definition.title.get(current_language(), form) if definition else form


def _link(connection: Connection, actor: Actor, part: WaitingPart) -> str:
    """Where the record itself is, if the reader may read it."""
    endpoint = "office.show_case" if list_of(part.kind) else "office.show_record"
    is_shown = part.kind != RESTRICTED_PART and _is_readable(connection, actor, part.record)
    return url_for(endpoint, record=part.record) if is_shown else ""


def _is_readable(connection: Connection, actor: Actor, record: str) -> bool:
    if not RECORD_ID.fullmatch(record):
        return False
    try:
        find_readable(connection, actor, record)
    except NotFound:
        return False
    return True


# --- on the page of a record ----------------------------------------------------------------------


def _on_record(_: Connection, page: RecordPage) -> Shown | None:
    """The work on a record that is not in it, as far as the reader is told of it."""
    waiting = page.reading.waiting
    return Shown(waiting) if waiting else None


ON_RECORD: Final = RecordBlock("held", Slot.NOTICES, "record_held.html", _on_record)
