"""Nobody pulls a record to himself by setting its village, alone or by his own office."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.access_world import KINDS_OF_RECORDS, World
from tests.support.builders import with_restricted_part
from tests.support.filings import FAR, MARKER, REGENCY
from tests.support.office import ApiClient, Office
from tests.support.pages import at_work
from tests.support.raw_device import RawDevice, whole


@pytest.fixture
def world(office: Office) -> World:
    return World(office)


@pytest.fixture
def rani(office: Office) -> RawDevice:
    """An officer elsewhere, who knows the ids of the records."""
    return office.device("rani", "officer", FAR)


@pytest.fixture
def joko(office: Office) -> ApiClient:
    """Her supervisor."""
    return office.api("joko", "supervisor", FAR)


def pulls(world: World, rani: RawDevice) -> list[Any]:
    """Each record put into her village, and a restricted part of hers hung on somebody's submission."""
    to_her: list[Any] = [("$village", FAR, [])]
    mine = rani.operation([("r", MARKER, [])], record=world.record.id)
    return [
        rani.operation(to_her, record=world.record.id),
        rani.operation(to_her, record=world.case.id, kind="case:anak"),
        rani.operation(to_her, record=world.part.id, kind="restricted"),
        with_restricted_part(mine, world.record.id, {"r": "x"}, village=FAR),
    ]


def reached(world: World, rani: RawDevice) -> set[str]:
    """What of the things somebody's device gets to see."""
    wanted = [one.id for one in world.things if one.kind in KINDS_OF_RECORDS]
    told = rani.sync(want=wanted)
    listed = rani.get(f"etags?village={FAR}").text
    assert sorted(told.get("unknown", [])) == sorted(set(wanted) - whole(told).keys())
    return {one.kind for one in world.things if one.id in whole(told) or one.id in listed}


def test_an_officer_who_sets_the_village_of_a_record_gets_nothing_of_it(
    office: Office, world: World, rani: RawDevice
) -> None:
    """Broken on purpose: `_outside_scope` looked at the village that is set only."""
    for one in pulls(world, rani):
        told = rani.sync(one)
        assert told["verdicts"]["0"]["code"] in ("outside-scope", "not-readable"), told
        assert reached(world, rani) == set()
    api = office.api("rani")
    for thing in (world.record, world.case, world.part):
        path, change = f"records/{thing.id}", {"changes": [["$village", FAR, []]]}
        assert api.call("GET", path)[0] == 404
        assert api.post(f"{path}/changes", change)[0] == 404


def test_her_own_office_does_not_move_the_record_to_her(
    office: Office, world: World, rani: RawDevice, joko: ApiClient
) -> None:
    """Broken on purpose: `decide_held` without `_refuse_pulling`."""
    for one in pulls(world, rani)[:3]:
        rani.sync(one)
    waiting = [one for one in joko.get("held")["held"] if one["account"] == "rani"]
    assert len(waiting) == 3
    for one in waiting:
        status, told = joko.post(f"held/{one['id']}", {"decision": "ok", "reason": "x"})
        assert (status, told["error"]["code"]) == (403, "record-elsewhere"), told
    assert reached(world, rani) == set()
    assert joko.get("records")["records"] == []
    assert joko.post(f"held/{waiting[0]['id']}", {"decision": "void", "reason": "x"})[0] == 200


def test_the_page_says_why_and_who_can_do_it(office: Office, world: World, rani: RawDevice) -> None:
    rani.sync(pulls(world, rani)[0])
    page = at_work(office, "joko", "supervisor", FAR).get("/held")
    refused = page.submit("/held/", press=("decision", "ok"), reason="pindah")
    assert refused.status == 403
    assert "kepala bidang" in refused


def test_the_giver_or_the_head_moves_it(office: Office, world: World, rani: RawDevice) -> None:
    giver, head = office.api("inside", "supervisor"), office.api("kabid", "head", REGENCY)
    for one, decider in zip(pulls(world, rani)[:2], (giver, head), strict=True):
        told = rani.sync(one)
        assert "verdicts" in told
        (held,) = [row for row in decider.get("held")["held"] if row["account"] == "rani"][:1]
        assert decider.post(f"held/{held['id']}", {"decision": "ok", "reason": "pindah"})[0] == 200
    assert reached(world, rani) == {"open", "case"}
