"""Errors as pages: what happened, and what to do next."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from flask import Flask, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

from domain.errors import VerilapError
from server import logs
from server.api import errors as api_errors
from server.services.throttle import ThrottledError
from server.store.transactions import StoreBusyError
from server.web import draft
from server.web.blueprint import blueprint
from server.web.filters import read_filter
from server.web.session import SessionNotFound, current_actor_or_none, is_from_here
from server.web.sign_in import show_sign_in
from server.web.submission import render_record
from server.web.translation import gettext, lazy_gettext

API: Final = ("/api/", "/health")


@dataclass(frozen=True)
class Explanation:
    """What a page says of an error."""

    title: Any
    text: Any
    steps: Sequence[Any] = ()


NOT_ALLOWED: Final = Explanation(
    lazy_gettext("This is not for your account"),
    lazy_gettext("Your account has not the role or not the villages for this."),
    (
        lazy_gettext(
            "If it belongs to your work, ask the administrator of your office to widen your account."
        ),
        lazy_gettext(
            "If somebody else used this computer before you, sign out and in again with your own account."
        ),
    ),
)
NOT_FOUND: Final = Explanation(
    lazy_gettext("There is nothing here"),
    lazy_gettext("The address is wrong, or what stood here is not in your villages any more."),
    (
        lazy_gettext("Go back to the queue and open it from there."),
        lazy_gettext(
            "If you followed a link that somebody sent you, ask him for the village: it may not be yours."
        ),
    ),
)
TOO_OLD: Final = Explanation(
    lazy_gettext("This page was open for too long"),
    lazy_gettext("Nothing was changed. Go back, load the page again, and repeat the last step."),
)
ELSEWHERE: Final = Explanation(
    lazy_gettext("This page came from another address"),
    lazy_gettext(
        "Nothing was changed. The server takes a form only from its own pages,"
        " and cannot see that this is one of them."
    ),
    (
        lazy_gettext("Open the pages at the address that your office gave you, and try again."),
        lazy_gettext("If something in your browser hides where a page came from, allow it for this address."),
        lazy_gettext(
            "If it happens to everybody, tell the administrator:"
            " the proxy has to pass Host and Referer on as the browser sent them."
        ),
    ),
)
MEANWHILE: Final = Explanation(
    lazy_gettext("Something is different by now"),
    lazy_gettext("Nothing was changed by this press: somebody else was faster, or it was sent twice."),
    (lazy_gettext("Go back, load the page again, and look how it is now."),),
)
NOT_UNDERSTOOD: Final = Explanation(
    lazy_gettext("The server did not understand this"),
    lazy_gettext("Nothing was changed. Go back, load the page again, and repeat the last step."),
)
TOO_MUCH: Final = Explanation(
    lazy_gettext("That was too much text"),
    lazy_gettext("Nothing was changed. Go back, shorten your remarks, and send them again."),
)
FILE_TOO_LARGE: Final = Explanation(
    lazy_gettext("This file is too large for the page"),
    lazy_gettext("Nothing was changed. A page takes files of up to 12 MB."),
    (
        lazy_gettext("Make pictures and sounds smaller, or leave out what the form does not need."),
        lazy_gettext("Larger ones are published on the server: verilap-server publish-form FILE.zip"),
    ),
)
UNSENT_TOO_LARGE: Final = Explanation(
    lazy_gettext("This file is too large for the page"),
    lazy_gettext("Nothing was taken in. A page takes files of up to 15 MB."),
    (
        lazy_gettext(
            "Larger ones are taken in on the server: verilap-server take-unsent FILE --key FILE --by NAME"
        ),
    ),
)
TOO_LARGE: Final = {"office.upload_form": FILE_TOO_LARGE, "office.upload_unsent": UNSENT_TOO_LARGE}
"""What is said of a file that is too large, by where it was sent to."""
BUSY: Final = Explanation(
    lazy_gettext("The server cannot answer now"),
    lazy_gettext("Nothing was changed and nothing is lost. Wait a minute and try again."),
    (lazy_gettext("If it stays like this, tell the administrator."),),
)
FAULT: Final = Explanation(
    lazy_gettext("The server made a mistake"),
    lazy_gettext(
        "It was not your fault. What was not confirmed was not changed;"
        " nothing that was sent earlier is lost."
    ),
    (
        lazy_gettext("Try again once."),
        lazy_gettext(
            "If it happens again, tell the administrator when it happened; the server has noted it."
        ),
    ),
)
FILE_WAITING: Final = Explanation(
    lazy_gettext("This file has not arrived yet"),
    lazy_gettext("The answer that names it is here; the file itself is still on the officer's device."),
    (
        lazy_gettext("It comes by itself when his device has a good line. Open the record again later."),
        lazy_gettext("If it is urgent, ask him to sync where there is Wi-Fi."),
    ),
)
FILE_PREPARING: Final = Explanation(
    lazy_gettext("This file is being prepared"),
    lazy_gettext("It has arrived, and is made ready to be shown. That takes some seconds."),
    (
        lazy_gettext("Wait a moment and open it again."),
        lazy_gettext("If it stays like this, tell the administrator: the worker may not be running."),
    ),
)
FILE_NOT_SHOWN: Final = Explanation(
    lazy_gettext("This file cannot be shown"),
    lazy_gettext("It has arrived and is kept, but there is no picture of it that could be shown."),
    (
        lazy_gettext(
            "Go back to the record: the page says what kind of file it is and what is wrong with it."
        ),
        lazy_gettext("If it should be a photo, ask the officer to take it again, as JPEG."),
    ),
)
FILE_LOST: Final = Explanation(
    lazy_gettext("The storage does not have this file"),
    lazy_gettext("It arrived once, and cannot be read any more. The answers of the record are not touched."),
    (lazy_gettext("Tell the administrator: verilap-server files check says which files are gone."),),
)
BY_CODE: Final = {
    "file-waiting": FILE_WAITING,
    "file-preparing": FILE_PREPARING,
    "file-not-shown": FILE_NOT_SHOWN,
    "file-missing": FILE_LOST,
    "file-damaged": FILE_LOST,
}
BY_STATUS: Final = {
    400: NOT_UNDERSTOOD,
    403: NOT_ALLOWED,
    404: NOT_FOUND,
    405: NOT_FOUND,
    409: MEANWHILE,
    413: TOO_MUCH,
    416: NOT_UNDERSTOOD,
    429: BUSY,
    503: BUSY,
}


def register(app: Flask) -> None:
    """Makes `app` answer the errors of pages, and of addresses that are nobody's, with pages."""
    for status in (400, 403, 404, 405, 413, 416, 500):
        app.register_error_handler(status, _show_http_error)


def _ask_to_sign_in(_: SessionNotFound) -> tuple[str, int] | Response:
    """To the page for signing in, and back here; a form that was being sent goes along."""
    record = (request.view_args or {}).get("record")
    if request.method == "GET":
        return redirect(url_for("office.sign_in_page", next=request.full_path.rstrip("?")))
    filters: dict[str, Any] = request.args.to_dict()
    here = url_for("office.home")
    if record:
        here = url_for("office.show_record", record=record, **filters)
    typed = draft.carried()
    message = gettext("Your session has ended: after 15 minutes without use, or 8 hours. Sign in again.")
    if typed:
        message += " " + gettext("What you had typed is kept and will be on the page.")
    return show_sign_in(message, here, carried=typed), 401


def _show_stale_form(_: CSRFError) -> tuple[str, int]:
    """A form of an earlier session, as after signing in anew in another tab: what was typed stays."""
    code = "form-stale" if is_from_here() else "other-address"
    logs.note(code=code)
    record = (request.view_args or {}).get("record")
    if record and current_actor_or_none() and draft.carried():
        words = gettext(
            "Not saved: this page is from before you signed in. What you typed is here; press again."
        )
        with suppress(VerilapError):  # it may be none that he reads any more
            return render_record(record, read_filter(), draft.read_draft(), refusal=words), 400
    return _page(400, TOO_OLD if code == "form-stale" else ELSEWHERE, code)


def _show_refusal(error: VerilapError) -> tuple[str, int] | Response:
    status = next((status for kind, status in api_errors.STATUS if isinstance(error, kind)), 500)
    if isinstance(error, ThrottledError):
        status = 429
    logs.note(code=error.code)
    return _page(status, BY_CODE.get(error.code) or BY_STATUS.get(status, FAULT), error.code)


def _show_http_error(error: HTTPException) -> Any:
    """A page, or for callers of the API what they expect."""
    if request.path.startswith(API):
        original = getattr(error, "original_exception", None)
        return api_errors.answer_fault(original) if original else api_errors.answer_http_error(error)
    status = error.code or 500
    too_large = TOO_LARGE.get(request.endpoint or "") if status == 413 else None
    page = _page(status, too_large or BY_STATUS.get(status, FAULT))
    allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return *page, dict(allow)


def _show_busy(error: StoreBusyError | exc.OperationalError | exc.TimeoutError) -> tuple[str, int]:
    logs.logger().error("database", **logs.describe(error.__cause__ or error))
    return _page(503, BUSY)


def _show_fault(error: Exception) -> Any:
    if isinstance(error, HTTPException) and not isinstance(error, InternalServerError):
        return _show_http_error(error)
    logs.logger().error("fault", **logs.describe(error))
    return _page(500, FAULT)


def _page(status: int, told: Explanation, code: str = "") -> tuple[str, int]:
    retry = request.full_path.rstrip("?") if request.method == "GET" and status >= 500 else ""
    page = render_template(
        "message.html", title=told.title, explanation=told.text, steps=told.steps, retry=retry, code=code
    )
    return page, status


def _register_on_pages() -> None:
    """Once for the process: several apps (as in tests) share the blueprint."""
    blueprint.register_error_handler(SessionNotFound, _ask_to_sign_in)
    blueprint.register_error_handler(CSRFError, _show_stale_form)
    blueprint.register_error_handler(VerilapError, _show_refusal)
    blueprint.register_error_handler(StoreBusyError, _show_busy)
    blueprint.register_error_handler(exc.OperationalError, _show_busy)
    blueprint.register_error_handler(exc.TimeoutError, _show_busy)
    blueprint.register_error_handler(Exception, _show_fault)


_register_on_pages()
