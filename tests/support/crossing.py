"""Exchanges for players to carry out step by step, and what to look at when they have crossed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from domain.canonical import Json
from domain.merge import RecordState, fold
from domain.operations import parse_raw
from server.services.device_sender import Sender
from server.services.sync import SyncBatch, exchange
from server.store import accounts, log, queue, records
from server.store.transactions import Store
from tests.support.office import NOW, Office
from tests.support.raw_device import RawDevice, whole
from tests.support.steps import PATIENCE_S, Player

HERE, NEAR = "64.02.18.2007", "64.02.18.2006"


def says(office: Office, device: RawDevice, *ops: Json, **members: Any) -> Callable[[Store], dict[str, Any]]:
    """A sync request of a device, for a player to carry out on his own store; its cursors stay."""
    with office.store.read() as connection:
        actor = accounts.actor_of(connection, device.author)
    asked = {"have": None, "config": None, "limit": 262_144, "want": (), **device.request(*ops, **members)}
    asked.pop("clock")

    def work(store: Store) -> dict[str, Any]:
        told = exchange(store, Sender(actor, device.replica), SyncBatch(**asked), NOW)
        answer: dict[str, Any] = json.loads(told.to_bytes())
        return answer

    return work


def player(office: Office, device: RawDevice, *ops: Json, **members: Any) -> Player[dict[str, Any]]:
    """Somebody who sends a device's request on a store of his own."""
    return Player(office.url, says(office, device, *ops, **members))


def race(office: Office, rounds: int, *runners: tuple[RawDevice, Callable[[], list[Json]]]) -> None:
    """Lets each device send its batches, one a round, all at once; nobody's transaction may run again."""
    gate = threading.Barrier(len(runners), timeout=PATIENCE_S)

    def runs(device: RawDevice, batch: Callable[[], list[Json]]) -> Callable[[Store], None]:
        requests = [says(office, device, *batch()) for _ in range(rounds)]

        def work(store: Store) -> None:
            for request in requests:
                gate.wait()
                assert "verdicts" not in request(store)

        return work

    players = [Player(office.url, runs(*runner)).start() for runner in runners]
    for one in players:
        one.finish()
    assert [one.begun for one in players] == [rounds for _ in players]


def feed_of(office: Office, village: str = HERE) -> dict[int, str]:
    """The numbers of a village's feed, and the records that have them."""
    query = text("SELECT seq, record FROM feed_row WHERE feed = :feed ORDER BY seq")
    with office.store.read() as connection:
        return {row.seq: row.record for row in connection.execute(query, {"feed": village})}


def assert_sound(office: Office, *ids: str) -> None:
    """The stored documents are the fold of the log."""
    with office.store.read() as connection:
        for record in ids:
            rows = queue.operations_on(connection, [record], [log.OK])
            accepted = [parse_raw(row.body) for row in rows]
            stored = records.load(connection, [record])[record].state
            assert stored.to_bytes() == fold(None, accepted, record).to_bytes()


def state_in(told: dict[str, Any], record: str) -> RecordState:
    """The state of a record that came whole in an answer."""
    return RecordState.from_document({k: v for k, v in whole(told)[record].items() if k != "in"})
