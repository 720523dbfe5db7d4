"""Signing in and out, and the language of the pages."""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from flask import Flask, current_app, redirect, render_template, request, session, url_for
from flask_babel import refresh
from werkzeug.wrappers import Response

from domain.errors import NotAllowed, NotSignedIn
from server.catalogues import LANGUAGES
from server.clock import now_ms
from server.context import current_store
from server.services import accounts, throttle
from server.services.throttle import ThrottledError
from server.store.accounts import find
from server.web import draft
from server.web.blueprint import blueprint
from server.web.session import begin, current_actor_or_none, end, open_to_all
from server.web.translation import gettext, ngettext
from server.web.wording import LANGUAGE

LOCAL_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this server: an address elsewhere, even in disguise, begins otherwise."""
Resume: TypeAlias = Callable[[str, draft.Draft], str | None]
"""Draws the page at an address with what was typed on it; gives nothing where the page takes none."""
RESUME: Final = "verilap-resume"


def register(app: Flask, resume: Resume) -> None:
    """Tells `app` how to go on after signing in again: the pages on which people type are not known here."""
    app.extensions[RESUME] = resume


@blueprint.get("/sign-in")
@open_to_all("whoever signs in is not signed in yet")
def sign_in_page() -> str | Response:
    """The page that asks for name and password."""
    if current_actor_or_none():
        return redirect(url_for("office.home"))
    return show_sign_in(next_page=local_path(request.args.get("next")))


@blueprint.post("/sign-in")
@open_to_all("whoever signs in is not signed in yet")
def sign_in() -> tuple[str, int] | Response:
    """Lets somebody in; what he had typed before his session ended is on the page that follows."""
    name, password = request.form.get("name", "").strip(), request.form.get("password", "")
    next_page = local_path(request.form.get("next"))
    try:
        _check(name, password)
    except (NotSignedIn, NotAllowed, ThrottledError) as error:
        status = 429 if isinstance(error, ThrottledError) else 403
        page = show_sign_in(refusal_words(error), next_page, name, is_wrong=True, carried=draft.carried())
        return page, status
    resumed = _resume(next_page, draft.read_draft())
    return redirect(next_page) if resumed is None else (resumed, 200)


def _resume(address: str, typed: draft.Draft) -> str | None:
    resume: Resume = current_app.extensions[RESUME]
    return None if typed.is_empty else resume(address, typed)


def _check(name: str, password: str) -> None:
    store, now = current_store(), now_ms()
    actor = throttle.guard(
        store,
        throttle.sign_in_key(request.remote_addr),
        now,
        lambda: accounts.sign_in(store, name, password, now),
        wrong=NotSignedIn,
    )
    with store.read() as connection:
        account = find(connection, actor.name)
    if account is None:
        raise NotSignedIn("the account has gone")
    begin(account)


def show_sign_in(
    message: str = "",
    next_page: str = "/",
    name: str = "",
    *,
    is_wrong: bool = False,
    carried: draft.Fields = (),
) -> str:
    """The page that asks for name and password; `carried` travels with it."""
    return render_template(
        "sign_in.html", message=message, next=next_page, name=name, is_wrong=is_wrong, carried=carried
    )


def refusal_words(refusal: NotSignedIn | NotAllowed | ThrottledError) -> str:
    """Why somebody was not let in."""
    if isinstance(refusal, ThrottledError):
        seconds = max(1, -(-refusal.wait // 1000))
        return ngettext(
            "Too many wrong tries. Wait %(num)s second, then try again.",
            "Too many wrong tries. Wait %(num)s seconds, then try again.",
            seconds,
        )
    if isinstance(refusal, NotAllowed):
        return gettext("Field officers work with the app on their phone; these pages are for the office.")
    return gettext("The name or the password is wrong.")


@blueprint.post("/sign-out")
@open_to_all("signing out twice does no harm")
def sign_out() -> Response:
    """Ends the session."""
    end()
    return redirect(url_for("office.sign_in_page"))


@blueprint.post("/language")
@open_to_all("the page for signing in has two languages too")
def change_language() -> Response:
    """Shows the pages in another language from now on."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session[LANGUAGE] = chosen
        refresh()
    return redirect(local_path(request.form.get("next")))


def local_path(wanted: str | None) -> str:
    """Where to go next: a path of this server, else the start page."""
    return wanted if wanted and LOCAL_PATH.fullmatch(wanted) else url_for("office.home")
