"""Villages, areas, and the one decision about who may do what."""

import pytest

from domain.access import (
    ALLOWED,
    TABLE,
    Action,
    Actor,
    Concern,
    Role,
    Scope,
    Subject,
    authorize,
    covered_villages,
    has_areas,
    is_authorized,
    reach_of,
)
from domain.areas import covers, is_village, read_area
from domain.errors import InvalidRequest, NotAllowed

HERE, NEAR, FAR = "64.02.18.2007", "64.02.18.2008", "64.02.01.2001"


def actor(role: Role, *areas: str) -> Actor:
    return Actor("asha", role, areas)


def subject(*villages: str, kind: str = "submission", owner: str | None = None) -> Subject:
    return Subject(kind, frozenset(villages), owner)


def concerns(one: Actor, villages: list[str], sender: tuple[str, ...], deciders: list[Actor]) -> bool:
    return is_authorized(one, Action.READ_HELD, Concern(frozenset(villages), sender, tuple(deciders)))


@pytest.mark.parametrize("area", [HERE, "64.02.18", "64.02", "64"])
def test_an_area_covers_the_villages_below_its_code(area: str) -> None:
    assert covers(area, HERE)


@pytest.mark.parametrize("area", [FAR, "64.02.1", "64.02.01", "64.0", "", "64.02.18.200"])
def test_an_area_covers_nothing_that_merely_begins_with_the_same_digits(area: str) -> None:
    assert not covers(area, HERE)


@pytest.mark.parametrize("code", ["64.02.1", "x", "", "64.02.18.2007.1", "64,02", "٦٤.02", "64.02\n"])
def test_what_is_no_area_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidRequest):
        read_area(code)


def test_only_the_full_code_is_a_village() -> None:
    assert is_village(HERE)
    assert not any(is_village(code) for code in ("64.02.18", None, 64, HERE + "\n", "٦٤.02.18.2007"))


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_a_role_does_exactly_what_the_table_says(role: Role, action: Action) -> None:
    assert is_authorized(actor(role, "64"), action) == (action in ALLOWED[role])


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.PEKSOS, Role.HEAD])
def test_nobody_reads_outside_his_villages(role: Role) -> None:
    """Broken once: `any` over villages replaced by True."""
    assert is_authorized(actor(role, "64.02.18"), Action.READ, subject(HERE))
    assert not is_authorized(actor(role, "64.02.18"), Action.READ, subject(FAR))
    assert is_authorized(actor(role, "64.02.18"), Action.READ, subject(FAR, NEAR))
    assert not is_authorized(actor(role, "64.02.18"), Action.READ, subject())


def test_restricted_parts_are_for_their_author_social_workers_and_the_head() -> None:
    mine, other = (subject(HERE, kind="restricted", owner=o) for o in ("asha", "budi"))
    for role in (Role.OFFICER, Role.SUPERVISOR):
        assert is_authorized(actor(role, HERE), Action.READ, mine)
        assert not is_authorized(actor(role, HERE), Action.READ, other)
    for role in (Role.PEKSOS, Role.HEAD):
        assert is_authorized(actor(role, HERE), Action.READ, other)
        assert not is_authorized(actor(role, FAR), Action.READ, other)


def test_an_administrator_reads_no_case() -> None:
    with pytest.raises(NotAllowed) as caught:
        authorize(actor(Role.ADMIN, "64"), Action.READ, subject(HERE))
    assert caught.value.facts["action"] == "read"


def test_covered_villages_are_those_of_the_areas_in_order() -> None:
    assert covered_villages(actor(Role.OFFICER, "64.02.18"), {FAR, NEAR, HERE}) == [HERE, NEAR]


@pytest.mark.parametrize("villages", [[], [HERE], [FAR], [HERE, FAR]])
@pytest.mark.parametrize("sender", [(), (HERE,), (NEAR, FAR), ("64",)])
@pytest.mark.parametrize("areas", [[], [HERE], ["64.02.18"], [FAR, "64.02.18"], ["64.05"]])
@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.PEKSOS, Role.HEAD])
def test_what_was_not_taken_in_always_concerns_somebody_who_decides(
    villages: list[str], sender: tuple[str, ...], areas: list[str], role: Role
) -> None:
    """Broken once: without the last circle, and without the second."""
    deciders = [Actor(f"{i}", Role.SUPERVISOR, (area,)) for i, area in enumerate(areas)]
    deciders.append(Actor("without-areas", role, ()))
    assert any(concerns(one, villages, sender, deciders) for one in deciders)


def test_who_is_responsible_for_a_village_comes_before_the_senders_office_and_the_heads() -> None:
    here, far = Actor("h", Role.SUPERVISOR, (HERE,)), Actor("f", Role.PEKSOS, (FAR,))
    head = Actor("k", Role.HEAD, ("64.05",))
    everybody = [here, far, head]

    def seen_by(*villages: str, sender: tuple[str, ...] = ()) -> list[Actor]:
        return [one for one in everybody if concerns(one, list(villages), sender, everybody)]

    assert seen_by(HERE, sender=(FAR,)) == [here]
    assert seen_by(HERE, FAR) == [here, far]
    assert seen_by(NEAR, sender=("64.02.18", FAR)) == [here, far]
    assert seen_by(NEAR, sender=(NEAR,)) == [head]
    everybody.remove(head)
    assert seen_by(NEAR, sender=(NEAR,)) == [here, far]


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN, Role.PARTNER])
def test_what_was_not_taken_in_is_nothing_for_who_does_not_decide(role: Role) -> None:
    alone = actor(role, "64")
    assert not concerns(alone, [HERE], ("64",), [alone])


def test_the_table_has_every_action() -> None:
    assert set(TABLE) == set(Action)


def test_what_needs_a_concern_is_not_allowed_for_a_record_and_the_other_way_round() -> None:
    head = actor(Role.HEAD, "64")
    assert not is_authorized(head, Action.DECIDE_HELD, subject(HERE))
    assert not is_authorized(head, Action.READ, Concern(frozenset({HERE}), ("64",), (head,)))


def test_a_partner_reads_what_was_referred_to_him_and_nothing_else() -> None:
    """Broken once: the scope `referred` without a look at to whom."""
    partner = actor(Role.PARTNER, "64")
    mine, his = (
        Subject("submission", frozenset({HERE}), referred_to=frozenset({name})) for name in ("asha", "budi")
    )
    assert is_authorized(partner, Action.READ_REFERRALS, mine)
    assert not is_authorized(partner, Action.READ_REFERRALS, his)
    restricted = Subject("restricted", frozenset({HERE}), "asha", frozenset({"asha"}))
    assert not is_authorized(partner, Action.READ_REFERRALS, restricted)
    assert ALLOWED[Role.PARTNER] == {Action.SIGN_IN, Action.READ_REFERRALS}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("areas", [(), (HERE,), ("64.02.18", FAR)])
@pytest.mark.parametrize("owner", ["asha", "budi", ""])
def test_a_query_reaches_exactly_what_the_decision_allows(
    role: Role, action: Action, areas: tuple[str, ...], owner: str
) -> None:
    """Broken once: an officer's reach without his own parts, and a supervisor's with everybody's."""
    one, reach = actor(role, *areas), reach_of(actor(role, *areas), action)
    scopes = {grant.scope for grant in TABLE[action].get(role, ())}
    if scopes & {Scope.ANYWHERE, Scope.REFERRED, Scope.CONCERN}:
        return  # asked for each object: no query is cut by it
    for village in (HERE, NEAR, FAR):
        is_near = bool(covered_villages(one, [village], action))
        assert is_near == is_authorized(one, action, subject(village))
        part = subject(village, kind="restricted", owner=owner)
        assert is_authorized(one, action, part) == (is_near and reach.has_part_of(owner))


def test_only_roles_that_go_by_villages_have_any() -> None:
    assert {role for role in Role if not has_areas(role)} == {Role.ADMIN, Role.PARTNER}
