"""Files that the office hands out: for a reason, and with protection answers by a second person."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized
from domain.errors import InvalidRequest, NotFound
from domain.operations import SUBMISSION
from schemas.records import is_list_name
from server.api.files import as_file
from server.clock import now_ms
from server.context import current_store
from server.services import second_person
from server.services.cases import count_list
from server.services.exporting import ExportedForm, export_form, export_list, export_whole_form
from server.services.job_exports import LARGE
from server.services.job_orders import order_export
from server.services.read_record import find_readable
from server.store.records import StoredRecord
from server.web.blueprint import blueprint
from server.web.confirmations import of_asker
from server.web.confirming import password_again
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.translation import gettext
from server.web.wording import list_words

XML, CSV = "application/xml", "text/csv"
Page = Response | str | tuple[str, int]


@blueprint.get("/records/<record>/export")
@needs(Action.EXPORT)
@password_again
def show_export(record: str) -> Page:
    """Asks why a form is wanted as a file, and tells where a second person stands with it."""
    return _form_page(record)


@blueprint.post("/records/<record>/export")
@needs(Action.EXPORT)
@password_again
def export_record(record: str) -> Page:
    """Gives the file without protection answers, asks for the one with them, or gives that one."""
    actor, now, reason = current_actor(), now_ms(), request.form.get("reason", "")
    what = request.form.get("what", "")
    try:
        if what == "ask":
            current_store().transact(lambda c: _ask(c, actor, record, reason, now))
            flash(gettext("Asked. A second person has to confirm it now."), "good")
            return redirect(url_for("office.show_export", record=record))
        made = current_store().transact(lambda c: _export(c, actor, record, what, reason, now))
    except InvalidRequest as refusal:
        if refusal.code not in REASONS:
            raise
        return _form_page(record, str(REASONS[refusal.code]), what, reason), 400
    return as_file(made.xml, XML, f"{record}.xml", made.etag)


def _ask(connection: Connection, actor: Actor, record: str, reason: str, now: int) -> None:
    _find_form(connection, actor, record)
    second_person.ask(connection, actor, Action.EXPORT_RESTRICTED, record, reason, now)


def _find_form(connection: Connection, actor: Actor, record: str) -> StoredRecord:
    """Raises `NotFound` also for what is no form, and so no file."""
    stored = find_readable(connection, actor, record)
    if stored.state.kind != SUBMISSION:
        raise NotFound("there is no such form", code="no-instance")
    return stored


def _export(
    connection: Connection, actor: Actor, record: str, what: str, reason: str, now: int
) -> ExportedForm:
    if what != "restricted":
        return export_form(connection, actor, record, reason, now)
    found = of_asker(connection, actor, Action.EXPORT_RESTRICTED, record, now)
    if found is None or not found.can_be_used(now):
        raise NotFound("nothing was confirmed here")
    return export_whole_form(connection, actor, found.id, now)


def _form_page(record: str, refusal: str = "", about: str = "", reason: str = "") -> str:
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        stored = _find_form(connection, actor, record)
        asked = of_asker(connection, actor, Action.EXPORT_RESTRICTED, record, now)
    return render_template(
        "export.html",
        record=record,
        may_ask=is_authorized(actor, Action.EXPORT_RESTRICTED, stored.subject),
        asked=asked,
        is_confirmed=asked is not None and asked.can_be_used(now),
        refusal=refusal,
        about=about,
        reason=reason,
    )


@blueprint.get("/cases/<list_name>/export")
@needs(Action.EXPORT_LIST)
@password_again
def show_list_export(list_name: str) -> Page:
    """Asks why a list is wanted as a file."""
    return _list_page(list_name)


@blueprint.post("/cases/<list_name>/export")
@needs(Action.EXPORT_LIST)
@password_again
def export_cases(list_name: str) -> Page:
    """Gives the list as CSV for a spreadsheet; a long one a worker makes."""
    actor, now, reason = current_actor(), now_ms(), request.form.get("reason", "")
    if not is_list_name(list_name):
        raise NotFound("there is no such list")
    try:
        with current_store().read() as connection:
            is_large = count_list(connection, actor, list_name) >= LARGE
        if is_large:
            job = current_store().transact(lambda c: order_export(c, actor, list_name, reason, now))
            return redirect(url_for("office.show_job", job=job))
        data = current_store().transact(lambda c: export_list(c, actor, list_name, reason, now))
    except InvalidRequest as refusal:
        return _list_page(list_name, str(REASONS[refusal.code]), reason), 400
    return as_file(data, CSV, f"{list_name}.csv")


def _list_page(list_name: str, refusal: str = "", reason: str = "") -> str:
    if not is_list_name(list_name):
        raise NotFound("there is no such list")
    return render_template(
        "export_list.html",
        list_name=list_name,
        title=list_words(list_name),
        refusal=refusal,
        reason=reason,
    )
