"""What the blueprints of the API share."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

from flask_smorest import Blueprint

from schemas.errors import ErrorReply
from server.api.wire import StrictParser

PREFIX: Final = "/api/v1"
FAULTS: Final = "5XX"
"""The database is busy (503), or the mistake is ours: nothing was taken."""
OF_ALL: Final = (401, 403)
"""How each route refuses strangers, and those whose role has not its action."""

BYTES_DIFFER: Final = 460
"""What tus answers where bytes are not those of their digest; it stands in no list of HTTP."""

View = TypeVar("View", bound=Callable[..., Any])


class Parser(StrictParser):
    """Members that are not as expected are the sender's mistake: 400, as `server.api.errors` answers."""

    DEFAULT_VALIDATION_STATUS = 400


class ApiBlueprint(Blueprint):  # type: ignore[misc]
    """A blueprint whose bodies are strict JSON, plain or packed."""

    ARGUMENTS_PARSER = Parser()

    def refusing(self, *statuses: int, of_all: tuple[int, ...] = OF_ALL) -> Callable[[View], View]:
        """Describes with which statuses a route refuses; each has the body of `ErrorReply`."""
        refusals = {str(status): _name_of(status) for status in (*of_all, *statuses)}
        described: Callable[[View], View] = self.doc(
            responses={**refusals, FAULTS: HTTPStatus.INTERNAL_SERVER_ERROR.name}
        )
        return described


def _name_of(status: int) -> str | dict[str, Any]:
    """The response that flask-smorest describes for a status of HTTP, or a description of our own."""
    if status != BYTES_DIFFER:
        return HTTPStatus(status).name
    content = {"application/json": {"schema": ErrorReply}}
    return {"description": "the bytes are not those of their digest", "content": content}
