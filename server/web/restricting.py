"""The page on which the processing of somebody's data is restricted, and on which that is lifted."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import InvalidRequest, NotFound, Outdated
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.erasures import find_case
from server.services.restricting import lift, restrict
from server.store import restrictions
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.reasons import REASONS
from server.web.record_blocks import RecordBlock, RecordPage, Shown, Slot
from server.web.session import current_actor, needs
from server.web.translation import gettext

LIFT: Final = "lift"


@blueprint.get("/cases/<record>/restriction")
@needs(Action.RESTRICT_PROCESSING)
def show_restriction(record: str) -> str:
    """What restricting means, or since when and why it is so; and the button."""
    return _render(record)


@blueprint.post("/cases/<record>/restriction")
@needs(Action.RESTRICT_PROCESSING)
@password_again
def post_restriction(record: str) -> Response | tuple[str, int]:
    """Restricts, or lifts where the button says so."""
    is_lifting, reason = request.form.get("decision") == LIFT, request.form.get("reason", "")
    act = lift if is_lifting else restrict
    try:
        act(current_store(), current_actor(), record, reason, now_ms())
    except InvalidRequest as refusal:
        return _render(record, str(REASONS[refusal.code]), reason), 400
    except Outdated:
        return _render(record, gettext("Somebody else was faster; nothing was changed."), reason), 409
    done = gettext("Lifted.") if is_lifting else gettext("Restricted.")
    flash(f"{done} {gettext('Devices follow at their next sync.')}", "good")
    return redirect(url_for("office.show_case", record=record))


def _render(record: str, refusal: str = "", reason: str = "") -> str:
    with current_store().read() as connection:
        try:
            find_case(connection, current_actor(), record)
        except Outdated:
            raise NotFound("there is no such case") from None
        found = restrictions.find(connection, record)
    tell_list(current_actor(), [record])
    return render_template("restriction.html", record=record, found=found, refusal=refusal, reason=reason)


def _on_record(_: Connection, page: RecordPage) -> Shown | None:
    """For which restrictions a record is set aside."""
    found = page.reading.restrictions
    return Shown(found) if found else None


ON_RECORD: Final = RecordBlock("restrictions", Slot.HEAD, "record_restrictions.html", _on_record)
