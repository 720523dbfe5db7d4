"""
What came of a piece of a file whose connection broke: handed to the application like a whole request.

Waitress hands on whole requests only, so a broken line would cost all of a piece that was on its way; and on
a slow line small pieces cost a round trip each. Here the application is run with a body that ends early, as
servers that stream bodies would run it. Nobody is there to be answered.

The newest request about an upload comes after all older ones: before it is served, what an older connection
has brought, and perhaps still holds open without knowing that its phone is gone, is handed on and ended. So a
phone that asks how much has arrived is told of all of it.
"""

import logging
from collections.abc import Callable
from threading import Lock, RLock
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import WSGITask

from server.short_bodies import ShortBodyParser

PLACE: Final = "/api/v1/files"
PIECE: Final = "application/offset+octet-stream"
Key = tuple[str, str, str]
"""Whose pieces of which upload: the path, the header Authorization, and of what is only begun, which file."""
_LOG: Final = logging.getLogger("waitress")


class CutRequest:
    """A task for waitress: runs the application with what came of a request, once."""

    def __init__(self, channel: HTTPChannel, request: HTTPRequestParser, kept: "CutRequests") -> None:
        self.key = key_of(request)
        self._application = channel.server.application
        self._environ = WSGITask(channel, request).get_environment()
        self._kept = kept
        self._lock = Lock()
        self._is_done = False

    def service(self) -> None:
        """Returns when the application has run, in this thread or in another one."""
        with self._lock:
            if self._is_done:
                return
            self._is_done = True
            try:
                self._run()
            except Exception:  # noqa: BLE001 (whoever waits for it has nothing to do with it)
                _LOG.exception("Exception while serving what came of %s", self.key[0])
            finally:
                self._kept.remove(self)

    def cancel(self) -> None:
        """The server stops: the phone sends it again."""
        self._kept.remove(self)

    def _run(self) -> None:
        answer = self._application(self._environ, _start_response)
        try:
            for _ in answer:
                pass
        finally:
            if hasattr(answer, "close"):
                answer.close()


class CutRequests:
    """Those of a server that wait for being served, or are."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[CutRequest] = []

    def add(self, cut: CutRequest) -> None:
        with self._lock:
            self._waiting.append(cut)

    def remove(self, cut: CutRequest) -> None:
        with self._lock:
            if cut in self._waiting:
                self._waiting.remove(cut)

    def of(self, key: Key) -> list[CutRequest]:
        """Those about one upload, oldest first."""
        with self._lock:
            return [one for one in self._waiting if one.key == key]


class LastingTask(WSGITask):  # type: ignore[misc]
    """
    Waitress hangs up after 204, as that has no Content-Length. HTTP has none there, and each piece of a file
    would begin with a new connection, which costs a bad line seconds.
    """

    def set_close_on_finish(self) -> None:
        is_asked_to = self.request.headers.get("CONNECTION", "").lower() == "close"
        if is_asked_to or self.version != "1.1" or not self.status.startswith("204"):
            super().set_close_on_finish()


class KeepingChannel(HTTPChannel):  # type: ignore[misc]
    """A connection of waitress of which pieces of files outlive the end."""

    task_class = LastingTask
    parser_class = ShortBodyParser

    def __init__(self, kept: CutRequests, *given: Any, **named: Any) -> None:
        self._kept = kept
        super().__init__(*given, **named)
        self.request: HTTPRequestParser | None = None
        self.requests_lock = RLock()  # it may be found closed while it is read

    def handle_close(self) -> None:
        if cut := self.take():
            self.server.add_task(cut)
        super().handle_close()

    def service(self) -> None:
        request = self.requests[0]
        if _is_of_files(request):
            self._end_older(key_of(request))
        super().service()

    def take(self, key: Key | None = None) -> CutRequest | None:
        """The unfinished request, if it is a piece to keep (of this upload); the connection ends then."""
        with self.requests_lock:
            request: HTTPRequestParser | None = self.request
            if request is None or not _is_kept(request) or key not in (None, key_of(request)):
                return None
            self.request = None
            self.will_close = True
            cut = CutRequest(self, request, self._kept)
            self._kept.add(cut)
            return cut

    def _end_older(self, key: Key) -> None:
        for channel in list(self.server.active_channels.values()):
            if channel is not self and channel.take(key):
                self.server.pull_trigger()  # it is closed by the thread that reads
        for cut in self._kept.of(key):
            cut.service()


def key_of(request: HTTPRequestParser) -> Key:
    """What tells requests about one upload of one device from all others."""
    file = request.headers.get("UPLOAD_METADATA", "") if request.path == PLACE else ""
    return request.path, request.headers.get("AUTHORIZATION", ""), file


def _is_of_files(request: HTTPRequestParser) -> bool:
    return request.error is None and request.path.startswith(PLACE)


def _is_kept(request: HTTPRequestParser) -> bool:
    """Whether a request that has not come whole is of use: a checksum would fit no part of a piece."""
    return (
        request.headers_finished
        and not request.completed
        and not request.chunked
        and request.body_bytes_received > 0
        and _is_of_files(request)
        and request.headers.get("CONTENT_TYPE") == PIECE
        and "UPLOAD_CHECKSUM" not in request.headers
    )


def _start_response(*_: object) -> Callable[[bytes], None]:
    """Of the answer nothing is sent."""
    return _forget


def _forget(_data: bytes) -> None:
    pass
