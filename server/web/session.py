"""Who sits in front of the page: a signed cookie that ends by itself, and what each page asks of its reader.

The cookie names the account and when it was last used; everything else (role, areas,
whether the account is still open) is read anew for every page, so a change counts at once.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect, same_origin

from domain.access import Action, Actor, authorize, is_authorized
from server import logs
from server.access import Access, Caller, declare, public
from server.clock import now_ms
from server.context import current_store
from server.store import accounts
from server.store.accounts import StoredAccount
from server.web.wording import LANGUAGE

View = TypeVar("View", bound=Callable[..., Any])

IDLE_MS: Final = 15 * 60 * 1000
LONGEST_MS: Final = 8 * 60 * 60 * 1000
LOOK: Final = "Verilap-Look"
"""A header that our scripts send with what nobody pressed: that somebody is there does not follow from it."""
_SINCE, _SEEN, _PASSWORD = "since", "seen", "password"

_csrf = CSRFProtect()


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person who is signed in."""

    def __init__(self, account: StoredAccount) -> None:
        self.actor = account.actor
        self.language = account.language

    def get_id(self) -> str:
        """What the cookie keeps."""
        return self.actor.name


class SessionNotFound(Exception):
    """Nobody is signed in, or the session has run out; the page asks to sign in (again)."""


class OfficeSessions(SecureCookieSessionInterface):
    """Flask's signed cookies; for HTTPS only when the page itself came by HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 (Flask's interface)
        """A browser keeps a Secure cookie to itself on plain HTTP, which an office may use on loopback."""
        return request.is_secure


def register(app: Flask) -> None:
    """Gives `app` its sessions."""
    app.session_interface = OfficeSessions()
    app.config.update(
        SESSION_COOKIE_NAME="verilap",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Pages check by themselves, after the session; the API carries no cookies and needs no check.
        WTF_CSRF_CHECK_DEFAULT=False,
        # As long as the session, which ends by itself.
        WTF_CSRF_TIME_LIMIT=None,
    )
    _csrf.init_app(app)
    manager = LoginManager()
    # Addresses of laptops change in the middle of a day; the idle time is what protects.
    manager.session_protection = None
    manager.user_loader(_load)
    manager.init_app(app)


def needs(action: Action) -> Callable[[View], View]:
    """Lets a page be seen only by those whose role has `action`; declares so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not current_user.is_authenticated:
                raise SessionNotFound
            logs.note(account=current_actor().name)
            protect_from_forgery()
            authorize(current_actor(), action)
            return view(*args, **kwargs)

        return declare(cast(View, guarded), Access(action, caller=Caller.SESSION))

    return decorate


def open_to_all(reason: str) -> Callable[[View], View]:
    """A page that needs nobody to be signed in, and why; declares so."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            protect_from_forgery()
            return view(*args, **kwargs)

        return public(reason)(cast(View, guarded))

    return decorate


def protect_from_forgery() -> None:
    """Refuses a form that did not come from one of our own pages in this session. Raises `CSRFError`."""
    if request.method == "POST":
        _csrf.protect()


def is_from_here() -> bool:
    """Whether a form that came by HTTPS says that a page at this very address sent it.

    `protect_from_forgery` asks the same. It is not so where a proxy changes Host, or takes Referer away.
    """
    return not request.is_secure or same_origin(request.referrer or "", request.host_url)


def current_actor() -> Actor:
    """The person who is signed in."""
    return cast(Actor, current_user.actor)


def current_actor_or_none() -> Actor | None:
    """The same, if anybody is."""
    return current_actor() if current_user.is_authenticated else None


def begin(account: StoredAccount) -> None:
    """Signs a person in; nothing of an earlier session stays but its language."""
    language = session.get(LANGUAGE) or account.language
    session.clear()
    now = now_ms()
    session.update({LANGUAGE: language, _SINCE: now, _SEEN: now, _PASSWORD: _fingerprint(account)})
    login_user(SignedIn(account))


def end() -> None:
    """Signs out; the language stays."""
    language = session.get(LANGUAGE)
    logout_user()
    session.clear()
    if language:
        session[LANGUAGE] = language


def _load(name: str) -> SignedIn | None:
    """The account behind the cookie, while it is open and the session has not run out."""
    now = now_ms()
    if not _is_alive(now):
        return None
    with current_store().read() as connection:
        account = accounts.find(connection, name)
    if account is None or account.is_disabled or session.get(_PASSWORD) != _fingerprint(account):
        return None
    if not is_authorized(account.actor, Action.SIGN_IN):  # his role may be another one by now
        return None
    if LOOK not in request.headers:
        session[_SEEN] = now
    return SignedIn(account)


def _is_alive(now: int) -> bool:
    since, seen = session.get(_SINCE), session.get(_SEEN)
    if not isinstance(since, int) or not isinstance(seen, int):
        return False
    return now - seen < IDLE_MS and now - since < LONGEST_MS


def _fingerprint(account: StoredAccount) -> str:
    """A new password ends the sessions that began with the old one."""
    return hashlib.sha256((account.password_hash or "").encode()).hexdigest()[:16]
