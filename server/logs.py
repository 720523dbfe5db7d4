"""Logs: one JSON object a line, one line a request.

What is logged of a request is listed here, so that nothing else gets in: no body, no
token, no answer, no address with a record's id, and no message of an exception,
since those repeat the values that they complain about.
"""

import logging
import sys
import time
import traceback
from typing import Any

import structlog
from flask import Flask, Response, g, request

_FRAMES = 25


def configure(log_format: str) -> None:
    """Sends the events of this process to its standard error."""
    rendering: list[Any] = [structlog.processors.JSONRenderer(sort_keys=False)]
    if log_format == "text":
        rendering = [structlog.dev.ConsoleRenderer(colors=False)]
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *rendering,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def forward_libraries() -> None:
    """Sends what libraries warn of the same way."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Forwarder()], force=True)


class _Forwarder(logging.Handler):
    """Lines of libraries, in the same shape; their exceptions without the message."""

    def emit(self, record: logging.LogRecord) -> None:
        fault = describe(record.exc_info[1]) if record.exc_info and record.exc_info[1] else {}
        message = record.getMessage() if not fault else record.msg
        logger().warning("library", logger=record.name, message=str(message)[:500], **fault)


def logger() -> Any:
    """Where events of this process go."""
    return structlog.get_logger()


def log_requests(app: Flask) -> None:
    """Makes `app` log each request when it has been answered."""
    app.before_request(_note_start)
    app.after_request(_log_answer)


def note(**facts: str | None) -> None:
    """Adds to the current request's line who asked (`account`, `device`) or what was refused (`code`)."""
    g.setdefault("log_facts", {}).update({name: fact for name, fact in facts.items() if fact})


def _note_start() -> None:
    g.started = time.perf_counter()


def _log_answer(response: Response) -> Response:
    milliseconds = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
    logger().info(
        "request",
        method=request.method if len(request.method) <= 10 else "",
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        ms=round(milliseconds, 1),
        **g.get("log_facts", {}),
    )
    return response


def describe(fault: BaseException) -> dict[str, Any]:
    """An exception for the log: its class and where it came from, never its message."""
    frames = traceback.extract_tb(fault.__traceback__)[-_FRAMES:]
    return {
        "exception": f"{type(fault).__module__}.{type(fault).__qualname__}",
        "stack": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
