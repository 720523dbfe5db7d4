"""Rounds: the list of them, one of them with its lists of cases, and the list that an officer takes along."""

import re
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template, request, url_for
from sqlalchemy import Connection

from domain.access import Action, is_authorized
from domain.areas import AREA_CODE, Village
from domain.forms.fields import in_language
from domain.operations import RECORD_ID
from server.clock import now_ms, office_day
from server.context import current_store
from server.evidence import tell_list
from server.services.assignments import Candidate, candidates
from server.services.forms import newest_definitions
from server.services.round_lists import Progress, RoundList, progress_of, quick_total, read_list
from server.services.rounds import RoundSeen, asked_of, find_round, list_rounds
from server.services.submissions import narrowed
from server.store import areas
from server.store.rounds import LISTS, Tally
from server.web.blueprint import blueprint
from server.web.filters import kecamatan_of
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext
from server.web.wording import current_language, day_in_words

PAGE: Final = 50
ON_PAPER: Final = 500
"""Cases on one printed list; an officer has some 300."""
WITH_BARS: Final = 12
"""Open rounds of which the list tells how far they are; an office has a few."""
CLOSED_SHOWN: Final = 50
_PLACE: Final = re.compile(rf"([0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{2}}\.[0-9]{{4}})\.({RECORD_ID.pattern})")

TABS: Final = {
    "villages": lazy_gettext("By village"),
    "officers": lazy_gettext("By officer"),
    "unassigned": lazy_gettext("Not assigned"),
    "unvisited": lazy_gettext("Without visit"),
    "overdue": lazy_gettext("Overdue"),
    "not-found": lazy_gettext("Not found"),
    "all": lazy_gettext("All cases"),
}
FIRST_TAB: Final = "villages"
COUNTED: Final = {
    "unassigned": "unassigned",
    "unvisited": "unvisited",
    "overdue": "overdue",
    "not-found": "not_found",
    "all": "cases",
}
"""Which number of a tally stands beside a tab."""


@dataclass(frozen=True)
class Listed:
    """A round in the list; `total` where it is told how far it has come."""

    seen: RoundSeen
    form: str
    total: Tally | None = None


@dataclass(frozen=True)
class Tab:
    """A tab with how many cases are behind it, where it has a number."""

    name: str
    text: str
    url: str
    count: int | None
    is_current: bool


@dataclass(frozen=True)
class Chosen:
    """What of a round the reader asked for: `area` is a code, `officer` an account; empty means all."""

    tab: str = FIRST_TAB
    area: str = ""
    officer: str = ""
    after: tuple[str, str] | None = None

    @property
    def narrower(self) -> dict[str, Any]:
        """As members of an address, without the tab."""
        told = {"area": self.area, "officer": self.officer}
        return {name: value for name, value in told.items() if value}


def tell_day(day: str) -> str:
    """A day in words."""
    return day_in_words(day, current_language())


@blueprint.get("/rounds")
@needs(Action.READ)
def list_rounds_page() -> str:
    """The rounds of the reader's villages."""
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        found, titles = list_rounds(connection, actor), form_titles_of(connection)
        listed = [
            Listed(
                one,
                titles.get(one.form, one.form),
                quick_total(connection, actor, one, now) if number < WITH_BARS else None,
            )
            for number, one in enumerate(one for one in found if not one.is_closed)
        ]
    closed = [Listed(one, titles.get(one.form, one.form)) for one in found if one.is_closed]
    return render_template(
        "rounds.html",
        listed=listed,
        closed=closed[:CLOSED_SHOWN],
        more=len(closed) - len(closed[:CLOSED_SHOWN]),
        may_plan=is_authorized(actor, Action.PLAN),
        today=office_day(now),
        tell_day=tell_day,
    )


def form_titles_of(connection: Connection) -> dict[str, str]:
    """The title of every published form, by its id."""
    return {one.form_id: in_language(one.title, current_language()) for one in newest_definitions(connection)}


@dataclass(frozen=True)
class RoundShown:
    """What the page of a round shows."""

    seen: RoundSeen
    form: str
    chosen: Chosen
    has_cases: bool
    progress: Progress
    rows: tuple[Tally, ...]
    listed: RoundList
    candidates: tuple[Candidate, ...]
    villages: dict[str, Village]
    is_by_kecamatan: bool


@blueprint.get("/rounds/<round_id>")
@needs(Action.READ)
def show_round(round_id: str) -> str:
    """One round: how far it has come, by village or officer, and its lists of cases."""
    return render_round(round_id, read_chosen())


def render_round(round_id: str, chosen: Chosen, refusal: str = "") -> str:
    """The page of a round; which cases it names is put on record first."""
    shown = _read_round(round_id, chosen)
    actor = current_actor()
    tell_list(actor, shown.listed.records)
    may_plan = is_authorized(actor, Action.PLAN)
    return render_template(
        "round.html",
        page=shown,
        tabs=_tabs(shown),
        kecamatan=kecamatan_of(shown.villages.values()),
        following=_place_text(shown.listed.following),
        may_plan=may_plan,
        may_assign=may_plan and bool(shown.seen.open_villages) and shown.has_cases,
        today=office_day(now_ms()),
        refusal=refusal,
        tell_day=tell_day,
    )


def _read_round(round_id: str, chosen: Chosen) -> RoundShown:
    actor, now = current_actor(), now_ms()
    with current_store().read() as connection:
        seen = find_round(connection, actor, round_id)
        asked = asked_of(connection, actor, seen, now, chosen.area, chosen.officer or None)
        progress = progress_of(connection, actor, asked) if asked else Progress()
        listed = RoundList((), None)
        if asked and chosen.tab in LISTS:
            listed = read_list(connection, asked, chosen.tab, chosen.after, PAGE)
        found = areas.villages_in(connection, seen.villages)
        able: list[Candidate] = []
        if chosen.tab == "unassigned" and is_authorized(actor, Action.PLAN):
            able = candidates(connection, round_id, {one.stop.village for one in listed.items})
        form = form_titles_of(connection).get(seen.form, seen.form)
        within = [one.code for one in areas.villages_in(connection, narrowed(actor, chosen.area))]
    shown_villages = [code for code in seen.villages if code in set(within)]
    is_by_kecamatan = len({code[:8] for code in shown_villages}) > 1
    rows = _rows(chosen.tab, progress, shown_villages, is_by_kecamatan)
    return RoundShown(
        seen=seen,
        form=form,
        chosen=chosen,
        has_cases=asked is not None,
        progress=progress,
        rows=rows,
        listed=listed,
        candidates=tuple(able),
        villages={one.code: one for one in found},
        is_by_kecamatan=is_by_kecamatan,
    )


def _rows(tab: str, progress: Progress, villages: list[str], is_by_kecamatan: bool) -> tuple[Tally, ...]:
    """The rows of the first two tabs; villages of several kecamatan are summed up by kecamatan."""
    if tab == "officers":
        return tuple(one for one in progress.officers if one.name)
    if tab != FIRST_TAB:
        return ()
    known = {one.name: one for one in progress.villages}
    rows: dict[str, Tally] = {}
    for code in villages:
        name = code[:8] if is_by_kecamatan else code
        rows[name] = rows.get(name, Tally(name)) + known.get(code, Tally(code))
    return tuple(rows.values())


def _tabs(shown: RoundShown) -> list[Tab]:
    total, chosen = shown.progress.total, shown.chosen
    return [
        Tab(
            name,
            str(text),
            url_for("office.show_round", round_id=shown.seen.id, tab=name, **chosen.narrower),
            getattr(total, COUNTED[name]) if name in COUNTED else None,
            name == chosen.tab,
        )
        for name, text in TABS.items()
        if shown.has_cases or name == FIRST_TAB
    ]


def read_chosen() -> Chosen:
    """What the address asks for; what makes no sense there is as usual."""
    values = request.values
    tab, area, officer = values.get("tab", ""), values.get("area", ""), values.get("officer", "")
    after = _PLACE.fullmatch(values.get("after", ""))
    return Chosen(
        tab=tab if tab in TABS else FIRST_TAB,
        area=area if AREA_CODE.fullmatch(area) else "",
        officer=officer if officer.isprintable() and len(officer) <= 64 else "",
        after=(after[1], after[2]) if after else None,
    )


def _place_text(place: tuple[str, str] | None) -> str:
    return ".".join(place) if place else ""


@blueprint.get("/rounds/<round_id>/sheet")
@needs(Action.READ)
def show_sheet(round_id: str) -> str:
    """The cases of one officer (or of everybody) as a list to be printed."""
    actor, chosen, now = current_actor(), read_chosen(), now_ms()
    with current_store().read() as connection:
        seen = find_round(connection, actor, round_id)
        asked = asked_of(connection, actor, seen, now, chosen.area, chosen.officer or None)
        listed = RoundList((), None)
        if asked:
            listed = read_list(connection, asked, "all", chosen.after, ON_PAPER)
        found = areas.villages_in(connection, {one.stop.village for one in listed.items})
        form = form_titles_of(connection).get(seen.form, seen.form)
    tell_list(actor, listed.records)
    return render_template(
        "round_sheet.html",
        seen=seen,
        form=form,
        chosen=chosen,
        listed=listed,
        villages={one.code: one for one in found},
        following=_place_text(listed.following),
        title=gettext("Cases of %(name)s", name=chosen.officer) if chosen.officer else gettext("All cases"),
        tell_day=tell_day,
    )
