"""Calls of a sync beside the exchange, and the patience that all of them share."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from marshmallow import Schema, ValidationError

from client_sync.errors import NotEnrolled, Unreachable
from client_sync.line import Line
from client_sync.store import Store
from client_sync.surroundings import Surroundings
from client_sync.transport import Call, Transport, expect, misread
from domain.canonical import Json

API: Final = "/api/v1"
T = TypeVar("T")


class Asker:
    """Asks the server over the line that the engine has taken the measure of."""

    def __init__(self, store: Store, transport: Transport, around: Surroundings, line: Line) -> None:
        self._store = store
        self._transport = transport
        self._around = around
        self._line = line

    def ask(self, method: str, path: str, body: bytes | None = None) -> Json:
        """The document that the server answers. Raises as `Transport.exchange` and `expect` do."""

        def attempt() -> Json:
            began = self._around.tick()
            call = Call(method, API + path, body, self.token(), self._line.level)
            document = expect(self._transport.exchange(call))
            self._line.succeeded(0, 0, self._around.tick() - began, has_more=False)
            return document

        return self.persist(attempt)

    def persist(self, attempt: Callable[[], T]) -> T:
        """Tries until it works or patience is at its end."""
        self._around.patience.begin()
        while True:
            try:
                return attempt()
            except Unreachable as error:
                self._around.patience.bear(error)

    def token(self) -> str:
        """What lets this device in. Raises `NotEnrolled`."""
        identity = self._store.settings.identity
        if identity is None:
            raise NotEnrolled("this device is not enrolled")
        return identity.token


def load(schema: Schema, document: Json, what: str) -> Any:
    """The answer as its dataclass. Raises `BadAnswer`."""
    try:
        return schema.load(document)  # type: ignore[arg-type]
    except (ValidationError, ValueError, TypeError) as error:
        raise misread(what, error) from None
