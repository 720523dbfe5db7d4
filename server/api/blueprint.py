"""What the blueprints of the API share."""

from typing import Final

from flask_smorest import Blueprint

from server.api.wire import StrictParser

PREFIX: Final = "/api/v1"


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are strict JSON, plain or packed."""

    ARGUMENTS_PARSER = StrictParser()
