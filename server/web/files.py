"""Photos and other files of a record, for its page."""

from flask import Response

from domain.access import Action
from server.file_answers import answer_file
from server.web.blueprint import blueprint
from server.web.session import current_actor, needs


@blueprint.get("/records/<record>/files/<file>/<kind>")
@needs(Action.READ)
def file_view(record: str, file: str, kind: str) -> Response:
    """A picture as it is shown, small or large; anything else as a file to be kept."""
    return answer_file(current_actor(), record, file, kind)
