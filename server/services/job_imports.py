"""An office's list that is imported, or only tried out, by a worker: the steps of `import_cases`."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import Connection

from domain.access import Action
from domain.canonical import Json
from domain.errors import VerilapError
from server.caselists.headings import Wish
from server.caselists.rows import ListRow
from server.caselists.tables import open_table
from server.clock import now_ms
from server.faults import Fault, ListError, WorkbookError
from server.services.import_cases import BATCH, Order, Preparation, prepare, read_rows
from server.services.import_plan import Became, Outcome
from server.services.import_rows import mean_rows, rehearse_rows, rows_without_news, settle_rows
from server.services.job_work import Kind, Step, Work
from server.store import jobs
from server.store.transactions import Store

TOLD: Final = 300
"""Faults that are told of one list: who mends so many sends it again."""


@dataclass
class _Prepared:
    """A list with the place in it that is reached; `file` is what it is read from, nowhere on a disk."""

    preparation: Preparation
    batches: Iterator[list[Any]]
    file: int

    def __del__(self) -> None:
        os.close(self.file)


@dataclass(frozen=True)
class _Batch:
    """The next rows: how many, those that can be read, and what became of them if that is known."""

    preparation: Preparation
    count: int
    rows: list[ListRow]
    faults: list[Fault]
    outcomes: list[Outcome] | None


class ListImport(Kind):
    """A list is given to it as a file, with how its columns are read."""

    name: ClassVar[str] = "import-list"
    action: ClassVar[Action] = Action.IMPORT_CASES
    is_rehearsal: ClassVar[bool] = False

    def told_of(self, refusal: VerilapError) -> Json:
        """What is wrong with the list as a whole, and its headings where it could be read so far."""
        if not isinstance(refusal, WorkbookError):
            return None
        faults: list[Any] = [one.as_json() for one in refusal.faults]
        columns: Any = {name: refusal.facts.get(name, []) for name in ("headings", "columns")}
        return {"faults": faults, **columns}

    def prepare(self, store: Store, work: Work) -> _Prepared:
        """
        Opens the list where the last step ended. What its earlier rows mean is worked out again: a case that
        two rows mean is told, wherever a worker was killed between them.
        """
        file = _in_memory(store, work.id)
        try:
            table = open_table(Path(f"/dev/fd/{file}"), work.params.get("sheet"))
            wishes = [Wish.read(one) for one in work.params.get("wishes", ())]
            key = work.params.get("key")
            order = Order(work.params["list"], table, work.actor.name, wishes, key, self.is_rehearsal)
            try:
                made = prepare(store, order, now_ms())
            except ListError as refusal:
                refusal.facts.update(_read_so_far(store, order))
                raise
            made.importing = replace(made.importing, actor=work.actor)
            batches = _batches(table.rows())
            passed = 0
            while passed < work.done:
                batch = next(batches)
                passed += len(batch)
                rows, _ = read_rows(made, batch)
                with store.read() as connection:
                    made.importing.note(mean_rows(connection, made.importing, rows))
        except BaseException:
            os.close(file)
            raise
        return _Prepared(made, batches, file)

    def look(self, connection: Connection, work: Work, prepared: _Prepared) -> _Batch:  # noqa: ARG002
        """The next rows; most rows of most editions say nothing new, which needs no lock."""
        made = prepared.preparation
        batch = next(prepared.batches, [])
        rows, faults = read_rows(made, batch)
        outcomes: list[Outcome] | None = []
        if rows and self.is_rehearsal:
            outcomes = rehearse_rows(connection, made.importing, rows, now_ms())
        elif rows:
            outcomes = rows_without_news(connection, made.importing, rows)
        return _Batch(made, len(batch), rows, faults, outcomes)

    def step(self, connection: Connection, work: Work, looked: _Batch, now: int) -> Step:
        """Writes what they say."""
        made, outcomes = looked.preparation, looked.outcomes
        if outcomes is None:
            outcomes = settle_rows(connection, made.importing, looked.rows, now)
        made.importing.note(outcomes)
        done, total = work.done + looked.count, made.order.table.count
        return Step(
            {"rows": done},
            done,
            max(done, total),
            _told(work.result or {}, made, looked, outcomes),
            is_over=looked.count < BATCH,
        )


class ListRehearsal(ListImport):
    """The same, and nothing is written: what would become of the rows."""

    name: ClassVar[str] = "rehearse-list"
    is_rehearsal: ClassVar[bool] = True
    keeps_given: ClassVar[bool] = True


LIST_IMPORT: Final = ListImport()
LIST_REHEARSAL: Final = ListRehearsal()


def _in_memory(store: Store, job: str) -> int:
    """The list that was given, open as a file of the memory: its names lie on no disk beside the database."""
    file = os.memfd_create("list")
    try:
        with store.read() as connection, os.fdopen(os.dup(file), "wb") as written:
            for piece in jobs.pieces(connection, job, jobs.GIVEN):
                written.write(piece)
    except BaseException:
        os.close(file)
        raise
    return file


def _read_so_far(store: Store, order: Order) -> dict[str, Any]:
    """The headings of a list, and what its columns are read as where only the key is not told."""
    headings = [one for one in order.table.headings if one]
    try:
        made = prepare(store, replace(order, key=headings[0], is_rehearsal=True), now_ms())
    except ListError:
        return {"headings": headings, "columns": []}
    return {"headings": headings, "columns": _columns(made)}


def _columns(made: Preparation) -> list[Json]:
    return [
        {
            "column": one.heading,
            "property": one.property.name,
            "reference": str(one.reference) if one.reference else "",
        }
        for one in made.done.layout.columns
    ]


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _told(before: Any, made: Preparation, looked: _Batch, outcomes: list[Outcome]) -> Json:
    """What is to be told after these rows: how many became what, and what is wrong with which."""
    counts: dict[str, int] = {one.value: before.get("counts", {}).get(one.value, 0) for one in Became}
    for outcome in outcomes:
        counts[outcome.became.value] += 1
    counts[Became.LEFT_OUT.value] += looked.count - len(looked.rows)
    found = [*looked.faults, *(one.fault for one in outcomes if one.fault)]
    found.sort(key=lambda one: one.place.row or 0)
    faults = [*before.get("faults", ()), *(one.as_json() for one in found)]
    table = made.order.table
    return {
        "counts": dict[str, Json](counts),
        "faults": faults[:TOLD],
        "untold": before.get("untold", 0) + max(len(faults) - TOLD, 0),
        "columns": _columns(made),
        "ignored": list[Json](made.done.layout.ignored),
        "headings": [one for one in table.headings if one],
        "key": table.headings[made.done.layout.key],
        "sheet": table.sheet,
    }
