"""Keeping choices of the queue: named, in an order, one of them shown first; nobody's but their owner's."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.canonical import ID_BYTES, to_text
from domain.errors import InvalidRequest, NotFound
from server.store import saved_views
from server.store.saved_views import StoredView

MOST: Final = 20
LONGEST: Final = 60


def views_of(connection: Connection, actor: Actor) -> list[StoredView]:
    """His own, in his order."""
    return saved_views.of_account(connection, actor.name)


def keep(connection: Connection, actor: Actor, name: str, query: str) -> None:
    """
    Keeps a choice under a name; what stood under this name before is replaced.

    Raises `InvalidRequest` (no-name, name-too-long, too-many-views).
    """
    told = _checked(name)
    saved_views.lock_owner(connection, actor.name)
    views = views_of(connection, actor)
    if any(one.name == told for one in views):
        views = [replace(one, query=query) if one.name == told else one for one in views]
    elif len(views) >= MOST:
        raise InvalidRequest(f"nobody keeps more than {MOST} views", code="too-many-views")
    else:
        views.append(StoredView(to_text(secrets.token_bytes(ID_BYTES)), told, query, is_default=False))
    saved_views.replace(connection, actor.name, views)


def rename(connection: Connection, actor: Actor, view: str, name: str) -> None:
    """Gives a view another name. Raises `NotFound`, `InvalidRequest` (also name-taken)."""
    told = _checked(name)

    def renamed(views: list[StoredView], at: int) -> list[StoredView]:
        if any(one.name == told and number != at for number, one in enumerate(views)):
            raise InvalidRequest("another view has this name", code="name-taken")
        views[at] = replace(views[at], name=told)
        return views

    _change(connection, actor, view, renamed)


def remove(connection: Connection, actor: Actor, view: str) -> None:
    """Forgets a view. Raises `NotFound`."""
    _change(connection, actor, view, lambda views, at: [*views[:at], *views[at + 1 :]])


def move_up(connection: Connection, actor: Actor, view: str) -> None:
    """Lets a view and the one before it change places. Raises `NotFound`."""

    def moved(views: list[StoredView], at: int) -> list[StoredView]:
        views.insert(max(at - 1, 0), views.pop(at))
        return views

    _change(connection, actor, view, moved)


def show_first(connection: Connection, actor: Actor, view: str) -> None:
    """Shows a view, and no other one, where the queue is opened without a choice. Raises `NotFound`."""
    _change(
        connection,
        actor,
        view,
        lambda views, at: [replace(one, is_default=number == at) for number, one in enumerate(views)],
    )


def show_none_first(connection: Connection, actor: Actor) -> None:
    """Shows the usual queue where it is opened without a choice."""
    saved_views.lock_owner(connection, actor.name)
    views = [replace(one, is_default=False) for one in views_of(connection, actor)]
    saved_views.replace(connection, actor.name, views)


def _change(
    connection: Connection,
    actor: Actor,
    view: str,
    change: Callable[[list[StoredView], int], Sequence[StoredView]],
) -> None:
    saved_views.lock_owner(connection, actor.name)
    views = views_of(connection, actor)
    at = next((number for number, one in enumerate(views) if one.id == view), None)
    if at is None:
        raise NotFound("there is no such view")
    saved_views.replace(connection, actor.name, change(views, at))


def _checked(name: str) -> str:
    told = "".join(one for one in " ".join(name.split()) if one.isprintable())
    if not told:
        raise InvalidRequest("a view needs a name", code="no-name")
    if len(told) > LONGEST:
        raise InvalidRequest(f"a name has up to {LONGEST} characters", code="name-too-long")
    return told
