"""A device becomes an officer's, and learns what he is responsible for."""

from typing import Any

from flask import request

from domain.access import Action, Actor
from schemas.accounts import Areas, Enrolled, EnrolRequest
from schemas.replies import KeyReplySchema
from schemas.requests import KeyRequest
from server.access import Caller, public
from server.api.authentication import (
    current_actor,
    current_app_version,
    current_device,
    needs,
    needs_device,
)
from server.api.blueprint import PREFIX, ApiBlueprint
from server.clock import now_ms
from server.context import current_store
from server.services import enrol
from server.services.batches import register_key
from server.services.configuration import config_of

blueprint = ApiBlueprint("enrolment", __name__, url_prefix=PREFIX, description="Devices: enrolment and areas")


@blueprint.post("/enroll")
@public("the one-use code is the credential")
@blueprint.arguments(EnrolRequest())
@blueprint.response(200, Enrolled())
@blueprint.doc(security=[])
@blueprint.refusing(400, 413, 429, of_all=(403,))
def post_enrolment(sent: dict[str, Any]) -> dict[str, Any]:
    """Use up a one-use code; the answer holds the device's token."""
    address = request.remote_addr or ""
    asked = enrol.Asked(sent["code"], sent["replica"], sent["device"], sent["key_digest"])
    made = enrol.enrol(current_store(), asked, address, now_ms())
    told = {"nonce": made.nonce} if made.nonce else {}
    return {"token": made.token, "replica": made.replica, **told, **_person(made.actor)}


@blueprint.put("/device/key")
@needs_device(Action.SYNC, also_unconfirmed=True, also_revoked=False)
@blueprint.arguments(KeyRequest())
@blueprint.response(200, KeyReplySchema())
@blueprint.refusing(400, 409, 413)
def put_key(sent: dict[str, Any]) -> dict[str, Any]:
    """Register the device's public key, once; from then on its batches are signed."""
    device = current_device()
    name, now, app = device.actor.name, now_ms(), current_app_version()
    current_store().transact(lambda c: register_key(c, name, device.id, sent["key"], now, app))
    return {"device": device.id}


@blueprint.get("/areas")
@needs(Action.READ, Caller.ANY)
@blueprint.response(200, Areas())
@blueprint.refusing()
def get_areas() -> dict[str, Any]:
    """The villages of the account."""
    with current_store().read() as connection:
        configuration = config_of(connection, current_actor())
    return {
        "config": configuration.digest,
        "villages": configuration.villages,
        "lease_days": configuration.lease_days,
        "recovery_key": configuration.recovery_key,
        **_person(configuration.actor),
    }


def _person(actor: Actor) -> dict[str, Any]:
    return {"author": actor.name, "role": actor.role.value, "areas": actor.areas}
