"""The queue: what waits for the office."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action, Actor
from domain.forms.fields import in_language
from domain.merge import form_order
from server.context import current_store
from server.evidence import tell_list
from server.services.forms import definition_of
from server.services.saved_views import views_of
from server.services.submissions import Queue, narrowed, read_queue
from server.services.waiting import list_waiting
from server.store import areas, forms
from server.store.log import HELD
from server.store.submissions import officers_in, rounds_in
from server.web.blueprint import blueprint
from server.web.filters import (
    AGES,
    PROBLEMS,
    TABS,
    Filter,
    flags_for,
    folded,
    kecamatan_of,
    position_text,
    read_filter,
    read_position,
)
from server.web.saved_views import default_of, shown_views
from server.web.session import current_actor, needs
from server.web.ticking import Ticking, ticking_of
from server.web.wording import current_language

PAGE: Final = 50
MOST_OFFICERS: Final = 60
"""So many are offered as a list; where there are more, a name is typed."""
MOST_ROUNDS: Final = 30


@dataclass(frozen=True)
class Tab:
    """A tab with how many submissions are behind it."""

    text: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Offered:
    """What the queue can be narrowed to; `officers` are none where there are too many for a list."""

    forms: list[tuple[str, str]]
    officers: list[tuple[str, str]]
    rounds: list[tuple[str, str]]
    problems: Mapping[str, Any]
    flags: Mapping[str, Any]
    ages: Mapping[str, Any]


@blueprint.get("/records")
@needs(Action.READ)
def list_records() -> str | Response:
    """A page of the queue; without any choice in the address that of the view that comes first."""
    actor, chosen = current_actor(), read_filter()
    after = read_position(request.args.get("after"))
    with current_store().read() as connection:
        views = shown_views(views_of(connection, actor), chosen)
        if not request.args and (first := default_of(views)):
            return redirect(first)
        queue = read_queue(connection, actor, chosen.choice(actor), after, PAGE)
        offered = _offered(connection, actor, chosen)
        villages = areas.villages_in(connection, narrowed(actor, None))
        has_held = _has_held(connection, actor)
        ticking = ticking_of(connection, actor, queue.entries)
    tell_list(actor, [entry.record for entry in queue.entries])
    return _page(
        queue,
        chosen,
        ticking,
        offered=offered,
        views=views,
        kecamatan=folded(kecamatan_of(villages), chosen.area),
        after=request.args.get("after", "") if after else "",
        has_held=has_held,
    )


def _page(queue: Queue, chosen: Filter, ticking: Ticking, **given: Any) -> str:
    return render_template(
        "queue.html",
        chosen=chosen,
        tabs=_tabs(chosen, queue),
        queue=queue,
        ticking=ticking,
        following=position_text(queue.following) if queue.following else "",
        in_language=lambda text: in_language(text, current_language()),
        **given,
    )


def _tabs(chosen: Filter, queue: Queue) -> list[Tab]:
    return [
        Tab(
            text=str(words),
            url=replace(chosen, tab=name).address,
            count=sum(queue.counts.get(state, 0) for state in states or queue.counts),
            is_current=name == chosen.tab,
        )
        for name, (words, states) in TABS.items()
    ]


def _offered(connection: Connection, actor: Actor, chosen: Filter) -> Offered:
    within = narrowed(actor, None)
    is_small = all(len(area) >= len("64.02.18") for area in within)  # a kecamatan, or less
    officers = officers_in(connection, within, MOST_OFFICERS + 1) if is_small else []
    return Offered(
        forms=form_titles(connection),
        officers=_as_pairs({*officers, chosen.officer} - {""}) if 0 < len(officers) <= MOST_OFFICERS else [],
        rounds=rounds_in(connection, within, MOST_ROUNDS, chosen.round),
        problems=PROBLEMS,
        flags=flags_for(actor),
        ages=AGES,
    )


def _as_pairs(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(names)]


def form_titles(connection: Connection) -> list[tuple[str, str]]:
    """(form id, title) of every form that was published, by its newest version."""
    newest = sorted({f"{form}@{version}" for form, version, *_ in forms.digests(connection)}, key=form_order)
    titles = {}
    for name in newest:
        definition = definition_of(connection, name)
        if definition:
            titles[definition.form_id] = in_language(definition.title, current_language())
    return sorted(titles.items(), key=lambda one: one[1])


def _has_held(connection: Connection, actor: Actor) -> bool:
    return bool(list_waiting(connection, actor, [HELD], None, 1).operations)
