"""Forms being filled. A draft is a row here, not an operation: a sync never alters it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from client_sync.database import Database, Row
from domain.review import Return

UNTOUCHED: Final = ""


class DraftAnswer(NamedTuple):
    """
    An answer as it was typed; `preds` are the ids that were on the screen then, by record.

    One that a case filled in and nobody has touched has them under `UNTOUCHED`.
    """

    path: str
    value: str
    preds: Mapping[str, tuple[str, ...]]

    @property
    def is_untouched(self) -> bool:
        return UNTOUCHED in self.preds


class DraftRemoval(NamedTuple):
    """A member that a correction removes; `preds` are the ids that were in view at and below it then."""

    member: str
    preds: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """
    A form being filled: a new one (`form_id`, `village`, perhaps a `case`) or a correction of `record`.

    `returns` are those that were in view when it was opened; `started` is the device's clock then, in
    milliseconds since 1970.
    """

    id: str
    record: str | None
    form_id: str | None
    village: str | None
    returns: tuple[Return, ...]
    started: int
    case: str | None = None


class Drafts:
    def __init__(self, database: Database) -> None:
        self._db = database

    def count(self) -> int:
        """How many forms are being filled."""
        return int(self._db.value("count_drafts"))

    def add(self, draft: Draft) -> None:
        # The submission's by their ids alone, as they have always been kept; a part's with its record.
        returns = json.dumps([one.id if one.record == draft.record else list(one) for one in draft.returns])
        opened = (draft.id, draft.record, draft.form_id, draft.village, returns, draft.started, draft.case)
        self._db.run("add_draft", *opened)

    def find(self, draft: str) -> Draft | None:
        row = self._db.row("draft", draft)
        return _read(row) if row else None

    def all(self) -> list[Draft]:
        return [_read(row) for row in self._db.rows("drafts")]

    def put(self, draft: str, answer: DraftAnswer) -> None:
        preds = json.dumps({record: list(ids) for record, ids in answer.preds.items()})
        self._db.run("put_draft_answer", draft, answer.path, answer.value, preds)

    def take_back(self, draft: str, path: str) -> None:
        self._db.run("drop_draft_answer", draft, path)

    def answers(self, draft: str) -> list[DraftAnswer]:
        return [_answer(*row) for row in self._db.rows("draft_answers", draft)]

    def answer(self, draft: str, path: str) -> DraftAnswer | None:
        row = self._db.row("draft_answer", draft, path)
        return _answer(*row) if row else None

    def remove_member(self, draft: str, removal: DraftRemoval) -> None:
        self._db.run("put_draft_removal", draft, removal.member, json.dumps(removal.preds))

    def take_removal_back(self, draft: str, member: str) -> None:
        self._db.run("drop_draft_removal", draft, member)

    def removals(self, draft: str) -> list[DraftRemoval]:
        found = self._db.rows("draft_removals", draft)
        return [DraftRemoval(member, tuple(json.loads(preds))) for member, preds in found]

    def about(self, records: Iterable[str]) -> list[str]:
        """Those that correct one of these records, or were opened from one."""
        return [row[0] for row in self._db.among("drafts_about", records)]

    def remove(self, draft: str) -> None:
        self._db.run("drop_draft", draft)


def _read(row: Row) -> Draft:
    draft, record, form_id, village, returns, started, case = row
    known = (Return(record, one) if isinstance(one, str) else Return(*one) for one in json.loads(returns))
    return Draft(draft, record, form_id, village, tuple(known), started, case)


def _answer(path: str, value: str, preds: str) -> DraftAnswer:
    return DraftAnswer(path, value, {record: tuple(ids) for record, ids in json.loads(preds).items()})
