"""Operations that wait for a decision of the office, and those that were refused."""

from typing import Any

from domain.access import Action
from domain.errors import NotFound
from domain.operations import OPERATION_ID
from schemas.records import Decided, HeldDecision, HeldQuery, WaitingPageSchema
from server.api.authentication import current_actor, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.api.presenting import present_waiting, read_cursor, write_cursor
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_held
from server.services import waiting
from server.store.queue import Place

blueprint = ApiBlueprint("held", __name__, url_prefix=f"{PREFIX}/held", description="Office: what waits")


@blueprint.get("")
@needs(Action.READ_HELD)
@blueprint.arguments(HeldQuery(), location="query")
@blueprint.response(200, WaitingPageSchema())
@blueprint.refusing(400)
def get_held(query: dict[str, Any]) -> dict[str, Any]:
    """Held and void operations that concern the caller's areas, the newest first."""
    statuses = (query["status"],) if query["status"] else waiting.STATUSES
    cursor = read_cursor(query["cursor"])
    after = Place(*cursor) if cursor else None
    with current_store().read() as connection:
        page = waiting.list_waiting(connection, current_actor(), statuses, after, query["limit"])
    tell_held(current_actor(), page.operations)
    listed: dict[str, Any] = {"held": [present_waiting(one) for one in page.operations]}
    if page.following:
        listed["cursor"] = write_cursor(page.following.at, page.following.id)
    return listed


@blueprint.post("/<operation>")
@needs(Action.DECIDE_HELD)
@blueprint.arguments(HeldDecision())
@blueprint.response(200, Decided())
@blueprint.refusing(400, 404, 409, 413)
def post_decision(sent: dict[str, Any], operation: str) -> dict[str, Any]:
    """Accept (``ok``) or refuse (``void``) a held operation, once; its author's devices are told."""
    if not OPERATION_ID.fullmatch(operation):
        raise NotFound("there is no such operation waiting")
    actor, now = current_actor(), now_ms()
    verdict = current_store().transact(
        lambda connection: waiting.decide(connection, actor, operation, sent["decision"], sent["reason"], now)
    )
    return {"id": operation, "status": verdict.status}
