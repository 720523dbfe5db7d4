"""Finding records by names and numbers, which stand in the body and so in no address and no log."""

from typing import Any

from domain.access import Action
from schemas.records import FindRequest, FoundRecords
from server.api.authentication import current_actor, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.api.presenting import present_case, present_item
from server.context import current_store
from server.evidence import tell_list
from server.services.cases import list_cases
from server.services.finding import MOST, search_for
from server.services.queue import list_records

blueprint = ApiBlueprint("find", __name__, url_prefix=f"{PREFIX}/find", description="Office: finding")


@blueprint.post("")
@needs(Action.READ)
@blueprint.arguments(FindRequest())
@blueprint.response(200, FoundRecords())
@blueprint.refusing(400, 413)
def post_find(body: dict[str, Any]) -> dict[str, Any]:
    """Cases and submissions that the caller may read, by words of names or a whole NIK or KK."""
    actor = current_actor()
    with current_store().read() as connection:
        search = search_for(connection, actor, body["text"])
        cases = list_cases(connection, actor, wanted=search.wanted, limit=MOST)
        records = list_records(connection, actor, wanted=search.wanted, limit=MOST)
    named = [item.row.record for item in cases.items] + [item.row.record for item in records.items]
    tell_list(actor, named, sought=search.mark)
    found: dict[str, Any] = {
        "cases": [present_case(item) for item in cases.items],
        "records": [present_item(item) for item in records.items],
    }
    if cases.following or records.following:
        found["more"] = True
    return found
