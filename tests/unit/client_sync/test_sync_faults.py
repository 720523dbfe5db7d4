"""A bad line, a server that is ill, answers that make no sense: nothing is lost, nothing blocks.

Broken on purpose, with a failing test here: acknowledging before the answer was read; an operation that
is refused alone kept at the head of the outbox.
"""

import threading
from typing import Any

import pytest

from client_sync.apply import Applied, apply_reply
from client_sync.errors import BadAnswer, Refused, ServerFault, TimedOut, Unreachable
from client_sync.report import SyncReport
from client_sync.transport import Call
from tests.support.devices import VILLAGE, Fleet, replace, stored


@pytest.mark.parametrize("fault", ["request", "answer", "slow", "twice", "500"])
@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize("ahead_from", [1, 50])
def test_a_fault_at_any_call_loses_and_doubles_nothing(
    fleet: Fleet, fault: str, position: int, ahead_from: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_sync.engine.AHEAD_FROM", ahead_from)
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = budi.new("anak", VILLAGE, {"nama": "B"}).record
    budi.sync()
    for name in "xyz":
        asha.new("anak", VILLAGE, {"nama": name})
    fleet.server.most = 1
    asha.line.faults = [""] * position + [fault]
    asha.sync()
    assert asha.line.faults == []
    assert len(fleet.server.state.records) == 4
    assert stored(asha) == fleet.server.state.records == fleet.server.refold()
    assert asha.store.outbox.count_queued() == 0
    assert asha.sync().traffic.requests == 1
    assert record in stored(asha)


def test_the_next_batch_is_on_its_way_while_an_answer_is_stored(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = fleet.phone()
    monkeypatch.setattr("client_sync.engine.AHEAD_FROM", 1)
    fleet.server.most = 1
    first, second = (asha.new("anak", VILLAGE, {"nama": name}).record for name in "ab")
    has_come = threading.Event()

    def note(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        if second.encode() in (call.body or b"") and answer[0] == 200:
            has_come.set()
        return answer

    def store_late(*arguments: Any) -> Applied:
        assert has_come.wait(5), "the next batch waited for the store"
        return apply_reply(*arguments)

    replace(fleet, note)
    monkeypatch.setattr("client_sync.engine.apply_reply", store_late)
    assert asha.sync().sent == 2
    assert stored(asha).keys() == {first, second}
    assert fleet.server.calls.count("POST /api/v1/have") == 0


def test_a_sync_that_was_given_up_goes_on_where_it_was(fleet: Fleet) -> None:
    asha = fleet.phone()
    for name in "xyz":
        asha.new("anak", VILLAGE, {"nama": name})
    asha.line.faults = ["answer"] * 3
    with pytest.raises(Unreachable) as failure:
        asha.sync()
    report = failure.value.facts["report"]
    assert isinstance(report, SyncReport)
    assert report.unsent == 3
    assert asha.clock.slept == [0.75, 1.5]  # two pauses between three attempts, doubled, three quarters of it
    assert asha.sync().sent == 3
    assert stored(asha) == fleet.server.state.records


def test_a_time_out_halves_what_is_sent_at_once(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.store.settings.put("line", None)
    for i in range(100):
        asha.new("anak", VILLAGE, {"nama": f"{i} " + "x" * 400})
    asha.line.faults = ["slow", ""]
    asha.sync()
    first, second = (len(request["ops"]) for request in fleet.server.requests[:2])
    assert second <= first // 2 + 1


def test_too_large_a_batch_is_halved_until_it_fits(fleet: Fleet) -> None:
    asha = fleet.phone()
    fleet.server.most = 3
    for i in range(10):
        asha.new("anak", VILLAGE, {"nama": str(i)})
    assert asha.sync().sent == 10
    assert all(len(request.get("ops", [])) <= 3 for request in fleet.server.requests)


def test_an_operation_that_the_server_does_not_take_in_delays_no_other(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = [asha.new("anak", VILLAGE, {"nama": name}) for name in ("a", "buruk", "c", "d")]
    fleet.server.refuses = lambda op: any(c[1] == "buruk" for part in op["parts"] for c in part["changes"])
    report = asha.sync()
    assert report.is_quiet
    assert [one.code for one in report.refused] == ["refused"]
    assert asha.dossier(saved[1].record).answers["nama"] == "buruk"
    assert asha.status_of(saved[1].operations[0]) == "void"
    assert {saved[0].record, saved[2].record, saved[3].record} == fleet.server.state.records.keys()
    assert asha.sync().traffic.requests == 1
    asha.enroll("http://localhost", fleet.server.user("asha"))
    assert asha.sync().sent_again == 0  # it is not offered over and over again


def test_a_fault_of_the_envelope_voids_no_operation(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    monkeypatch.setattr("client_sync.plan.PROTOCOL", 2)
    with pytest.raises(Refused) as refusal:
        asha.sync()
    assert refusal.value.code == "protocol-version"
    monkeypatch.setattr("client_sync.plan.PROTOCOL", 1)
    fleet.server.largest = 10
    with pytest.raises(Refused):
        asha.sync()
    assert asha.status_of(saved.operations[0]) == "queued"


def test_a_server_fault_voids_nothing_and_is_tried_again(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.line.faults = ["500"] * 3
    with pytest.raises(ServerFault):
        asha.sync()
    assert asha.sync().sent == 1


def test_a_wrong_token_takes_nothing_out_of_the_outbox(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.new("anak", VILLAGE, {"nama": "a"})
    tokens, fleet.server.tokens = fleet.server.tokens, {}
    with pytest.raises(Refused) as refusal:
        asha.sync()
    assert refusal.value.code == "not-signed-in"
    fleet.server.tokens = tokens
    assert asha.sync().sent == 1


def test_time_outs_alone_are_told_apart(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.line.faults = ["slow"] * 3
    with pytest.raises(TimedOut):
        asha.sync()


def test_a_record_that_is_never_served_ends_a_sync_all_the_same(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.store.feeds.want(["00000000-0000-4000-8000-00000000dead"])
    replace(fleet, lambda call, answer: (200, {"clock": fleet.server.clock}))
    report = asha.sync()
    assert not report.is_quiet
    assert report.traffic.requests < 10


def test_an_answer_that_cannot_be_read_changes_nothing(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    replace(fleet, lambda call, answer: (200, {"verdicts": {"0": {"status": "maybe"}}}))
    with pytest.raises(BadAnswer):
        asha.sync()
    assert asha.status_of(saved.operations[0]) == "queued"


def test_one_record_that_makes_no_sense_is_left_aside(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = budi.new("anak", VILLAGE, {"nama": "b"}).record
    budi.sync()

    def with_nonsense(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        if "records" in answer[1]:
            answer[1]["records"].append({"record": "../../x", "kind": "x", "ops": [], "values": []})
        return answer

    replace(fleet, with_nonsense)
    assert asha.sync().unreadable == 1
    assert list(stored(asha)) == [record]
