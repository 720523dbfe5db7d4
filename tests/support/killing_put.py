"""
Stores an object and dies by SIGKILL before each of its steps on the disk, each time in another folder.

``python -m tests.support.killing_put FOLDER``: prints a line for every attempt, ``killed`` with the step
before which it died, or ``done``. In each of the folders ``FOLDER/<attempt>`` the object `NAME` is `OLD`
beforehand, where the attempt's folder has it.
"""

import os
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from server.blobs.folder import FolderBlobs

NAME = "AAAAAAAAAAAAAAAAAAAAAA"
OLD = b"old" * 40_000
NEW = [b"new" * 20_000] * 3
STEPS = ("mkdir", "open", "write", "fsync", "replace")


def die_before(step: int, tell: Callable[[str], None]) -> None:
    """From now on the process dies before its `step`-th step on the disk, and says before which."""
    left = count(1)

    def watched(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def before(*arguments: Any, **named: Any) -> Any:
            if next(left) == step:
                tell(f"killed {name}")
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return before

    for name in STEPS:
        setattr(os, name, watched(name, getattr(os, name)))


def main() -> None:
    """Every attempt in a process of its own."""
    folder, written = Path(sys.argv[1]), os.write

    def tell(said: str) -> None:
        written(1, said.encode() + b"\n")

    for attempt in count(1):
        blobs = FolderBlobs(folder / str(attempt))
        if "--old" in sys.argv:
            blobs.put(NAME, [OLD])
        child = os.fork()
        if child == 0:
            die_before(attempt, tell)
            blobs.put(NAME, NEW)
            tell("done")
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return


if __name__ == "__main__":
    main()
