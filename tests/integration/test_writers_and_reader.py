"""Eight devices send at once through two servers on one database, while a ninth follows the feeds."""

import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import create_engine, text

from domain.access import Actor, Reach
from domain.canonical import Json
from domain.merge import RecordState
from domain.operations import read_operation
from server.services.check_store import Checked, check_store
from server.services.device_sender import Sender
from server.services.sync import SyncBatch, exchange
from server.store import feed, log
from server.store.transactions import Store, engine_options, prepare_engine
from tests.conftest import Length
from tests.support.builders import operation_json, submission_json
from tests.support.office import NOW, Office
from tests.support.vaults import vault_at

EVERYTHING = Reach((), None, has_set_aside=True)

VILLAGES: Final = ("64.02.18.2006", "64.02.18.2007", "64.02.18.2005")
SHARED: Final = "00000000-0000-4000-8000-00000000000a"
WRITERS: Final = 8
PATIENCE_S: Final = 240.0


@dataclass
class Writer:
    """One officer's device: begins records, edits and moves them, and edits one that all share.

    `entries` counts, for each village, the numbers that its feed must have given for them.
    """

    store: Store
    actor: Actor
    chance: random.Random
    n: int = 0
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    entries: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)

    def send(self, batches: int) -> None:
        """Sends so many batches; each must be taken whole."""
        for _ in range(batches):
            before = dict(self.places)
            batch = [self._next() for _ in range(self.chance.randint(1, 4))]
            answer = tell(self.store, self.actor, self.replica, batch, limit=1)
            assert "verdicts" not in answer, answer
            self.acknowledged += [read_operation(sent).id for sent in batch]
            self._count(before, {record for sent in batch for record in read_operation(sent).records})

    def _count(self, before: dict[str, tuple[str, str]], touched: set[str]) -> None:
        for record in touched:
            homes = [places[record][0] for places in (before, self.places) if record in places]
            self.entries.update(set(homes) or {VILLAGES[0]})

    @property
    def replica(self) -> str:
        return f"the-store-of-{self.actor.name}"

    def _next(self) -> dict[str, Json]:
        self.n += 1
        facts: dict[str, Any] = {"n": self.n, "author": self.actor.name, "replica": self.replica}
        dice = self.chance.random()
        if dice < 0.15:
            return operation_json([(f"m/{self.actor.name}/x", str(self.n), ())], record=SHARED, **facts)
        if dice < 0.4 and self.places:
            return self._move(facts)
        record = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        village, answers = self.chance.choice(VILLAGES), {"a": "x" * self.chance.randint(1, 900)}
        sent = submission_json(answers, record=record, village=village, **facts)
        self.places[record] = village, read_operation(sent).id
        return sent

    def _move(self, facts: dict[str, Any]) -> dict[str, Json]:
        record, village = self.chance.choice(sorted(self.places)), self.chance.choice(VILLAGES)
        _, before = self.places[record]
        sent = operation_json([("$village", village, [before])], record=record, **facts)
        self.places[record] = village, read_operation(sent).id
        return sent


@dataclass
class Reader:
    """A device that holds what it was told: digests of records by village."""

    store: Store
    actor: Actor
    cursors: dict[str, str] = field(default_factory=dict)
    holds: dict[str, dict[str, str]] = field(default_factory=lambda: {village: {} for village in VILLAGES})
    pages: int = 0

    def read_page(self) -> bool:
        """Reads a page; whether there is more."""
        told = tell(self.store, self.actor, "the-readers-own-store", [], cursors=self.cursors, limit=3000)
        assert "reset" not in told
        self.pages += 1
        for document in told.get("records", []):
            villages = document.pop("in")
            digest = RecordState.from_document(document).digest
            for village in VILLAGES:
                if village in villages or document["record"] in self.holds[village]:
                    self.holds[village][document["record"]] = digest
        for village, record in told.get("left", []):
            self.holds[village].pop(record, None)
        self.cursors.update(told.get("cursors", {}))
        return bool(told.get("more"))


def tell(store: Store, actor: Actor, replica: str, ops: list[Any], **members: Any) -> dict[str, Any]:
    """One exchange, as the endpoint makes it."""
    asked = {"have": None, "config": None, "limit": 262_144, "cursors": {}, "want": (), **members}
    answer = exchange(store, Sender(actor, replica), SyncBatch(replica=replica, ops=ops, **asked), NOW)
    body: dict[str, Any] = json.loads(answer.to_bytes())
    return body


def test_eight_writers_and_one_reader_and_nothing_is_skipped(office: Office, length: Length) -> None:
    """Invariants 4 and 5. The reader follows while they write, and goes on from the cursors he was given.

    Broken on purpose: feed numbers taken outside the head's lock, and in a transaction that commits before
    the rows do; a page that ends at the feed's end whatever its budget. Each failed here.
    """
    shared = operation_json([("$village", VILLAGES[0], ()), ("$review", "submitted", ())], record=SHARED)
    office.person("asha", "officer", "64.02.18")
    stores = [office.store, _further_store(office.url)]
    tell(office.store, office.person("asha", "officer", "64.02.18"), "replica-of-the-tests-A", [shared])
    writers = [
        Writer(stores[i % 2], office.person(f"writer{i}", "officer", "64.02.18"), random.Random(i))
        for i in range(WRITERS)
    ]
    reader = Reader(stores[1], office.person("reader", "officer", "64.02.18"))
    faults = _run_at_once(writers, length.of(25, 400), reader)
    stores[1].engine.dispose()
    assert faults == []
    while reader.read_page():
        pass
    expected = sum((writer.entries for writer in writers), Counter({VILLAGES[0]: 1}))
    with office.store.read() as connection:
        for village in VILLAGES:
            assert reader.holds[village] == dict(feed.digests_in(connection, village, EVERYTHING))
            assert feed.heads_of(connection, [village])[village].seq == expected[village]
        numbers = connection.execute(text("SELECT feed, seq FROM feed_row")).all()
        assert len(set(numbers)) == len(numbers)
        acknowledged = [one for writer in writers for one in writer.acknowledged]
        assert log.verdicts_of(connection, acknowledged).keys() == set(acknowledged)
        assert list(check_store(connection, Checked())) == []
    assert reader.pages > WRITERS


def _further_store(url: str) -> Store:
    """A second server on the same database."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return Store(engine, vault_at(url))


def _run_at_once(writers: list[Writer], batches: int, reader: Reader) -> list[BaseException]:
    """Lets them write while the reader reads; gives what went wrong in any of them."""
    faults: list[BaseException] = []

    def guarded(writer: Writer) -> None:
        try:
            writer.send(batches)
        except BaseException as fault:  # noqa: BLE001 (told by the caller)
            faults.append(fault)

    threads = [threading.Thread(target=guarded, args=[writer], daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while any(thread.is_alive() for thread in threads):
        assert time.monotonic() < deadline, "the writers never end"
        reader.read_page()
    return faults
