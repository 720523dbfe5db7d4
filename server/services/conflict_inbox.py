"""The inbox of conflicts: what people disagree on in the records that somebody reads, the oldest first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from domain.access import Action, Actor, authorize, is_authorized, reach_of
from domain.cases import list_of
from domain.dossier import Dossier, Seen
from domain.forms.definition import FormDefinition
from domain.planning import PLANNED
from server.services.disagreements import since_when
from server.services.forms import words_for
from server.services.read_record import RecordReading, dossier_of
from server.services.submissions import narrowed
from server.store import conflicts, log, records, settled
from server.store.records import StoredRecord
from server.store.settled import Settlement

PAGE: Final = 50
"""Conflicts; a record's stand together."""
MOST_READ: Final = 1_000
"""Records that are looked through; the villages narrow it down where there are more."""
MOST_OF_ONE: Final = 20
"""Conflicts of one record in the inbox; its own page has all."""
DAY_MS: Final = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class InboxChoice:
    """
    Which conflicts are asked for: in `area`, of `what` (a form's id, or the kind of other records), with an
    answer of `officer`, and open for longer than `days`.
    """

    area: str = ""
    what: str = ""
    officer: str = ""
    days: int = 0

    @property
    def is_narrow(self) -> bool:
        return bool(self.area or self.what or self.officer or self.days)


@dataclass(frozen=True)
class Disputed:
    """A record in which the reader sees people disagree; `since` is when each conflict began, by its path."""

    stored: Sequence[StoredRecord]
    """The record, and those of its parts that the reader may read."""
    dossier: Dossier
    disputes: Mapping[str, Sequence[Seen]]
    since: Mapping[str, int]
    updated: int

    @property
    def oldest(self) -> int:
        return min(self.since.values())

    @property
    def what(self) -> str:
        return what_of(self.stored[0])

    @property
    def authors(self) -> set[str]:
        return {one.author for sides in self.disputes.values() for one in sides}


@dataclass(frozen=True)
class DisputedReading:
    """The same as a page shows it."""

    reading: RecordReading
    since: Mapping[str, int]


@dataclass(frozen=True)
class Inbox:
    """
    A page of it. `total` counts the conflicts that fit; `officers` and `kinds` are those that may be chosen.

    `is_cut`: there are more records than are looked through.
    """

    entries: tuple[DisputedReading, ...]
    total: int
    page: int
    pages: int
    officers: tuple[str, ...]
    kinds: tuple[str, ...]
    is_cut: bool


def what_of(stored: StoredRecord) -> str:
    """A submission's form by its id, another record's kind."""
    form = (stored.state.form or "").partition("@")[0]
    return form if form and list_of(stored.state.kind) is None else stored.state.kind


def count_conflicts(connection: Connection, actor: Actor) -> int:
    """How many are open where the actor reads; those between two restricted parts are not counted."""
    reach = reach_of(actor, Action.READ)
    return conflicts.count_open(connection, reach, reach.areas)


def may_settle(actor: Actor, stored: StoredRecord) -> bool:
    """Whether the actor may settle a record's conflicts in the office; what is planned, who plans."""
    needed = {Action.WRITE} | ({Action.PLAN} if stored.state.kind in PLANNED else set())
    return all(is_authorized(actor, action, stored.subject) for action in needed)


def read_inbox(connection: Connection, actor: Actor, choice: InboxChoice, page: int, now: int) -> Inbox:
    """A page of the inbox, counted from 1. Raises `NotAllowed`."""
    authorize(actor, Action.READ)
    reach = reach_of(actor, Action.READ)
    areas = narrowed(actor, choice.area or None)
    rows = conflicts.read_disputed(connection, reach, areas, MOST_READ + 1)
    updated = {row.record: row.updated for row in rows[:MOST_READ]}
    every = _disputed(connection, actor, updated)
    found = [one for one in every if _fits(one, choice, now)]
    found.sort(key=lambda one: (one.oldest, one.dossier.record))
    pages = _divided(found)
    shown = pages[min(page, len(pages)) - 1] if pages else []
    words = _Words(connection)
    return Inbox(
        entries=tuple(
            DisputedReading(words.reading(one.stored, one.dossier, one.updated), one.since) for one in shown
        ),
        total=sum(len(one.since) for one in found),
        page=min(page, max(len(pages), 1)),
        pages=len(pages),
        officers=tuple(sorted({name for one in every for name in one.authors})),
        kinds=tuple(sorted({one.what for one in every})),
        is_cut=len(rows) > MOST_READ,
    )


def _fits(one: Disputed, choice: InboxChoice, now: int) -> bool:
    is_old = not choice.days or one.oldest <= now - choice.days * DAY_MS
    is_of = not choice.officer or choice.officer in one.authors
    return is_old and is_of and choice.what in ("", one.what)


def _divided(found: Iterable[Disputed]) -> list[list[Disputed]]:
    """Pages of about fifty conflicts each; no record stands on two of them."""
    pages: list[list[Disputed]] = []
    room = 0
    for one in found:
        size = min(len(one.since), MOST_OF_ONE)
        if not pages or size > room:
            pages.append([])
            room = PAGE
        pages[-1].append(one)
        room -= size
    return pages


def _disputed(connection: Connection, actor: Actor, updated: Mapping[str, int]) -> list[Disputed]:
    """Those of the records in which the actor sees people disagree."""
    dossiers = _readable(connection, actor, updated)
    asked = {record: found for record, one in dossiers.items() if (found := one[1].disputes)}
    ids = {seen.id for disputes in asked.values() for sides in disputes.values() for seen in sides}
    received = log.received_of(connection, ids)
    return [
        Disputed(*dossiers[record], disputes, _since(disputes, received), updated[record])
        for record, disputes in asked.items()
    ]


def _since(disputes: Mapping[str, Collection[Seen]], received: Mapping[str, int]) -> dict[str, int]:
    return {path: since_when(sides, received) for path, sides in disputes.items()}


def _readable(
    connection: Connection, actor: Actor, wanted: Collection[str]
) -> dict[str, tuple[list[StoredRecord], Dossier]]:
    """Each record, followed by those of its parts that the actor may read, and what they show together."""
    groups = records.with_parts(connection, wanted)
    groups |= {one: [it] for one, it in records.load(connection, set(wanted) - groups.keys()).items()}
    found = {}
    for record, (stored, *parts) in groups.items():
        if is_authorized(actor, Action.READ, stored.subject):
            mine = [one for one in parts if is_authorized(actor, Action.READ, one.subject)]
            found[record] = [stored, *mine], dossier_of(stored, mine)
    return found


class _Words:
    """Makes readings of records; by which form each kind reads is looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str | None], FormDefinition | None] = {}

    def reading(self, stored: Sequence[StoredRecord], dossier: Dossier, updated: int) -> RecordReading:
        """As much of a reading as the cards of its conflicts need: no problems, and nothing that waits."""
        state = stored[0].state
        kind = (state.kind, state.form)
        if kind not in self._known:
            self._known[kind] = words_for(self._connection, state)
        return RecordReading(
            stored=stored[0],
            parts=tuple(stored[1:]),
            dossier=dossier,
            updated=updated,
            filled=updated,
            waiting=(),
            definition=self._known[kind],
            found=(),
        )


# --- what was settled ----------------------------------------------------------------------------


@dataclass(frozen=True)
class SettledReading:
    """A record and what one operation settled in it, at these paths."""

    reading: RecordReading
    operation: str
    account: str
    settled: int
    paths: tuple[str, ...]


def read_settled(
    connection: Connection, actor: Actor, area: str, before: Settlement | None
) -> tuple[list[SettledReading], Settlement | None]:
    """The latest settlements, one entry for each operation and record; and where the next page begins."""
    authorize(actor, Action.READ)
    reach = reach_of(actor, Action.READ)
    rows = settled.recent(connection, reach, narrowed(actor, area or None), before, PAGE + 1)
    shown = _of_whole_operations(rows)
    grouped: dict[tuple[str, str], list[Settlement]] = {}
    for row in shown:
        grouped.setdefault((row.record, row.operation), []).append(row)
    dossiers = _readable(connection, actor, {record for record, _ in grouped})
    words = _Words(connection)
    found = [
        SettledReading(
            words.reading(*dossiers[record], some[0].settled),
            operation,
            some[0].account,
            some[0].settled,
            told,
        )
        for (record, operation), some in grouped.items()
        if record in dossiers and (told := _told(dossiers[record][1], some))
    ]
    return found, shown[-1] if len(rows) > PAGE else None


def _told(dossier: Dossier, settlements: list[Settlement]) -> tuple[str, ...]:
    """The paths, without those of answers that are kept from the reader: a dispute on one says something."""
    return tuple(one.path for one in settlements if one.path not in dossier.kept_back)


def _of_whole_operations(rows: list[Settlement]) -> list[Settlement]:
    """A page of them, without those of an operation of which the next page has the rest."""
    last = rows[PAGE].operation if len(rows) > PAGE else ""
    return [row for row in rows[:PAGE] if row.operation != last] or rows[:PAGE]
