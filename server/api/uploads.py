"""Files are uploaded: in pieces, over lines that break, by tus 1.0 (see docs/protocol.md)."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from flask import Response
from flask_smorest import abort

from domain.access import Action
from domain.uploading import LARGEST_CHUNK, LIFETIME_MS
from schemas.replies import NeededReplySchema
from schemas.requests import NeededRequest
from server.access import public
from server.api import tus
from server.api.authentication import current_device, needs_device
from server.api.blueprint import PREFIX, ApiBlueprint
from server.clock import now_ms
from server.context import current_blobs, current_store
from server.services import uploads
from server.services.uploads import Sender
from server.store.uploads import StoredUpload

blueprint = ApiBlueprint("uploads", __name__, url_prefix=PREFIX, description="Devices: files")

OVERRIDES: Final = ("HEAD", "PATCH", "DELETE")


@blueprint.after_request
def _mark(response: Response) -> Response:
    """The version stands in every answer, errors too; and no cache on the way answers instead of us."""
    response.headers.setdefault("Tus-Resumable", tus.VERSION)
    response.cache_control.no_store = True
    return response


@blueprint.post("/files/needed")
@needs_device(Action.SYNC)
@blueprint.arguments(NeededRequest())
@blueprint.response(200, NeededReplySchema())
@blueprint.refusing(400, 413)
def post_needed(sent: dict[str, Any]) -> dict[str, Any]:
    """Which of these files the device has to send."""
    return {"needed": uploads.needed(current_store(), current_blobs(), _sender(), sent["files"])}


@blueprint.route("/files", methods=["OPTIONS"], provide_automatic_options=False)
@public("it says how files are uploaded, and nothing of anybody")
@blueprint.response(204)
@blueprint.doc(security=[])
def options_of_uploads() -> Response:
    """What of tus this server can do."""
    return _bare(204, **tus.ABILITIES)


@blueprint.post("/files")
@needs_device(Action.SYNC)
@blueprint.response(201)
@blueprint.refusing(400, 405, 412, 413, 415, 429, 460, 507)
def post_upload() -> Response:
    """Begin an upload; with the first bytes, if they are sent."""
    if tus.method() != "POST":
        abort(405)
    tus.check_version()
    wanted = tus.read_wanted()
    first = tus.read_chunk(wanted.length) if tus.has_chunk() else None
    begun = uploads.begin(current_store(), current_blobs(), _sender(), wanted, first, now_ms())
    return _standing(begun, 201, Location=f"{PREFIX}/files/{begun.id}")


@blueprint.route("/files/<upload>", methods=["HEAD"])
@needs_device(Action.SYNC)
@blueprint.response(200)
@blueprint.refusing(400, 404, 410, 412, 460, 507)
def head_upload(upload: str) -> Response:
    """How many bytes have come; the file is kept when all have."""
    tus.method()
    tus.check_version()
    return _look(upload)


@blueprint.patch("/files/<upload>")
@needs_device(Action.SYNC)
@blueprint.response(204)
@blueprint.refusing(400, 404, 409, 410, 412, 413, 415, 460, 507)
def patch_upload(upload: str) -> Response:
    """Send the next bytes; the file is kept, verified and durable, when these were the last."""
    tus.method()
    tus.check_version()
    return _go_on(upload)


@blueprint.delete("/files/<upload>")
@needs_device(Action.SYNC)
@blueprint.response(204)
@blueprint.refusing(400, 404, 412)
def delete_upload(upload: str) -> Response:
    """Give an upload up. A file that has become of it stays."""
    tus.method()
    tus.check_version()
    return _end(upload)


@blueprint.post("/files/<upload>")
@needs_device(Action.SYNC)
@blueprint.response(204)
@blueprint.refusing(400, 404, 405, 409, 410, 412, 413, 415, 460, 507)
def post_instead(upload: str) -> Response:
    """The same for who can send nothing but POST: X-HTTP-Method-Override says HEAD, PATCH or DELETE."""
    asked = tus.method()
    tus.check_version()
    if asked not in OVERRIDES:
        abort(405)
    return {"HEAD": _look, "PATCH": _go_on, "DELETE": _end}[asked](upload)


def _look(upload: str) -> Response:
    found = uploads.look(current_store(), current_blobs(), _account(), upload, now_ms())
    response = _standing(found, 200)
    response.headers["Upload-Metadata"] = tus.write_metadata(found.hash)
    return response


def _go_on(upload: str) -> Response:
    offset, is_chunk = tus.read_offset(), tus.has_chunk()
    if not is_chunk:
        raise tus.OtherType(f"bytes of a file are sent as {tus.CHUNK_TYPE}", wanted=tus.CHUNK_TYPE)
    store, blobs, account = current_store(), current_blobs(), _account()
    if tus.is_body_here():
        data = tus.read_chunk(LARGEST_CHUNK)
        return _standing(uploads.go_on(store, blobs, account, upload, offset, data, now_ms()), 204)
    started = uploads.start(store, account, upload, offset, now_ms())
    data = tus.read_chunk(started.length - started.offset)
    return _standing(uploads.add(store, blobs, started, data, now_ms()), 204)


def _end(upload: str) -> Response:
    uploads.end(current_store(), _account(), upload)
    return _bare(204)


def _account() -> str:
    return current_device().actor.name


def _sender() -> Sender:
    device = current_device()
    return Sender(device.actor, device.id, is_reading=not (device.is_revoked or device.lock_id))


def _bare(status: int, **headers: str) -> Response:
    """An answer without a body, nor what a browser is told of one: hundreds of bytes for each piece."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]
    return response


def _standing(upload: StoredUpload, status: int, **headers: str) -> Response:
    response = _bare(status, **headers)
    response.headers["Upload-Offset"] = str(upload.offset)
    response.headers["Upload-Length"] = str(upload.length)
    if not upload.has_all:
        ends = datetime.fromtimestamp((upload.touched + LIFETIME_MS) / 1000, UTC)
        response.headers["Upload-Expires"] = format_datetime(ends, usegmt=True)
    return response
