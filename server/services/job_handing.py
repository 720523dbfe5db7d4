"""Handing on more cases than one transaction takes, by a worker."""

from typing import Any, ClassVar, Final

from sqlalchemy import Connection

from domain.access import Action
from domain.canonical import Json
from server.services.job_work import Kind, Step, Work
from server.services.reassigning import hand_some

AT_ONCE: Final = 50


class HandOn(Kind):
    """
    Hands on what was shown: each assignment if it is still as it was then.

    `params` are the officer, and (assignment, to whom, digest) of each.
    """

    name: ClassVar[str] = "hand-on"
    action: ClassVar[Action] = Action.PLAN

    def step(self, connection: Connection, work: Work, looked: Any, now: int) -> Step:  # noqa: ARG002 (of `Kind`)
        """The next of them."""
        shares = work.params["shares"]
        some = shares[work.done : work.done + AT_ONCE]
        wanted = {record: (to, digest) for record, to, digest in some}
        given = hand_some(connection, work.actor, work.params["officer"], wanted, now)
        counted = (work.result or {}).get("counts", {})
        handed = counted.get("handed-on", 0) + given.total()
        done = work.done + len(some)
        counts: dict[str, Json] = {"handed-on": handed, "stayed": done - handed}
        return Step(None, done, len(shares), {"counts": counts}, is_over=done == len(shares))


HAND_ON: Final = HandOn()
