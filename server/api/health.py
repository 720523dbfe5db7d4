"""For whoever watches the server."""

from flask import Response, jsonify
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from schemas.accounts import Health
from server.access import public
from server.api.blueprint import ApiBlueprint
from server.blobs import BlobsAwayError
from server.clock import now_ms
from server.context import current_blobs, current_store
from server.migrations import HEAD
from server.services import alarm_mail
from server.store import examinations, settings
from server.store.examinations import Backlog
from server.store.sealing import vault_in
from server.store.transactions import StoreUnsoundError
from server.vault import VaultError

blueprint = ApiBlueprint("health", __name__, description="For whoever watches the server")


@blueprint.get("/health")
@public("it tells nothing about anybody")
@blueprint.response(200, Health())
@blueprint.doc(security=[])
@blueprint.alt_response(503, schema=Health())
def get_health() -> Response:
    """200 when the database answers and the schema is this version's, else 503."""
    found = health_of_store()
    response = jsonify(found)
    response.status_code = 200 if found["status"] == "ok" else 503
    return response


def health_of_store() -> dict[str, str | int]:
    """
    Status: ``ok``, ``schema`` (must be migrated), ``database`` (no answer), ``unsound`` (may forget) or
    ``key`` (its keys do not open).

    A storage of files that is away is told beside: all else works, and a proxy that goes by the status
    must not turn away the text of those who sync.
    """
    try:
        with current_store().read() as connection:
            if settings.revision(connection) != HEAD:
                return {"status": "schema"}
            vault_in(connection).keyring(connection)
            waiting = {**_waiting(examinations.backlog(connection)), **_standing_of_mail(connection)}
        # The storage is looked at when the database has been let go.
        return {"status": "ok", **waiting, **_standing_of_files()}
    except SQLAlchemyError:
        return {"status": "database"}
    except StoreUnsoundError:
        return {"status": "unsound"}
    except VaultError:
        return {"status": "key"}


def _standing_of_mail(connection: Connection) -> dict[str, str]:
    return {"mail": "late"} if alarm_mail.is_late(connection, now_ms()) else {}


def _standing_of_files() -> dict[str, str]:
    try:
        current_blobs().look()
    except BlobsAwayError:
        return {"files": "away"}
    return {}


def _waiting(backlog: Backlog) -> dict[str, str | int]:
    seconds = (now_ms() - backlog.since) // 1000 if backlog.since is not None else 0
    return {"unexamined": backlog.records, "waiting_s": max(0, seconds)}
