"""``python -m tests.support.killing_erasure CONFIRMATION STEP``: erases and ends by SIGKILL at a step.

A step of an erasure is one of `STEPS`; at any other name it ends as usual.
"""

import io
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Final

from server import erasures_file
from server.blobs.opening import open_blobs
from server.clock import now_ms
from server.config import read_config
from server.readiness import open_store
from server.services import erasures, second_person
from server.store import cleaning
from server.store import erasures as stored_erasures

STEPS: Final = (
    "used",
    "audited",
    "taken out",
    "half a line",
    "a line",
    "kept",
    "committed",
    "written anew",
    "noted",
    "an object to delete",
    "an object deleted",
)
"""In the order in which they are done; from `a line` on the file tells of the erasure."""
BEGUN: Final = STEPS.index("a line")


def die() -> None:
    """Ends this process as nothing can hold it up."""
    os.kill(os.getpid(), signal.SIGKILL)


def _after(module: Any, name: str, is_here: bool) -> None:
    plain: Callable[..., Any] = getattr(module, name)

    def call(*given: Any, **named: Any) -> Any:
        done = plain(*given, **named)
        if is_here:
            die()
        return done

    setattr(module, name, call)


class Dying(io.FileIO):
    """A file that dies with its process, after half of what is written to it, or all."""

    is_whole = True

    def write(self, data: Any) -> int:
        super().write(data if self.is_whole else bytes(data)[: len(data) // 2])
        die()
        return 0


def _write_some(step: str) -> None:
    Dying.is_whole = step == "a line"
    setattr(erasures_file, "open", lambda file, *_, **__: Dying(file, "w"))  # noqa: B010


def main() -> None:
    """Erases what was confirmed, and cleans."""
    confirmation, step = sys.argv[1:]
    config = read_config()
    with open_store(config) as store:
        _after(second_person, "use", step == "used")
        _after(erasures, "put", step == "audited")
        _after(erasures, "take_out", step == "taken out")
        _after(cleaning, "rewrite", step == "written anew")
        _after(stored_erasures, "mark_cleaned", step == "noted")
        file = erasures_file.ErasuresFile(config.erasures_file)
        if step in ("half a line", "a line"):
            _write_some(step)
        _after(file, "append", step == "kept")
        erasures.erase_confirmed(store, file.append, confirmation, now_ms())
        if step == "committed":
            die()
        erasures.clean(store, now_ms())
        blobs = open_blobs(config)
        _after(blobs, "delete", step == "an object deleted")
        if step == "an object to delete":
            setattr(blobs, "delete", lambda _: die())  # noqa: B010
        erasures.clean_storage(store, blobs)


if __name__ == "__main__":
    main()
