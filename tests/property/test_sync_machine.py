"""A hostile world around the real client and the real server: nothing is lost, everybody agrees in the end.

Phones of an officer for two villages, one for a single village, a social worker and a
stranger from far away; lost requests and answers, repeated deliveries, clones, phones
restored from copies, a server restored from a backup, records that move between
villages, officers who lose villages, held work that is decided late or by a server that
is gone, two reviewers who decide on what they read some steps ago. The phones take small
pages, so that large records end one in the middle of a feed. In the end each phone says
of its own work what the server says.

Broken on purpose, each found by this machine: cursors without tags, `have` not compared,
`reset` ignored, `left` ignored, villages that were lost not dropped, the feed's owner not
asked for, an acknowledgement without the row, an approval that ignores its version; a page
that ended with its budget taken for the end of its feed; an approval beside a contested removal;
strange cursors of private feeds passed over and the verdicts of `have` not looked at (in
the 32nd example of 40); records that were asked for dropped with the village that they
had left (in some hundred); a village unknown here whose work nobody in the office saw;
villages that were the account's for a moment (in a long run).
"""

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from client_sync.device import Device
from client_sync.errors import Unreachable
from client_sync.report import SyncReport
from domain.access import Action, reach_of
from domain.errors import InvalidRequest
from domain.merge import RecordState
from domain.operations import OF, RESTRICTED_PART
from server.store import feed
from tests.support.hostile_world import FAR, LARGE, ONE, TWO, Phone, Seed, seed
from tests.support.ledger_check import Log, assert_sound, read_log
from tests.support.local_line import KEY, Fault, impatient, line_to
from tests.support.reviewers import OUTCOMES
from tests.support.snapshots import Rows, restore_snapshot, take_snapshot

__all__ = ["seed"]  # a fixture: pytest finds it here by name

FORM = "verifikasi_anak"
VILLAGES = [ONE, TWO, FAR]
NOWHERE = "65.01.01.2001"
"""A village that is not loaded."""
PATHS = ["a", "b", "m/m_1/x", "m/m_1/y", "m/m_2/x", "r", "g/bahaya_segera"]
SCOPES = [(ONE, TWO), (TWO,), (ONE,), (FAR,), ("64.02",)]
FAULTS: list[Fault] = ["lost request", "lost answer", "twice", "none"]
MOST_PHONES = 6


class World(RuleBasedStateMachine):
    """See the module. Rules pick phones and records by number, modulo how many there are."""

    seed: Seed

    @initialize()
    def begin(self) -> None:
        self.office = self.seed.office
        restore_snapshot(self.office.store.engine, self.seed.rows)
        self.seed.chance.seed(2)
        self.seed.examples += 1
        self.folder = self.seed.folder / f"example-{self.seed.examples}"
        self.folder.mkdir()
        self.count = 0
        self.time = 1000
        self.phones: list[Phone] = []
        self.backup: Rows | None = None
        self.records: list[str] = []
        self.reviewers = self.seed.reviewers
        for reviewer in self.reviewers:
            reviewer.screen = {}
        self.is_begun = True
        for name, home in self.seed.homes.items():
            self._open(self._copy(home), name)
        for village in (ONE, TWO):
            self.new(0, village, with_restricted=True)
        for phone in self.phones:
            phone.device.sync()

    # --- phones ---

    def _copy(self, home: Path) -> Path:
        self.count += 1
        target = self.folder / f"home-{self.count}"
        shutil.copytree(home, target)
        return target

    def _open(self, home: Path, user: str, at: int | None = None) -> None:
        line, connect = line_to(self.office.client)
        device = Device.open(
            home,
            KEY,
            connect=connect,
            patience=impatient(),
            clock=self._clock,
            random_bytes=self.seed.chance.randbytes,
        )
        phone = Phone(device, line, home, user)
        if at is None:
            self.phones.append(phone)
        else:
            self.phones[at] = phone

    def _clock(self) -> int:
        """Wrong, and often the same twice; nothing may depend on it."""
        self.time = 1000 + (self.time * 7 + 3) % 5
        return self.time

    def _phone(self, i: int) -> Phone:
        return self.phones[i % len(self.phones)]

    def _on_phone(self, phone: Phone, k: int) -> str | None:
        there = [d.record for d in phone.device.dossiers()]
        return sorted(there)[k % len(there)] if there else None

    # --- filling ---

    @rule(
        i=st.integers(0, 5),
        village=st.sampled_from([*VILLAGES, NOWHERE]),
        with_restricted=st.booleans(),
        is_large=st.booleans(),
    )
    def new(self, i: int, village: str, with_restricted: bool, is_large: bool = False) -> None:
        answers = {"a": "0", "m/m_1/x": "0", **({"r": "secret"} if with_restricted else {})}
        answers |= {"m/m_2/y": LARGE} if is_large else {}
        self.records.append(self._phone(i).device.new(FORM, village, answers).record)

    @rule(i=st.integers(0, 5), k=st.integers(0, 9), path=st.sampled_from(PATHS), value=st.sampled_from("123"))
    def edit(self, i: int, k: int, path: str, value: str) -> None:
        if record := self._on_phone(self._phone(i), k):
            self._edit(self._phone(i), record, path, value)

    def _edit(self, phone: Phone, record: str, path: str, value: str) -> None:
        try:
            phone.device.set(record, {path: value})
        except InvalidRequest as error:
            if error.code == "conflicted":
                phone.device.resolve(record, path, value)

    @rule(
        i=st.integers(0, 5),
        k=st.integers(0, 9),
        action=st.sampled_from(["remove", "restore", "keep", "gone"]),
    )
    def member(self, i: int, k: int, action: str) -> None:
        phone = self._phone(i)
        if record := self._on_phone(phone, k):
            try:
                if action == "remove":
                    phone.device.remove(record, "m/m_1")
                elif action == "restore":
                    phone.device.restore(record, "m/m_1")
                else:
                    phone.device.resolve(record, "m/m_1#removal", "keep" if action == "keep" else "remove")
            except InvalidRequest:
                pass  # nothing there to remove, restore or settle

    @rule(i=st.integers(0, 5), k=st.integers(0, 9), village=st.sampled_from(VILLAGES))
    def move(self, i: int, k: int, village: str) -> None:
        self.edit(i, k, "$village", village)

    # --- syncing ---

    @rule(i=st.integers(0, 5), faults=st.lists(st.sampled_from(FAULTS), max_size=4))
    def sync(self, i: int, faults: list[Fault]) -> None:
        phone = self._phone(i)
        phone.line.faults = list(faults)
        try:
            report = phone.device.sync()
        except Unreachable:
            return
        finally:
            phone.line.faults = []
        if report.is_quiet:
            self._assert_handed_in(phone)

    def _assert_handed_in(self, phone: Phone) -> None:
        """Invariants 2 and 5: what a quiet device made is on the server."""
        with self.office.store.read() as connection:
            assert phone.own_ids() <= read_log(connection).statuses.keys()

    @rule(i=st.integers(0, 5), j=st.integers(0, 5))
    def sync_in_turn(self, i: int, j: int) -> None:
        self.sync(i, [])
        self.sync(j, [])

    @precondition(lambda self: len(self.phones) < MOST_PHONES)
    @rule(i=st.integers(0, 5), k=st.integers(0, 9), path=st.sampled_from(PATHS))
    def clone(self, i: int, k: int, path: str) -> None:
        """A phone is copied, and both go on."""
        phone = self._phone(i)
        self._open(self._copy(phone.home), phone.user)
        self.edit(i, k, path, "1")
        self.edit(len(self.phones) - 1, k, path, "2")

    @rule(i=st.integers(0, 5), k=st.integers(0, 9), path=st.sampled_from(PATHS))
    def phone_loses_a_day(self, i: int, k: int, path: str) -> None:
        """A phone comes back from a copy, after what was on it had been handed in."""
        at, phone = i % len(self.phones), self._phone(i)
        copied = self._copy(phone.home)
        self.edit(i, k, path, "3")
        self.sync(i, [])
        with self.office.store.read() as connection:
            if not phone.own_ids() <= read_log(connection).statuses.keys():
                return  # what was nowhere but on the phone cannot come back
        phone.device.close()
        self._open(copied, phone.user, at)
        self.edit(i, k, path, "1")

    # --- the office ---

    @rule()
    def back_up_server(self) -> None:
        self.backup = take_snapshot(self.office.store.engine)

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore_server(self) -> None:
        """What living phones made comes back by itself; accounts' rights are as in the backup."""
        assert self.backup is not None
        restore_snapshot(self.office.store.engine, self.backup)

    @rule(
        i=st.integers(0, 5),
        j=st.integers(0, 5),
        k=st.integers(0, 9),
        path=st.sampled_from(PATHS),
        village=st.sampled_from(VILLAGES),
    )
    def server_loses_a_day(self, i: int, j: int, k: int, path: str, village: str) -> None:
        """What one phone handed in is gone with the server's disk; another one comes first afterwards."""
        self.back_up_server()
        self.new(i, village, with_restricted=False)
        self.edit(i, k, path, "2")
        self.sync(i, [])
        self.restore_server()
        self.edit(j, k, path, "3")
        self.new(j, village, with_restricted=True)
        self.sync(j, [])

    @rule(user=st.sampled_from(["asha", "budi"]), scope=st.sampled_from(SCOPES))
    def other_villages(self, user: str, scope: tuple[str, ...]) -> None:
        self.office.move(user, *scope)

    @rule(k=st.integers(0, 9), decision=st.sampled_from(["ok", "void"]))
    def decide_held(self, k: int, decision: str) -> None:
        head = self.reviewers[1].api
        waiting = [one for one in head.get("held")["held"] if one["status"] == "held"]
        if waiting:
            one = waiting[k % len(waiting)]
            status, body = self.seed.reviewers[1].api.post(
                f"held/{one['id']}", {"decision": decision, "reason": "so"}
            )
            assert status in (200, 409), body

    @rule(i=st.integers(0, 5), k=st.integers(0, 9))
    def dismiss(self, i: int, k: int) -> None:
        device = self._phone(i).device
        if refused := device.store.outbox.refused():
            device.dismiss(refused[k % len(refused)].id)

    @rule(i=st.integers(0, 5), k=st.integers(0, 9), decision=st.sampled_from(["ok", "void"]))
    def decision_is_lost(self, i: int, k: int, decision: str) -> None:
        """What the office decides on held work, and a phone hears of, is gone with the server's disk."""
        self.back_up_server()
        self.decide_held(k, decision)
        self.sync(i, [])
        self.restore_server()

    @precondition(lambda self: self.backup is not None)
    @rule(i=st.integers(0, 5), k=st.integers(0, 9), path=st.sampled_from(PATHS))
    def backup_stands_in(self, i: int, k: int, path: str) -> None:
        """A server from a backup serves some phones until the newer one is there again."""
        newer = take_snapshot(self.office.store.engine)
        self.edit(i, k, path, "3")
        self.sync(i, [])
        self.restore_server()
        self.sync(i, [])
        restore_snapshot(self.office.store.engine, newer)

    @rule(who=st.sampled_from([(0,), (1,), (0, 1)]), k=st.integers(0, 9))
    def open_at_the_office(self, who: tuple[int, ...], k: int) -> None:
        """A reviewer, or both, read a record; what becomes of it meanwhile does not change the screen."""
        for one in who:
            self.reviewers[one].open_one_of_the_queue(k)

    @rule(one=st.integers(0, 1), decision=st.sampled_from(["approve", "return", "reject"]))
    def decide(self, one: int, decision: str) -> None:
        if self.reviewers[one].screen:
            self.reviewers[one].decide(decision)

    @rule(i=st.integers(0, 5), j=st.integers(0, 5), k=st.integers(0, 9), value=st.sampled_from("12"))
    def approve_a_contested_removal(self, i: int, j: int, k: int, value: str) -> None:
        """One removes the member that another one changes, and a reviewer would have it so."""
        remover, editor = self._phone(i), self._phone(j)
        self.sync_in_turn(i, j)
        both = {d.record for d in remover.device.dossiers()} & {d.record for d in editor.device.dossiers()}
        if remover is editor or not both:
            return
        record = sorted(both)[k % len(both)]
        with suppress(InvalidRequest):  # it is removed already
            remover.device.remove(record, "m/m_1")
        with suppress(InvalidRequest):
            self._edit(editor, record, "m/m_1/x", value)
        self.sync_in_turn(i, j)
        if self.reviewers[0].open(record):
            self.reviewers[0].decide("approve")

    @rule(i=st.integers(0, 5), k=st.integers(0, 9), path=st.sampled_from(PATHS))
    def change_what_was_approved(self, i: int, k: int, path: str) -> None:
        self.sync(i, [])
        if record := self._on_phone(self._phone(i), k):
            if self.reviewers[1].open(record):
                self.reviewers[1].decide("approve")
            self.edit(i, k, path, "2")
            self.sync(i, [])

    # --- the end ---

    def teardown(self) -> None:
        if not getattr(self, "is_begun", False):
            return
        try:
            self._quiet_down()
            with self.office.store.read() as connection:
                log = assert_sound(connection)
            for phone in self.phones:
                self._assert_agrees(phone, log)
        finally:
            for phone in self.phones:
                phone.device.close()
            shutil.rmtree(self.folder)

    def _quiet_down(self) -> None:
        for _ in range(8):
            reports = [self._sync_quietly(phone) for phone in self.phones]
            if not any(report.sent or report.received or report.left for report in reports):
                return
        raise AssertionError("the phones never come to rest")

    def _sync_quietly(self, phone: Phone) -> SyncReport:
        report = phone.device.sync()
        assert report.is_quiet, report
        return report

    def _assert_agrees(self, phone: Phone, log: Log) -> None:
        """Invariants 2, 4, 8 and 11, for one phone."""
        assert phone.own_ids() <= log.statuses.keys(), "something saved is not on the server"
        told = {
            one: (log.statuses[one], log.codes[one], log.statuses[one] == "ok") for one in phone.own_ids()
        }
        assert phone.marks() == told, "an operation is marked otherwise than the server stands by it"
        records = phone.device.store.records
        seen: dict[str, str] = {}
        with self.office.store.read() as connection:
            actor = self.office.person_in(connection, phone.user)
            reach = reach_of(actor, Action.READ)
            for village in self.office.villages_in(connection, actor):
                seen.update(feed.digests_in(connection, village, reach))
        held = {one: digest for one in records.ids() if (digest := records.digest_of(one))}
        assert held == seen, "a device holds other records than its villages have"
        for record in seen:
            if not phone.device.store.outbox.is_unsettled(record):
                shown = records.shown(record)
                assert shown is not None
                assert shown.digest == seen[record]
        if not actor.reads_restricted:
            for one in records.ids():
                assert self._may_read(records.stored(one), phone.user), "restricted answers of somebody else"

    def _may_read(self, state: RecordState | None, user: str) -> bool:
        """Invariant 8 from the record itself: who began a restricted part also named its submission.

        (That operation may be held, while a later one of the same author was taken.)
        """
        if state is None or state.kind != RESTRICTED_PART:
            return True
        begun = [survivor.id for survivor in state.at(OF)] or list(state.origins)
        return any(state.origins[one].author == user for one in begun)


def test_nothing_is_lost_and_everybody_agrees(seed: Seed, length: Any) -> None:
    run_state_machine_as_test(
        type("WorldHere", (World,), {"seed": seed}),
        settings=settings(
            max_examples=length.of(40, 2000),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert seed.came_of_it.keys() >= OUTCOMES, "something never happened"
