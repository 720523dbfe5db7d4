"""
How long a device has been without its server, whatever its clock says.

A clock of a phone may be of 1970 or 2099, and its owner may set it. So the time is added up from one use to
the next: within one boot of the machine by the clock that counts since then, also while it sleeps, and that
nobody can set; else by the clock on the wall, which is believed for a day at the most and never backwards.
"""

from dataclasses import dataclass
from typing import Final

DAY_MS: Final = 24 * 3600 * 1000
USUAL_DAYS: Final = 30
LEAST_MS: Final = 10_000
"""What a use counts at least of which nothing but the wall clock tells: setting that back is not endless."""


@dataclass(frozen=True, slots=True)
class Moment:
    """
    What the clocks say: `wall` milliseconds since 1970, `up` milliseconds since the machine was started,
    asleep or not, and `boot`, the id of that start; empty where there is none.
    """

    wall: int
    boot: str = ""
    up: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """`elapsed` milliseconds without contact up to a moment; its `wall` is the latest that was ever seen."""

    elapsed: int
    moment: Moment


def begun(moment: Moment) -> Lease:
    """The lease after contact with the server."""
    return Lease(0, moment)


def at(lease: Lease, moment: Moment) -> Lease:
    """The same lease at a later use."""
    known = lease.moment
    if moment.boot and moment.boot == known.boot:
        passed = max(0, moment.up - known.up)
    else:
        by_wall = moment.wall - known.wall
        since_boot = moment.up if moment.boot else 0  # the machine was started after the use before
        passed = min(DAY_MS, max(LEAST_MS, by_wall, since_boot))
    latest = Moment(max(moment.wall, known.wall), moment.boot, moment.up)
    return Lease(lease.elapsed + passed, latest)


def is_over(lease: Lease, days: int) -> bool:
    """Whether it has lasted for so many days; with 0 it never ends."""
    return days > 0 and lease.elapsed >= days * DAY_MS
