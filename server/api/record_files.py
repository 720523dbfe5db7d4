"""The office's records: their photos and other files."""

from flask import Response

from domain.access import Action
from server.api.authentication import current_actor, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.file_answers import answer_file

blueprint = ApiBlueprint(
    "record-files", __name__, url_prefix=f"{PREFIX}/records", description="Office: files of records"
)


@blueprint.get("/<record>/files/<file>/<kind>")
@needs(Action.READ)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@blueprint.refusing(404, 416)
def get_file(record: str, file: str, kind: str) -> Response:
    """
    A file of a record, by its hash: a picture as `thumbnail` or `shown`, anything else as `whole`.

    404 with `file-waiting` while it is on its way, `file-preparing` until a worker has looked at it, and
    `file-not-shown` where it is there and not of that kind.
    """
    return answer_file(current_actor(), record, file, kind)
