"""The password again: asked before a page does what would do most harm at a laptop that somebody left."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import NotSignedIn
from server.clock import now_ms
from server.context import current_store
from server.services.password_again import give_password, is_fresh
from server.services.throttle import ThrottledError
from server.web.blueprint import blueprint
from server.web.session import current_actor, needs
from server.web.sign_in import local_path, refusal_words
from server.web.translation import gettext

View = TypeVar("View", bound=Callable[..., Any])
Page = tuple[str, int]

FIELD: Final = "password_again"
_GIVEN: Final = "password_given"


def password_again(view: View) -> View:
    """
    Lets a page be used by whoever has given the password within five minutes, else asks for it first.

    Stands below `needs`, which says who asks. A form that was being sent travels through the page that asks
    and is then sent once more, by the same press; files do not travel.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if is_fresh(_given(), now_ms()):
            return view(*args, **kwargs)
        if request.method != "POST" or FIELD not in request.form:
            return _ask()
        return _refused() or view(*args, **kwargs)

    return cast(View, guarded)


@blueprint.post("/password")
@needs(Action.SIGN_IN)
def give_password_again() -> Response | Page:
    """Takes the password, and goes on to the page that asked for it."""
    return _refused() or redirect(local_path(request.form.get("next")))


def _given() -> int | None:
    given = session.get(_GIVEN)
    return given if isinstance(given, int) else None


def _refused() -> Page | None:
    """Checks what was typed: the page that asks once more, or nothing where it was right."""
    now = now_ms()
    try:
        give_password(current_store(), current_actor(), request.form.get(FIELD, ""), request.remote_addr, now)
    except (NotSignedIn, ThrottledError) as refusal:
        if isinstance(refusal, ThrottledError):
            return _ask(refusal_words(refusal))[0], 429
        return _ask(gettext("The password is wrong."))[0], 403
    session[_GIVEN] = now
    return None


def _ask(refusal: str = "") -> Page:
    """The page that asks; what was typed before travels in it."""
    if request.method == "POST":
        action = request.full_path.rstrip("?")
        carried = [
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in ("csrf_token", FIELD)
        ]
    else:
        action, carried = url_for("office.give_password_again"), [("next", request.full_path.rstrip("?"))]
    return render_template("password.html", action=action, carried=carried, refusal=refusal), 200
