"""A number in full: asked for with a reason, shown once in the answer to that."""

from typing import Final

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.cases import list_of
from domain.errors import InvalidRequest
from server.clock import now_ms
from server.context import current_store
from server.services.read_record import find_readable
from server.services.reveal import reveal
from server.web import draft
from server.web.blueprint import blueprint
from server.web.cases import render_case
from server.web.confirming import password_again
from server.web.draft import read_draft
from server.web.filters import read_filter
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.submission import render_record
from server.web.translation import gettext, lazy_gettext

USUAL: Final = {
    "document": lazy_gettext("Compare it with the family card or another document"),
    "registry": lazy_gettext("Ask the civil registry about it"),
    "aid": lazy_gettext("Enter it in the system of an aid programme"),
    "family": lazy_gettext("The family asked for it"),
}
"""Reasons that offices usually have, by what the form sends."""
REASON: Final = "reveal_reason"
"""Not called as the reason of a rejection, which may be typed on the same page."""


@blueprint.post("/records/<record>/reveal")
@needs(Action.REVEAL)
@password_again
def reveal_number(record: str) -> str | Response | tuple[str, int]:
    """Asks why, and then shows the record's page with the number in full; what was typed there stays."""
    path, actor, now = request.form.get("reveal", ""), current_actor(), now_ms()
    with current_store().read() as connection:
        kind = find_readable(connection, actor, record).state.kind
    if REASON not in request.form:
        return _ask(record, path)
    try:
        current_store().transact(lambda connection: reveal(connection, actor, record, [path], _reason(), now))
    except InvalidRequest as refusal:
        if refusal.code not in REASONS:
            raise
        return _ask(record, path, str(REASONS[refusal.code])), 400
    revealed = frozenset({path})
    if list_of(kind) is not None:
        return render_case(record, revealed)
    return render_record(record, read_filter(), read_draft(), revealed=revealed)


def _reason() -> str:
    """What was chosen and typed, as it stays on record."""
    usual = USUAL.get(request.form.get("usual", ""))
    told = [str(usual)] if usual else []
    typed = request.form.get(REASON, "").strip()
    return ": ".join([*told, *([typed] if typed else [])])


def _ask(record: str, path: str, refusal: str = "") -> str:
    return render_template(
        "reveal.html",
        action=url_for("office.reveal_number", record=record, **read_filter().arguments),
        back=url_for("office.show_record", record=record, **read_filter().arguments),
        path=path,
        usual=USUAL,
        chosen=request.form.get("usual", ""),
        reason=request.form.get(REASON, ""),
        carried=draft.carried(),
        refusal=refusal,
        title=gettext("Show the whole number"),
    )
