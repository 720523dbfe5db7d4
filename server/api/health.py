"""For whoever watches the server."""

from flask import Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from schemas.accounts import Health
from server.access import public
from server.api.blueprint import ApiBlueprint
from server.context import current_store
from server.migrations import HEAD
from server.store import settings
from server.store.transactions import StoreUnsoundError

blueprint = ApiBlueprint("health", __name__, description="For whoever watches the server")


@blueprint.get("/health")
@public("it tells nothing about anybody")
@blueprint.response(200, Health())
@blueprint.doc(security=[])
@blueprint.alt_response(503, schema=Health())
def get_health() -> Response:
    """200 when the database answers and its schema is this version's, else 503."""
    status = health_of_store()
    response = jsonify({"status": status})
    response.status_code = 200 if status == "ok" else 503
    return response


def health_of_store() -> str:
    """``ok``, ``schema`` (it must be migrated), ``database`` (no answer) or ``unsound`` (it may forget)."""
    try:
        with current_store().read() as connection:
            return "ok" if settings.revision(connection) == HEAD else "schema"
    except SQLAlchemyError:
        return "database"
    except StoreUnsoundError:
        return "unsound"
