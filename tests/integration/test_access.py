"""Everybody tries everything: every route, method, role and place; only what the table says happens.

What is expected follows from `domain.rights.TABLE` and from what the route declares, read by
`tests.support.access_world.is_allowed`; how a route is called stands in `tests.support.access_calls`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from domain.access import TABLE, Action, Role
from server.access import Access, Caller, access_of
from tests.support.access_calls import CALLS, Call, calls_of, methods_of, path_of
from tests.support.access_world import KINDS_OF_RECORDS, Thing, World, is_allowed
from tests.support.filings import FAR, KECAMATAN, NEIGHBOUR, VILLAGE
from tests.support.office import Office

PLACES: Final = {"inside": VILLAGE, "above": KECAMATAN, "beside": NEIGHBOUR, "far": FAR, "nowhere": ""}
INSIDE: Final = ("inside", "above")
TOKENS: Final = (Caller.DEVICE, Caller.PERSON)


def declared_routes(office: Office) -> Iterator[tuple[Rule, str, Access, Call]]:
    """Every route that asks for an action, with each of its methods."""
    for rule in office.app.url_map.iter_rules():
        access = access_of(office.app.view_functions[rule.endpoint])
        if access is not None and access.action is not None:
            for method in sorted(methods_of(rule)):
                for call in calls_of(rule, method):
                    yield rule, method, access, call


def test_every_call_is_one_of_a_route(office: Office) -> None:
    """A route that has gone must not stay in the list."""
    assert CALLS.keys() <= {(method, rule.rule) for rule, method, _, _ in declared_routes(office)}


def send(world: World, method: str, path: str, body: Any, caller: Caller) -> TestResponse:
    """One request with these credentials."""
    if caller is Caller.SESSION:
        form = {**body, "csrf_token": world.csrf} if isinstance(body, dict) else None
        return world.person.client.open(path, method=method, data=form, base_url=world.person.base)
    token = world.device.token if caller is Caller.DEVICE else world.api.token
    headers = {"Authorization": f"Bearer {token}"}
    sent = devices_body(world, body) if isinstance(body, str) else body
    if isinstance(sent, str):
        return world.office.client.open(path, method=method, data=sent, headers=headers)
    return world.office.client.open(path, method=method, json=sent, headers=headers)


def devices_body(world: World, named: str) -> Any:
    """What a device sends, by its name in the list of calls; anything else as it is."""
    ids = [one.id for one in world.things if one.kind in KINDS_OF_RECORDS]
    bodies: dict[str, Any] = {
        "sync": world.device.request(cursors={}),
        "want": world.device.request(want=ids),
        "have": {"replica": world.device.replica, "ids": []},
    }
    return bodies.get(named, named)


def text_of(answer: TestResponse) -> str:
    """What an answer says; of a packed file what happens to be text in it."""
    text: str = answer.data.decode("utf-8", "replace")
    return text


def outcome(answer: TestResponse) -> str:
    is_led_away = answer.status_code in (302, 303) and answer.location.startswith("/sign-in")
    if is_led_away or answer.status_code in (401, 403):
        return "refused"
    assert answer.status_code < 500, text_of(answer)
    return "not there" if answer.status_code == 404 else "let in"


def expected(role: Role, access: Access, call: Call, thing: Thing | None, is_inside: bool) -> set[str]:
    """What the table says about a call. A route that names nothing tells by its answer, see `seen`."""
    assert access.action is not None
    if role not in TABLE[access.action]:
        return {"refused"}
    if access.caller is Caller.SESSION and role not in TABLE[Action.SIGN_IN]:
        return {"refused"}
    if thing is None:
        return {"let in", "not there"}
    if not is_allowed(role, thing.reading, thing, is_inside):
        return {"refused"} if call.is_told else {"not there"}
    is_one_with_reading = access.action in (Action.SYNC, thing.reading)
    if thing.kind in call.never:
        return {"not there"}
    may = is_one_with_reading or is_allowed(role, access.action, thing, is_inside)
    return {"let in"} if may else {"refused"}


@pytest.mark.parametrize("role", list(Role))
def test_every_route_does_for_a_role_exactly_what_the_table_says(office: Office, role: Role) -> None:
    """
    Also: nothing is in any answer that its reader may not read, and in some of them stands all that he may.

    Broken on purpose, each found: `find_readable`, `decide` and `etags` without their question, `narrowed`
    with other areas, a feed of all owners, records by their ids, the history of all parts, somebody else's
    parts as one's own, a route with a weaker action, a session that outlives its role.
    """
    world = World(office)
    for place, area in PLACES.items():
        world.become(role, *([area] if area else []))
        is_inside = place in INSIDE
        may_see = {one.mark for one in world.things if is_allowed(role, one.reading, one, is_inside)}
        seen: dict[Caller, set[str]] = defaultdict(set)
        for rule, method, access, call in declared_routes(office):
            for thing in [world.thing(kind) for kind in call.about] if call.about else [None]:
                path = path_of(rule, call, thing, world)
                for caller in callers_of(access):
                    answer = send(world, method, path, call.body, caller)
                    about = (place, caller, method, path, thing, answer.status_code, text_of(answer)[:300])
                    assert outcome(answer) in expected(role, access, call, thing, is_inside), about
                    told = told_by(world, answer, by_id=not (call.about or call.tells_ids))
                    assert told <= may_see, about
                    seen[caller] |= told
        assert_seen(world, role, may_see, seen)


def told_by(world: World, answer: TestResponse, *, by_id: bool) -> set[str]:
    """The marks of the things that an answer shows, by them or (`by_id`) by an id in a list."""
    if outcome(answer) != "let in":
        return {one.mark for one in world.things if one.mark in text_of(answer)}
    return {
        one.mark
        for one in world.things
        if one.mark in text_of(answer) or (by_id and one.id in text_of(answer))
    }


def callers_of(access: Access) -> tuple[Caller, ...]:
    """The credentials that a route takes."""
    assert access.caller is not None
    return TOKENS if access.caller is Caller.ANY else (access.caller,)


def assert_seen(world: World, role: Role, may_see: set[str], seen: dict[Caller, set[str]]) -> None:
    """All that he may see was there for him, wherever he is let in."""
    for caller in seen:
        seen[caller].discard(world.asked.mark)
    may_see = may_see - {world.asked.mark}  # which is seen until somebody has decided
    assert seen[Caller.PERSON] == may_see
    assert seen[Caller.SESSION] == (may_see if role in TABLE[Action.SIGN_IN] else set())
    on_devices = may_see - {world.held.mark}
    assert seen[Caller.DEVICE] == (on_devices if role in TABLE[Action.SYNC] else set())


def test_a_route_takes_no_other_credentials_than_it_declares(office: Office) -> None:
    """Broken on purpose: what is for persons took the tokens of devices as well."""
    world = World(office)
    for rule, method, access, call in declared_routes(office):
        for caller in set(TOKENS) - set(callers_of(access)):
            thing = world.thing(call.about[0]) if call.about else None
            answer = send(world, method, path_of(rule, call, thing, world), call.body, caller)
            is_page = access.caller is Caller.SESSION
            assert outcome(answer) == "refused" if is_page else answer.status_code == 401, (method, rule.rule)
