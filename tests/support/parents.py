"""Servers that tests start end with the process that started them, even when that one is killed."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable


def end_with_parent(number: int) -> Callable[[], None] | None:
    """
    For `preexec_fn`: asks Linux to send a signal to the new process when the one that starts it dies.

    That one is the *thread*: start a server from a thread that lives as long as the server is needed.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(1, number)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return ask
