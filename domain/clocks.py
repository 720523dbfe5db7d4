"""How far the clock behind an operation is to be trusted: told to whoever chooses between two answers."""

import json
from enum import StrEnum

from domain.filled import DRIFT_MS, Entered
from domain.operations import Operation


class ClockTrust(StrEnum):
    """What is known of the clock that an operation was entered by."""

    MEASURED = "measured"
    """The device had compared it with its server's: it differed by little."""
    OFF = "off"
    """The device had compared it, and it was wrong by more."""
    IMPOSSIBLE = "impossible"
    """It says what cannot be: before there was this program, or after the operation had arrived."""
    UNKNOWN = "unknown"
    """Nobody compared it with another one."""


def clock_trust(time: int, offset: int | None, received: int) -> ClockTrust:
    """
    How far `time` is to be trusted; all in milliseconds.

    `offset` is what the clock was behind its server's when the device last knew, `received` when the server
    took the operation in.
    """
    if offset is not None and abs(offset) > DRIFT_MS:
        return ClockTrust.OFF
    if Entered(time, 0, received).is_clock_wrong:
        return ClockTrust.IMPOSSIBLE
    return ClockTrust.UNKNOWN if offset is None else ClockTrust.MEASURED


def offset_of(operation: Operation) -> int | None:
    """By how many milliseconds the device was behind when it last knew; nothing where it does not say."""
    meta = json.loads(operation.raw).get("meta") or {}
    offset = meta.get("offset_ms")
    return offset if isinstance(offset, int) and not isinstance(offset, bool) else None
