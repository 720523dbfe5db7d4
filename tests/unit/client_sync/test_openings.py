"""
What a device shows is noted before it is shown, counted together, and reported once.

Broken on purpose: a command that showed without noting; a note after the showing; a report in which a row was
counted on after it had been sent.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from client_sync.errors import StoreFailed, Unreachable
from client_sync.store.openings import Openings
from client_sync.transport import Call
from domain.opened import HOUR_MS, MOST_RECORDS, Opened
from tests.support.builders import new_id
from tests.support.casework import FOLLOW_UP, begin_child, phone_with_forms, publish_forms
from tests.support.devices import VILLAGE, Fleet, Phone, replace
from tests.support.terminal import Verilap

ROWS = "SELECT record, action, author, count, last - first, batch IS NULL FROM opening ORDER BY position"


def noted(phone: Phone) -> list[tuple[Any, ...]]:
    """(record, action, author, count, how long, whether it is still counted in)."""
    return list(phone.store.database._connection.execute(ROWS))


def shown(phone: Phone) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in noted(phone)}


def opened_of(fleet: Fleet) -> list[dict[str, Any]]:
    """What the requests reported."""
    return [one["opened"] for one in fleet.server.requests if "opened" in one]


def acknowledging(fleet: Fleet) -> None:
    """Lets the server take reports; the one in memory knows none."""

    def answering(call: Call, answer: tuple[int, Any]) -> tuple[int, Any]:
        sent = json.loads(call.body or b"{}")
        if "opened" in sent:
            answer[1]["opened"] = sent["opened"]["batch"]
        return answer

    replace(fleet, answering)


# --- noting --------------------------------------------------------------------------------------


COMMANDS: dict[str, tuple[Callable[[str, str], tuple[str, ...]], str]] = {
    "show": (lambda record, _: ("show", record), "read"),
    "show --json": (lambda record, _: ("show", record, "--json"), "read"),
    "set": (lambda record, _: ("set", record, "umur=7"), "edit"),
    "list": (lambda *_: ("list",), "list"),
    "list --json": (lambda *_: ("list", "--json"), "list"),
    "cases": (lambda *_: ("cases",), "list"),
    "show a case": (lambda _, case: ("show", case), "read"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_shows_a_record_notes_it(fleet: Fleet, verilap: Verilap, command: str) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    case = phone.begin_case("anak", VILLAGE, {"label": "Asha"}).record
    arguments, action = COMMANDS[command]
    assert verilap(phone, *arguments(record, case)).status == 0
    named = case if "case" in command else record
    assert shown(phone) == {(named, action)}


def test_conflicts_are_read_with_their_parts_and_a_restricted_part_is_named(
    fleet: Fleet, verilap: Verilap
) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha", "luka": "ada"}).record
    phone.dossier(record)
    assert noted(phone) == []  # for programs, which show it to nobody
    assert verilap(phone, "conflicts").status == 0
    assert noted(phone) == []  # there are none
    assert verilap(phone, "show", record).status == 0
    parts = {part.record for part in phone.dossier(record).parts}
    assert len(parts) == 1
    assert shown(phone) == {(one, "read") for one in {record, *parts}}


def test_conflicts_show_the_answers_of_their_records(fleet: Fleet, verilap: Verilap) -> None:
    asha, budi = fleet.phone("asha"), fleet.phone("budi")
    record = asha.new("anak", VILLAGE, {"nama": "Asha"}).record
    other = asha.new("anak", VILLAGE, {"nama": "Ani"}).record
    asha.sync()
    budi.sync()
    for phone, name in ((asha, "Aisyah"), (budi, "Aisha")):
        phone.set(record, {"nama": name})
        phone.sync()
    asha.sync()
    before = shown(asha)
    assert "Aisyah" in verilap(asha, "conflicts").out
    assert shown(asha) - before == {(record, "read")}
    assert other not in {row[0] for row in noted(asha)}


def test_a_case_that_a_form_begins_from_is_read_and_a_correction_opens_its_record(fleet: Fleet) -> None:
    publish_forms(fleet)
    phone = phone_with_forms(fleet)
    case = begin_child(phone)
    phone.drafts.start_draft(FOLLOW_UP, case=case)
    assert shown(phone) == {(case, "read")}
    phone.drafts.start_correction(case)
    assert shown(phone) == {(case, "read"), (case, "edit")}


def test_what_cannot_be_noted_is_not_shown(
    fleet: Fleet, verilap: Verilap, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Rahasia"}).record

    def fails(*_: object) -> None:
        raise StoreFailed("the disk is full", detail="full")

    monkeypatch.setattr(Openings, "note", fails)
    for arguments in (("show", record), ("show", record, "--json"), ("list",), ("set", record, "umur=7")):
        ended = verilap(phone, *arguments)
        assert (ended.status, "Rahasia" in ended.out + ended.err) == (1, False), arguments
    assert "umur" not in phone.dossier(record).answers


def test_showings_within_an_hour_count_as_one_and_those_of_a_list_until_they_are_reported(
    fleet: Fleet,
) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    began = phone.clock.now
    for minutes in (0, 30, 59, 61, 200):
        phone.clock.now = began + minutes * 60_000
        phone.show(record)
        phone.reader.note_shown([record, record], Opened.LIST)
    assert [(row[1], row[3]) for row in noted(phone)] == [("read", 3), ("list", 5), ("read", 1), ("read", 1)]
    assert noted(phone)[0][4] <= HOUR_MS


def test_a_clock_that_jumps_begins_a_row_of_its_own(fleet: Fleet) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    for moment in (1_790_000_000_000, 86_400_000, 4_070_908_800_000):
        phone.clock.now = moment
        phone.show(record)
    assert [row[3] for row in noted(phone)] == [1, 1, 1]


# --- reporting -----------------------------------------------------------------------------------


def test_a_report_is_the_same_until_it_is_taken_and_nothing_is_counted_in_it_meanwhile(fleet: Fleet) -> None:
    acknowledging(fleet)
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    phone.sync()
    phone.show(record)
    phone.sync()
    first = opened_of(fleet)[-1]
    assert [(act[0], act[1], act[5], act[6]) for act in first["acts"]] == [("read", "asha", 1, [record])]
    assert noted(phone) == []
    phone.sync()
    assert opened_of(fleet)[-1] == first  # none was sent since


def test_a_report_whose_answer_is_lost_goes_again_and_later_showings_go_in_another(fleet: Fleet) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    phone.sync()
    phone.show(record)
    phone.line.faults += ["answer"] * 3
    with pytest.raises(Unreachable):
        phone.sync()
    phone.show(record)
    assert [(row[3], row[5]) for row in noted(phone)] == [(1, 0), (1, 1)]
    acknowledging(fleet)
    phone.sync()
    *lost, again, later = opened_of(fleet)
    assert {json.dumps(one) for one in lost} == {json.dumps(again)}
    assert again["batch"] != later["batch"]
    assert noted(phone) == []


def test_a_server_that_knows_no_reports_is_asked_once_a_sync_and_nothing_is_forgotten(fleet: Fleet) -> None:
    """Broken on purpose: taken for reported when the answer said nothing; sent for ever in one sync."""
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    phone.sync()
    phone.show(record)
    for number in (1, 2):
        assert phone.sync().is_quiet
        assert len(opened_of(fleet)) == number
    assert shown(phone) == {(record, "read")}


def test_a_report_that_is_refused_keeps_no_work_back(fleet: Fleet) -> None:
    phone = fleet.phone()
    record = phone.new("anak", VILLAGE, {"nama": "Asha"}).record
    phone.show(record)

    handle = fleet.server.handle

    def strict(call: Call) -> tuple[int, Any]:
        if "opened" in json.loads(call.body or b"{}"):
            return 400, {"error": {"code": "invalid-request", "message": "opened"}}
        return handle(call)

    object.__setattr__(fleet.server, "handle", strict)
    assert phone.sync().verdicts["ok"] == 1
    assert shown(phone) == {(record, "read")}


def test_many_are_reported_in_several_requests_and_equal_ones_travel_together(fleet: Fleet) -> None:
    acknowledging(fleet)
    phone = fleet.phone()
    ids = sorted(new_id() for _ in range(2 * MOST_RECORDS + 1))
    phone.reader.note_shown(ids, Opened.LIST)
    phone.sync()
    reports = opened_of(fleet)
    assert [len(one["acts"]) for one in reports] == [1, 1, 1]
    assert sorted(record for one in reports for record in one["acts"][0][6]) == ids
    assert noted(phone) == []
