"""The production WSGI server: waitress, stopped so that nothing in flight is lost.

One thread reads all requests and writes all answers, so slow phones hold no worker;
sixteen workers answer requests that have arrived whole, or were pieces of files and cut.
"""

import gc
import signal
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from threading import Event, RLock
from typing import Any, Final

from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import ThreadedTaskDispatcher

from domain.errors import VerilapError
from server.cut_requests import CutRequests, KeepingChannel

THREADS: Final = 16
CONNECTIONS: Final = 1000
LARGEST_IN_MEMORY: Final = 1024 * 1024 + 1
"""Bytes from which on waitress puts a body for a page into a file, unsealed; one for the API never
(`server.short_bodies`)."""
LARGEST_WAITING: Final = 16 * 1024 * 1024
"""Bytes of an answer that its reader has not taken yet; who makes more of it waits for him."""
LARGEST_BODY: Final = 16 * 1024 * 1024
"""Beyond this waitress itself refuses, in plain text; the application refuses less, as JSON."""
SECONDS_TO_STOP: Final = 8.0


def _collect_garbage_seldom() -> None:
    """A batch makes a hundred thousand small objects, none of them in a cycle: looking for cycles
    after every 700 of them, as Python does, took a tenth of the server's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class CannotListenError(VerilapError):
    """The address cannot be had: taken by another program, not of this machine, or not allowed."""

    code = "cannot-listen"


class WebServer:
    """A WSGI application on a port. `run` returns after `stop` was called, by a signal or another thread."""

    def __init__(self, application: Callable[..., Iterable[bytes]], host: str, port: int) -> None:
        """Listens at once; port 0 takes a free one. Raises `CannotListenError`."""
        self._sockets: dict[int, Any] = {}
        self._workers = ThreadedTaskDispatcher()
        self._workers.set_thread_count(THREADS)
        self._stopping = Event()
        self._closing = RLock()  # one that a signal's handler may take again
        try:
            create_server(
                application,
                map=self._sockets,
                _dispatcher=self._workers,
                host=host,
                port=port,
                ident=None,
                threads=THREADS,
                connection_limit=CONNECTIONS,
                max_request_body_size=LARGEST_BODY,
                inbuf_overflow=LARGEST_IN_MEMORY,
                outbuf_high_watermark=LARGEST_WAITING,
                outbuf_overflow=sys.maxsize,  # into a file, unsealed, never
                asyncore_use_poll=True,
                # A proxy for HTTPS runs on this machine; its word on address and scheme counts.
                trusted_proxy="127.0.0.1",
                trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
                clear_untrusted_proxy_headers=True,
            )
        except (OSError, ValueError) as error:
            self._workers.shutdown(timeout=1)
            reason = getattr(error, "strerror", None) or str(error)
            raise CannotListenError(reason, host=host, port=port, reason=reason) from None

        kept = CutRequests()
        for listener in self._listeners():
            listener.channel_class = partial(KeepingChannel, kept)
        self.port = int(self._listeners()[0].effective_port)

    def run(self) -> None:
        """Serves until it is stopped, then finishes what is in flight."""
        _collect_garbage_seldom()
        while not self._stopping.is_set():
            self._turn(1.0)
        self._finish()

    def stop(self) -> None:
        """Takes no more requests; `run` returns within ten seconds. May be called by a signal's handler."""
        with self._closing:  # a trigger that was closed meanwhile would be somebody else's file by now
            self._stopping.set()
            for listener in self._listeners():
                listener.pull_trigger()

    def stop_on_signals(self) -> None:
        """Stops on SIGTERM and SIGINT."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: self.stop())

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._sockets, count=1)

    def _finish(self) -> None:
        for listener in self._listeners():
            listener.accepting = False
            wasyncore.dispatcher.close(listener)  # its trigger stays: workers wake the loop with it
        deadline = time.monotonic() + SECONDS_TO_STOP
        while self._close_idle() and time.monotonic() < deadline:
            self._turn(0.1)
        self._workers.shutdown(timeout=1)
        with self._closing:
            wasyncore.close_all(self._sockets)

    def _close_idle(self) -> bool:
        """Hangs up where nothing is in flight; whether anything still is."""
        channels = [one for one in list(self._sockets.values()) if isinstance(one, HTTPChannel)]
        for channel in channels:
            if not channel.requests and not channel.total_outbufs_len:
                channel.handle_close()
        return any(channel.connected for channel in channels)

    def _listeners(self) -> list[BaseWSGIServer]:
        return [one for one in list(self._sockets.values()) if isinstance(one, BaseWSGIServer)]
