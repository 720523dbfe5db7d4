"""Long work as people see it: ordering, looking at, cancelling, fetching what it made."""

from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized
from domain.canonical import Json
from domain.errors import NotFound, Outdated
from server.services import running_jobs
from server.services.job_work import Kind
from server.store import jobs
from server.store.jobs import StoredJob
from server.store.transactions import Store

LISTED: Final = 100
KEPT_MS: Final = 24 * 60 * 60 * 1000
"""For so long after its end a job holds what it was given and what it made."""
AT_ONCE: Final = 50


def order(connection: Connection, actor: Actor, kind: Kind, params: Json, now: int) -> str:
    """Orders a job; gives its id. Raises `NotAllowed`."""
    authorize(actor, kind.action)
    again = kind.begins_again
    return jobs.add(connection, actor.name, kind.name, actor.areas, params, now, begins_again=again)


def run_for(store: Store, job: str, kind: Kind, seconds: float = 1.0) -> None:
    """Does the first steps of a job at once: what is small is over before anybody waits for a worker."""
    running_jobs.run_one(store, job, kind, seconds)


def find(connection: Connection, actor: Actor, job: str) -> StoredJob:
    """
    A job of one's own; for who keeps accounts anybody's, without what it holds. Raises `NotFound`.
    """
    found = jobs.find(connection, job)
    if found is None or not (found.account == actor.name or _sees_all(actor)):
        raise NotFound("there is no such job")
    return found if found.account == actor.name else replace(found, params=None, cursor=None, result=None)


def list_jobs(connection: Connection, actor: Actor) -> list[StoredJob]:
    """One's own, the latest first; everybody's for who keeps accounts. Nothing of what they hold."""
    return jobs.latest(connection, None if _sees_all(actor) else actor.name, LISTED)


def _sees_all(actor: Actor) -> bool:
    return is_authorized(actor, Action.MANAGE_ACCOUNTS)


def may_cancel(actor: Actor, job: StoredJob) -> bool:
    """Whether it is the actor's to cancel: his own, and anybody's for who keeps accounts."""
    return job.is_open and (job.account == actor.name or _sees_all(actor))


def cancel(connection: Connection, actor: Actor, job: str, now: int) -> StoredJob:
    """
    Ends a job, at once or after the step that a worker is doing; what was done stays done.

    Raises `NotFound`, and `Outdated` with the code job-ended where it is over.
    """
    find(connection, actor, job)
    found = jobs.lock(connection, job)
    if found is None or not found.is_open:
        raise Outdated("it has ended", code="job-ended")
    if found.is_leased(now):
        jobs.ask_to_cancel(connection, job, now)
    else:
        jobs.end(connection, found, jobs.CANCELLED, now)
    return found


def fetch(connection: Connection, actor: Actor, job: str, kind: Kind, now: int) -> tuple[StoredJob, bytes]:
    """
    The file that a job of this kind made, for its owner, once: it is gone here with the commit.

    Raises `NotFound` where there is none (any more), and `NotAllowed` where he might not order it now, or has
    not all the areas any more that it was made for.
    """
    found = jobs.lock(connection, job)
    is_mine = found is not None and found.account == actor.name and found.kind == kind.name
    if found is None or not is_mine or not jobs.has_file(connection, job, jobs.MADE):
        raise NotFound("there is no such file")
    running_jobs.check_rights(actor, kind, found.areas)
    data = b"".join(jobs.pieces(connection, job, jobs.MADE))
    jobs.note_fetched(connection, job, now)
    return found, data


def empty_some(store: Store, now: int) -> int:
    """Takes out what ended jobs hold after a day; gives of how many."""
    with store.read() as connection:
        over = jobs.ended_before(connection, now - KEPT_MS, AT_ONCE)

    def work(connection: Connection) -> None:
        for one in over:
            jobs.empty(connection, one, now)

    if over:
        store.transact(work)
    return len(over)
