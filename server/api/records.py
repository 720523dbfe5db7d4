"""The office's records: the queue, one record, its history, decisions and changes."""

from typing import Any, Final

from flask import Response, request

from domain.access import Action
from domain.operations import Operation
from schemas.records import (
    ChangesRequest,
    History,
    ReasonRequest,
    RecordPage,
    RecordSchema,
    RecordsQuery,
    Revealed,
    RevealRequest,
    ReviewRequest,
)
from server.api.authentication import current_actor, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.api.confirming import password_again
from server.api.files import as_file
from server.api.presenting import present_event, present_item, present_record, read_cursor, write_cursor
from server.api.wire import read_body
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list, tell_reading
from server.services.audit import Audited
from server.services.exporting import export_form
from server.services.history import history_of
from server.services.instances import changes_in_xml, enter_changes
from server.services.office import Judgement, change_record, read_changes, review_record
from server.services.queue import list_records
from server.services.read_record import read_record
from server.services.reveal import reveal
from server.store.submissions import Position

blueprint = ApiBlueprint("records", __name__, url_prefix=f"{PREFIX}/records", description="Office: records")

XML: Final = "application/xml"
PUT_XML: Final = {
    "requestBody": {"required": True, "content": {XML: {"schema": {"type": "string"}}}},
    "parameters": [
        {
            "in": "header",
            "name": "If-Match",
            "required": True,
            "schema": {"type": "string"},
            "description": "the ETag of the version that the XML was made from",
        }
    ],
}


@blueprint.get("")
@needs(Action.READ)
@blueprint.arguments(RecordsQuery(), location="query")
@blueprint.response(200, RecordPage())
@blueprint.refusing(400)
def get_records(query: dict[str, Any]) -> dict[str, Any]:
    """The records that the caller may read, the newest change first."""
    after = read_cursor(query["cursor"])
    with current_store().read() as connection:
        page = list_records(
            connection,
            current_actor(),
            form=query["form"],
            area=query["village"],
            state=query["state"],
            with_problems=query["problems"],
            after=Position(*after) if after else None,
            limit=query["limit"],
        )
    tell_list(current_actor(), [item.row.record for item in page.items])
    listed: dict[str, Any] = {"records": [present_item(item) for item in page.items]}
    if page.following:
        listed["cursor"] = write_cursor(page.following.updated, page.following.record)
    return listed


@blueprint.get("/<record>")
@needs(Action.READ)
@blueprint.response(200, RecordSchema())
@blueprint.refusing(404)
def get_record(record: str) -> dict[str, Any]:
    """One record, with the restricted answers that the caller may see."""
    with current_store().read() as connection:
        reading = read_record(connection, current_actor(), record)
    tell_reading(current_actor(), reading)
    return present_record(reading)


@blueprint.post("/<record>/xml")
@needs(Action.EXPORT)
@password_again
@blueprint.arguments(ReasonRequest())
@blueprint.response(200, {"type": "string"}, content_type=XML)
@blueprint.refusing(400, 404, 413)
def post_xml(sent: dict[str, Any], record: str) -> Response:
    """One submission as the XForm instance that ODK Collect would send, without its restricted answers."""
    actor, now = current_actor(), now_ms()
    made = current_store().transact(
        lambda connection: export_form(connection, actor, record, sent["reason"], now)
    )
    return as_file(made.xml, XML, f"{record}.xml", made.etag)


@blueprint.put("/<record>/xml")
@needs(Action.WRITE)
@blueprint.doc(**PUT_XML)
@blueprint.response(200, RecordSchema())
@blueprint.refusing(400, 404, 409, 412, 413, 428)
def put_xml(record: str) -> dict[str, Any]:
    """Enter what was changed in the XML of the version that If-Match names; 412 when the record moved on."""
    actor, now = current_actor(), now_ms()
    versions = request.if_match.as_set(include_weak=True)
    with current_store().read() as connection:
        reading = read_record(connection, actor, record)
    changes = changes_in_xml(reading, read_body(request), versions)
    if not changes:
        tell_reading(actor, reading)
        return present_record(reading)
    made = current_store().transact(
        lambda connection: enter_changes(connection, actor, record, reading.etag, changes, now)
    )
    return _after(made, record)


@blueprint.post("/<record>/reveal")
@needs(Action.REVEAL)
@password_again
@blueprint.arguments(RevealRequest())
@blueprint.response(200, Revealed())
@blueprint.refusing(400, 404, 413)
def post_reveal(sent: dict[str, Any], record: str) -> dict[str, Any]:
    """Numbers that are masked otherwise, in full, for a reason that stays on record."""
    actor, now = current_actor(), now_ms()
    values = current_store().transact(
        lambda connection: reveal(connection, actor, record, sent["paths"], sent["reason"], now)
    )
    return {"record": record, "values": values}


@blueprint.get("/<record>/history")
@needs(Action.READ)
@blueprint.response(200, History())
@blueprint.refusing(404)
def get_history(record: str) -> dict[str, Any]:
    """Every operation of the record, in the order of receipt."""
    with current_store().read() as connection:
        reading = read_record(connection, current_actor(), record)
        events = history_of(connection, current_actor(), record)
    tell_reading(current_actor(), reading, Audited.READ_HISTORY)
    return {"record": record, "operations": [present_event(event, reading.definition) for event in events]}


@blueprint.post("/<record>/review")
@needs(Action.REVIEW)
@blueprint.arguments(ReviewRequest())
@blueprint.response(200, RecordSchema())
@blueprint.refusing(400, 404, 409, 413)
def post_review(sent: dict[str, Any], record: str) -> dict[str, Any]:
    """Approve, return or reject the version `etag`; 409 when the record moved on meanwhile."""
    actor, now = current_actor(), now_ms()
    seen = tuple(sent["seen"]) if sent["seen"] is not None else None
    judgement = Judgement(sent["decision"], sent["etag"], sent["comment"], sent["remarks"], seen)
    made = current_store().transact(
        lambda connection: review_record(connection, actor, record, judgement, now)
    )
    return _after(made, record)


@blueprint.post("/<record>/changes")
@needs(Action.WRITE)
@blueprint.arguments(ChangesRequest())
@blueprint.response(200, RecordSchema())
@blueprint.refusing(400, 404, 409, 413)
def post_changes(sent: dict[str, Any], record: str) -> dict[str, Any]:
    """Enter answers or removals; each change names by `preds` what it replaces."""
    actor, now = current_actor(), now_ms()
    changes = read_changes(sent["preds"], sent["changes"])
    made = current_store().transact(lambda connection: change_record(connection, actor, record, changes, now))
    return _after(made, record)


def _after(made: Operation, record: str) -> dict[str, Any]:
    with current_store().read() as connection:
        reading = read_record(connection, current_actor(), record)
    tell_reading(current_actor(), reading)
    return {**present_record(reading), "operation": made.id}
