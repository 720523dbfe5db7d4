"""Checks that the problems that stand beside records are those that are found in them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from server.services.check_store import Checked, Difference
from server.services.examine import Candidate, examine, read_candidates, rules_are_current
from server.store import examinations
from server.store.examinations import Examination

CHUNK: Final = 200


def check_problems(connection: Connection, checked: Checked) -> Iterator[Difference]:
    """
    Examines every examined submission once more; `checked` counts those that are still to be examined.

    Where everything is to be examined anew, since the rules are others now, nothing can be compared.
    """
    is_current = rules_are_current(connection)
    last = ""
    while rows := examinations.digests_after(connection, last, CHUNK):
        examined = [one for one, digest, at in rows if digest == at and is_current]
        checked.unexamined += len(rows) - len(examined)
        yield from _check(connection, examined)
        last = rows[-1][0]
    for record in examinations.without_record(connection):
        yield Difference("check-problems-left", {"record": record})


def _check(connection: Connection, submissions: list[str]) -> Iterator[Difference]:
    candidates = read_candidates(connection, submissions)
    for submission in submissions:
        found = candidates.get(submission)
        if found is None or not _is_what_is_found(found, examinations.find(connection, submission)):
            yield Difference("check-problems", {"record": submission})


def _is_what_is_found(candidate: Candidate, stored: Examination | None) -> bool:
    """For the moment for which it was found: an operation may come that changes nothing but the moment."""
    if stored is None:
        return False
    return examine(replace(candidate, moment=stored.moment)) == stored
