"""What a worker does for files, each step by itself: one that cannot go on stops no other."""

from collections.abc import Callable
from typing import Final, TypeAlias

from sqlalchemy.exc import SQLAlchemyError

from domain.errors import VerilapError
from server import logs
from server.blobs import Blobs
from server.services.arrivals import settle_some
from server.services.examine_files import examine_files
from server.services.files import delete_doomed
from server.services.orphans import collect_some
from server.store.transactions import Store

Step: TypeAlias = Callable[[Store, Blobs, int], int]
"""Does some of what there is to do, at a time in milliseconds; gives how much it did."""


def _delete_doomed(store: Store, blobs: Blobs, _now: int) -> int:
    return delete_doomed(store, blobs)


STEPS: Final[tuple[Step, ...]] = (settle_some, collect_some, _delete_doomed, examine_files)


def look_after_files(store: Store, blobs: Blobs, now: int, told: dict[str, str] | None = None) -> int:
    """
    One turn of every step; gives how much there was to do. A storage that is away is for the next turn.

    `told` remembers from turn to turn what the log has heard of: a fault that lasts is told once.
    """
    done, told = 0, {} if told is None else told
    for step in STEPS:
        name = step.__name__.strip("_")
        try:
            done += step(store, blobs, now)
            told.pop(name, None)
        except SQLAlchemyError as fault:
            logs.logger().error("database", **logs.describe(fault))
        except VerilapError as fault:
            if told.get(name) != fault.code:
                logs.logger().error(fault.code, step=name)
            told[name] = fault.code
    return done
