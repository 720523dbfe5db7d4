"""
``verilap-server run`` that ends by SIGKILL at a step of taking a file, and is started again at once.

Run as a program: ``python -m tests.support.dying_server``, with the environment of ``verilap-server``. A port
and a step (or ``none``) on a line of its input start a server, once the one before is dead; ``?`` asks
whether it is, and is answered by ``dead`` or ``alive``. Loaded once and forked for each: starting Python
takes seconds.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from server.config import Config
from tests.support.server import environment_of

ROOT: Final = Path(__file__).parents[2]
NONE: Final = "none"
MOMENT_S: Final = 1.0
STEPS: Final = (
    "begun",
    "taken",
    "written",
    "committed",
    "half an object",
    "object stored",
    "file on record",
    "pieces dropped",
)
"""An upload begun; a piece's request let in; its row written; committed; and of the whole file."""


def die() -> None:
    """Ends this process as nothing can hold it up."""
    os.kill(os.getpid(), signal.SIGKILL)


def after(module: Any, name: str) -> None:
    """The process dies when this has been done."""
    plain = getattr(module, name)

    def call(*given: Any, **named: Any) -> Any:
        plain(*given, **named)
        die()

    setattr(module, name, call)


def half(segments: Any) -> Any:
    """Sealed segments, of which only the first is given."""

    def some(key: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
        yield next(iter(segments(key, chunks)))
        die()

    return some


def arm(step: str) -> None:
    """Has the process die at a step; the storage and the answers to all else are as they are."""
    if step == NONE:
        return
    from server.blobs.folder import FolderBlobs
    from server.services import arrivals, files, uploads
    from server.store import uploads as stored

    if step == "half an object":
        setattr(files, "seal_segments", half(vars(files)["seal_segments"]))  # noqa: B010
        return
    places: dict[str, tuple[Any, str]] = {
        "begun": (uploads, "_begin"),
        "taken": (uploads, "_start"),
        "written": (stored, "add_piece"),
        "object stored": (FolderBlobs, "put"),
        "file on record": (arrivals, "keep"),
        "pieces dropped": (stored, "drop_pieces"),
    }
    if step == "committed":
        setattr(uploads, "settle", lambda *_: die())  # noqa: B010
        return
    after(*places[step])


class DyingServer:
    """The program, for an installation; `url` once its first server listens."""

    def __init__(self, config: Config) -> None:
        with (config.data / "dying.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.dying_server"],
                cwd=ROOT,
                env=environment_of(config),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self.url = ""

    @property
    def is_dead(self) -> bool:
        return self._ask("?") == "dead"

    def start(self, step: str = NONE) -> None:
        """A server that dies at the step, in the place of the one that is dead or is killed now."""
        port = self.url.rpartition(":")[2] or "0"
        self.url = self._ask(f"{port} {step}", "http://").strip()

    def close(self) -> None:
        self._process.communicate(timeout=20)

    def _ask(self, line: str, wanted: str = "") -> str:
        """The first line of the answer that has what is wanted in it, from there on."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        for told in self._process.stdout:
            if wanted in told:
                return told[told.index(wanted) :].strip()
        raise AssertionError("the server did not start")


def ends(child: int) -> bool:
    """Whether a process is dead, or dies within a moment: its connections break before it is gone."""
    process = os.pidfd_open(child)
    try:
        return bool(select.select([process], [], [], MOMENT_S)[0])
    finally:
        os.close(process)


def main() -> None:
    from server.cli import main as command

    child = 0
    for line in sys.stdin:
        if line.strip() == "?":
            if child and ends(child):
                os.waitpid(child, 0)
                child = 0
            print("alive" if child else "dead", flush=True)
            continue
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        port, _, step = line.strip().partition(" ")
        child = os.fork()
        if not child:
            arm(step)
            sys.argv = ["verilap-server", "run", "--port", port, "--no-work"]
            command()
    if child:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
