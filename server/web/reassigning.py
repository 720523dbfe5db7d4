"""Handing cases on: which of an officer's, to whom, what that means, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor, is_authorized, reach_of
from domain.areas import Village, is_village
from domain.cases import case_name
from domain.errors import InvalidRequest, Outdated
from domain.forms.masking import masked_text
from domain.operations import RECORD_ID
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.accounts import NAME
from server.services.job_handing import HAND_ON
from server.services.jobs import order, run_for
from server.services.reassigning import (
    AT_ONCE,
    Handing,
    check_shown,
    chosen,
    hand_some,
    preview_handing,
    takers_for,
)
from server.store import areas, planned_cases, records
from server.store.planned_cases import HeldCase
from server.web.blueprint import blueprint
from server.web.file_words import size_words
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext, ngettext
from server.web.wording import current_language

MOST_SHOWN: Final = 200
"""Cases named on a page; of more only the number is told."""
NO_CHOICE: Final = {
    "no-cases": lazy_gettext("Tick cases, or all of them."),
    "no-officers": lazy_gettext("Tick to whom they go: somebody who has the village of one of them."),
}


@dataclass(frozen=True)
class ShownCase:
    """An assignment on the page; a case that the reader may not read has no name and no link."""

    record: str
    name: str
    case: str
    village: Village | None


@blueprint.get("/assignments")
@needs(Action.PLAN)
def choose_reassigning() -> str:
    """Whose cases are to be handed on, which of them, and to whom."""
    return _render_choice(_asked(request.args))


@blueprint.post("/assignments/preview")
@needs(Action.PLAN)
def preview_reassigning() -> str | tuple[str, int]:
    """What it means; nothing is done yet."""
    handing = _asked(request.form)
    try:
        return _render_preview(handing)
    except InvalidRequest as refusal:
        return _render_choice(handing, str(NO_CHOICE[refusal.code])), 400


@blueprint.post("/assignments/reassign")
@needs(Action.PLAN)
def post_reassigning() -> Response | tuple[str, int]:
    """Hands on what was shown, if it is still so."""
    handing, actor, store, now = _asked(request.form), current_actor(), current_store(), now_ms()
    try:
        with store.read() as connection:
            preview = check_shown(connection, actor, handing, request.form.get("seen", ""))
    except InvalidRequest as refusal:
        return _render_choice(handing, str(NO_CHOICE[refusal.code])), 400
    except Outdated:
        words = gettext(
            "Nothing was handed on: something of what you saw has changed meanwhile. Look once more."
        )
        return _render_preview(handing, words), 409
    if len(preview.shares) > AT_ONCE:
        job = store.transact(lambda connection: order(connection, actor, HAND_ON, preview.params, now))
        run_for(store, job, HAND_ON)
        return redirect(url_for("office.show_job", job=job))
    given = store.transact(
        lambda connection: hand_some(connection, actor, handing.officer, preview.wanted, now)
    )
    _tell(given.total(), len(preview.wanted))
    return redirect(url_for("office.choose_reassigning", **_address(handing)))


def _tell(given: int, wanted: int) -> None:
    flash(ngettext("%(num)s case was handed on.", "%(num)s cases were handed on.", given), "good")
    if given < wanted:
        words = ngettext(
            "%(num)s case was changed by somebody else meanwhile and stays as it is.",
            "%(num)s cases were changed by somebody else meanwhile and stay as they are.",
            wanted - given,
        )
        flash(words, "warn")


def _asked(told: Any) -> Handing:
    """What was chosen, in an address or a form; what makes no sense stands for nothing."""
    of_round, village = told.get("round", ""), told.get("village", "")
    officer, to = told.get("officer", ""), {one for one in told.getlist("to") if NAME.fullmatch(one)}
    ticked = [one for one in told.getlist("only") if RECORD_ID.fullmatch(one)]
    return Handing(
        officer=officer if NAME.fullmatch(officer) else "",
        to=tuple(sorted(to)),
        round=of_round if RECORD_ID.fullmatch(of_round) else "",
        village=village if is_village(village) else "",
        only=None if told.get("all") == "1" else frozenset(ticked),
    )


def _address(handing: Handing) -> dict[str, Any]:
    told = {"officer": handing.officer, "round": handing.round, "village": handing.village}
    return {name: value for name, value in told.items() if value}


def _render_choice(handing: Handing, refusal: str = "") -> str:
    actor = current_actor()
    reach = reach_of(actor, Action.PLAN).areas
    whole = Handing(handing.officer, (), handing.round, handing.village)
    with current_store().read() as connection:
        found = chosen(connection, actor, whole) if handing.officer else []
        cases = _shown(connection, actor, found)
        villages = areas.villages_in(connection, sorted({one.village for one in found})) if found else []
        takers = takers_for(connection, {one.village for one in found}, handing.officer)
        officers = planned_cases.loads(connection, reach)
        rounds = planned_cases.open_rounds(connection, reach)
    tell_list(actor, [one.case for one in cases if one.name])
    return render_template(
        "reassign.html",
        handing=handing,
        ticked=handing.only or frozenset(),
        is_all=handing.only is None,
        officers=officers,
        rounds=rounds,
        villages=villages,
        cases=cases,
        count=len(found),
        takers=takers,
        refusal=refusal,
    )


def _render_preview(handing: Handing, refusal: str = "") -> str:
    actor = current_actor()
    with current_store().read() as connection:
        preview = preview_handing(connection, actor, handing)
        cases = _shown(connection, actor, [one for one in preview.cases if one.record in preview.shares])
        left = _shown(connection, actor, preview.left)
    tell_list(actor, [one.case for one in (*cases, *left) if one.name])
    return render_template(
        "reassign_preview.html",
        preview=preview,
        handing=handing,
        back=_address(handing),
        cases=cases,
        left=left,
        refusal=refusal,
        size_of=lambda size: size_words(size, current_language()),
    )


def _shown(connection: Connection, actor: Actor, cases: Sequence[HeldCase]) -> list[ShownCase]:
    """The first of them, with what they are called where the reader may know it."""
    some = cases[:MOST_SHOWN]
    stored = records.load(connection, {one.case for one in some})
    readable = {
        one: masked_text(case_name(found.state)) or gettext("Without a name")
        for one, found in stored.items()
        if is_authorized(actor, Action.READ, found.subject)
    }
    codes = sorted({one.village for one in some})
    places = {one.code: one for one in areas.villages_in(connection, codes)} if codes else {}
    return [
        ShownCase(one.record, readable.get(one.case, ""), one.case, places.get(one.village)) for one in some
    ]
