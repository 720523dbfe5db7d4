"""What a sync needs from outside."""

from collections.abc import Callable
from dataclasses import dataclass

from client_sync.lease import Boot, boot_now
from client_sync.line import Patience
from client_sync.report import SyncReport


@dataclass(frozen=True)
class Surroundings:
    """What a sync needs from outside; each can be replaced by a test.

    `clock` gives milliseconds since 1970, `tick` seconds of a clock that only goes forward, `new_replica` a
    random id, `random_bytes` what keys are made of; `progress` is told after each answer; `boot` says which
    start of the machine this is.
    """

    clock: Callable[[], int]
    tick: Callable[[], float]
    new_replica: Callable[[], str]
    random_bytes: Callable[[int], bytes]
    patience: Patience
    progress: Callable[[SyncReport], None] | None = None
    boot: Callable[[], Boot] = boot_now
