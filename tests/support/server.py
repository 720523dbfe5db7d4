"""An installation made by `init`, the command run on it, and live servers on a free port.

`tests.support.office` is the quicker way to an app that has villages, people and devices.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from server.app import create_app
from server.config import Config, read_database_url
from server.installation import initialise
from server.serving import WebServer
from server.store.transactions import UNSAFE_VARIABLE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def make_config(database_url: str, folder: Path) -> Config:
    """The settings of an installation in `folder`."""
    return Config(folder / "server-data", read_database_url(database_url))


def make_app(database_url: str, folder: Path) -> Flask:
    """An app on a database that `init` has made or migrated; `folder` keeps its secrets."""
    config = make_config(database_url, folder)
    initialise(config)
    return create_app(config)


@contextmanager
def serving(app: WSGIApplication, port: int = 0) -> Iterator[str]:
    """Serves an app in a thread of this process, on a free port unless one is named; gives its URL."""
    server = WebServer(app, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.stop()
        thread.join(15)


@contextmanager
def streaming(app: Flask) -> Iterator[str]:
    """The same on a server that begins to answer while the body still comes, each request in a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(15)


class _Quiet(WSGIRequestHandler):
    """Writes nothing of what it serves."""

    def log(self, *_: object) -> None:
        pass


def environment_of(config: Config) -> dict[str, str]:
    """What the command needs in its environment to work on an installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERILAP", "LC_"))}
    return {
        **kept,
        "LANG": "en_US.UTF-8",
        "DATABASE_URL": config.database_url,
        "VERILAP_DATA": str(config.data),
        UNSAFE_VARIABLE: os.environ.get(UNSAFE_VARIABLE, ""),
        "PYTHONUNBUFFERED": "1",
        **({"VERILAP_FILES": config.files} if config.files else {}),
    }


def verilap_server() -> str:
    """The command as `make setup` leaves it."""
    return str(Path(sys.executable).with_name("verilap-server"))


def run_command(
    config: Config, *arguments: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs ``verilap-server`` to its end."""
    return subprocess.run(
        [verilap_server(), *arguments],
        env={**environment_of(config), **variables},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class LiveServer:
    """``verilap-server run`` as a process of its own; `url` once it listens. `work`: with its worker."""

    def __init__(self, config: Config, port: int = 0, *, work: bool = False) -> None:
        self.config = config
        self.log = config.data / "server.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [verilap_server(), "run", "--port", str(port), *([] if work else ["--no-work"])],
                env=environment_of(config),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.url = self._read_url()

    @property
    def port(self) -> int:
        """The port that it listens on; a restarted server may take the same."""
        return int(self.url.rpartition(":")[2])

    @property
    def pid(self) -> int:
        """The process's id."""
        return self.process.pid

    def _read_url(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"http://\S+", line):
                return found[0]
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing flushed."""
        self.process.kill()
        self._reap()

    def terminate(self) -> int:
        """SIGTERM; gives the exit status once it has stopped, within ten seconds."""
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        status = self.process.wait(15)
        if self.process.stdout:
            self.process.stdout.close()
        return status

    def __enter__(self) -> LiveServer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
