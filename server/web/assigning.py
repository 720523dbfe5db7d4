"""Assigning the cases of a round: ticked ones, those of a village, or all of them evenly."""

from collections.abc import Mapping
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action
from domain.areas import AREA_CODE, Village
from domain.canonical import Json, canonical_bytes, digest_of
from domain.errors import InvalidRequest, Outdated
from domain.rounds import read_day
from server.clock import now_ms
from server.context import current_store
from server.services import jobs
from server.services.assignments import (
    ASSIGNABLE,
    Candidate,
    assign_all,
    candidates,
    spread,
    waiting_cases,
    within_area,
)
from server.services.job_assigning import ASSIGNING, SMALL, params_of
from server.store import areas
from server.web.blueprint import blueprint
from server.web.filters import kecamatan_of
from server.web.round_words import became_words, refusal_words
from server.web.rounds import read_chosen, render_round, tell_day
from server.web.session import current_actor, needs

Page = Response | str | tuple[str, int]
ROWS: Final = 40
"""Villages of which each has a form of its own on the page; with more a kecamatan is chosen first."""


@blueprint.get("/rounds/<round_id>/assign")
@needs(Action.PLAN)
def choose_assigning(round_id: str) -> Page:
    """Who could get the cases that nobody has, by village or evenly."""
    return _page(round_id)


@blueprint.post("/rounds/<round_id>/assign")
@needs(Action.PLAN)
def post_assigning(round_id: str) -> Page:
    """Assigns; an even distribution is shown first."""
    how = request.form.get("how", "")
    try:
        if how == "ticked":
            return _assign(round_id, _ticked(), "unassigned")
        if how == "village":
            return _assign(round_id, _of_village(round_id), "")
        if request.form.get("sure") != "yes":
            return _preview(round_id)
        shares, seen = _evenly(round_id), request.form.get("seen")
        if shares and seen and seen != _digest_of(shares):
            return _preview(round_id, refusal_words(Outdated("other shares", code="shares-changed"))), 409
        return _assign(round_id, shares, "")
    except InvalidRequest as refusal:
        words = refusal_words(refusal)
        if how == "ticked":
            return render_round(round_id, read_chosen(), words), 400
        return _page(round_id, words), 400


def _ticked() -> dict[str, str]:
    officer, cases = _officer(), request.form.getlist("case")
    if not cases:
        raise InvalidRequest("no case is ticked", code="no-cases")
    return dict.fromkeys(cases, officer)


def _officer() -> str:
    officer = request.form.get("to", "")
    if not officer:
        raise InvalidRequest("nobody is chosen", code="no-officer")
    return officer


def _of_village(round_id: str) -> dict[str, str]:
    officer, village = _officer(), request.form.get("village", "")
    with current_store().read() as connection:
        _, found = waiting_cases(connection, current_actor(), round_id, "", now_ms())
    return {case: officer for case, where in found.items() if where == village}


def _evenly(round_id: str) -> Mapping[str, str]:
    with current_store().read() as connection:
        names = request.form.getlist("officers")
        return spread(connection, current_actor(), round_id, _area(), names, now_ms()).officers


def _digest_of(shares: Mapping[str, str]) -> str:
    """Stands for who gets which case, as it was shown."""
    return digest_of(canonical_bytes(dict[str, Json](shares)))


def _assign(round_id: str, wanted: Mapping[str, str], tab: str) -> Page:
    due = request.form.get("due", "").strip()
    day = read_day(due, "assignment-due") if due else ""
    if len(wanted) > SMALL:
        return _order(params_of(round_id, wanted, day))
    became = assign_all(current_store(), current_actor(), round_id, wanted, day, now_ms())
    for kind, words in became_words(became):
        flash(words, kind)
    if tab:
        return redirect(url_for("office.show_round", round_id=round_id, tab=tab, **_narrower()))
    return redirect(url_for("office.choose_assigning", round_id=round_id, **_narrower()))


def _order(params: Json) -> Response:
    """Has a worker assign them; a page tells how far it is."""
    actor, store, now = current_actor(), current_store(), now_ms()
    job = store.transact(lambda connection: jobs.order(connection, actor, ASSIGNING, params, now))
    jobs.run_for(store, job, ASSIGNING)
    return redirect(url_for("office.show_job", job=job))


def _area() -> str:
    area = request.values.get("area", "")
    return area if AREA_CODE.fullmatch(area) else ""


def _narrower() -> dict[str, Any]:
    return {"area": _area()} if _area() else {}


def _page(round_id: str, refusal: str = "") -> str:
    actor, area = current_actor(), _area()
    with current_store().read() as connection:
        seen, cases = waiting_cases(connection, actor, round_id, area, now_ms())
        villages = within_area(sorted(seen.open_villages), area)
        able = candidates(connection, round_id, villages)
        counts = {code: sum(one == code for one in cases.values()) for code in sorted(set(cases.values()))}
        named = {one.code: one for one in areas.villages_in(connection, seen.villages)}
    chosen = set(request.form.getlist("officers")) if request.method == "POST" else None
    return render_template(
        "round_assign.html",
        seen=seen,
        area=area,
        kecamatan=kecamatan_of(named.values()),
        count=len(cases),
        rows=_rows(counts, named, able) if len(counts) <= ROWS else None,
        sums=_sums(counts, named),
        able=able,
        chosen=chosen,
        first_role=ASSIGNABLE[0],
        due=request.form.get("due", ""),
        refusal=refusal,
        tell_day=tell_day,
    )


def _rows(
    counts: Mapping[str, int], named: Mapping[str, Village], able: list[Candidate]
) -> list[tuple[Village, int, list[Candidate]]]:
    return [(named[code], count, [one for one in able if one.has(code)]) for code, count in counts.items()]


def _sums(counts: Mapping[str, int], named: Mapping[str, Village]) -> list[tuple[str, str, int]]:
    """Unassigned cases by kecamatan: code, name, how many."""
    found: dict[str, tuple[str, int]] = {}
    for code, count in counts.items():
        name = named[code].kecamatan
        found[code[:8]] = (name, found.get(code[:8], ("", 0))[1] + count)
    return [(code, name, count) for code, (name, count) in found.items()]


def _preview(round_id: str, refusal: str = "") -> str:
    actor, names = current_actor(), request.form.getlist("officers")
    if due := request.form.get("due", "").strip():
        read_day(due, "assignment-due")
    with current_store().read() as connection:
        shares = spread(connection, actor, round_id, _area(), names, now_ms())
        seen, cases = waiting_cases(connection, actor, round_id, _area(), now_ms())
        rows = _shares(connection, round_id, seen.villages, shares.officers, names)
    return render_template(
        "round_even.html",
        seen=seen,
        area=_area(),
        rows=rows,
        villages=len(set(cases.values())),
        count=len(shares.officers),
        left=len(shares.left),
        shares=_digest_of(shares.officers),
        refusal=refusal,
        due=due,
        tell_day=tell_day,
    )


def _shares(
    connection: Connection,
    round_id: str,
    villages: tuple[str, ...],
    officers: Mapping[str, str],
    names: list[str],
) -> list[tuple[Candidate, int]]:
    """Each of the chosen ones with how many he would get."""
    got = {name: sum(one == name for one in officers.values()) for name in set(names)}
    return [(one, got[one.name]) for one in candidates(connection, round_id, villages) if one.name in got]
