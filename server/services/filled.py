"""When forms were filled, by the log; see `domain.filled`."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection

from domain.filled import Entered, begun_at, filled_at, operations_behind
from domain.merge import RecordState
from server.store import log


def moments_of(
    connection: Connection, submissions: Mapping[str, Sequence[RecordState]], otherwise: Mapping[str, int]
) -> dict[str, int]:
    """
    When each submission was filled, by its id; each is given with its restricted parts.

    `otherwise` says it for those in which nothing is answered.
    """
    return _told(connection, submissions, otherwise, filled_at)


def beginnings_of(
    connection: Connection, submissions: Mapping[str, Sequence[RecordState]], otherwise: Mapping[str, int]
) -> dict[str, int]:
    """When each submission was begun, as far as what stands in it tells; given as to `moments_of`."""
    return _told(connection, submissions, otherwise, begun_at)


def _told(
    connection: Connection,
    submissions: Mapping[str, Sequence[RecordState]],
    otherwise: Mapping[str, int],
    moment: Callable[[Iterable[Entered], int], int],
) -> dict[str, int]:
    behind = {one: operations_behind(states) for one, states in submissions.items()}
    entered = _entered(connection, {id_ for ids in behind.values() for id_ in ids})
    return {
        one: moment((entered[id_] for id_ in ids if id_ in entered), otherwise[one])
        for one, ids in behind.items()
    }


def moment_of(connection: Connection, states: Sequence[RecordState], otherwise: int) -> int:
    """The same of one submission."""
    record = states[0].record
    return moments_of(connection, {record: states}, {record: otherwise})[record]


def _entered(connection: Connection, ids: set[str]) -> dict[str, Entered]:
    found = {}
    for one, received, body in log.bodies_of(connection, ids):
        told = json.loads(body)
        offset = (told.get("meta") or {}).get("offset_ms")
        found[one] = Entered(told["time"], offset if isinstance(offset, int) else 0, received)
    return found
