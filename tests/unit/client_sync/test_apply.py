"""What answers change on the device, one by one, against a real store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_sync.apply import apply_reply, refuse_locally
from client_sync.line import Line
from client_sync.plan import Plan, Standing, plan_request
from client_sync.repair_apply import apply_areas, apply_etags, apply_have, confirm_config
from client_sync.store import Store, open_store
from client_sync.store.settings import CONFIG, Identity
from domain.merge import RecordState, fold
from schemas.replies import (
    ACCEPTED,
    AreasReply,
    EtagsReply,
    FormsReply,
    Have,
    HaveReply,
    Short,
    SyncReply,
    VillageName,
    Whole,
)
from tests.support.builders import RECORD, REPLICA, VILLAGE, edit, operation
from tests.support.devices import KEY

NEAR = "64.02.18.2006"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path, KEY, 1)
    made.settings.begin_replica(REPLICA)
    made.settings.identity = Identity("http://localhost", "token", "asha", "officer", ("64.02.18",))
    yield made
    made.close()


def holding(store: Store, *villages: str) -> RecordState:
    """A record that is on the device because these villages list it."""
    state = fold(None, [operation()], RECORD)
    with store.transaction():
        store.records.take([Whole(state, villages)], {})
    return state


def areas(config: str, *villages: str) -> AreasReply:
    return AreasReply(config, "asha", "officer", villages, tuple(VillageName(v, v, v) for v in villages))


def test_a_record_that_two_villages_list_stays_when_one_of_them_lets_it_go(store: Store) -> None:
    """The other one was compared by its list. Broken on purpose: the list's villages not kept."""
    state = holding(store, NEAR)
    apply_etags(store, EtagsReply(VILLAGE, "1.AAAAAAA", {RECORD: state.digest}))
    assert store.feeds.villages_of(RECORD) == {NEAR, VILLAGE}
    apply_etags(store, EtagsReply(NEAR, "1.AAAAAAA", {}))
    assert store.records.ids() == [RECORD]
    apply_etags(store, EtagsReply(VILLAGE, "2.AAAAAAA", {}))
    assert store.records.ids() == []


def test_a_village_that_was_taken_away_goes_with_its_records_though_its_feed_was_never_read(
    store: Store,
) -> None:
    """Invariant 8. Broken on purpose: only villages with a cursor looked at."""
    holding(store, NEAR)
    assert NEAR not in store.feeds.cursors()
    assert apply_areas(store, areas("c", VILLAGE)) == 1
    assert store.records.ids() == []


def test_what_changed_between_areas_and_forms_is_fetched_again(store: Store) -> None:
    """Broken on purpose: the digest of the later answer kept, and the new villages never fetched."""
    confirm_config(store, areas("old", VILLAGE), FormsReply("new", ()))
    assert store.settings.get(CONFIG) is None
    confirm_config(store, areas("new", VILLAGE), FormsReply("new", ()))
    assert store.settings.get(CONFIG) == "new"


def test_a_count_of_another_replica_is_not_adopted(store: Store) -> None:
    """Another process took a new replica id meanwhile. Broken on purpose: only asked whether there is one."""
    own = operation()
    with store.transaction():
        store.save(own, 1)
        store.outbox.acknowledge([(own.id, ACCEPTED)], 1)
        store.settings.begin_replica("replica-of-the-tests-B")
    reply = HaveReply((own.id,), Have(7, "BBBBBBBBBBB"))
    assert apply_have(store, REPLICA, [own.id], reply).sent_again == 0
    assert store.outbox.count_queued() == 0


def planned(store: Store) -> Plan:
    replica = store.settings.replica
    assert replica is not None
    standing = Standing(replica, store.feeds.cursors(), None, None, ())
    return plan_request(standing, list(store.outbox.queued(500)), Line(), 0)


def test_an_operation_that_no_server_takes_stays_in_view_and_out_of_the_way(store: Store) -> None:
    """Invariant 6. Broken on purpose: it was taken for accepted; the next document of the server hid it."""
    own = edit("b", "mine")
    with store.transaction():
        store.save(own, 1)
    (outgoing,) = planned(store).operations
    refused = refuse_locally(store, outgoing, "too-large", "no", 1)
    assert (refused.status, store.outbox.count_queued()) == ("void", 0)
    holding(store, VILLAGE)
    shown = store.records.shown(RECORD)
    assert shown is not None
    assert (shown.values_at("a"), shown.values_at("b")) == (["1"], ["mine"])


@pytest.mark.parametrize("has_own", [True, False])
def test_a_digest_that_the_device_does_not_get_is_asked_for(store: Store, has_own: bool) -> None:
    """Invariant 11. Broken on purpose: the record was taken for told of; it was not asked for."""
    if has_own:
        with store.transaction():
            store.save(operation(), 1)
    short = Short(RECORD, "AAAAAAAAAAAAAAAAAAAAAA", (VILLAGE,))
    apply_reply(store, planned(store), SyncReply(entries=(short,)), 0, lambda: "replica-of-the-tests-B")
    assert store.feeds.wanted(10) == (RECORD,)
