"""The page on which a case is moved to another village, after a look at what that means."""

from contextlib import suppress
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action, covered_villages
from domain.errors import InvalidRequest, Outdated
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.moving import MoveOrder, MovePreview, movable_case, move_case, preview_move
from server.store import areas
from server.web.blueprint import blueprint
from server.web.filters import kecamatan_of
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import verdict_words

NO_VILLAGE: Final = {
    "unknown-village": lazy_gettext("Choose the village where the case goes."),
    "same-village": lazy_gettext("The case is in this village already."),
}


@blueprint.get("/cases/<record>/move")
@needs(Action.PLAN)
def show_move(record: str) -> str | tuple[str, int]:
    """Where the case may go; with a village what moving it there means."""
    village = request.args.get("village", "")
    try:
        if village:
            with current_store().read() as connection:
                preview_move(connection, current_actor(), record, village)
    except InvalidRequest as refusal:
        return _render(record, village, str(NO_VILLAGE[refusal.code])), 400
    return _render(record, village)


@blueprint.post("/cases/<record>/move")
@needs(Action.PLAN)
def post_move(record: str) -> Response | tuple[str, int]:
    """Moves it, if it still means what was shown."""
    told = {name: request.form.get(name, "") for name in ("village", "reason", "seen")}
    order = MoveOrder(record, told["village"], told["reason"], told["seen"])
    actor, now = current_actor(), now_ms()
    try:
        current_store().transact(lambda connection: move_case(connection, actor, order, now))
    except InvalidRequest as refusal:
        words = {**NO_VILLAGE, **REASONS}[refusal.code]
        return _render(record, order.village, str(words), order.reason), 400
    except Outdated as refusal:
        return _render(record, order.village, _outdated_words(refusal), order.reason), 409
    flash(gettext("Moved. Devices follow at their next sync."), "good")
    if covered_villages(actor, [order.village]):
        return redirect(url_for("office.show_case", record=record))
    return redirect(url_for("office.list_cases_page"))


def _outdated_words(refusal: Outdated) -> str:
    if refusal.code == "preview-changed":
        return gettext("Nothing was moved: something of what you saw has changed meanwhile. Look once more.")
    return gettext("Nothing was moved.") + " " + verdict_words(refusal.code)


def _render(record: str, village: str, refusal: str = "", reason: str = "") -> str:
    preview: MovePreview | None = None
    with current_store().read() as connection:
        movable_case(connection, current_actor(), record)
        if village:
            with suppress(InvalidRequest):  # which is told already
                preview = preview_move(connection, current_actor(), record, village)
        codes = sorted(areas.all_villages(connection))
        kecamatan = kecamatan_of(areas.villages_in(connection, codes))
    tell_list(current_actor(), [record])
    return render_template(
        "move.html",
        record=record,
        preview=preview,
        kecamatan=kecamatan,
        village=village,
        refusal=refusal,
        reason=reason,
    )
