"""What the blueprints of the API share."""

from typing import Final

from flask_smorest import Blueprint

from server.api.wire import StrictParser

PREFIX: Final = "/api/v1"


class Parser(StrictParser):
    """Members that are not as expected are the sender's mistake: 400, as `server.api.errors` answers."""

    DEFAULT_VALIDATION_STATUS = 400


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are strict JSON, plain or packed."""

    ARGUMENTS_PARSER = Parser()
