"""Approving what was ticked in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import InvalidRequest
from domain.forms.fields import in_language
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.bulk import Refused, approve_displayed
from server.services.submissions import Entry, entries_of
from server.web.blueprint import blueprint
from server.web.filters import Filter, position_text, read_filter, read_position
from server.web.session import current_actor, needs
from server.web.ticking import read_ticked, why
from server.web.translation import lazy_gettext, ngettext
from server.web.wording import current_language

REFUSED: Final = {
    "nothing-ticked": lazy_gettext("Nothing was approved: tick the forms first."),
}


@dataclass(frozen=True)
class ShownRefusal:
    """A form that was not approved; its row, where the reader may still read it, and why in words."""

    record: str
    entry: Entry | None
    why: str


@blueprint.post("/records/approve")
@needs(Action.REVIEW)
def approve_ticked() -> Response | tuple[str, int]:
    """Approves what was ticked, each form by itself; tells which were not, and why."""
    actor, chosen = current_actor(), read_filter()
    try:
        displayed = read_ticked(actor, request.form.getlist("pick"))
    except InvalidRequest as refusal:
        if refusal.code not in REFUSED:
            raise
        return _page(chosen, refusal=str(REFUSED[refusal.code])), 400
    outcome = approve_displayed(current_store(), actor, displayed, now_ms)
    if outcome.refused:
        refused = _shown(outcome.refused)
        return _page(chosen, approved=len(outcome.approved), refused=refused), 409
    count = len(outcome.approved)
    flash(ngettext("%(num)s form was approved.", "%(num)s forms were approved.", count), "good")
    return redirect(_back(chosen))


def _shown(refused: Sequence[Refused]) -> list[ShownRefusal]:
    """The rows of what was refused; that they are shown is put on record."""
    actor = current_actor()
    with current_store().read() as connection:
        found = {entry.record: entry for entry in entries_of(connection, actor, [r.record for r in refused])}
    tell_list(actor, list(found))
    return [ShownRefusal(r.record, found.get(r.record), ", ".join(map(why, r.codes))) for r in refused]


def _back(chosen: Filter) -> str:
    """The page of the queue that was ticked on."""
    after = read_position(request.form.get("after"))
    if after is None:
        return chosen.address
    return url_for("office.list_records", **{**chosen.arguments, "after": position_text(after)})


def _page(chosen: Filter, **given: Any) -> str:
    return render_template(
        "bulk.html",
        chosen=chosen,
        back=_back(chosen),
        in_language=lambda told: in_language(told, current_language()),
        **given,
    )
