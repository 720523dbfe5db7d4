"""A store that was cloned, restored, enrolled anew or is used by two processes loses nobody's work.

Broken on purpose, with a failing test here: a fork that keeps its replica id; cursors moved although another
sync had moved them.
"""

from client_sync.apply import apply_reply
from schemas.replies import SyncReply
from tests.support.devices import FAR_VILLAGE, KEY, VILLAGE, Fleet, replica_of, stored


def test_a_cloned_phone_takes_a_new_replica_id_and_both_keep_their_work(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    clone = fleet.open(fleet.copy(asha))
    before = replica_of(clone)
    asha.set(record, {"nama": "asli"})
    clone.set(record, {"umur": "3"})
    asha.sync()
    report = clone.sync()
    assert report.forked
    assert replica_of(clone) != before
    asha.sync()
    assert stored(asha) == stored(clone) == fleet.server.state.records
    assert asha.dossier(record).answers == {"$village": VILLAGE, "nama": "asli", "umur": "3"}
    clone.set(record, {"umur": "4"})
    assert not clone.sync().forked
    assert clone.sync().traffic.requests == 1


def test_the_clone_goes_on_guarding_what_it_made_under_its_old_id(fleet: Fleet) -> None:
    asha = fleet.phone()
    backup = fleet.server.backup()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    clone = fleet.open(fleet.copy(asha))
    asha.set(record, {"umur": "1"})
    clone.set(record, {"umur": "2"})
    asha.sync()
    clone.sync()
    replica = clone.store.settings.replica
    assert replica is not None
    assert replica.have.total == len(clone.operations())
    fleet.server.restore(backup)
    clone.sync()
    assert {op.id for op in clone.operations()} <= fleet.server.state.log.keys()


def test_a_phone_restored_from_a_copy_gets_its_later_work_back_from_the_server(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    copy = fleet.copy(asha)
    asha.set(record, {"nama": "b"})
    asha.sync()
    restored = fleet.open(copy)
    restored.sync()
    assert restored.dossier(record).answers["nama"] == "b"
    assert restored.sync().traffic.requests == 1


def test_a_store_enrolled_anew_is_kept_and_handed_in(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    before = replica_of(asha)
    asha.enroll("http://localhost", fleet.server.user("asha"))
    assert replica_of(asha) != before
    assert asha.sync().sent == 1
    assert record in stored(asha)


def test_another_account_on_a_store_does_not_inherit_what_the_first_could_read(fleet: Fleet) -> None:
    phone = fleet.phone("dewi", "peksos")
    record = phone.new("anak", VILLAGE, {"nama": "a", "luka": "memar"}).record
    phone.sync()
    unsent = phone.set(record, {"nama": "c"}).operations[0]
    phone.enroll("http://localhost", fleet.server.user("eka", "officer", (FAR_VILLAGE,)))
    assert stored(phone) == {}
    report = phone.sync()
    assert report.refused[0].code == "other-author"
    assert phone.status_of(unsent) == "held"
    assert phone.sync().traffic.requests == 1


def test_another_sync_between_request_and_answer_wins(fleet: Fleet) -> None:
    """Two processes sync one store: what the slower answer says of the feeds is old and is left aside."""
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    budi.new("anak", VILLAGE, {"nama": "b"})
    budi.sync()
    engine = asha._engine()
    plan = engine._plan()
    asha.sync()
    old = SyncReply(cursors={VILLAGE: "1.old"}, left=((VILLAGE, record),))
    applied = apply_reply(asha.store, plan, old, 0, lambda: "r" * 22)
    assert applied.is_stale
    assert record in stored(asha)
    assert asha.store.feeds.cursors()[VILLAGE] != "1.old"


def test_a_second_process_opens_the_same_store(fleet: Fleet) -> None:
    asha = fleet.phone()
    again = fleet.open(asha.home)
    record = again.new("anak", VILLAGE, {"nama": "a"}).record
    assert asha.dossier(record).answers["nama"] == "a"
    assert KEY.startswith("x'")
