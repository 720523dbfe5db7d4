"""The API for devices and integrators: views that only translate."""

from typing import Final, cast

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_smorest import Api

from schemas.errors import ErrorReply
from server.access import Access, declare
from server.api import (
    cases,
    confirming,
    enrolment,
    errors,
    finding,
    forms,
    health,
    held,
    record_files,
    records,
    sync,
    uploads,
)
from server.api.blueprint import PREFIX
from server.api.wire import register_compression

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        health,
        enrolment,
        confirming,
        forms,
        sync,
        uploads,
        records,
        record_files,
        cases,
        finding,
        held,
    )
)


SECURITY: Final = {
    "components": {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "description": "of a device or of a person"}
        }
    },
    "security": [{"token": []}],
}


class VerilapApi(Api):  # type: ignore[misc]
    """The API and its OpenAPI document; `server.api.errors` answers the errors."""

    ERROR_SCHEMA = ErrorReply
    # Each route says with which statuses it refuses; "default" would describe whatever comes.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        errors.register(self._app)


def register_api(app: Flask) -> None:
    """Adds the API's routes, its description and its errors to `app`."""
    app.config.update(
        API_TITLE="Verilap",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=SECURITY,
    )
    api = VerilapApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    register_compression(app)
    _declare_description(app)


def _declare_description(app: Flask) -> None:
    """The OpenAPI document holds nothing of anybody."""
    endpoint = next(name for name in app.view_functions if name.endswith(".openapi_json"))
    served = app.view_functions[endpoint]

    def described() -> ResponseReturnValue:
        return cast(ResponseReturnValue, served())

    app.view_functions[endpoint] = declare(described, Access(None, "it describes the API"))
