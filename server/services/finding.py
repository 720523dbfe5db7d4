"""Finding cases and submissions by names and numbers: what the reader may read, and nothing else."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, reach_of
from domain.canonical import to_text
from domain.errors import InvalidRequest
from domain.finding import Term, terms_looked_for
from server.store import finding
from server.store.finding import Wanted

MOST: Final = 50
"""Cases, and submissions, that are told at once: whoever finds more has to say more."""
SOUGHT: Final = "sought"
SHORTEST: Final = 2
"""Letters of a word that is looked for."""


@dataclass(frozen=True)
class Search:
    """What lists are narrowed by, and what stands in the audit for it: a keyed hash."""

    wanted: Wanted
    mark: str


def search_for(connection: Connection, actor: Actor, text: str) -> Search:
    """
    What finds the records in which each word of `text` begins a word of a name, or with this NIK or KK.

    Raises `InvalidRequest` (nothing-sought) where there is neither a word nor a number in it.
    """
    authorize(actor, Action.READ)
    groups = [group for group in terms_looked_for(text) if max(len(one.text) for one in group) >= SHORTEST]
    if not groups:
        raise InvalidRequest("say a name, or a whole number", code="nothing-sought")
    told = "\n".join(sorted(min(one.text for one in group) for group in groups))
    *hashed, marks = finding.hashes_of(connection, [*groups, {Term(SOUGHT, told)}])
    wanted = Wanted(tuple(hashed), reach_of(actor, Action.READ).is_whole, actor.name)
    return Search(wanted, to_text(max(marks)))
