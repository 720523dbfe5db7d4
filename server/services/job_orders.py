"""Ordering the long work of lists and forms."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from domain.access import Actor
from domain.canonical import Json
from domain.errors import InvalidRequest, NotFound, Outdated
from domain.reasons import read_reason
from server.services.job_exports import LIST_EXPORT
from server.services.job_imports import LIST_REHEARSAL, ListImport
from server.services.job_rehearsals import FORM_REHEARSAL
from server.services.jobs import order
from server.store import jobs
from server.store.jobs import GIVEN, StoredJob

MOST_OF_A_LIST: Final = 12 * 1024 * 1024
"""Bytes of a list that a page takes in; the command takes larger ones."""


def order_export(connection: Connection, actor: Actor, list_name: str, reason: str, now: int) -> str:
    """A list as a file; gives the job's id. Raises `NotAllowed`, and `InvalidRequest` for the reason."""
    told: dict[str, Json] = {"list": list_name, "reason": read_reason(reason)}
    return order(connection, actor, LIST_EXPORT, told, now)


def order_rehearsal(connection: Connection, actor: Actor, form: str, now: int) -> str:
    """The rehearsal of a version (``form@version``) over all records of its form."""
    return order(connection, actor, FORM_REHEARSAL, {"form": form}, now)


def order_trial(connection: Connection, actor: Actor, list_name: str, data: bytes, now: int) -> str:
    """
    What would become of the rows of a list, its columns read as the last time, or by their headings.

    Raises `InvalidRequest`: list-empty, list-large.
    """
    if not data:
        raise InvalidRequest("the file is empty", code="list-empty")
    if len(data) > MOST_OF_A_LIST:
        raise InvalidRequest("the file is too large for a page", code="list-large")
    made = order(connection, actor, LIST_REHEARSAL, {"list": list_name}, now)
    jobs.write_pieces(connection, made, GIVEN, data)
    return made


def find_trial(connection: Connection, actor: Actor, list_name: str, job: str) -> StoredJob:
    """A trial of one's own of this list. Raises `NotFound`."""
    found = jobs.find(connection, job)
    is_mine = found is not None and found.account == actor.name and found.kind == LIST_REHEARSAL.name
    if found is None or not is_mine or not found.params or found.params["list"] != list_name:
        raise NotFound("there is no such trial")
    return found


def order_anew(
    connection: Connection,
    actor: Actor,
    trial: StoredJob,
    kind: ListImport,
    wishes: Sequence[str],
    key: str,
    now: int,
) -> str:
    """
    Orders the same list with its columns read so (``COLUMN=PROPERTY``): a trial or an import, by `kind`.

    The file goes to the new job. Raises `Outdated` with the code list-used where it went to another one.
    """
    told: dict[str, Json] = {"list": trial.params["list"], "wishes": list[Json](wishes), "key": key or None}
    made = order(connection, actor, kind, told, now)
    jobs.lock(connection, trial.id)
    if not jobs.hand_on(connection, trial.id, made, GIVEN):
        raise Outdated("the list was used already", code="list-used")
    return made
