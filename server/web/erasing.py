"""The page on which a person is erased: what would go, asking for it, and doing it once it is confirmed."""

from collections.abc import Mapping
from typing import Final

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.cases import list_of
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.operations import RESTRICTED_PART
from server.clock import now_ms
from server.context import context_of, current_store
from server.erasures_file import ErasuresFile
from server.services.erasures import ask_for_erasure, confirmed_erasure, erase_confirmed
from server.services.subject import Kept, belongings
from server.store import areas
from server.web.blueprint import blueprint
from server.web.confirmations import ACTIONS, USED_AT
from server.web.confirming import password_again
from server.web.conflicts import KINDS
from server.web.queue import form_titles
from server.web.reasons import REASONS
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import list_words

ACTIONS[Action.ERASE.value] = lazy_gettext("Erase a person")
USED_AT[Action.ERASE.value] = "office.show_erasing"
ERASE: Final = "erase"


@blueprint.get("/cases/<record>/erase")
@needs(Action.ERASE)
def show_erasing(record: str) -> str:
    """What is kept of a case, and what of it stands in forms about others."""
    return _render(record)


@blueprint.post("/cases/<record>/erase")
@needs(Action.ERASE)
@password_again
def post_erasing(record: str) -> Response | tuple[str, int]:
    """Asks a second person; erases where one has confirmed it and the button says so."""
    actor, store = current_actor(), current_store()
    if request.form.get("decision") != ERASE:
        reason = request.form.get("reason", "")
        try:
            store.transact(lambda connection: ask_for_erasure(connection, actor, record, reason, now_ms()))
        except InvalidRequest as refusal:
            return _render(record, str(REASONS[refusal.code]), reason), 400
        flash(gettext("Asked for. Somebody else has to confirm it now."), "good")
        return redirect(url_for("office.list_confirmations"))
    with store.read() as connection:
        confirmed = confirmed_erasure(connection, actor, record, now_ms())
    if confirmed is None:
        return _render(record, gettext("Nobody has confirmed this.")), 409
    erase_confirmed(store, _file().append, confirmed, now_ms())
    flash(gettext("Erased. Devices follow at their next sync."), "good")
    return redirect(url_for("office.list_cases_page"))


def _render(record: str, refusal: str = "", reason: str = "") -> str:
    actor, now = current_actor(), now_ms()
    try:
        found = current_store().transact(lambda connection: belongings(connection, actor.name, record, now))
    except Outdated:
        raise NotFound("there is no such case") from None
    with current_store().read() as connection:
        confirmed = confirmed_erasure(connection, actor, record, now)
        titles = dict(form_titles(connection))
        villages = areas.villages_in(connection, {code for one in found.records for code in one.villages})
    return render_template(
        "erasing.html",
        found=found,
        name_of=lambda one: _name_of(one, titles),
        villages={village.code: village.name for village in villages},
        refusal=refusal,
        reason=reason,
        is_confirmed=confirmed is not None,
    )


def _name_of(one: Kept, titles: Mapping[str, str]) -> str:
    """What people call a record: by its list, or by its form."""
    if (name := list_of(one.kind)) is not None:
        return list_words(name)
    if one.kind in KINDS:
        return str(KINDS[one.kind])
    title = titles.get(one.form or "", one.form or one.kind)
    return gettext("%(title)s: protection answers", title=title) if one.kind == RESTRICTED_PART else title


def _file() -> ErasuresFile:
    return ErasuresFile(context_of(current_app).config.erasures_file)
