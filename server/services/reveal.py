"""Numbers of persons and families in full, to whoever says why: put on record before they are seen."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize
from domain.canonical import Json
from domain.errors import InvalidRequest
from domain.forms.masking import is_number
from domain.reasons import read_reason
from server.services.audit import Act, Audited, put
from server.services.read_record import RecordReading, read_record

MOST_PATHS = 20
"""Numbers of one record that are revealed at once."""


def reveal(
    connection: Connection, actor: Actor, record: str, paths: Collection[str], reason: str, now: int
) -> Mapping[str, list[str]]:
    """
    The numbers at these paths, by path: all of them where people disagree.

    Puts on record who, which record and paths, and why, never a number. Raises `NotFound` and `NotAllowed`,
    `InvalidRequest` for the reason (`domain.reasons`) and with the code no-number where none is shown masked
    to the actor.
    """
    reading = read_record(connection, actor, record)
    authorize(actor, Action.REVEAL, reading.stored.subject)
    why = read_reason(reason)
    wanted = sorted(set(paths))
    if not 0 < len(wanted) <= MOST_PATHS:
        raise InvalidRequest(f"1 to {MOST_PATHS} paths are revealed at once", code="no-number")
    found = {path: _numbers_at(reading, path) for path in wanted}
    for path, numbers in found.items():
        if not numbers:
            raise InvalidRequest("no number is masked there", code="no-number", path=path)
    told: dict[str, Json] = {"paths": list[Json](wanted), "reason": why}
    village = next(iter(reading.villages), "")
    put(connection, Act(actor.name, Audited.REVEAL, reading.records, village, detail=told), now)
    return found


def _numbers_at(reading: RecordReading, path: str) -> list[str]:
    values = [one.value for one in reading.dossier.values_at(path)]
    numbers = (one for one in values if isinstance(one, str) and is_number(reading.definition, path, one))
    return list(dict.fromkeys(numbers))
