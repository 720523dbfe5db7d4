"""Held operations in the office, from outside: where they are listed, and how they are decided."""

from typing import Any

import pytest

from server.store import accounts
from tests.support.builders import new_id, with_restricted_part
from tests.support.filings import FAR, KECAMATAN, MARKER, NEIGHBOUR, REGENCY, VILLAGE, submit
from tests.support.office import NOW, ApiClient, Office
from tests.support.raw_device import RawDevice


def test_a_held_operation_is_listed_where_it_lies_and_accepted_once(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    stranger = office.device("rani", "officer", FAR)
    stranger.sync(stranger.operation([("b", "7", [])], record=record))
    held = supervisor.get("held")["held"]
    assert [(one["code"], one["author"], one["records"]) for one in held] == [
        ("outside-scope", "rani", [record])
    ]
    changed = {"record": record, "path": "b", "value": "7", "now": [], "conflict": False}
    assert held[0]["changes"] == [changed]
    assert held[0]["villages"] == [VILLAGE]
    assert [one["id"] for one in supervisor.get(f"records/{record}")["held"]] == [held[0]["id"]]
    assert office.api("joko", "supervisor", FAR).get("held")["held"] == []
    path = f"held/{held[0]['id']}"
    assert office.api("joko", "supervisor", FAR).post(path, {"decision": "ok", "reason": "x"})[0] == 404
    assert supervisor.post(path, {"decision": "ok", "reason": "benar"}) == (
        200,
        {"id": held[0]["id"], "status": "ok"},
    )
    assert supervisor.get(f"records/{record}")["answers"]["b"] == "7"
    assert supervisor.get("held")["held"] == []
    status, told = supervisor.post(path, {"decision": "void", "reason": "lagi"})
    assert (status, told["error"]["code"]) == (409, "already-decided")
    assert stranger.sync()["decisions"] == [[held[0]["id"], {"status": "ok"}]]


@pytest.mark.parametrize(("name", "where"), [("siti", KECAMATAN), ("joko", FAR)])
def test_who_is_responsible_for_either_village_decides_on_a_held_move(
    office: Office, asha: RawDevice, name: str, where: str
) -> None:
    """The giver of a record, and its taker where nobody decides for the giver (else see `test_pulling.py`).

    Broken on purpose: only who has all the villages decided.
    """
    record = submit(asha)
    stranger = office.device("rani", "officer", FAR)
    told = stranger.sync(stranger.operation([("$village", FAR, [])], record=record))
    assert told["verdicts"]["0"]["code"] == "outside-scope"
    decider, outsider = office.api(name, "supervisor", where), office.api("dewi", "supervisor", NEIGHBOUR)
    (held,) = decider.get("held")["held"]
    assert held["villages"] == sorted([VILLAGE, FAR])
    assert outsider.get("held")["held"] == []
    assert outsider.post(f"held/{held['id']}", {"decision": "ok", "reason": "x"})[0] == 404
    assert decider.post(f"held/{held['id']}", {"decision": "ok", "reason": "pindah"})[0] == 200
    villages = office.api("kabid", "head", REGENCY).get(f"records/{record}")["villages"]
    assert villages == sorted([VILLAGE, FAR])


def test_a_held_move_that_is_taken_in_takes_the_record_out_of_the_deciders_sight(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    begun = supervisor.get(f"records/{record}")["survivors"]["$village"]
    stranger = office.device("rani", "officer", FAR)
    stranger.sync(stranger.operation([("$village", FAR, begun)], record=record))
    (held,) = supervisor.get("held")["held"]
    assert supervisor.post(f"held/{held['id']}", {"decision": "ok", "reason": "pindah"})[0] == 200
    assert supervisor.call("GET", f"records/{record}")[0] == 404
    assert stranger.pull()[0].keys() == {record}
    _, left = asha.pull()
    assert left == {(VILLAGE, record)}


def test_a_held_operation_can_be_refused_and_stays_listed_with_the_reason(
    asha: RawDevice, supervisor: ApiClient, office: Office
) -> None:
    record = submit(asha)
    stranger = office.device("rani", "officer", FAR)
    stranger.sync(stranger.operation([("b", "7", [])], record=record))
    one = supervisor.get("held")["held"][0]["id"]
    assert supervisor.post(f"held/{one}", {"decision": "void", "reason": "bukan desanya"})[0] == 200
    row = supervisor.get("held?status=void")["held"][0]
    assert (row["status"], row["decided_by"], row["reason"]) == ("void", "siti", "bukan desanya")
    assert supervisor.get("held?status=held")["held"] == []
    assert "b" not in supervisor.get(f"records/{record}")["answers"]


def listed_for(client: ApiClient) -> list[str]:
    return [one["id"] for one in client.get("held")["held"]]


def test_what_names_only_villages_unknown_here_waits_for_its_senders_office(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """Broken on purpose: any village that an operation names was somebody's, so that nobody saw this one."""
    sent = asha.submission(new_id(), village="65.01.01.2001")
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "unknown-village"
    head, outsider = office.api("kabid", "head", REGENCY), office.api("joko", "supervisor", FAR)
    (held,) = supervisor.get("held")["held"]
    assert held["villages"] == ["65.01.01.2001"]
    assert listed_for(head) == [held["id"]]
    assert listed_for(outsider) == []
    assert office.api("admin", "admin").call("GET", "held")[0] == 403
    path = f"held/{held['id']}"
    assert outsider.post(path, {"decision": "void", "reason": "x"})[0] == 404
    status, told = supervisor.post(path, {"decision": "ok", "reason": "x"})
    assert (status, told["error"]["code"]) == (409, "unknown-village")
    assert supervisor.post(path, {"decision": "void", "reason": "salah kode"})[0] == 200
    assert asha.sync()["decisions"][0][1]["message"] == "salah kode"


def test_a_move_to_an_unknown_village_waits_where_the_record_is(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    record = submit(asha)
    rani = office.device("rani", "officer", FAR)
    rani.sync(rani.operation([("$village", "65.01.01.2001", [])], record=record))
    assert len(listed_for(supervisor)) == 1
    assert listed_for(office.api("joko", "supervisor", FAR)) == []


def test_what_lies_outside_everybodys_areas_waits_for_its_senders_office(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    """And as soon as somebody is responsible for its village, for him alone. Broken on purpose: nobody
    saw it, since the village alone counted.
    """
    asha.sync(asha.submission(new_id(), village=FAR))
    (held,) = listed_for(supervisor)
    responsible = office.api("joko", "supervisor", FAR)
    assert listed_for(responsible) == [held]
    assert listed_for(supervisor) == []
    assert supervisor.post(f"held/{held}", {"decision": "ok", "reason": "x"})[0] == 404
    with office.store.write() as connection:
        accounts.set_disabled(connection, "joko", NOW)
    assert listed_for(supervisor) == [held]
    assert supervisor.post(f"held/{held}", {"decision": "ok", "reason": "memang di sana"})[0] == 200


@pytest.mark.parametrize("is_disabled", [False, True])
def test_what_concerns_no_area_of_anybody_waits_for_the_heads(office: Office, is_disabled: bool) -> None:
    """Its sender lost his areas, or his account too. Broken on purpose: the heads asked for areas."""
    rani = office.device("rani", "officer", FAR)
    rani.sync({"v": 1, "rubbish": True}, rani.submission(new_id(), village="65.01.01.2001"))
    office.move("rani")
    if is_disabled:
        with office.store.write() as connection:
            accounts.set_disabled(connection, "rani", NOW)
    supervisor = office.api("siti", "supervisor", KECAMATAN)
    assert len(listed_for(supervisor)) == 2  # as long as there is no head
    head = office.api("kabid", "head", KECAMATAN)
    assert len(listed_for(head)) == 2
    assert listed_for(supervisor) == []


def test_what_cannot_be_read_at_all_is_listed_in_its_senders_areas(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    told = asha.sync({"v": 1, "rubbish": True})
    assert told["verdicts"]["0"]["status"] == "void"
    row = supervisor.get("held")["held"][0]
    assert (row["status"], row["account"], row["author"], row["records"]) == ("void", "asha", "", [])
    assert office.api("joko", "supervisor", FAR).get("held")["held"] == []


def test_restricted_values_of_a_held_operation_are_withheld(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    office.move("asha", FAR)
    record, part = new_id(), new_id()
    sent = with_restricted_part(asha.submission(record, {"r": MARKER}), record, {"r": "luka"}, part=part)
    assert asha.sync(sent)["verdicts"]["0"]["code"] == "outside-scope"
    held = supervisor.get("held")["held"]
    assert {"record": part, "path": "r", "restricted": True} in held[0]["changes"]
    assert "luka" not in str(held)
    assert "luka" in str(office.api("peksos", "peksos", REGENCY).get("held"))


def test_pages_of_held_operations_hold_every_one_once(
    office: Office, asha: RawDevice, supervisor: ApiClient
) -> None:
    rubbish: list[Any] = [{"v": 1, "rubbish": number} for number in range(5)]
    asha.sync(*rubbish)
    page = supervisor.get("held?limit=2")
    seen = [one["id"] for one in page["held"]]
    while "cursor" in page:
        page = supervisor.get(f"held?limit=2&cursor={page['cursor']}")
        seen += [one["id"] for one in page["held"]]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "body",
    [{}, {"decision": "maybe", "reason": "x"}, {"decision": "void"}, {"decision": "ok", "reason": "a\x00"}],
)
def test_a_decision_that_makes_no_sense_is_refused(asha: RawDevice, supervisor: ApiClient, body: Any) -> None:
    told = asha.sync({"v": 2})
    assert told["verdicts"]["0"]["status"] == "held"
    one = supervisor.get("held")["held"][0]["id"]
    assert supervisor.post(f"held/{one}", body)[0] == 400
    assert supervisor.post("held/nonsense", {"decision": "ok", "reason": "x"})[0] == 404
