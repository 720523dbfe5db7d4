"""Finding cases and submissions: what is looked for is sent in a form, and stands in no address."""

from dataclasses import replace

from flask import render_template, request

from domain.access import Action
from domain.errors import InvalidRequest
from domain.forms.fields import in_language
from server.context import current_store
from server.evidence import tell_list
from server.services.cases import CasePage, list_cases
from server.services.finding import MOST, search_for
from server.services.submissions import Queue, read_queue
from server.store import areas
from server.web.blueprint import blueprint
from server.web.filters import Filter, read_filter
from server.web.session import current_actor, needs
from server.web.wording import current_language

LONGEST = 200


@blueprint.post("/find")
@needs(Action.READ)
def find_page() -> str:
    """What was found, within the filters in the address, in any state."""
    actor, text = current_actor(), request.form.get("text", "")[:LONGEST]
    chosen = replace(read_filter(), tab="all")
    cases, queue = CasePage((), None), Queue((), {}, None)
    with current_store().read() as connection:
        try:
            search = search_for(connection, actor, text)
        except InvalidRequest:
            return _page(text, chosen, cases, queue, is_empty=True)
        cases = list_cases(connection, actor, area=chosen.area or None, wanted=search.wanted, limit=MOST)
        choice = replace(chosen.choice(actor), wanted=search.wanted)
        queue = read_queue(connection, actor, choice, None, MOST)
        villages = areas.villages_in(connection, {item.village for item in cases.items if item.village})
    named = [item.row.record for item in cases.items] + [entry.record for entry in queue.entries]
    tell_list(actor, named, sought=search.mark)
    return _page(text, chosen, cases, queue, villages={village.code: village for village in villages})


def _page(
    text: str, chosen: Filter, cases: CasePage, queue: Queue, is_empty: bool = False, **given: object
) -> str:
    return render_template(
        "find.html",
        sought=text,
        chosen=chosen,
        items=cases.items,
        entries=queue.entries,
        is_cut=bool(cases.following or queue.following),
        is_empty=is_empty,
        in_language=lambda told: in_language(told, current_language()),
        **given,
    )
