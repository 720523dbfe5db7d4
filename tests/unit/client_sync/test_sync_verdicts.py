"""What was held or made void stays in view, marked, until somebody decides.

Broken on purpose, with a failing test here: a decision that does not ask for the record.
"""

import json
from typing import Any

import pytest

from client_sync.transport import Call
from domain.operations import read_operation
from tests.support.builders import operation_json
from tests.support.devices import FAR_VILLAGE, VILLAGE, Fleet, replace, stored


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
    draft = asha.drafts.start_correction(record)
    asha.drafts.type_answer(draft.id, "nama", "c")
    asha.dismiss(held.operations[0])
    asha.drafts.finish_draft(draft.id)
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


@pytest.mark.parametrize("status", ["held", "void"])
def test_whatever_the_verdict_an_operation_leaves_the_outbox(fleet: Fleet, status: str) -> None:
    """Invariant 6. Broken on purpose: what was made void stayed queued, and went up with every sync."""
    asha = fleet.phone()
    saved = [asha.new("anak", VILLAGE, {"nama": name}) for name in "abc"]

    def refuse_the_second(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        operations = json.loads(call.body or b"{}").get("ops", [])
        assert len(fleet.server.requests) < 9, "it goes up again and again"
        for position, sent in enumerate(operations):
            if saved[1].record in str(sent):
                answer[1]["verdicts"] = {str(position): {"status": status, "code": "too-large"}}
        if operations:
            answer[1]["records"] = [one for one in answer[1]["records"] if saved[1].record not in str(one)]
        return answer

    replace(fleet, refuse_the_second)
    report = asha.sync()
    assert (report.is_quiet, report.unsent) == (True, 0)
    assert asha.status_of(saved[1].operations[0]) == status
    assert asha.dossier(saved[1].record).answers["nama"] == "b"
    asha.sync()
    assert sum(len(request.get("ops", [])) for request in fleet.server.requests) == 3
