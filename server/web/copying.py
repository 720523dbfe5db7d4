"""The page on which somebody gets a copy of all that is kept of one person, to be handed to that person."""

from io import BytesIO
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, authorize
from domain.errors import InvalidRequest, NotFound, Outdated
from server.api.files import as_file
from server.clock import now_ms
from server.context import current_blobs, current_store
from server.person_page import write_person_archive
from server.services import person_export
from server.services.erasures import find_case
from server.services.person_export import PersonExport
from server.web.blueprint import blueprint
from server.web.confirmations import of_asker
from server.web.confirming import password_again
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.translation import gettext

ZIP = "application/zip"
MOST_BYTES: Final = 32 * 1024 * 1024
"""Of all files together in a copy from the page, which is made in memory; the command gives all of them."""
Page = Response | str | tuple[str, int]


@blueprint.get("/cases/<record>/copy")
@needs(Action.EXPORT_RESTRICTED)
@password_again
def show_copy(record: str) -> Page:
    """Offers the copy, and tells where a second person stands with the one that has protection answers."""
    return _page(record)


@blueprint.post("/cases/<record>/copy")
@needs(Action.EXPORT_RESTRICTED)
@password_again
def give_copy(record: str) -> Page:
    """Gives the copy without protection answers, asks for the one with them, or gives that one."""
    actor, now, what = current_actor(), now_ms(), request.form.get("what", "")
    reason = request.form.get("reason", "")
    try:
        if what == "ask":
            current_store().transact(lambda c: _ask(c, actor, record, reason, now))
            flash(gettext("Asked. A second person has to confirm it now."), "good")
            return redirect(url_for("office.show_copy", record=record))
        found = current_store().transact(lambda c: _copy(c, actor, record, what, now))
    except InvalidRequest as refusal:
        if refusal.code not in REASONS:
            raise
        return _page(record, str(REASONS[refusal.code]), reason), 400
    except Outdated:  # erased already
        raise NotFound("there is no such case") from None
    made = BytesIO()  # on no disk, where it would lie plain
    write_person_archive(made, found, current_blobs(), MOST_BYTES)
    return as_file(made.getvalue(), ZIP, f"{record}.zip")


def _ask(connection: Connection, actor: Actor, record: str, reason: str, now: int) -> None:
    find_case(connection, actor, record)
    person_export.ask_for_whole(connection, actor, record, reason, now)


def _copy(connection: Connection, actor: Actor, record: str, what: str, now: int) -> PersonExport:
    if what != "restricted":
        return person_export.export_person(connection, actor, record, now)
    confirmed = person_export.confirmed_whole(connection, actor, record, now)
    if confirmed is None:
        raise NotFound("nothing was confirmed here")
    return person_export.export_whole(connection, confirmed, now)


def _page(record: str, refusal: str = "", reason: str = "") -> str:
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        try:
            case = find_case(connection, actor, record)
        except Outdated:
            raise NotFound("there is no such case") from None
        authorize(actor, Action.EXPORT_RESTRICTED, case.subject)
        asked = of_asker(connection, actor, Action.EXPORT_RESTRICTED, record, now)
    return render_template(
        "copy.html",
        record=record,
        asked=asked,
        is_confirmed=asked is not None and asked.can_be_used(now),
        refusal=refusal,
        reason=reason,
    )
