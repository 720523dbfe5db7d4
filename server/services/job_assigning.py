"""Assigning many cases of a round, by a worker, some in each step."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sqlalchemy import Connection

from domain.access import Action
from domain.canonical import Json
from server.services.assignments import Became, assign
from server.services.job_work import Kind, Step, Work

AT_ONCE: Final = 100
"""Cases of a step: villages are locked while it is written."""
SMALL: Final = 200
"""Up to so many are assigned while the page is waited for."""


def params_of(round_id: str, wanted: Mapping[str, str], due: str) -> Json:
    """What such a job is given: who gets which case, each officer named once."""
    officers = sorted(set(wanted.values()))
    places = {name: at for at, name in enumerate(officers)}
    pairs: list[Json] = [[case, places[officer]] for case, officer in sorted(wanted.items())]
    return {"round": round_id, "due": due, "officers": list[Json](officers), "pairs": pairs}


class Assigning(Kind):
    """What somebody else has by the time of a step stays his: nothing is taken from anybody."""

    name: ClassVar[str] = "assign"
    action: ClassVar[Action] = Action.PLAN

    def step(self, connection: Connection, work: Work, looked: Any, now: int) -> Step:  # noqa: ARG002
        """Assigns the next cases, and counts what became of them."""
        params: Any = work.params
        pairs, officers = params["pairs"], params["officers"]
        some = pairs[work.done : work.done + AT_ONCE]
        wanted = {case: officers[at] for case, at in some}
        became = assign(connection, work.actor, params["round"], wanted, params["due"], now)
        counts = Counter((work.result or {}).get("counts", {}))
        counts.update({COUNTED[code]: count for code, count in became.items()})
        done = work.done + len(some)
        told: Json = {"counts": dict[str, Json](counts)}
        return Step(None, done, len(pairs), told, is_over=done == len(pairs))


COUNTED: Final[Mapping[Became, str]] = {code: f"assign-{code.value}" for code in Became}
"""By which codes the results of jobs count."""
ASSIGNING: Final = Assigning()
