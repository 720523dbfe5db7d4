"""Errors as HTTP: the only place that knows both.

Every body is ``{"error": {"code", "message", …facts}}``. Codes never change; messages
are English sentences for logs and developers, people read the catalogues.
"""

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException

from domain import errors
from server import logs
from server.api.blueprint import BYTES_DIFFER
from server.api.tus import VERSION, OtherType, OtherVersion
from server.blobs import BlobMissingError, BlobsAwayError, BlobsFullError
from server.blobs.sealing import FileDamagedError
from server.services.arrivals import BytesDiffer
from server.services.instances import AnotherVersion, NoVersion
from server.services.throttle import ThrottledError
from server.services.uploads import OffsetDiffers, TooManyUploads, UploadExpired
from server.store.transactions import StoreBusyError
from server.vault import VaultError

STATUS: list[tuple[type[errors.VerilapError], int]] = [
    (errors.InvalidRequest, 400),
    (errors.MalformedOperation, 400),
    (errors.NotSignedIn, 401),
    (errors.NotAllowed, 403),
    (errors.NotFound, 404),
    (BlobMissingError, 404),
    (FileDamagedError, 404),
    (AnotherVersion, 412),
    (errors.Outdated, 409),
    (UploadExpired, 410),
    (OtherVersion, 412),
    (errors.TooLarge, 413),
    (OtherType, 415),
    (errors.FormError, 422),
    (NoVersion, 428),
    (ThrottledError, 429),
    (TooManyUploads, 429),
    (BytesDiffer, BYTES_DIFFER),
    (BlobsAwayError, 503),
    (VaultError, 503),
    (BlobsFullError, 507),
]
RETRY_SECONDS = 2
STORAGE_RETRY_SECONDS = 30
_BUSY_STATES = {"40001", "40P01", "55P03"}


def register(app: Flask) -> None:
    """Makes `app` answer every error as described."""
    app.register_error_handler(errors.VerilapError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(BlobsFullError, answer_storage_error)
    app.register_error_handler(BlobsAwayError, answer_storage_error)
    app.register_error_handler(StoreBusyError, answer_database_error)
    app.register_error_handler(exc.OperationalError, answer_database_error)
    app.register_error_handler(exc.TimeoutError, answer_database_error)
    app.register_error_handler(Exception, answer_fault)


def answer(
    status: int,
    code: str,
    message: str,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error's response."""
    logs.note(code=code)
    response = jsonify({"error": {**(facts or {}), "code": code, "message": message}})
    response.status_code = status
    response.headers.update(headers or {})
    return response


def answer_domain_error(error: errors.VerilapError) -> Response:
    """What the caller can understand and act on; an error without a status is our fault."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), None)
    if status is None:
        return answer_fault(error)
    return answer(status, error.code, error.message, error.facts, _headers_of(error, status))


def _headers_of(error: errors.VerilapError, status: int) -> dict[str, str]:
    """What HTTP, or tus, tells beside an error: how to do it better."""
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, ThrottledError):
        headers["Retry-After"] = str(max(1, math.ceil(error.wait / 1000)))
    if isinstance(error, OtherVersion):
        headers["Tus-Version"] = VERSION
    if isinstance(error, OffsetDiffers):  # so that the sender need not ask for it
        headers["Upload-Offset"] = str(error.offset)
    return headers


def answer_http_error(error: HTTPException) -> Response:
    """What Flask and webargs refuse, in the same shape; 405 keeps its Allow header."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error.get_response()  # type: ignore[return-value]
    fields = getattr(error, "data", {}).get("messages")
    if fields is not None:
        return answer(400, "invalid-request", "some members are not as expected", {"fields": fields})
    code = {400: "invalid-request", 413: "too-large"}.get(error.code)
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    name = error.name.lower().replace(" ", "-")
    return answer(error.code, code or name, error.name, headers=kept)


def answer_database_error(error: StoreBusyError | exc.OperationalError | exc.TimeoutError) -> Response:
    """The database is busy or away: nothing was taken, and another try will do."""
    logs.logger().error("database", **logs.describe(error.__cause__ or error))
    orig = getattr(error, "orig", None)
    is_busy = orig is None or getattr(orig, "sqlstate", None) in _BUSY_STATES or "locked" in str(orig)
    code = "database-busy" if is_busy else "database-unavailable"
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return answer(503, code, "the database cannot answer now, try again", headers=headers)


def answer_storage_error(error: BlobsFullError | BlobsAwayError) -> Response:
    """The log tells why, and where the storage is; the caller that another try may do."""
    logs.logger().error(error.code, message=error.message)
    headers = {"Retry-After": str(STORAGE_RETRY_SECONDS)}
    status = 507 if isinstance(error, BlobsFullError) else 503
    return answer(status, type(error).code, "the storage of files takes nothing now", headers=headers)


def answer_fault(error: Exception) -> Response:
    """A bug of ours: the log tells where, the caller only that it was not his fault."""
    logs.logger().error("fault", **logs.describe(error))
    return answer(500, "internal", "the server made a mistake; nothing was taken")
