"""One transaction's work on records: locked, folded, written with their feeds.

What is loaded here is locked; what is applied here is in the documents and in the
feeds once `write` has run, which takes the feeds' locks and so comes last.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.merge import fold
from domain.operations import Operation
from domain.settling import settled_in
from domain.urgency import records_in_danger
from server.services import alarms
from server.services.alarms import Danger
from server.services.indexing import index_records
from server.store import erasures, feed, log, records, settled
from server.store.records import StoredRecord
from server.store.settled import Settlement


@dataclass
class Ledger:
    """The records that one transaction touches, as they are now within it."""

    connection: Connection
    now: int
    records: dict[str, StoredRecord] = field(default_factory=dict)
    existing: set[str] = field(default_factory=set)
    _villages_before: dict[str, frozenset[str]] = field(default_factory=dict)
    _owners_before: dict[str, str | None] = field(default_factory=dict)
    _accepted: dict[str, set[str]] = field(default_factory=dict)
    _loaded: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    _unsaved: set[str] = field(default_factory=set)
    _saved: set[str] = field(default_factory=set)
    private: dict[str, list[feed.Entry]] = field(default_factory=dict)
    settled: set[tuple[str, str]] = field(default_factory=set)
    """Where a dispute was settled: within this transaction, and before it as far as somebody has looked."""
    _settlements: list[Settlement] = field(default_factory=list)
    _danger: list[Danger] = field(default_factory=list)

    def __post_init__(self) -> None:
        erasures.share(self.connection)  # what is not erased now is not erased before this is written

    def load(self, operations: Collection[Operation]) -> None:
        """Locks the records that `operations` speak of and learns what their preds are."""
        self.lock({record for operation in operations for record in _spoken_of(operation)})
        self._learn_accepted(operations)

    def lock(self, named: Collection[str]) -> None:
        """
        Locks records, before anything is known that may be said of them.

        Those that are not there stay so: where somebody else begins one meanwhile, writing fails and is
        run again.
        """
        wanted = set(named) - self._loaded
        found = records.lock(self.connection, wanted)
        self._loaded |= wanted
        self.records.update(found)
        self.existing |= found.keys()
        for record, stored in found.items():
            self._villages_before[record] = stored.villages
            self._owners_before[record] = stored.owner

    def _learn_accepted(self, operations: Collection[Operation]) -> None:
        """Which named operations have arrived before although nothing of them survives."""
        wanted: dict[str, set[str]] = {}
        for operation in operations:
            for part in operation.parts:
                named = {pred for _, pred in part.named}
                stored = self.records.get(part.record)
                if stored and (unknown := named - stored.state.origins.keys()):
                    wanted.setdefault(part.record, set()).update(unknown)
        for record, ids in log.accepted_among(self.connection, wanted).items():
            self._accepted.setdefault(record, set()).update(ids)

    def apply(self, operation: Operation) -> None:
        """Folds an accepted operation into its records."""
        for part in operation.parts:
            before = self.records.get(part.record)
            accepted = self._accepted.setdefault(part.record, set())
            for path in settled_in(before.state if before else None, part, operation.author):
                self._settlements.append(Settlement(part.record, path, operation.id, operation.author))
                self.settled.add((part.record, path))
            state = fold(before.state if before else None, [operation], part.record, accepted)
            accepted.add(operation.id)
            is_set_aside = before is not None and before.is_set_aside
            self.records[part.record] = StoredRecord(state, records.owner_of(state), is_set_aside)
            self.changed.add(part.record)
            self._unsaved.add(part.record)
        self.note_danger(operation, operation.author)

    def note_danger(self, operation: Operation, officer: str) -> None:
        """Has an alarm raised by an operation, taken in or held, that says that somebody is in danger."""
        if records_in_danger(operation):
            self._danger.append(Danger(operation, officer))

    @property
    def begun(self) -> set[str]:
        """The records that this transaction brings into being."""
        return self.changed - self.existing

    def tell(self, one: str, replica: str) -> None:
        """Puts the verdict on an operation into the private feed of a device store."""
        self.private.setdefault(f"~{replica}", []).append(feed.Entry(one, True))

    def tell_again(self, one: str, operation: Operation | None) -> None:
        """Puts another verdict where the first was told: who sent something unreadable hears it too."""
        told = feed.places_of(self.connection, [one]).get(one, ())
        replicas = [name[1:] for name in told] or ([operation.replica] if operation else [])
        for replica in replicas:
            self.tell(one, replica)

    def save(self) -> None:
        """Writes the documents that have changed since the last time; new records get their rows."""
        unsaved = {record: self.records[record] for record in self._unsaved}
        records.save(self.connection, unsaved, self.existing | self._saved, self.now)
        index_records(self.connection, unsaved, self.existing | self._saved, self.now)
        if self._settlements:
            settled.note(self.connection, self._settlements, self.now)
            self._settlements.clear()
        self._saved |= unsaved.keys()
        self._unsaved.clear()

    def claim(self, operations: Iterable[Operation]) -> None:
        """Makes whoever begins a record that `operations` wait for come before or after this transaction.

        Otherwise neither would see the other one's rows, and they would wait for ever.
        """
        awaited = {record for operation in operations for record in _spoken_of(operation)}
        records.claim(self.connection, awaited - self.records.keys(), self.now)

    def write(self) -> None:
        """Writes documents and alarms, then feeds."""
        self.save()
        alarms.raise_all(self.connection, self._danger, self.records, self.now)
        moved = {one for one in self.changed & self.existing if self._has_moved(one)}
        alarms.follow(self.connection, {one: self.records[one].villages for one in moved})
        entries: dict[str, list[feed.Entry]] = dict(self.private)
        for record in sorted(self.changed):
            for village, entry in self._entries(record):
                entries.setdefault(village, []).append(entry)
        owners = {record: self.records[record].owner for record in self.changed & self.existing}
        changed = {record: one for record, one in owners.items() if one != self._owners_before[record]}
        feed.give(self.connection, changed)
        feed.append(self.connection, entries, self.now)

    def _has_moved(self, record: str) -> bool:
        return self.records[record].villages != self._villages_before[record]

    def _entries(self, record: str) -> Iterable[tuple[str, feed.Entry]]:
        stored = self.records[record]
        for village in sorted(stored.villages):
            yield village, feed.Entry(record, True, stored.owner)
        for village in sorted(self._villages_before.get(record, frozenset()) - stored.villages):
            yield village, feed.Entry(record, False, stored.owner)


def _spoken_of(operation: Operation) -> list[str]:
    """Its records, and the submissions that its restricted parts belong to."""
    return [*operation.records, *operation.submissions]
