"""The pictures and sounds of a form, for its preview: none that a browser could run."""

from typing import Final

from flask import Response, request

from domain.access import Action
from domain.errors import NotFound
from server.context import current_store
from server.store import forms
from server.web.blueprint import blueprint
from server.web.forms import version_of
from server.web.session import needs

SHOWN: Final = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}
"""By the end of a file's name what a page may show. SVG is a document with scripts, and is not among them."""
SHUT: Final = "default-src 'none'; sandbox"


def media_type(name: str) -> str | None:
    """What a browser is told of a file that a page may show; none for any other."""
    return SHOWN.get(name.rpartition(".")[2].lower())


@blueprint.get("/forms/<form_id>/<version>/media/<name>")
@needs(Action.PUBLISH_FORMS)
def form_media(form_id: str, version: str, name: str) -> Response:
    """A picture, sound or film of a version, in whole or a part of it."""
    mimetype = media_type(name)
    if mimetype is None or not name.isprintable():
        raise NotFound("there is no such picture or sound")
    with current_store().read() as connection:
        form = version_of(connection, form_id, version)
        data = forms.media_of(connection, form.name, name)
    if data is None:
        raise NotFound("there is no such picture or sound")
    response = Response(data, mimetype=mimetype)
    response.headers["Content-Security-Policy"] = SHUT
    response.set_etag(form.digest)
    response.cache_control.private = True
    response.cache_control.no_cache = True  # a draft may be replaced
    response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    return response
