"""What the blueprints of the API share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask_smorest import Blueprint

from server.api.wire import StrictParser

PREFIX: Final = "/api/v1"
FAULTS: Final = "5XX"
"""The database is busy (503), or the mistake is ours: nothing was taken."""
OF_ALL: Final = (401, 403)
"""How each route refuses strangers, and those whose role has not its action."""

View = TypeVar("View", bound=Callable[..., Any])


class Parser(StrictParser):
    """Members that are not as expected are the sender's mistake: 400, as `server.api.errors` answers."""

    DEFAULT_VALIDATION_STATUS = 400


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are strict JSON, plain or packed."""

    ARGUMENTS_PARSER = Parser()

    def refusing(self, *statuses: int, of_all: tuple[int, ...] = OF_ALL) -> Callable[[View], View]:
        """Describes with which statuses a route refuses; each has the body of `ErrorReply`."""
        refusals = {str(status): HTTPStatus(status).name for status in (*of_all, *statuses)}
        described: Callable[[View], View] = self.doc(
            responses={**refusals, FAULTS: HTTPStatus.INTERNAL_SERVER_ERROR.name}
        )
        return described
