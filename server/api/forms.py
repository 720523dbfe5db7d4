"""Published forms and their files. A version never changes, so it may be kept for a year."""

from collections.abc import Callable
from typing import Any, Final

from flask import Response, request
from sqlalchemy import Connection

from domain.access import Action
from domain.errors import NotFound
from schemas.forms import Definition, Forms
from server.access import Caller
from server.api.authentication import current_actor, needs
from server.api.blueprint import PREFIX, ApiBlueprint
from server.context import current_store
from server.services.configuration import config_digest
from server.services.forms import find_form, title_of
from server.store import forms
from server.store.forms import StoredForm

blueprint = ApiBlueprint("forms", __name__, url_prefix=f"{PREFIX}/forms", description="Published forms")

JSON: Final = "application/json"
XML: Final = "application/xml"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA: Final = {"csv": "text/csv", "geojson": "application/geo+json", "xml": XML}
"""By the end of a file's name. Anything else goes out as plain bytes, so that no browser runs it."""


@blueprint.get("")
@needs(Action.READ_FORMS, Caller.ANY)
@blueprint.response(200, Forms())
@blueprint.refusing()
def list_forms() -> dict[str, Any]:
    """Every version that was published, by form and version; retired ones too, for their records."""
    with current_store().read() as connection:
        digest = config_digest(connection, current_actor())
        known = forms.known(connection)
    listed = [
        {
            "form_id": one.form_id,
            "version": one.version,
            "title": title_of(one),
            "digest": one.digest,
            "state": one.state,
        }
        for one in known
    ]
    return {"config": digest, "forms": listed}


@blueprint.get("/<form_id>/<version>/definition")
@needs(Action.READ_FORMS, Caller.ANY)
@blueprint.response(200, Definition())
@blueprint.refusing(404)
def get_definition(form_id: str, version: str) -> Response:
    """The JSON definition: fields, labels, choices, groups, repeats."""
    return _send(form_id, version, JSON, lambda _, form: form.definition)


@blueprint.get("/<form_id>/<version>/xform")
@needs(Action.READ_FORMS, Caller.ANY)
@blueprint.response(200, {"type": "string"}, content_type=XML)
@blueprint.refusing(404)
def get_xform(form_id: str, version: str) -> Response:
    """The XForm that phones and ODK Collect run."""
    return _send(form_id, version, XML, lambda connection, form: forms.xform_of(connection, form.name))


@blueprint.get("/<form_id>/<version>/workbook")
@needs(Action.READ_FORMS, Caller.ANY)
@blueprint.response(200, {"type": "string", "contentMediaType": XLSX}, content_type=XLSX)
@blueprint.refusing(404)
def get_workbook(form_id: str, version: str) -> Response:
    """The workbook that the version was published from."""
    return _send(form_id, version, XLSX, lambda connection, form: forms.workbook_of(connection, form.name))


@blueprint.get("/<form_id>/<version>/media/<name>")
@needs(Action.READ_FORMS, Caller.ANY)
@blueprint.response(200, {"type": "string"}, content_type="application/octet-stream")
@blueprint.refusing(404)
def get_media(form_id: str, version: str, name: str) -> Response:
    """A file of the form, such as a choice list, by its name."""
    if not name.isprintable():
        raise NotFound("the form has no such file")
    mimetype = MEDIA.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    return _send(
        form_id, version, mimetype, lambda connection, form: forms.media_of(connection, form.name, name)
    )


def _send(
    form_id: str, version: str, mimetype: str, read: Callable[[Connection, StoredForm], bytes | None]
) -> Response:
    with current_store().read() as connection:
        form = find_form(connection, form_id, version)
        data = read(connection, form)
    if data is None:
        raise NotFound("the form has no such file")
    response = Response(data, mimetype=mimetype)
    response.set_etag(form.digest)
    response.cache_control.private = True
    response.cache_control.max_age = 365 * 24 * 3600
    response.cache_control.immutable = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response
