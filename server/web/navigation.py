"""The pages that everybody finds at the top."""

from dataclasses import dataclass

from flask import request, url_for

from domain.access import Action, is_authorized
from server.web.session import current_actor_or_none
from server.web.translation import gettext


@dataclass(frozen=True)
class Item:
    """A link at the top."""

    text: str
    url: str
    is_current: bool


def navigation() -> list[Item]:
    """The links for whoever is signed in."""
    actor = current_actor_or_none()
    if actor is None or not is_authorized(actor, Action.READ):
        return []
    here = request.endpoint or ""
    items = [Item(gettext("Queue"), url_for("office.list_records"), here == "office.list_records")]
    is_case = here in ("office.list_cases_page", "office.show_case")
    items.append(Item(gettext("Cases"), url_for("office.list_cases_page"), is_case))
    if is_authorized(actor, Action.READ_HELD):
        items.append(
            Item(gettext("Held back"), url_for("office.list_held"), here.startswith("office.list_held"))
        )
    return items
