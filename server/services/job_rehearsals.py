"""The rehearsal of a form's version over all of its records, by a worker: the steps of `rehearse`."""

import json
from typing import ClassVar, Final

from sqlalchemy import Connection

from domain.access import Action
from domain.canonical import Json
from domain.errors import NotFound
from domain.forms.definition import FormDefinition
from server.services.forms import find_version
from server.services.job_work import Kind, Step, Work
from server.services.rehearse import BATCH, Rehearsal, judge_batch
from server.store import submissions
from server.store.submissions import Position
from server.store.transactions import Store

Batch = tuple[Rehearsal, Position | None, int]


class FormRehearsal(Kind):
    """
    Counts, and reads no further than its owner's page does: no answer is in what it keeps.

    Records come in the order of their last change, the latest first. One that changes meanwhile is counted as
    it was, or not at all.
    """

    name: ClassVar[str] = "rehearse-form"
    action: ClassVar[Action] = Action.PUBLISH_FORMS

    def prepare(self, store: Store, work: Work) -> FormDefinition:
        """The version that is tried out. Raises `NotFound` where it was dropped meanwhile."""
        with store.read() as connection:
            found = find_version(connection, work.params["form"])
        if found is None:
            raise NotFound("there is no such form", code="unknown-form-version")
        return FormDefinition.from_json(json.loads(found.definition))

    def look(self, connection: Connection, work: Work, prepared: FormDefinition) -> Batch:
        """Judges the next records."""
        cursor = work.cursor or {}
        total = work.total or submissions.count_of_form(connection, prepared.form_id)
        done = Rehearsal.from_json(work.result) if work.result else Rehearsal(prepared.identity, total)
        after = Position(*cursor["after"]) if cursor else None
        batch = submissions.read_of_form(connection, prepared.form_id, after, BATCH)
        judge_batch(done, connection, prepared, batch)
        return done, batch[-1].position if batch else None, len(batch)

    def step(self, connection: Connection, work: Work, looked: Batch, now: int) -> Step:  # noqa: ARG002
        """Keeps the counts."""
        found, last, count = looked
        done = work.done + count
        found.total = max(found.total, done)
        cursor: Json = {"after": [last.updated, last.record]} if last else work.cursor
        return Step(cursor, done, found.total, found.as_kept(), is_over=count < BATCH)


FORM_REHEARSAL: Final = FormRehearsal()
