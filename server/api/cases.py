"""Cases: the lists of those whom the office follows, for programs and as files of forms."""

from typing import Any, Final

from flask import Response

from domain.access import Action
from domain.errors import NotFound
from schemas.records import CasePage, CasesQuery, ReasonRequest, is_list_name
from server.access import Caller
from server.api.authentication import current_actor, is_device, needs, refuse_locked
from server.api.blueprint import PREFIX, ApiBlueprint
from server.api.confirming import password_again
from server.api.files import as_file
from server.api.presenting import present_case, read_cursor, write_cursor
from server.clock import now_ms
from server.context import current_store
from server.evidence import tell_list
from server.services.audit import Audited
from server.services.cases import cases_csv, list_cases
from server.services.exporting import export_list
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
    """A list as forms take it (``anak.csv``): what the caller may read; numbers are masked for people."""
    refuse_locked()
    _check_list(list_name)
    with current_store().read() as connection:
        named: list[str] = []
        told = cases_csv(connection, current_actor(), list_name, named, is_masked=not is_device())
        data = b"".join(told)
    if named:
        tell_list(current_actor(), named, Audited.EXPORT, file=f"{list_name}.csv")
    return as_file(data, CSV, f"{list_name}.csv")


@blueprint.post("/<list_name>.csv")
@needs(Action.EXPORT_LIST)
@password_again
@blueprint.arguments(ReasonRequest())
@blueprint.response(200, {"type": "string"}, content_type=CSV)
@blueprint.refusing(400, 404, 413)
def post_cases_csv(sent: dict[str, Any], list_name: str) -> Response:
    """A list for a spreadsheet, with whole numbers, for a reason that stays on record."""
    _check_list(list_name)
    actor, now = current_actor(), now_ms()
    data = current_store().transact(
        lambda connection: export_list(connection, actor, list_name, sent["reason"], now)
    )
    return as_file(data, CSV, f"{list_name}.csv")


def _check_list(list_name: str) -> None:
    if not is_list_name(list_name):
        raise NotFound("there is no such list")
