"""What a device writes is taken in exactly where the table lets its person write or decide."""

from __future__ import annotations

from typing import Any

import pytest

from domain.access import TABLE, Action, Role
from domain.canonical import Json
from tests.support.access_world import World, is_allowed
from tests.support.builders import with_part
from tests.support.filings import FAR, KECAMATAN, MARKER, NEIGHBOUR, VILLAGE
from tests.support.office import Office

PLACES = {VILLAGE: True, KECAMATAN: True, NEIGHBOUR: False, FAR: False, "": False}
DECISION: Json = {"decision": "reject", "etag": "of another version", "comment": "", "remarks": {}}


@pytest.mark.parametrize("role", list(Role))
def test_a_device_writes_exactly_what_the_table_says(office: Office, role: Role) -> None:
    """Broken on purpose: `_outside_scope` without its question about records, `_reviews_without_right`."""
    world = World(office)
    for area, is_inside in PLACES.items():
        world.become(role, *([area] if area else []))
        for thing, action, sent in attempts(world):
            answer = world.device.post("sync", world.device.request(sent, cursors={}))
            if role not in TABLE[Action.SYNC]:
                assert answer.status_code == 403
                continue
            held = "verdicts" in (answer.json or {})
            about = (area, thing, action, answer.json)
            may = is_allowed(role, action, world.thing(thing), is_inside)
            assert held != (may and is_allowed(role, Action.WRITE, world.thing(thing), is_inside)), about


def attempts(world: World) -> list[tuple[str, Action, Any]]:
    """An answer in each kind of record, and decisions: what it is about, and what is asked for."""
    device = world.device
    marked = device.operation([("r", MARKER, [])], record=world.record.id)
    marked_own = device.operation([("r", MARKER, [])], record=world.own.id)
    return [
        ("open", Action.WRITE, device.operation([("b", "9", [])], record=world.record.id)),
        ("case", Action.WRITE, device.operation([("nama", "9", [])], record=world.case.id, kind="case:anak")),
        ("part", Action.WRITE, with_part(marked, world.part.id, "restricted", ["r", "9", []])),
        ("own part", Action.WRITE, with_part(marked_own, world.own_part.id, "restricted", ["r", "9", []])),
        ("open", Action.REVIEW, device.operation([("$review", DECISION, [])], record=world.record.id)),
    ]
