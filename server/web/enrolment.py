"""Enrolling a device from the office: a code and its QR code, shown once, and whether the device is there."""

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from domain.access import Action
from domain.enrolling import PHONE_APP, enrolment_address
from domain.errors import InvalidRequest
from server.clock import now_ms
from server.context import context_of, current_store
from server.services import accounts
from server.services.devices import devices_of_account
from server.services.enrol import LIFETIME_MS, make_code
from server.store.devices import ShownDevice
from server.web.blueprint import blueprint
from server.web.confirming import password_again
from server.web.people import refusal_words, render_person
from server.web.qr import qr_code
from server.web.session import current_actor, needs


@blueprint.get("/people/<person>/enrol")
@needs(Action.MANAGE_ACCOUNTS)
def enrol_person(person: str) -> str:
    """Where a code is asked for."""
    with current_store().read() as connection:
        account = accounts.find_account(connection, person)
    return render_template("enrol.html", person=account.actor.name)


@blueprint.post("/people/<person>/enrol")
@needs(Action.MANAGE_ACCOUNTS)
@password_again
def make_enrolment(person: str) -> str | tuple[str, int]:
    """A new code, in the answer to this alone."""
    is_confirmed = request.form.get("confirm") == "yes"
    by, now = current_actor().name, now_ms()
    try:
        code = current_store().transact(lambda c: make_code(c, person, now, is_confirmed, by))
    except InvalidRequest as refusal:
        return render_person(person, refusal=refusal_words(refusal)), 400
    address = enrolment_address(_own_address(), code)
    return render_template(
        "enrol.html",
        person=person,
        code=code,
        address=address,
        server=f"{_own_address().rstrip('/')}/{PHONE_APP}",
        qr=qr_code(address),
        is_confirmed=is_confirmed,
        since=now,
        expires=now + LIFETIME_MS,
        left=LIFETIME_MS,
    )


@blueprint.get("/people/<person>/enrol/arrived")
@needs(Action.MANAGE_ACCOUNTS)
def await_device(person: str) -> str | Response:
    """To the device that enrolled since the code was made; a page that says so while there is none."""
    since = request.args.get("since", "")
    moment = int(since) if since.isascii() and since.isdigit() and len(since) < 16 else 0
    with current_store().read() as connection:
        name = accounts.find_account(connection, person).actor.name
        found = _arrived(connection, name, moment)
    if found:
        return redirect(url_for("office.show_device", device=found.id))
    return render_template("enrol_waiting.html", person=name, since=moment)


def _arrived(connection: Connection, name: str, since: int) -> ShownDevice | None:
    later = [one for one in devices_of_account(connection, name) if one.enrolled >= since > 0]
    return max(later, key=lambda one: (one.enrolled, one.id), default=None)


def _own_address() -> str:
    """Where devices find the server: as it is set, else as this very page was asked for."""
    return context_of(current_app).config.url or request.host_url.rstrip("/")
