"""The queue: what waits for the office."""

from dataclasses import dataclass, replace
from typing import Final

from flask import render_template, request, url_for
from sqlalchemy import Connection

from domain.access import Action, Actor
from domain.forms.fields import in_language
from domain.merge import form_order
from server.context import current_store
from server.evidence import tell_list
from server.services.forms import definition_of
from server.services.record_files import waiting_files
from server.services.submissions import Queue, narrowed, read_queue
from server.services.waiting import list_waiting
from server.store import areas, forms
from server.store.log import HELD
from server.web.blueprint import blueprint
from server.web.filters import TABS, Filter, kecamatan_of, position_text, read_filter, read_position
from server.web.session import current_actor, needs
from server.web.wording import current_language

PAGE: Final = 50


@dataclass(frozen=True)
class Tab:
    """A tab with how many submissions are behind it."""

    text: str
    url: str
    count: int
    is_current: bool


@blueprint.get("/records")
@needs(Action.READ)
def list_records() -> str:
    """A page of the queue."""
    actor, chosen = current_actor(), read_filter()
    after = read_position(request.args.get("after"))
    with current_store().read() as connection:
        queue = read_queue(connection, actor, chosen.choice(actor), after, PAGE)
        titles = form_titles(connection)
        villages = areas.villages_in(connection, narrowed(actor, None))
        has_held = _has_held(connection, actor)
        awaited = waiting_files(connection, [entry.record for entry in queue.entries])
    tell_list(actor, [entry.record for entry in queue.entries])
    return render_template(
        "queue.html",
        chosen=chosen,
        tabs=_tabs(chosen, queue),
        queue=queue,
        forms=titles,
        kecamatan=kecamatan_of(villages),
        is_first=after is None,
        following=position_text(queue.following) if queue.following else "",
        in_language=lambda text: in_language(text, current_language()),
        has_held=has_held,
        awaited=awaited,
    )


def _tabs(chosen: Filter, queue: Queue) -> list[Tab]:
    return [
        Tab(
            text=str(words),
            url=url_for("office.list_records", **replace(chosen, tab=name).arguments),
            count=sum(queue.counts.get(state, 0) for state in states or queue.counts),
            is_current=name == chosen.tab,
        )
        for name, (words, states) in TABS.items()
    ]


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
