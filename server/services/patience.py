"""A limit on the processor time that a piece of work may take."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

_AGAIN_SECONDS: Final = 0.1
"""How soon it is said once more, where work took the first time for an error of its own."""


class OutOfPatience(BaseException):
    """The work took too long. No `Exception`, so that nothing between takes it for one."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raises `OutOfPatience` in the work below it when that has used so much processor time.

    Only in the main thread of a process, where a signal can do it: elsewhere work is as
    long as it is. Time spent waiting, such as for a lock, does not count.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _say)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_SECONDS)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _say(*_: object) -> NoReturn:
    raise OutOfPatience
