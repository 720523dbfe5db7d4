"""Opening a round, and changing, closing or widening one that is there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, reach_of
from domain.areas import AREA_CODE, Village, covers
from domain.errors import InvalidRequest, Outdated
from domain.rounds import Plan, read_plan
from server.clock import now_ms, office_day
from server.context import current_store
from server.services.rounds import RoundSeen, add_villages, change_round, close_round, find_round, open_round
from server.store import areas
from server.web.blueprint import blueprint
from server.web.filters import kecamatan_of
from server.web.round_words import refusal_words
from server.web.rounds import form_titles_of, tell_day
from server.web.session import current_actor, needs
from server.web.translation import gettext, ngettext

Page = Response | str | tuple[str, int]
ALL: Final = "all"


@dataclass(frozen=True)
class Typed:
    """What somebody typed into the form of a round; `where` is ``all`` for all of his villages."""

    form: str = ""
    title: str = ""
    begins: str = ""
    due: str = ""
    where: str = ALL
    ticked: frozenset[str] = frozenset()
    round_id: str = ""

    @classmethod
    def read(cls) -> "Typed":
        """From the form that was sent."""
        sent = request.form
        ticked = (*sent.getlist("area"), *sent.getlist("village"))
        return cls(
            sent.get("form", ""),
            sent.get("title", ""),
            sent.get("begins", ""),
            sent.get("due", ""),
            sent.get("where", "some"),
            frozenset(one for one in ticked if AREA_CODE.fullmatch(one)),
            sent.get("round_id", ""),
        )

    @property
    def plan(self) -> Plan:
        """Raises `InvalidRequest`, see `read_plan`."""
        return read_plan(self.title, self.begins, self.due)

    def villages_of(self, mine: Sequence[Village]) -> list[str]:
        """The codes of the villages that were chosen, with those of whole kecamatan."""
        if self.where == ALL:
            return [one.code for one in mine]
        return [one.code for one in mine if any(covers(area, one.code) for area in self.ticked)]


@blueprint.get("/rounds/new")
@needs(Action.PLAN)
def new_round() -> Page:
    """The form of a new round."""
    return _new(Typed(begins=office_day(now_ms()), round_id=str(uuid4())))


@blueprint.post("/rounds")
@needs(Action.PLAN)
def post_round() -> Page:
    """Opens the round; pressed twice it opens one."""
    actor, typed, store = current_actor(), Typed.read(), current_store()
    try:
        with store.read() as connection:
            chosen = typed.villages_of(_my_villages(connection))
        count = open_round(store, actor, typed.round_id, typed.form, typed.plan, chosen, now_ms())
    except InvalidRequest as refusal:
        # Who went back to the form of a round that is open has it open another one with the next press.
        fresh = replace(typed, round_id=str(uuid4())) if refusal.code == "round-other" else typed
        return _new(fresh, refusal_words(refusal), refusal.code), 400
    if count:
        flash(ngettext("Opened in %(num)s village.", "Opened in %(num)s villages.", count), "good")
    else:
        flash(
            gettext("This round was opened already. Change it here if something is to be different."), "info"
        )
    return redirect(url_for("office.show_round", round_id=typed.round_id))


def _my_villages(connection: Connection) -> list[Village]:
    return areas.villages_in(connection, reach_of(current_actor(), Action.PLAN).areas)


def _new(typed: Typed, refusal: str = "", about: str = "") -> str:
    with current_store().read() as connection:
        mine, titles = _my_villages(connection), form_titles_of(connection)
    return render_template(
        "round_new.html",
        typed=typed,
        forms=sorted(titles.items(), key=lambda one: one[1]),
        kecamatan=kecamatan_of(mine),
        count=len(mine),
        refusal=refusal,
        about=about,
    )


@blueprint.get("/rounds/<round_id>/edit")
@needs(Action.PLAN)
def edit_round(round_id: str) -> Page:
    """The form with what a round says, and what else can be done to it."""
    return _edit(round_id)


@blueprint.post("/rounds/<round_id>/edit")
@needs(Action.PLAN)
def post_edit(round_id: str) -> Page:
    """Changes title and days, closes or reopens the round, or adds villages; in the reader's villages."""
    actor, typed, what = current_actor(), Typed.read(), request.form.get("what", "")
    version, store, now = request.form.get("version", ""), current_store(), now_ms()
    try:
        if what == "villages":
            with store.read() as connection:
                seen = find_round(connection, actor, round_id, Action.PLAN)
                further = [one for one in _my_villages(connection) if one.code not in seen.villages]
            count = add_villages(store, actor, round_id, typed.villages_of(further), now)
            flash(ngettext("Opened in %(num)s village.", "Opened in %(num)s villages.", count), "good")
        elif what in ("close", "reopen"):
            close_round(store, actor, round_id, version, what == "close", now)
            flash(gettext("Closed.") if what == "close" else gettext("Open again."), "good")
        else:
            change_round(store, actor, round_id, version, typed.plan, now)
            flash(gettext("Saved."), "good")
    except (InvalidRequest, Outdated) as refusal:
        status = 409 if isinstance(refusal, Outdated) else 400
        kept = typed if what == "change" else None
        return _edit(round_id, kept, refusal_words(refusal), refusal.code), status
    return redirect(url_for("office.show_round", round_id=round_id))


def _edit(round_id: str, typed: Typed | None = None, refusal: str = "", about: str = "") -> str:
    actor = current_actor()
    with current_store().read() as connection:
        seen = find_round(connection, actor, round_id, Action.PLAN)
        further = [one for one in _my_villages(connection) if one.code not in seen.villages]
        form = form_titles_of(connection).get(seen.form, seen.form)
    return render_template(
        "round_edit.html",
        seen=seen,
        form=form,
        typed=typed or _typed_of(seen),
        kecamatan=kecamatan_of(further),
        count=len(further),
        refusal=refusal,
        about=about,
        is_changed=about == "round-changed",
        tell_day=tell_day,
    )


def _typed_of(seen: RoundSeen) -> Typed:
    return replace(Typed(), title=seen.title, begins=seen.begins, due=seen.due, where="some")
