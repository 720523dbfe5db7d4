"""A list of cases as a file that is made by a worker: kept sealed for a day, handed out once."""

import csv
import io
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from sqlalchemy import Connection

from domain.access import Action, Actor, reach_of
from domain.cases import case_definition, case_kind
from server.services.audit import Act, Audited, put
from server.services.cases import CaseItem, case_headings, case_row, choice_of
from server.services.exporting import harmless
from server.services.forms import newest_definitions
from server.services.job_work import Kind, Step, Work
from server.store import cases, jobs
from server.store.cases import ListedCase

AT_ONCE: Final = 500
LARGE: Final = 2_000
"""Cases from which on a list is made by a worker: fewer are there before anybody looks up."""


class ListExport(Kind):
    """
    Everything of a list that its owner may read, as `export_list` gives it at once.

    Cases come in the order of their ids, each as it is when its turn comes. That they leave the office is put
    on record with each step, for the reason that was given; handing the file out is put on record again.
    """

    name: ClassVar[str] = "export-list"
    action: ClassVar[Action] = Action.EXPORT_LIST
    begins_again: ClassVar[bool] = True

    def look(self, connection: Connection, work: Work, prepared: Any) -> Any:  # noqa: ARG002 (of `Kind`)
        """The headings as they were at the beginning, the next cases, and how many there are."""
        list_name, cursor = work.params["list"], work.cursor or {}
        names = cursor.get("names")
        if names is None:
            names = case_headings(case_definition(list_name, newest_definitions(connection)))
        choice = choice_of(work.actor, kind=case_kind(list_name))
        rows = cases.read_in_order(connection, choice, cursor.get("after", ""), AT_ONCE)
        total = work.total if work.total is not None else cases.count_cases(connection, choice)
        return names, rows, total

    def step(self, connection: Connection, work: Work, looked: Any, now: int) -> Step:
        """Adds them to the file."""
        names, rows, total = looked
        cursor = work.cursor or {"piece": 0}
        text = _lines(work.actor, names, rows, is_first=work.cursor is None)
        piece = jobs.write_pieces(connection, work.id, jobs.MADE, text, cursor["piece"])
        named = [row.record for row in rows]
        if named:
            told = {"file": file_name(work.params), "reason": work.params["reason"], "job": work.id}
            village = next(iter(work.actor.areas), "")
            put(connection, Act(work.actor.name, Audited.EXPORT, named, village, detail=told), now)
        done = work.done + len(rows)
        after = rows[-1].record if rows else cursor.get("after", "")
        return Step(
            {"names": names, "after": after, "piece": piece},
            done,
            max(total, done),
            {"counts": {"cases": done}},
            is_over=len(rows) < AT_ONCE,
        )


def file_name(params: Any) -> str:
    """What the file is called."""
    return f"{params['list']}.csv"


def _lines(actor: Actor, names: Sequence[str], rows: Sequence[ListedCase], *, is_first: bool) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if is_first:
        writer.writerow(["name", "label", "desa", *names])
    areas = reach_of(actor, Action.READ).areas
    for row in rows:
        writer.writerow([harmless(cell) for cell in case_row(CaseItem(row, areas), names)])
    return text.getvalue().encode("utf-8-sig" if is_first else "utf-8")


LIST_EXPORT: Final = ListExport()
