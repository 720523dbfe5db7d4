"""Cases: the lists of those whom the office follows, for programs and as files of forms."""

from typing import Any, Final

from flask import Response

from domain.access import Action
from domain.errors import NotFound
from schemas.records import CasePage, CasesQuery, is_list_name
from server.access import Caller
from server.api.authentication import current_actor, needs, refuse_locked
from server.api.blueprint import PREFIX, ApiBlueprint
from server.api.presenting import present_case, read_cursor, write_cursor
from server.context import current_store
from server.evidence import tell_list
from server.services.audit import Audited
from server.services.cases import cases_csv, list_cases
from server.store.submissions import Position

blueprint = ApiBlueprint("cases", __name__, url_prefix=f"{PREFIX}/cases", description="Office: cases")

CSV: Final = "text/csv"


@blueprint.get("")
@needs(Action.READ)
@blueprint.arguments(CasesQuery(), location="query")
@blueprint.response(200, CasePage())
@blueprint.refusing(400)
def get_cases(query: dict[str, Any]) -> dict[str, Any]:
    """The cases that the caller may read, the newest change first; each is a record by its id."""
    after = read_cursor(query["cursor"])
    with current_store().read() as connection:
        page = list_cases(
            connection,
            current_actor(),
            list_name=query["list"],
            area=query["village"],
            after=Position(*after) if after else None,
            limit=query["limit"],
        )
    tell_list(current_actor(), [item.row.record for item in page.items])
    listed: dict[str, Any] = {"cases": [present_case(item) for item in page.items]}
    if page.following:
        listed["cursor"] = write_cursor(page.following.updated, page.following.record)
    return listed


@blueprint.get("/<list_name>.csv")
@needs(Action.READ, Caller.ANY)
@blueprint.response(200, {"type": "string"}, content_type=CSV)
@blueprint.refusing(404)
def get_cases_csv(list_name: str) -> Response:
    """A list as forms take it (``anak.csv``): what the caller may read of it, by id and label."""
    refuse_locked()
    if not is_list_name(list_name):
        raise NotFound("there is no such list")
    with current_store().read() as connection:
        named: list[str] = []
        data = b"".join(cases_csv(connection, current_actor(), list_name, named))
    if named:
        tell_list(current_actor(), named, Audited.EXPORT, file=f"{list_name}.csv")
    response = Response(data, mimetype=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{list_name}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.cache_control.no_store = True
    return response
