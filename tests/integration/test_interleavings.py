"""Two transactions, laid over each other step by step around the locks and the commit.

Each test drives its players to an exact place and then looks; nothing is left to
chance, and nothing sleeps. The locks that they wait for are PostgreSQL's. SQLite has one
writer, so only a reader can come between there; those tests run on both.
"""

import json
from collections.abc import Callable

import pytest

from domain.canonical import Json
from server.services.sync import list_digests
from server.store import accounts
from tests.conftest import Length
from tests.support.builders import new_id, op_id
from tests.support.crossing import (
    HERE,
    NEAR,
    assert_sound,
    feed_of,
    player,
    race,
    state_in,
)
from tests.support.office import Office
from tests.support.raw_device import RawDevice, whole
from tests.support.steps import COMMIT, ON_RECORD, Player

LOG = "INSERT INTO operation "
PUTS_ON_RECORD = {"sqlite": "BEGIN IMMEDIATE", "postgresql": ON_RECORD}
"""Where somebody stops who has read, before it is on record that he did."""
PAGE, LIST = "FROM feed_row LEFT OUTER JOIN record", "FROM feed_row JOIN record"


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("new_database", ["postgres"], indirect=True)
class TestNumbers:
    """Invariant 4: a cursor never passes a row that was not yet committed.

    Broken on purpose: the feed's head read without its lock, and the numbers taken in a
    transaction of their own that commits before the rows do. Each failed here.
    """

    def test_a_village_gives_numbers_to_one_transaction_at_a_time(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        early, late = [new_id() for _ in range(3)], new_id()
        first = player(office, asha, *[asha.submission(one) for one in early]).start_and_stop(COMMIT)
        second = player(office, budi, budi.submission(late)).start()
        second.until_waiting_for(first)
        first.finish()
        second.finish()
        numbers = feed_of(office)
        assert list(numbers) == [1, 2, 3, 4]
        assert numbers[4] == late
        assert second.begun == 1  # it waited; it did not collide and run again

    def test_no_reader_passes_a_number_that_is_not_committed(
        self, office: Office, asha: RawDevice, budi: RawDevice, citra: RawDevice
    ) -> None:
        """At each moment between two writers' steps the reader asks, and goes on from what he was told."""
        early, late = [new_id(), new_id()], new_id()
        seen: list[str] = []

        def read() -> str:
            seen.extend(whole(citra.sync()))
            return citra.cursors.get(HERE, "0").partition(".")[0]

        first = player(office, asha, *[asha.submission(one) for one in early]).start_and_stop(COMMIT)
        assert read() == "0"
        second = player(office, budi, budi.submission(late)).stop_at(COMMIT).start()
        second.until_waiting_for(first)
        assert read() == "0"
        first.finish()
        second.until_stopped()
        assert read() == "2"
        assert set(seen) == set(early)
        second.finish()
        assert read() == "3"
        assert set(seen) == {*early, late}

    def test_numbers_of_a_transaction_that_fails_are_given_again(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        first = player(office, asha, asha.submission(new_id()), asha.submission(new_id()))
        first.start_and_stop(COMMIT)
        second = player(office, budi, budi.submission(record := new_id())).start()
        second.until_waiting_for(first)
        first.abandon()
        assert "verdicts" not in second.finish()
        assert feed_of(office) == {1: record}

    def test_villages_do_not_wait_for_each_other(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        first = player(office, asha, asha.submission(new_id(), village=HERE)).start_and_stop(COMMIT)
        player(office, budi, budi.submission(there := new_id(), village=NEAR)).start().finish()
        assert feed_of(office, NEAR) == {1: there}
        first.finish()

    def test_who_waits_for_a_village_holds_none_that_comes_after_it(
        self, office: Office, asha: RawDevice, budi: RawDevice, citra: RawDevice
    ) -> None:
        """Villages are locked in the order of their codes. Broken on purpose: in the opposite order."""
        assert NEAR < HERE
        first = player(office, asha, asha.submission(new_id(), village=NEAR)).start_and_stop(COMMIT)
        both = [budi.submission(new_id(), village=village) for village in (HERE, NEAR)]
        second = player(office, budi, *both).start()
        second.until_waiting_for(first)
        player(office, citra, citra.submission(new_id(), village=HERE)).start().finish()
        first.finish()
        second.finish()
        assert (len(feed_of(office, HERE)), len(feed_of(office, NEAR))) == (2, 2)

    def test_writers_that_come_to_their_villages_in_opposite_orders_never_form_a_ring(
        self, office: Office, asha: RawDevice, budi: RawDevice, length: Length
    ) -> None:
        """New records in two villages, with the ids of one's in the other order. Broken once: `feed.append`
        locked one head after the other in the order of the entries; a ring formed in most runs.
        """

        def batch(device: RawDevice, *villages: str) -> Callable[[], list[Json]]:
            return lambda: [
                device.submission(record, village=village)
                for record, village in zip(sorted([new_id(), new_id()]), villages, strict=True)
            ]

        rounds = length.of(40, 400)
        race(office, rounds, (asha, batch(asha, HERE, NEAR)), (budi, batch(budi, NEAR, HERE)))
        assert list(feed_of(office, HERE)) == list(feed_of(office, NEAR)) == [*range(1, 2 * rounds + 1)]


# --- readers -------------------------------------------------------------------------------------


def test_a_reader_between_the_write_and_the_commit_sees_nothing_of_it(
    office: Office, asha: RawDevice, budi: RawDevice
) -> None:
    asha.sync(known := asha.submission(old := new_id()))
    budi.pull()
    before = dict(budi.cursors)
    change = asha.operation([("a", "2", [op_id(known)])], record=old)
    writer = player(office, asha, change, asha.submission(new := new_id())).start_and_stop(COMMIT)
    place = PUTS_ON_RECORD[office.store.engine.dialect.name]
    # What he has read he is told once it is on record: on SQLite, when the writer has ended.
    reader = player(office, budi, want=[old]).start_and_stop(place)
    writer.finish()
    told = reader.finish()
    assert state_in(told, old).values_at("a") == ["1"]
    assert {**before, **told.get("cursors", {})} == before
    told = budi.sync()
    assert whole(told).keys() == {old, new}
    assert state_in(told, old).values_at("a") == ["2"]


def test_a_reader_is_told_of_one_moment(office: Office, asha: RawDevice, budi: RawDevice) -> None:
    """A writer commits between the reader's look at the feed's end and at its rows.

    Broken on purpose: READ COMMITTED for readers; the page held records beyond its cursor.
    """
    asha.sync(known := asha.submission(old := new_id()))
    reader = player(office, budi, cursors={}, want=[old]).start_and_stop(PAGE)
    asha.sync(asha.operation([("a", "2", [op_id(known)])], record=old), asha.submission(new_id()))
    told = reader.finish()
    assert told["cursors"][HERE].startswith("1.")
    assert whole(told).keys() == {old}
    assert state_in(told, old).values_at("a") == ["1"]


def test_a_list_of_digests_belongs_to_its_cursor(office: Office, asha: RawDevice, budi: RawDevice) -> None:
    """Broken on purpose: READ COMMITTED for readers; the list held what its cursor would bring again."""
    asha.sync(asha.submission(old := new_id()))
    with office.store.read() as connection:
        actor = accounts.actor_of(connection, "budi")
    reader = Player(office.url, lambda store: list_digests(store, actor, HERE)).start_and_stop(LIST)
    asha.sync(asha.submission(new := new_id()))
    listed = json.loads(reader.finish())
    assert [record for record, _ in listed["records"]] == [old]
    budi.cursors = {HERE: listed["cursor"]}
    assert whole(budi.sync()).keys() == {new}


# --- records -------------------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.parametrize("new_database", ["postgres"], indirect=True)
class TestRecords:
    """What two transactions do to the same record or operation at one moment."""

    def test_two_officers_who_begin_the_same_record_at_once_both_keep_their_work(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """The second meets the first one's row, and runs again. Broken once: `transact` did not."""
        record = new_id()
        first = player(office, asha, asha.submission(record, {"a": "1"})).start_and_stop(COMMIT)
        second = player(office, budi, budi.submission(record, {"a": "2"})).start()
        second.until_waiting_for(first)
        first.finish()
        told = second.finish()
        assert "verdicts" not in told
        assert second.begun == 2
        assert sorted(map(str, state_in(told, record).values_at("a"))) == ["1", "2"]
        assert_sound(office, record)

    def test_two_officers_who_edit_the_same_record_at_once_both_keep_their_work(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """Broken on purpose: documents read without their lock; the first edit was overwritten."""
        asha.sync(begun := asha.submission(record := new_id(), {"a": "0", "b": "0"}))
        first = player(office, asha, asha.operation([("a", "1", [op_id(begun)])], record=record))
        first.start_and_stop(COMMIT)
        second = player(office, budi, budi.operation([("b", "2", [op_id(begun)])], record=record)).start()
        second.until_waiting_for(first)
        first.finish()
        state = state_in(second.finish(), record)
        assert (state.values_at("a"), state.values_at("b")) == (["1"], ["2"])
        assert_sound(office, record)

    @pytest.mark.parametrize("is_known", [True, False], ids=["known-store", "new-store"])
    def test_the_same_batch_twice_at_once_has_one_effect(
        self, office: Office, asha: RawDevice, budi: RawDevice, is_known: bool
    ) -> None:
        """The device gave up waiting and sent it again while the first one was still at work."""
        if is_known:
            asha.sync(asha.submission(new_id()))
        batch = [asha.submission(record := new_id()), asha.submission(other := new_id())]
        first = player(office, asha, *batch).start_and_stop(COMMIT)
        second = player(office, asha, *batch).start()
        second.until_waiting_for(first)
        haves = [first.finish()["have"], second.finish()["have"]]
        assert haves[0] == haves[1]
        assert haves[0][0] == 2 + is_known
        assert list(feed_of(office).values())[-2:] == sorted([record, other])
        assert len(feed_of(office)) == 2 + is_known
        assert_sound(office, record, other)

    def test_what_two_requests_of_one_store_bring_at_once_is_counted_together(
        self, office: Office, asha: RawDevice
    ) -> None:
        """In two villages: only the store's row is in the way. Broken on purpose: it was not locked."""
        asha.sync(asha.submission(new_id()))
        first = player(office, asha, asha.submission(new_id())).start_and_stop(COMMIT)
        second = player(office, asha, asha.submission(new_id(), village=NEAR)).start()
        second.until_waiting_for(first)
        first.finish()
        assert second.finish()["have"][0] == 3

    def test_the_same_operation_by_two_clones_at_once_has_one_effect(
        self, office: Office, asha: RawDevice
    ) -> None:
        """A cloned phone that took a new replica id sends what its twin is sending."""
        clone = RawDevice(asha.client, asha.token, "a-clone-of-that-device", "asha")
        sent = asha.submission(record := new_id())
        asha.sync(asha.submission(new_id()))  # so that the store is known, and no row of its own in the way
        first = player(office, asha, sent).start_and_stop(COMMIT)
        second = player(office, clone, sent).start()
        second.until_waiting_for(first)
        first.finish()
        told = second.finish()
        assert "verdicts" not in told
        assert record in whole(told)
        assert list(feed_of(office)) == [1, 2]
        assert_sound(office, record)

    def test_writers_that_name_their_records_in_opposite_orders_never_form_a_ring(
        self, office: Office, asha: RawDevice, budi: RawDevice, length: Length
    ) -> None:
        """Broken once: records locked one after the other in the order of the batch; a ring formed."""
        one, two = sorted([new_id(), new_id()])
        asha.sync(asha.submission(one), asha.submission(two))

        def batch(device: RawDevice, *order: str) -> Callable[[], list[Json]]:
            return lambda: [device.operation([("b", "1", [])], record=record) for record in order]

        race(office, length.of(40, 400), (asha, batch(asha, one, two)), (budi, batch(budi, two, one)))
        assert_sound(office, one, two)

    def test_a_ring_of_waiters_is_undone_and_nobody_is_told(
        self, office: Office, asha: RawDevice, budi: RawDevice
    ) -> None:
        """Each accepts, beside his own, a waiting operation on the record that the other one has locked.

        Broken once: `OperationalError` left out of what is tried again.
        """
        one, two, new_one, new_two = (new_id() for _ in range(4))
        asha.sync(asha.submission(one), asha.submission(two))
        for device, waits_for, touches in ((asha, new_one, two), (budi, new_two, one)):
            waiting = device.operation([("b", device.author, [])], record=touches)
            waiting["parts"].append(  # type: ignore[union-attr]
                {"record": waits_for, "kind": "submission", "changes": [["b", "1", []]]}
            )
            assert device.sync(waiting)["verdicts"]["0"]["code"] == "unknown-record"
        first = player(office, asha, asha.operation([("a", "3", [])], record=one), asha.submission(new_one))
        second = player(office, budi, budi.operation([("a", "4", [])], record=two), budi.submission(new_two))
        first.start_and_stop(LOG)
        second.start_and_stop(LOG)
        first.go_on().until_waiting_for(second)
        assert "verdicts" not in second.finish()
        assert "verdicts" not in first.finish()
        assert first.begun + second.begun > 2  # one of them ran again
        assert_sound(office, one, two, new_one, new_two)
        told = asha.sync(want=[one, two])
        assert state_in(told, one).values_at("b") == ["budi"]
        assert state_in(told, two).values_at("b") == ["asha"]
