"""Devices: who has which, when they last came, what a lost one still held; and revoking one."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.access import Action
from server.clock import now_ms
from server.context import current_store
from server.services import devices
from server.web.blueprint import blueprint
from server.web.session import current_actor, needs
from server.web.translation import gettext


@blueprint.get("/devices")
@needs(Action.MANAGE_DEVICES)
def list_devices() -> str:
    """The devices of the accounts that the reader manages."""
    with current_store().read() as connection:
        found = devices.list_devices(connection, current_actor())
    return render_template("devices.html", devices=found)


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


def _render(device: str, refusal: str = "") -> str:
    with current_store().read() as connection:
        found = devices.find_device(connection, current_actor(), device)
    return render_template("device.html", device=found, refusal=refusal)
