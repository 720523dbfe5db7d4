"""The three calls with which a device keeps level with the server."""

from typing import Any

from flask import Response

from domain.access import Action
from schemas.replies import EtagsReplySchema, HaveReplySchema, SyncReplySchema
from schemas.requests import EtagsQuery, HaveRequest, SyncRequest
from server import logs
from server.access import Caller
from server.api.authentication import (
    current_actor,
    current_device,
    needs,
    needs_device,
    refuse_locked,
)
from server.api.blueprint import PREFIX, ApiBlueprint
from server.clock import now_ms
from server.context import current_store
from server.services.audit import Audited
from server.services.device_sender import Sender
from server.services.devices import note_clock
from server.services.leases import settle
from server.services.sync import SyncBatch, exchange, list_digests, reconcile

blueprint = ApiBlueprint("sync", __name__, url_prefix=PREFIX, description="Devices: sync")


@blueprint.post("/sync")
@needs_device(Action.SYNC)
@blueprint.arguments(SyncRequest())
@blueprint.response(200, SyncReplySchema())
@blueprint.refusing(400, 409, 413)
def sync(sent: dict[str, Any]) -> Response:
    """Operations up, records down; see docs/protocol.md."""
    batch = SyncBatch(**{name: sent[name] for name in SyncBatch.__dataclass_fields__})
    sender = _current_sender(batch.replica)
    standing = settle(current_store(), current_device(), batch.locked, now_ms())
    note_clock(current_store(), current_device(), batch.clock, now_ms())
    answer = exchange(current_store(), sender, batch, now_ms(), standing)
    for one in answer.differing:
        logs.logger().warning(
            Audited.HEAD_DIFFERS, partition=one.kecamatan, seq=one.head.seq, device=sender.device
        )
    return _json(answer.to_bytes())


@blueprint.post("/have")
@needs_device(Action.SYNC)
@blueprint.arguments(HaveRequest())
@blueprint.response(200, HaveReplySchema())
@blueprint.refusing(400, 413)
def have(sent: dict[str, Any]) -> Any:
    """Which of the device's operations never arrived, and which are held or void."""
    sender = _current_sender(sent["replica"])
    return reconcile(current_store(), sender, sent["replica"], sent["ids"], now_ms())


@blueprint.get("/etags")
@needs(Action.SYNC, Caller.DEVICE)
@blueprint.arguments(EtagsQuery(), location="query")
@blueprint.response(200, EtagsReplySchema())
@blueprint.refusing(400, 404)
def etags(query: dict[str, Any]) -> Response:
    """The records of a village with their digests, and a cursor from the same snapshot."""
    refuse_locked()
    return _json(list_digests(current_store(), current_actor(), query["village"]))


def _current_sender(replica: str) -> Sender:
    device = current_device()
    return Sender(device.actor, replica, device.is_revoked, device.id, key=device.key)


def _json(body: bytes) -> Response:
    return Response(body, mimetype="application/json")
