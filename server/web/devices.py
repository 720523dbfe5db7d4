"""Devices: who has which, when they last came, what a lost one still held; unlocking and revoking one."""

from typing import Final

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from domain.errors import InvalidRequest
from server.clock import now_ms
from server.context import current_store
from server.services import devices, leases
from server.services.devices import USUAL_DAYS, Outcome, Wanted
from server.store.device_lists import Standing
from server.web.blueprint import blueprint
from server.web.paging import PAGE, pages_of, read_page
from server.web.people import read_part_of_name
from server.web.session import current_actor, needs
from server.web.translation import gettext, lazy_gettext

STANDINGS: Final = {
    Standing.OFFLINE: lazy_gettext("Not heard of for some days"),
    Standing.UNSENT: lazy_gettext("Unsent work or drafts, as last reported"),
    Standing.SKEWED: lazy_gettext("Clock wrong by more than 5 minutes"),
    Standing.OLD: lazy_gettext("Older version"),
    Standing.LOCKED: lazy_gettext("Locked"),
    Standing.WAITING: lazy_gettext("Waits for its number"),
    Standing.REVOKED: lazy_gettext("Revoked"),
}
"""What devices are narrowed by, in words."""
DAYS: Final = (1, 3, 7, 14, 30)


@blueprint.get("/devices")
@needs(Action.MANAGE_DEVICES)
def list_devices() -> str:
    """The devices of the accounts that the reader manages, narrowed, a page at a time."""
    wanted, number = _wanted(), read_page(request.args.get("page"))
    with current_store().read() as connection:
        found = devices.list_devices(connection, current_actor(), wanted, now_ms(), (number - 1) * PAGE, PAGE)
    return render_template(
        "devices.html",
        devices=found.devices,
        pages=pages_of("office.list_devices", number, found.total, _told(wanted)),
        wanted=wanted,
        is_narrow=bool(wanted.account or wanted.standing),
        standings=STANDINGS,
        days=DAYS,
    )


def _wanted() -> Wanted:
    """What the address asks for; what makes no sense there is as usual."""
    standing, days = (request.args.get(one, "") for one in ("show", "days"))
    return Wanted(
        read_part_of_name(request.args.get("account", "")),
        Standing(standing) if standing in set(Standing) else None,
        int(days) if days in map(str, DAYS) else USUAL_DAYS,
    )


def _told(wanted: Wanted) -> dict[str, str]:
    told = {"account": wanted.account, "show": wanted.standing or ""}
    told |= {"days": str(wanted.days)} if wanted.standing is Standing.OFFLINE else {}
    return {name: value for name, value in told.items() if value}


@blueprint.get("/devices/<device>")
@needs(Action.MANAGE_DEVICES)
def show_device(device: str) -> str:
    """One device: what it last handed in, and which changes it still held then."""
    return _render(device)


@blueprint.post("/devices/<device>/revoke")
@needs(Action.MANAGE_DEVICES)
def revoke_device(device: str) -> Response | tuple[str, int]:
    """Revokes it, once the box is ticked."""
    if request.form.get("sure") != "yes":
        return _render(device, refusal=gettext("Not revoked: tick the box first.")), 400
    actor, now = current_actor(), now_ms()
    current_store().transact(lambda connection: devices.revoke_device(connection, actor, device, now))
    flash(gettext("Revoked. It reads nothing more; below is what was still on it."), "good")
    return redirect(url_for("office.show_device", device=device))


NUMBERS: Final = {
    Outcome.WRONG: lazy_gettext(
        "This is not the number of this device. After three wrong ones the enrolment is void."
    ),
    Outcome.VOID: lazy_gettext(
        "The enrolment is void: three wrong numbers. Somebody else may have used the code; give the officer a"
        " new one."
    ),
    Outcome.KEYLESS: lazy_gettext("The device has not told its key yet; let it sync once more."),
}
"""Why a number did not confirm a device."""


@blueprint.post("/devices/<device>/confirm")
@needs(Action.MANAGE_DEVICES)
def confirm_device(device: str) -> Response | tuple[str, int]:
    """Confirms an enrolment by the number that the device shows."""
    actor, now, typed = current_actor(), now_ms(), request.form.get("number", "")
    outcome = current_store().transact(lambda c: devices.confirm_device(c, actor, device, typed, now))
    if outcome in NUMBERS:
        return _render(device, refusal=str(NUMBERS[outcome])), 400
    flash(gettext("Confirmed. The device may sync now."), "good")
    return redirect(url_for("office.show_device", device=device))


@blueprint.post("/devices/<device>/unlock")
@needs(Action.MANAGE_DEVICES)
def unlock_device(device: str) -> Response:
    """Lets a device that was away for too long read again; what is not locked any more stays so."""
    name, now = current_actor().name, now_ms()
    with current_store().read() as connection:
        devices.find_device(connection, current_actor(), device)
    try:
        current_store().transact(lambda connection: leases.unlock_device(connection, name, device, now))
    except InvalidRequest:  # somebody else was quicker
        flash(gettext("It is not locked."), "good")
    else:
        flash(gettext("Unlocked. It may read again from its next sync on."), "good")
    return redirect(url_for("office.show_device", device=device))


def _render(device: str, refusal: str = "") -> str:
    with current_store().read() as connection:
        found = devices.find_device(connection, current_actor(), device)
    return render_template("device.html", device=found, refusal=refusal)
