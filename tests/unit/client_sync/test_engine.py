"""The engine against a server in memory: nothing is lost, nothing blocks, everybody agrees.

Broken on purpose, each time with a failing test here: acknowledging before the answer was read;
`have` not compared; a fork that keeps its replica id; short entries believed without their digest;
`left` ignored; cursors moved although another sync had moved them; an operation that is refused
alone kept at the head of the outbox; a decision that does not ask for the record; the device's own
clock used to forget old operations.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from client_sync.apply import Applied, apply_have, apply_reply
from client_sync.errors import BadAnswer, Refused, ServerFault, TimedOut, Unreachable
from client_sync.plan import FEW
from client_sync.report import SyncReport
from client_sync.transport import Call
from domain.merge import RecordState
from domain.operations import SUBMISSION, read_operation
from domain.review import Decision, decision_value
from schemas.replies import HaveReply, SyncReply, Verdict
from tests.support.builders import operation_json
from tests.support.devices import FAR_VILLAGE, KEY, OTHER_VILLAGE, VILLAGE, Fleet, Phone

DAY = 24 * 3600 * 1000


def replica_of(phone: Phone) -> str:
    replica = phone.store.settings.replica
    assert replica is not None
    return replica.id


def stored(phone: Phone) -> dict[str, RecordState]:
    found = {record: phone.store.records.stored(record) for record in phone.store.records.ids()}
    return {record: state for record, state in found.items() if state}


def test_what_one_officer_files_the_other_reads(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "Asha", "umur": 7}).record
    report = asha.sync()
    assert (report.sent, report.verdicts["ok"], report.is_quiet) == (1, 1, True)
    assert budi.sync().received == 1
    assert budi.dossier(record).answers == {"$village": VILLAGE, "nama": "Asha", "umur": "7"}
    assert stored(budi) == stored(asha) == fleet.server.state.records


def test_a_sync_with_nothing_to_do_is_one_small_request(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.new("anak", VILLAGE, {"nama": "Asha"})
    asha.sync()
    report = asha.sync()
    assert report.traffic.requests == 1
    assert report.traffic.bytes_up + report.traffic.bytes_down < 300


def test_a_changed_answer_takes_one_round_trip(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "Asha"}).record
    asha.sync()
    asha.set(record, {"nama": "Aisyah"})
    assert asha.sync().traffic.requests == 1


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
    for i in range(60):
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


# --- held and void -------------------------------------------------------------------------------


def test_a_held_operation_stays_in_view_until_it_is_accepted(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    assert [notice.code for notice in saved.notices] == ["village-outside"]
    report = asha.sync()
    assert (report.verdicts["held"], report.refused[0].code) == (1, "outside-scope")
    assert asha.dossier(saved.record).answers["nama"] == "jauh"
    fleet.server.users["asha"].areas = ("64.02",)
    fleet.server.decide(saved.operations[0], "ok")
    report = asha.sync()
    assert asha.status_of(saved.operations[0]) == "ok"
    assert stored(asha) == fleet.server.state.records
    assert asha.store.outbox.refused() == []


def test_a_held_operation_that_was_refused_stays_until_its_author_dismisses_it(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    asha.sync()
    fleet.server.decide(saved.operations[0], "void")
    report = asha.sync()
    assert [one.status for one in report.refused] == ["void"]
    assert asha.dossier(saved.record).answers["nama"] == "jauh"
    asha.dismiss(saved.operations[0])
    assert saved.record not in asha.store.records.ids()


def test_an_accepted_edit_does_not_carry_a_held_one_with_it(fleet: Fleet) -> None:
    """The document is the server's alone, whatever of ours is on top of it."""
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a", "umur": "1"}).record
    asha.sync()
    move = asha.set(record, {"$village": FAR_VILLAGE})
    asha.set(record, {"umur": "2"})
    report = asha.sync()
    assert report.verdicts == {"ok": 1, "held": 1, "void": 0}
    assert stored(asha) == fleet.server.state.records
    assert asha.dossier(record).village == FAR_VILLAGE
    assert asha.dossier(record).answers["umur"] == "2"
    asha.dismiss(move.operations[0])
    assert asha.dossier(record).village == VILLAGE


@pytest.mark.parametrize("is_dismissed", [False, True])
def test_a_held_value_that_was_replaced_leaves_the_trace_that_the_server_keeps(
    fleet: Fleet, is_dismissed: bool
) -> None:
    """Should it be accepted one day, it is dead on arrival, on both sides: the bytes are the same."""
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    held = asha.set(record, {"umur": "1"})
    fleet.server.users["asha"].is_revoked = True
    asha.sync()
    fleet.server.users["asha"].is_revoked = False
    asha.set(record, {"umur": "2"})
    if is_dismissed:
        asha.dismiss(held.operations[0])
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    assert stored(asha)[record].missing == {("umur", held.operations[0])}


def test_a_dismissed_value_that_a_draft_replaces_leaves_the_same_trace(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    held = asha.set(record, {"$village": FAR_VILLAGE, "nama": "b"})
    asha.sync()
    draft = asha.start_correction(record)
    asha.type_answer(draft.id, "nama", "c")
    asha.dismiss(held.operations[0])
    asha.finish_draft(draft.id)
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    assert stored(asha)[record].missing


@pytest.mark.parametrize("is_superseded", [True, False])
def test_a_decision_that_comes_after_its_record_settles_it(fleet: Fleet, is_superseded: bool) -> None:
    """The record's feed and the private feed are two: which is read first is chance.

    A document that shows the operation says already that it is accepted.
    """
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    held = read_operation(
        operation_json([("nama", "b", [])], record=record, author="asha", replica="r" * 22, form=None)
    )
    fleet.server.users["asha"].areas = (FAR_VILLAGE,)
    with asha.store.transaction():
        asha.store.settings.begin_replica("r" * 22)
        asha.store.save(held, 0)
    replace(fleet, lambda call, answer: answer)
    asha.store.settings.put("config", fleet.server.config(fleet.server.users["asha"]))
    asha.sync()
    fleet.server.users["asha"].areas = ("64.02.18",)
    asha.store.settings.put("config", fleet.server.config(fleet.server.users["asha"]))
    fleet.server.decide(held.id, "ok")
    if is_superseded:
        later = operation_json([("nama", "c", [held.id])], record=record, author="x", replica="office")
        fleet.server.office(read_operation(later))
    decisions: list[Any] = []

    def hold_back(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        decisions.extend(answer[1].pop("decisions", []))
        return answer

    replace(fleet, hold_back)
    asha.sync()
    assert asha.status_of(held.id) == ("held" if is_superseded else "ok")
    replace(fleet, lambda call, answer: (200, {**answer[1], **_once("decisions", decisions)}))
    asha.sync()
    assert asha.status_of(held.id) == "ok"
    assert asha.store.outbox.open_of(record) == []
    assert asha.store.records.shown(record) == fleet.server.state.records[record]


def _once(name: str, values: list[Any]) -> dict[str, Any]:
    told = {name: list(values)} if values else {}
    values.clear()
    return told


def test_a_decision_reaches_the_author_under_his_earlier_replica_id(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    asha.sync()
    asha.enroll("http://localhost", fleet.server.user("asha"))
    fleet.server.decide(saved.operations[0], "void")
    asha.sync()
    assert asha.status_of(saved.operations[0]) == "void"


def test_a_revoked_device_hands_its_work_in_and_reads_nothing(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    budi.new("anak", VILLAGE, {"nama": "b"})
    budi.sync()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    fleet.server.users["asha"].is_revoked = True
    report = asha.sync()
    assert (report.revoked, report.verdicts["held"], report.received) == (True, 1, 0)
    assert report.traffic.requests == 1
    assert asha.store.outbox.count_queued() == 0
    assert asha.dossier(saved.record).answers["nama"] == "a"


# --- villages ------------------------------------------------------------------------------------


def test_a_record_that_moves_out_of_sight_is_dropped(fleet: Fleet) -> None:
    head, budi = fleet.phone("hana", "head", ("64.02",)), fleet.phone("budi")
    record = head.new("anak", VILLAGE, {"nama": "a"}).record
    head.sync()
    budi.sync()
    head.set(record, {"$village": FAR_VILLAGE})
    head.sync()
    assert budi.sync().left == 1
    assert budi.store.records.ids() == []
    assert stored(head) == fleet.server.state.records


def test_a_record_that_moves_between_own_villages_stays(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "a", "luka": "x"}).record
    asha.sync()
    budi.sync()
    asha.set(record, {"$village": OTHER_VILLAGE})
    asha.sync()
    budi.sync()
    assert budi.store.feeds.villages_of(record) == {OTHER_VILLAGE}
    part = asha.dossier(record).parts[0]
    assert part.values_at("$village") == [OTHER_VILLAGE]


def test_work_is_handed_in_before_its_village_is_dropped(fleet: Fleet) -> None:
    asha = fleet.phone()
    first = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    saved = asha.set(first, {"nama": "b"})
    fleet.server.users["asha"].areas = (OTHER_VILLAGE,)
    report = asha.sync()
    assert report.verdicts["held"] == 1
    assert stored(asha) == {}
    assert asha.identity.areas == (OTHER_VILLAGE,)
    assert asha.dossier(first).answers["nama"] == "b"  # the officer's own work stays in his view, marked
    assert asha.status_of(saved.operations[0]) == "held"


def test_villages_are_compared_only_when_the_outbox_is_empty(fleet: Fleet) -> None:
    asha = fleet.phone()
    for name in "abc":
        asha.new("anak", VILLAGE, {"nama": name})
    fleet.server.most = 1
    fleet.server.users["asha"].areas = (OTHER_VILLAGE, VILLAGE)
    fleet.server.calls.clear()
    asha.sync()
    before = fleet.server.calls[: fleet.server.calls.index("GET /api/v1/areas")]
    assert before.count("POST /api/v1/sync") >= 3


def test_a_village_that_is_added_is_read_in_the_same_sync(fleet: Fleet) -> None:
    asha, head = fleet.phone("asha"), fleet.phone("hana", "head", ("64.02",))
    record = head.new("anak", FAR_VILLAGE, {"nama": "a"}).record
    head.sync()
    asha.sync()
    assert record not in stored(asha)
    fleet.server.users["asha"].areas = ("64.02.18", "64.02.19")
    asha.sync()
    assert record in stored(asha)


def test_a_social_worker_who_becomes_an_officer_loses_restricted_answers(fleet: Fleet) -> None:
    asha, dewi = fleet.phone("asha"), fleet.phone("dewi", "peksos")
    record = asha.new("anak", VILLAGE, {"nama": "a", "luka": "memar"}).record
    asha.sync()
    dewi.sync()
    assert dewi.dossier(record).answers["luka"] == "memar"
    fleet.server.users["dewi"].role = "officer"
    dewi.sync()
    assert dewi.dossier(record).unreadable == ["luka"]
    assert [state.kind for state in stored(dewi).values()] == [SUBMISSION]


def test_many_cursors_travel_as_a_digest_once_the_server_knows_them(fleet: Fleet) -> None:
    asha = fleet.phone()
    for village in fleet.server.villages[: FEW + 1]:
        asha.new("anak", village, {"nama": village})
    asha.sync()
    asha.sync()  # sends the map
    asha.sync()
    assert isinstance(fleet.server.requests[-2]["cursors"], dict)
    assert isinstance(fleet.server.requests[-1]["cursors"], str)
    fleet.server.state.maps.clear()
    report = asha.sync()  # refused with 409, then the map itself
    assert (report.traffic.requests, report.is_quiet) == (2, True)


# --- copies and backups --------------------------------------------------------------------------


def test_a_restored_server_gets_back_what_the_device_made(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    asha.new("anak", VILLAGE, {"nama": "vorher"})
    asha.sync()
    backup = fleet.server.backup()
    record = asha.new("anak", VILLAGE, {"nama": "nachher"}).record
    asha.sync()
    budi.sync()
    fleet.server.restore(backup)
    budi.sync()
    assert record not in stored(budi)
    report = asha.sync()
    assert report.sent_again == 1
    assert stored(asha) == fleet.server.state.records
    budi.sync()
    assert stored(budi) == fleet.server.state.records


def test_a_restored_server_is_noticed_even_where_its_cursors_look_the_same(fleet: Fleet) -> None:
    """The device has read nothing of that village since: only `have` tells."""
    asha = fleet.phone()
    backup = fleet.server.backup()
    asha.new("anak", FAR_VILLAGE, {"nama": "ditahan"})
    asha.sync()
    fleet.server.restore(backup)
    assert asha.sync().sent_again == 1
    assert len(fleet.server.state.log) == 1


def test_after_a_restore_the_device_goes_back_to_what_the_server_has(fleet: Fleet) -> None:
    """What the office did meanwhile is gone there, so it must go here."""
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    backup = fleet.server.backup()
    later = operation_json([("nama", "b", [])], record=record, author="sari", replica="office")
    fleet.server.office(read_operation(later))
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    fleet.server.restore(backup)
    fleet.server.calls.clear()
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    calls = fleet.server.calls
    assert calls.index("POST /api/v1/have") < calls.index("GET /api/v1/etags")


def test_a_document_that_shows_what_the_server_holds_is_asked_for_anew(fleet: Fleet) -> None:
    """
    It came from a server that is gone, before the feed's cursor had come so far: no `reset` tells.

    Broken on purpose: what is marked as held, and no more.
    """
    asha = fleet.phone()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    replica = asha.store.settings.replica
    assert replica is not None
    held = {saved.operations[0]: Verdict("held", "unknown-form")}
    apply_have(asha.store, replica.id, list(held), HaveReply((), replica.have, held))
    assert asha.status_of(saved.operations[0]) == "held"
    assert asha.store.feeds.wanted(9) == (saved.record,)


def test_a_server_that_names_no_verdicts_clears_no_marks(fleet: Fleet) -> None:
    """One of before they were told. Broken on purpose: nothing named read as everything accepted."""
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "a"})
    asha.sync()

    def as_before(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        answer[1].pop("verdicts" if call.path.endswith("/have") else "", None)
        return answer

    replace(fleet, as_before)
    asha._engine()._reconcile()
    assert asha.status_of(saved.operations[0]) == "held"


@pytest.mark.parametrize("there", [(VILLAGE, OTHER_VILLAGE), (OTHER_VILLAGE, VILLAGE)])
def test_a_record_that_moved_is_not_lost_where_both_villages_are_compared(
    fleet: Fleet, there: tuple[str, str]
) -> None:
    """
    It is asked for as one of its new village, and the old one's list does not have it any more.

    Broken on purpose: the membership added when the record comes; whichever village came last decided.
    """
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = budi.new("anak", there[0], {"nama": "a"}).record
    budi.sync()
    backup = fleet.server.backup()
    for village in there:
        budi.new("anak", village, {"nama": "b"})
    budi.sync()
    asha.sync()
    fleet.server.restore(backup)
    first = fleet.server.state.records[record].at("$village")[0].id
    moved = operation_json([("$village", there[1], [first])], record=record, author="x", replica="office")
    fleet.server.office(read_operation(moved))
    asha.sync()
    assert stored(asha) == fleet.server.state.records


def test_what_was_offered_while_it_waited_is_not_counted_twice(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    asha.new("anak", VILLAGE, {"nama": "b"})
    asha.line.faults = ["answer"] * 3
    with pytest.raises(Unreachable):
        asha.sync()
    asha._engine()._reconcile()
    fleet.server.calls.clear()
    asha.sync()
    assert fleet.server.calls == ["POST /api/v1/sync"]


def test_a_record_that_the_server_does_not_give_any_more_is_dropped(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    asha.store.feeds.want([record])
    replace(fleet, lambda call, answer: (200, {**answer[1], "unknown": [record]}))
    assert asha.sync().is_quiet
    assert stored(asha) == {}


def test_an_accepted_operation_whose_record_is_not_told_of_is_asked_for(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record

    def mute_once(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        if b'"ops"' in (call.body or b""):
            answer[1].pop("records")
            answer[1].pop("cursors")
        return answer

    replace(fleet, mute_once)
    asha.sync()
    assert stored(asha)[record] == fleet.server.state.records[record]
    assert asha.store.outbox.open_of(record) == []


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


# --- the view ------------------------------------------------------------------------------------


def test_a_wrong_digest_makes_the_device_ask_for_the_record(fleet: Fleet) -> None:
    """Budi's change reached the server first; Asha's device cannot compute the state by herself."""
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "a", "umur": "1"}).record
    asha.sync()
    budi.sync()
    budi.set(record, {"umur": "2"})
    budi.sync()
    asha.set(record, {"nama": "b"})
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    assert asha.dossier(record).answers == {"$village": VILLAGE, "nama": "b", "umur": "2"}


def test_a_superseded_operation_does_not_come_back_when_the_server_forgets_it(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "1"}).record
    asha.sync()
    backup = fleet.server.backup()
    asha.set(record, {"nama": "2"})
    asha.sync()
    asha.set(record, {"nama": "3"})
    asha.sync()
    fleet.server.restore(backup)
    asha.sync()
    assert asha.dossier(record).conflicts == {}
    assert asha.dossier(record).answers["nama"] == "3"
    assert stored(asha) == fleet.server.state.records


def test_an_operation_known_by_its_decision_before_its_acknowledgement_is_not_folded_twice(
    fleet: Fleet,
) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    fleet.server.users["asha"].areas = ("64.02.18",)
    asha.line.faults = ["answer"] * 3
    with pytest.raises(Unreachable):
        asha.sync()
    fleet.server.users["asha"].areas = ("64.02",)
    fleet.server.decide(saved.operations[0], "ok")
    asha.sync()
    state = asha.store.records.shown(saved.record)
    assert state is not None
    assert len({(s.path, s.id) for s in state.survivors}) == len(state.survivors)
    assert stored(asha) == fleet.server.state.records


def test_an_operation_that_is_in_the_record_already_is_not_shown_twice(fleet: Fleet) -> None:
    """The answer was lost; of two edits only the first went out again, and the record came with both."""
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    asha.store.settings.put("line", 64 * 1024)
    asha.set(record, {"nama": "b" * 59_000})
    asha.set(record, {"umur": "c" * 59_000})
    asha.line.faults = ["slow", "", "request", "request", "request"]
    with pytest.raises(Unreachable) as failure:
        asha.sync()
    report = failure.value.facts["report"]
    assert isinstance(report, SyncReport)
    assert report.unsent == 1
    assert asha.store.records.shown(record) == fleet.server.state.records[record]


def test_a_return_travels_down_and_its_answer_up(fleet: Fleet) -> None:
    asha = fleet.phone()
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    state = fleet.server.state.records[record]
    value = decision_value(Decision.RETURN, state.etag, "periksa", {"nama": "lengkapi"})
    seen = [s.id for s in state.by_path["$review"]]
    sent = operation_json([("$review", value, seen)], record=record, author="sari", replica="office")
    fleet.server.office(read_operation(sent))
    asha.sync()
    review = asha.dossier(record).review
    assert (review.state, review.comment, dict(review.remarks)) == (
        "returned",
        "periksa",
        {"nama": "lengkapi"},
    )
    asha.set(record, {"nama": "b"})
    asha.sync()
    assert asha.dossier(record).review.state == "pending"
    assert stored(asha) == fleet.server.state.records


# --- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("clock", [0, 4_070_908_800_000, -5_000])
def test_a_clock_of_1970_or_2099_breaks_nothing(fleet: Fleet, clock: int) -> None:
    asha = fleet.phone()
    asha.clock.now = clock
    record = asha.new("anak", VILLAGE, {"nama": "a"}).record
    asha.sync()
    asha.clock.now = 1_790_000_000_000
    asha.set(record, {"nama": "b"})
    asha.sync()
    assert stored(asha) == fleet.server.state.records
    assert asha.dossier(record).answers["nama"] == "b"
    assert asha.store.outbox.offered("asha") != []  # nothing was forgotten for the leap


def test_the_error_of_the_clock_is_measured_and_stands_in_operations(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.clock.now = fleet.server.clock - 3_600_000
    asha.sync()
    asha.new("anak", VILLAGE, {"nama": "a"})
    asha.sync()
    offset = fleet.server.requests[-1]["ops"][0]["meta"]["offset_ms"]
    assert abs(offset - 3_600_000) < 1000


def test_own_operations_are_kept_for_ninety_days_of_the_servers_time(fleet: Fleet) -> None:
    asha = fleet.phone()
    saved = asha.new("anak", VILLAGE, {"nama": "a"})
    held = asha.new("anak", FAR_VILLAGE, {"nama": "jauh"})
    asha.sync()
    asha.clock.now += 400 * DAY
    fleet.server.clock += 89 * DAY
    asha.sync()
    assert asha.status_of(saved.operations[0]) == "ok"
    fleet.server.clock += 2 * DAY
    asha.sync()
    assert asha.status_of(saved.operations[0]) is None
    assert asha.status_of(held.operations[0]) == "held"
    assert asha.sync().traffic.requests == 1
    assert stored(asha) == {k: v for k, v in fleet.server.state.records.items() if k == saved.record}


# --- paging --------------------------------------------------------------------------------------


def test_a_long_feed_is_read_page_by_page(fleet: Fleet) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    for i in range(30):
        asha.new("anak", VILLAGE, {"nama": f"{i} " + "x" * 2000})
    asha.sync()
    engine = budi._engine()
    engine._line.limit = 4000
    engine.run()
    assert engine.report.traffic.requests > 3
    assert stored(budi) == fleet.server.state.records


def test_a_record_that_is_never_served_ends_a_sync_all_the_same(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.store.feeds.want(["00000000-0000-4000-8000-00000000dead"])
    replace(fleet, lambda call, answer: (200, {"clock": fleet.server.clock}))
    report = asha.sync()
    assert not report.is_quiet
    assert report.traffic.requests < 10


Answering = Callable[[Call, tuple[int, Any]], tuple[int, Any]]


def replace(fleet: Fleet, answering: Answering) -> None:
    """Lets a function have the last word on the server's answers."""
    handle = fleet.server.handle
    object.__setattr__(fleet.server, "handle", lambda call: answering(call, handle(call)))


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


def test_time_outs_alone_are_told_apart(fleet: Fleet) -> None:
    asha = fleet.phone()
    asha.line.faults = ["slow"] * 3
    with pytest.raises(TimedOut):
        asha.sync()


def test_a_second_process_opens_the_same_store(fleet: Fleet) -> None:
    asha = fleet.phone()
    again = fleet.open(asha.home)
    record = again.new("anak", VILLAGE, {"nama": "a"}).record
    assert asha.dossier(record).answers["nama"] == "a"
    assert KEY.startswith("x'")
