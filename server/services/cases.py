"""Cases as the office lists them, and as forms take them for their lists."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, covered_villages, is_authorized, reach_of
from domain.areas import is_covered
from domain.cases import LABEL, case_definition, case_kind, case_name, list_of, lists_persons, may_be_one
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.forms.fields import Text
from domain.forms.masking import masked_answer, masked_text
from domain.merge import RecordState, view
from domain.operations import SUBMISSION, VILLAGE
from server.services.forms import definition_of, newest_definitions
from server.services.history import Event, history_of
from server.services.submissions import narrowed
from server.store import cases as stored_cases
from server.store import records
from server.store.cases import CaseChoice, ListedCase
from server.store.finding import Wanted
from server.store.submissions import Position

LISTS: Final = ("anak", "keluarga", "penyaluran")
"""The office's own lists; a form may begin others."""
AT_ONCE: Final = 500


@dataclass(frozen=True)
class CaseItem:
    """A case in a list, and the areas of whoever lists it."""

    row: ListedCase
    areas: tuple[str, ...]

    @cached_property
    def state(self) -> RecordState:
        return RecordState.from_bytes(self.row.document)

    @property
    def list(self) -> str:
        return list_of(self.state.kind) or ""

    @property
    def name(self) -> str:
        """What it is called, as people see it in lists: a number that a form put into the name is masked."""
        return masked_text(self.whole_name)

    @property
    def whole_name(self) -> str:
        return case_name(self.state)

    @property
    def village(self) -> str | None:
        """The village that is shown; of several the reader's own."""
        shown = view(self.state).answers.get(VILLAGE)
        codes = [one for one in (shown, *self.state.values_at(VILLAGE)) if isinstance(one, str)]
        return next((code for code in codes if is_covered(code, self.areas)), None)


@dataclass(frozen=True)
class CasePage:
    """A page of a list; `following` is empty at the end."""

    items: tuple[CaseItem, ...]
    following: Position | None


def choice_of(actor: Actor, area: str | None = None, **narrower: Any) -> CaseChoice:
    """The cases that `actor` may read, or those of them in an area; `narrower` as `CaseChoice`."""
    with_set_aside = reach_of(actor, Action.READ).has_set_aside
    return CaseChoice(narrowed(actor, area), with_set_aside=with_set_aside, **narrower)


def list_cases(
    connection: Connection,
    actor: Actor,
    *,
    list_name: str | None = None,
    area: str | None = None,
    in_conflict: bool = False,
    wanted: Wanted | None = None,
    after: Position | None = None,
    limit: int = 50,
) -> CasePage:
    """The cases that `actor` may read, the newest change first: of a list, in an area, found."""
    authorize(actor, Action.READ)
    kind = case_kind(list_name) if list_name else None
    choice = choice_of(actor, area, kind=kind, in_conflict=in_conflict, wanted=wanted)
    rows = stored_cases.read_cases(connection, choice, after, limit + 1)
    items = tuple(CaseItem(row, reach_of(actor, Action.READ).areas) for row in rows[:limit])
    return CasePage(items, rows[limit - 1].position if len(rows) > limit else None)


def count_list(connection: Connection, actor: Actor, list_name: str) -> int:
    """How many cases of a list the actor may read."""
    return stored_cases.count_cases(connection, choice_of(actor, kind=case_kind(list_name)))


def cases_in(
    connection: Connection, actor: Actor, villages: Iterable[object], list_name: str
) -> Iterator[RecordState]:
    """Every case of a list in those of the villages where the actor reads, the newest change first."""
    areas = tuple(covered_villages(actor, [one for one in villages if isinstance(one, str)]))
    if not areas:
        return
    with_set_aside = reach_of(actor, Action.READ).has_set_aside
    choice, after = CaseChoice(areas, case_kind(list_name), with_set_aside=with_set_aside), None
    while rows := stored_cases.read_cases(connection, choice, after, AT_ONCE):
        yield from (RecordState.from_bytes(row.document) for row in rows)
        after = rows[-1].position


# --- one case ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Naming:
    """A submission that speaks of a case: when the server took it in, and by whom it was filled."""

    record: str
    form: Text
    author: str
    received: int


def submissions_naming(connection: Connection, actor: Actor, case: str) -> list[Naming]:
    """Those that changed a case and that the actor may read, the latest first. Raises `NotFound`."""
    found: dict[str, Naming] = {}
    for event in history_of(connection, actor, case):
        for record in _submissions_of(event):
            definition = definition_of(connection, event.operation.form)
            title: Text = definition.title if definition else {"id": event.operation.form or ""}
            found[record] = Naming(record, title, event.row.author, event.row.received)
    stored = records.load(connection, found.keys())
    readable = [
        one
        for one in found.values()
        if one.record in stored and is_authorized(actor, Action.READ, stored[one.record].subject)
    ]
    return sorted(readable, key=lambda one: (one.received, one.record), reverse=True)


def _submissions_of(event: Event) -> Iterator[str]:
    return (part.record for part in event.operation.parts if part.kind == SUBMISSION)


def perhaps_the_same(
    connection: Connection, actor: Actor, case: RecordState, words: FormDefinition
) -> list[RecordState]:
    """
    Other cases of the list that may be the same person, in the villages of the case that the actor may read.

    Such as those that two officers began for one child, neither of whom had the other's form.
    """
    villages, list_name = case.values_at(VILLAGE), list_of(case.kind) or ""
    beside = cases_in(connection, actor, villages, list_name) if lists_persons(words) else ()
    return sorted((one for one in beside if may_be_one(words, case, one)), key=lambda one: one.record)


# --- as a file -----------------------------------------------------------------------------------


def cases_csv(
    connection: Connection,
    actor: Actor,
    list_name: str,
    told: list[str] | None = None,
    *,
    is_masked: bool = False,
) -> Iterator[bytes]:
    """
    A list as a form takes it: ``name`` (the case's id), ``label``, ``desa``, and the properties of the list.

    Cells that a spreadsheet would take for a formula are left as they are: forms read this, and compare. What
    is told to people `is_masked`: numbers of persons and families. In pieces, as `case_rows`.
    """
    for row in case_rows(connection, actor, list_name, told, is_masked=is_masked):
        yield _lines([row])


def case_rows(
    connection: Connection,
    actor: Actor,
    list_name: str,
    told: list[str] | None = None,
    *,
    is_masked: bool = False,
) -> Iterator[list[str]]:
    """
    The headings and the rows of `cases_csv`: every case that the actor may read.

    A disputed value is the one that is shown. Rows come in the order of the last change, read in pieces, so
    that a long list needs little memory. `told` gets the ids of those in it.
    """
    authorize(actor, Action.READ)
    words = case_definition(list_name, newest_definitions(connection))
    names = case_headings(words)
    yield ["name", LABEL, "desa", *names]
    after: Position | None = None
    while True:
        page = list_cases(connection, actor, list_name=list_name, after=after, limit=AT_ONCE)
        if told is not None:
            told += [item.row.record for item in page.items]
        for item in page.items:
            yield case_row(item, names, words if is_masked else None)
        if page.following is None:
            return
        after = page.following


def case_headings(words: FormDefinition) -> list[str]:
    """The properties of a list behind the columns that every list has."""
    return [one.path for one in words.fields if one.path not in (LABEL, "desa")]


def case_row(item: CaseItem, names: Sequence[str], mask: FormDefinition | None = None) -> list[str]:
    """A row of `case_rows`; numbers of persons and families are masked where `mask` says what they are."""
    shown = Dossier(item.state).answers
    values = [shown.get(name) for name in names]
    if mask:
        values = [masked_answer(mask, name, v) if v else v for name, v in zip(names, values, strict=True)]
    return [
        item.row.record,
        item.name if mask else item.whole_name,
        item.village or "",
        *(v if isinstance(v, str) else "" for v in values),
    ]


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
