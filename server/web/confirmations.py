"""What waits for a second person, and what became of what one asked for himself."""

from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, Role, is_authorized
from domain.areas import Village
from domain.cases import case_name, list_of
from domain.errors import InvalidRequest, Outdated
from domain.forms.fields import in_language
from domain.forms.subject import subject_of
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services import second_person
from server.services.forms import words_for
from server.services.read_record import dossier_of, readable_parts
from server.store import accounts, areas, records
from server.store.confirmations import CONFIRMED, REFUSED, StoredConfirmation
from server.store.records import StoredRecord
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import current_language, list_words

ACTIONS: Final = {
    Action.EXPORT_RESTRICTED.value: lazy_gettext("Export with protection answers"),
}
"""What may be asked for, in words."""
USED_AT: Final = {Action.EXPORT_RESTRICTED.value: "office.show_export"}
"""The pages (endpoints with the record's id) where what was confirmed is used."""
OUTDATED: Final = {
    "already-decided": lazy_gettext("Somebody else decided on this meanwhile; nothing was changed."),
    "confirmation-expired": lazy_gettext("This was asked for more than seven days ago; nothing was changed."),
}


@dataclass(frozen=True)
class ShownConfirmation:
    """Something that was asked for, with what a reader may know of the record that it is about."""

    asked: StoredConfirmation
    action: str
    role: str
    title: str
    name: str
    villages: tuple[Village, ...]
    link: str
    use: str
    state: str


@blueprint.get("/confirmations")
@needs(Action.CONFIRM)
def list_confirmations() -> str:
    """What waits for the reader, and what he asked for himself."""
    return _render()


@blueprint.post("/confirmations/<confirmation>")
@needs(Action.CONFIRM)
@password_again
def decide_confirmation(confirmation: str) -> Response | tuple[str, int]:
    """Confirms what somebody else asked for, or refuses it with a reason."""
    actor, decision = current_actor(), request.form.get("decision", "")
    reason = request.form.get("reason", "")
    if decision not in (CONFIRMED, REFUSED):
        raise InvalidRequest("no decision was chosen", code="no-decision")

    def decide(connection: Connection) -> None:
        if decision == CONFIRMED:
            second_person.confirm(connection, actor, confirmation, now_ms())
        else:
            second_person.refuse(connection, actor, confirmation, reason, now_ms())

    try:
        current_store().transact(decide)
    except Outdated as refusal:
        return _render(refusal=str(OUTDATED[refusal.code])), 409
    except InvalidRequest as refusal:
        words = str(REASONS[refusal.code])
        return _render(refusal=words, about=confirmation, reason=reason), 400
    flash(gettext("Confirmed.") if decision == CONFIRMED else gettext("Refused."), "good")
    return redirect(url_for("office.list_confirmations"))


def _render(**facts: Any) -> str:
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        waiting = [
            _shown(connection, actor, one, now) for one in second_person.waiting_for(connection, actor, now)
        ]
        own = [_shown(connection, actor, one, now) for one in second_person.asked_by(connection, actor, now)]
    tell_list(actor, [one.asked.record for one in (*waiting, *own)])
    return render_template("confirmations.html", waiting=waiting, own=own, **facts)


def _shown(connection: Connection, actor: Actor, asked: StoredConfirmation, now: int) -> ShownConfirmation:
    stored = records.load(connection, [asked.record]).get(asked.record)
    asker = accounts.find(connection, asked.asked_by)
    may_read = stored is not None and is_authorized(actor, Action.READ, stored.subject)
    place = _place(asked, stored)
    return ShownConfirmation(
        asked=asked,
        action=str(ACTIONS.get(asked.action, asked.action)),
        role=asker.actor.role.value if asker else Role.OFFICER.value,
        title=_title(connection, stored) if stored else "",
        name=_name(connection, actor, stored) if stored and may_read else "",
        villages=tuple(areas.villages_in(connection, stored.villages)) if stored else (),
        link=_link(stored) if stored and may_read else "",
        use=url_for(place, record=asked.record) if place and asked.can_be_used(now) and may_read else "",
        state=_state_words(asked, now),
    )


def of_asker(
    connection: Connection, actor: Actor, action: Action, record: str, now: int
) -> StoredConfirmation | None:
    """What the actor has asked for of this record, unless it is over."""
    asked = (
        one
        for one in second_person.asked_by(connection, actor, now)
        if (one.record, one.action) == (record, action)
    )
    return next((one for one in asked if one.waits(now) or one.can_be_used(now)), None)


def _place(asked: StoredConfirmation, stored: StoredRecord | None) -> str | None:
    """Where it is used; of a case not a form is exported, but all that is kept of a person."""
    is_of_case = stored is not None and list_of(stored.state.kind) is not None
    if is_of_case and asked.action == Action.EXPORT_RESTRICTED.value:
        return "office.show_copy"
    return USED_AT.get(asked.action)


def _title(connection: Connection, stored: StoredRecord) -> str:
    """The form, or the list of the case."""
    if list_name := list_of(stored.state.kind):
        return list_words(list_name)
    definition = words_for(connection, stored.state)
    return in_language(definition.title, current_language()) if definition else stored.state.form or ""


def _name(connection: Connection, actor: Actor, stored: StoredRecord) -> str:
    """Whom it is about, as the record's own page says at its top."""
    if list_of(stored.state.kind):
        return case_name(stored.state)
    answers = dossier_of(stored, readable_parts(connection, actor, stored)).answers
    return subject_of(words_for(connection, stored.state), answers).name


def _link(stored: StoredRecord) -> str:
    endpoint = "office.show_case" if list_of(stored.state.kind) else "office.show_record"
    return url_for(endpoint, record=stored.state.record)


def _state_words(asked: StoredConfirmation, now: int) -> str:
    if asked.used is not None:
        return gettext("done")
    if asked.decision == REFUSED:
        return gettext("refused")
    if now >= asked.expires:
        return gettext("expired")
    return gettext("confirmed") if asked.decision == CONFIRMED else gettext("waiting")
