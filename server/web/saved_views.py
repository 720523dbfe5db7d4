"""Views of the queue that somebody keeps: as links above it, and the page on which he puts them in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import InvalidRequest
from server.context import current_store
from server.services import saved_views
from server.services.saved_views import LONGEST, MOST
from server.store.saved_views import StoredView
from server.web.blueprint import blueprint
from server.web.filters import Filter, read_filter
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext

REFUSED: Final = {
    "no-name": lazy_gettext("Not saved: give the view a name."),
    "name-too-long": lazy_gettext("Not saved: the name is too long. Shorten it."),
    "too-many-views": lazy_gettext("Not saved: there is no room for another view. Remove one first."),
    "name-taken": lazy_gettext("Not saved: another view of yours has this name."),
}


@dataclass(frozen=True)
class ShownView:
    """A view as a link; `is_current` where it is what the page shows."""

    id: str
    name: str
    url: str
    is_default: bool
    is_current: bool = False


def shown_views(views: Sequence[StoredView], chosen: Filter | None = None) -> list[ShownView]:
    """Views as links."""
    return [_shown(one, chosen) for one in views]


def _shown(one: StoredView, chosen: Filter | None) -> ShownView:
    kept = read_filter(dict(parse_qsl(one.query)))
    return ShownView(one.id, one.name, kept.address, one.is_default, kept == chosen)


def default_of(views: Sequence[ShownView]) -> str | None:
    """The address of the view that is shown first, if any is."""
    return next((one.url for one in views if one.is_default), None)


@blueprint.get("/views")
@needs(Action.READ)
def list_views() -> str:
    """The reader's views, to be put in order."""
    return _page()


@blueprint.post("/views")
@needs(Action.READ)
def keep_view() -> Response | tuple[str, int]:
    """Keeps the choice in the address under the name that was typed."""
    chosen, name = read_filter(), request.form.get("name", "")
    work = partial(saved_views.keep, name=name, query=urlencode(chosen.arguments))
    return _change(work, gettext("The view is saved."), chosen.address, typed=name, unsaved=chosen)


@blueprint.post("/views/<view>")
@needs(Action.READ)
def change_view(view: str) -> Response | tuple[str, int]:
    """Renames a view, moves it up, shows it first or not, or removes it."""
    name, what = request.form.get("name", ""), request.form.get("change", "")
    works: dict[str, Callable[..., None]] = {
        "rename": partial(saved_views.rename, view=view, name=name),
        "up": partial(saved_views.move_up, view=view),
        "first": partial(saved_views.show_first, view=view),
        "none-first": saved_views.show_none_first,
        "remove": partial(saved_views.remove, view=view),
    }
    if what not in works:
        raise InvalidRequest("no change was chosen", code="no-change")
    return _change(works[what], gettext("Changed."), url_for("office.list_views"), wrong=view, typed=name)


def _change(work: Callable[..., None], done: str, there: str, **typed: Any) -> Response | tuple[str, int]:
    actor = current_actor()
    try:
        current_store().transact(lambda connection: work(connection, actor))
    except InvalidRequest as refusal:
        if refusal.code not in REFUSED:
            raise
        return _page(refusal=str(REFUSED[refusal.code]), **typed), 400
    flash(done, "good")
    return redirect(there)


def _page(**given: Any) -> str:
    with current_store().read() as connection:
        views = shown_views(saved_views.views_of(connection, current_actor()))
    return render_template("views.html", views=views, most=MOST, longest=LONGEST, **given)
