"""
Whatever people do, and whatever hashes they know: nobody reads a file that he never had and that nobody who
had it has put where he reads; and nobody loses what he may read by what others do.

Everybody here knows all hashes. Who *had* a file is counted apart from the server: whoever has sent it whole,
and whoever could read it at any time before.

Broken on purpose, each time with a failing run here: whoever named a file that he could not read became its
holder; an operation vouched for whoever it said was its author; a claim was made by another record's reader.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.access import Action, is_authorized
from server.services.push import decide_held
from server.store import accounts, records
from tests.support.builders import new_id, op_id
from tests.support.filings import FAR, REGENCY, VILLAGE
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice
from tests.support.snapshots import Rows, restore_snapshot, take_snapshot
from tests.support.stored_files import arrives_whole, file, has, reads

OFFICERS = ("asha", "budi", "citra")
VILLAGES = (VILLAGE, FAR)
FILES = (file("satu"), file("dua"))
UNTOUCHED = ("village", "form", "form_media", "setting", "data_key")


@dataclass
class Seed:
    """An office with three officers, to begin every example with."""

    office: Office
    devices: dict[str, RawDevice]
    rows: Rows


@dataclass
class Put:
    """Somebody's operation that names a file in a record."""

    account: str
    record: str
    file: int


class Readers(RuleBasedStateMachine):
    """See the module."""

    seed: Seed

    @initialize()
    def begin(self) -> None:
        restore_snapshot(self.seed.office.store.engine, self.seed.rows, UNTOUCHED)
        self.office, self.devices = self.seed.office, self.seed.devices
        self.records: list[str] = []
        self.put: list[Put] = []
        self.held: list[tuple[Any, Put]] = []
        self.sent: dict[int, set[str]] = {number: set() for number in range(len(FILES))}
        self.had: dict[int, set[str]] = {number: set() for number in range(len(FILES))}
        self.read: set[tuple[str, str, int]] = set()

    @rule(who=st.sampled_from(OFFICERS), number=st.integers(0, 1), where=st.sampled_from(VILLAGES))
    def begin_record(self, who: str, number: int, where: str) -> None:
        record = new_id()
        device = self.devices[who]
        self._send(who, record, number, device.submission(record, {"a": FILES[number].value}, village=where))

    @rule(
        who=st.sampled_from(OFFICERS),
        author=st.sampled_from(OFFICERS),
        number=st.integers(0, 1),
        k=st.integers(0, 9),
    )
    def name_in_record(self, who: str, author: str, number: int, k: int) -> None:
        """In any record, by an operation that may say that somebody else made it."""
        if self.records:
            record = self.records[k % len(self.records)]
            changes: Any = [("b", FILES[number].value, [])]
            sent = self.devices[who].operation(changes, record=record, author=author)
            self._send(who, record, number, sent)

    def _send(self, who: str, record: str, number: int, sent: Any) -> None:
        told = self.devices[who].sync(sent).get("verdicts", {}).get("0", {"status": "ok"})
        one = Put(who, record, number)
        if told["status"] == "held":
            self.held.append((sent, one))
        else:
            self._note(one)

    def _note(self, put: Put) -> None:
        """What was accepted, at once or later; with it its record has begun at the latest."""
        self.put.append(put)
        if put.record not in self.records:
            self.records.append(put.record)

    @rule(k=st.integers(0, 9))
    def hand_in(self, k: int) -> None:
        """An author hands in himself what somebody else sent in his name; with it he has what was sent."""
        if self.held:
            sent, put = self.held[k % len(self.held)]
            author = sent["author"]
            told = self.devices[author].sync(sent).get("verdicts", {}).get("0", {"status": "ok"})
            if author != put.account:
                self.had[put.file] |= {author} if put.account in self.had[put.file] else set()
                put.account = author
            if told["status"] == "ok":
                self.held.remove((sent, put))
                self._note(put)

    @rule(who=st.sampled_from(OFFICERS), number=st.integers(0, 1))
    def send_file(self, who: str, number: int) -> None:
        arrives_whole(self.office, who, FILES[number])
        self.had[number].add(who)
        self.sent[number].add(who)

    @rule(who=st.sampled_from(OFFICERS), where=st.sets(st.sampled_from(VILLAGES)))
    def give_villages(self, who: str, where: set[str]) -> None:
        self.office.move(who, *sorted(where))

    @rule(k=st.integers(0, 9))
    def take_in(self, k: int) -> None:
        """The office takes in what was held."""
        if self.held:
            sent, put = self.held.pop(k % len(self.held))
            with self.office.store.write() as connection:
                decide_held(connection, accounts.actor_of(connection, "hana"), op_id(sent), "ok", "", NOW)
            self._note(put)

    @invariant()
    def files_are_read_where_somebody_who_has_them_put_them(self) -> None:
        if not hasattr(self, "read"):
            return
        there = self._readable_records()
        now = {
            (name, record, number)
            for name, record in there
            for number, one in enumerate(FILES)
            if reads(self.office.store, name, record, one)
        }
        self._assert_that_they_were_given(now)
        assert not {(name, record, number) for name, record, number in self.read - now} & {
            (name, record, number) for name, record in there for number in range(len(FILES))
        }
        for put in self.put:
            if put.account in self.sent[put.file]:
                assert {(name, put.record, put.file) for name, one in there if one == put.record} <= now
        self.read |= now

    def _assert_that_they_were_given(self, now: set[tuple[str, str, int]]) -> None:
        """Each by somebody who has it, or has it by what he reads now."""
        left = set(now)
        while given := {one for one in left if self._is_given(one[1], one[2])}:
            for name, _, number in given:
                self.had[number].add(name)
            left -= given
        assert not left
        for number, one in enumerate(FILES):
            for name in OFFICERS:
                assert not has(self.office.store, name, one) or name in self.had[number]

    def _is_given(self, record: str, number: int) -> bool:
        givers = {put.account for put in self.put if (put.record, put.file) == (record, number)}
        return bool(givers & self.had[number])

    def _readable_records(self) -> set[tuple[str, str]]:
        with self.office.store.read() as connection:
            stored = records.load(connection, self.records)
            actors = [accounts.actor_of(connection, name) for name in (*OFFICERS, "hana")]
        return {
            (actor.name, one)
            for actor in actors
            for one, found in stored.items()
            if is_authorized(actor, Action.READ, found.subject)
        }


@pytest.fixture
def seed(database_url: str, tmp_path: Path) -> Iterator[Seed]:
    office = Office(database_url, tmp_path)
    devices = {name: office.device(name, "officer", VILLAGE) for name in OFFICERS}
    office.person("hana", "head", REGENCY)
    yield Seed(office, devices, take_snapshot(office.store.engine))
    office.close()


def test_nobody_gets_a_file_by_its_hash_and_nobody_loses_one(seed: Seed, length: Any) -> None:
    run_state_machine_as_test(
        type("ReadersHere", (Readers,), {"seed": seed}),
        settings=settings(
            max_examples=length.of(15, 1000),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
