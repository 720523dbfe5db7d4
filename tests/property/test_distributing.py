"""
Cases spread over officers, whatever villages they have and whatever was assigned before.

Seen to fail when nothing was handed on once loads were filled up, when only an officer and his neighbours
exchanged cases, when what is assigned already did not count, and when cases went in the argument's order.
"""

from collections import Counter
from collections.abc import Mapping
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from domain.areas import is_covered
from domain.distributing import Distribution, distribute

KECAMATAN = ("64.02.01", "64.02.02")
VILLAGES = tuple(f"{one}.{2001 + number}" for one in KECAMATAN for number in range(3))
OFFICERS = ("asha", "budi", "citra", "dedi")

places = st.one_of(
    st.lists(st.sampled_from(VILLAGES[:4]), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from([*VILLAGES, *KECAMATAN]), max_size=3, unique=True),
)
areas = st.dictionaries(st.sampled_from(OFFICERS), places, min_size=1, max_size=4)
counts = st.dictionaries(st.sampled_from(VILLAGES), st.sampled_from([1, 2, 3, 5, 9, 20]), max_size=6)
had = st.lists(st.tuples(st.sampled_from(OFFICERS), st.sampled_from(VILLAGES)), max_size=10)


def cases_of(villages: Mapping[str, int]) -> dict[str, str]:
    return {
        f"{number:03d}-{village}": village for village, count in villages.items() for number in range(count)
    }


def loads_of(spread: Distribution, own: Mapping[str, object], before: list[tuple[str, str]]) -> Counter[str]:
    loads = Counter(dict.fromkeys(own, 0))
    loads.update(officer for officer, _ in before if officer in own)
    loads.update(spread.officers.values())
    return loads


@given(counts, areas, had)
def test_every_case_goes_to_one_who_has_its_village_unless_nobody_has(villages, own, before):
    cases = cases_of(villages)
    spread = distribute(cases, own, before)
    assert spread.officers.keys() | set(spread.left) == cases.keys()
    assert spread.officers.keys().isdisjoint(spread.left)
    assert all(is_covered(cases[case], own[name]) for case, name in spread.officers.items())
    assert not any(is_covered(cases[case], one) for case in spread.left for one in own.values())


@given(counts, areas, had)
def test_nobody_could_hand_cases_on_to_one_who_has_two_fewer(villages, own, before):
    """By way of as many others as there are: each gives one of his own new cases to the next."""
    cases = cases_of(villages)
    spread = distribute(cases, own, before)
    loads = loads_of(spread, own, before)
    could = {name: set[str]() for name in own}
    for case, giver in spread.officers.items():
        could[giver] |= {taker for taker, one in own.items() if is_covered(cases[case], one)}
    for _ in own:
        could = {name: to.union(*(could[one] for one in to)) for name, to in could.items()}
    assert all(loads[giver] - loads[taker] < 2 for giver, to in could.items() for taker in to)


@given(st.dictionaries(st.sampled_from(VILLAGES), st.integers(1, 3), max_size=3), areas, had)
def test_no_other_way_to_spread_them_is_more_even(villages, own, before):
    """All ways are tried, whichever villages the cases are of: how many of each village each officer gets."""
    spread = distribute(cases_of(villages), own, before)
    best = _squares(loads_of(spread, own, before))
    start = Counter({name: sum(one == name for one, _ in before) for name in own})
    ways = [
        _ways(count, [name for name, one in own.items() if is_covered(village, one)])
        for village, count in villages.items()
    ]
    assert all(_squares(start + Counter(_sum(way))) >= best for way in product(*(one for one in ways if one)))


def _ways(count: int, able: list[str]) -> list[Counter[str]]:
    if not able:
        return []
    first, *others = able
    if not others:
        return [Counter({first: count})]
    return [Counter({first: own}) + rest for own in range(count + 1) for rest in _ways(count - own, others)]


def _sum(counters):
    found = Counter[str]()
    for one in counters:
        found += one
    return found


def _squares(loads: Mapping[str, int]) -> int:
    return sum(load * load for load in loads.values())


@given(counts, areas, had, st.randoms(use_true_random=False))
def test_the_order_in_which_anything_comes_makes_no_difference(villages, own, before, chance):
    def shuffled(one):
        items = list(one.items())
        chance.shuffle(items)
        return dict(items)

    cases = cases_of(villages)
    mixed = distribute(
        shuffled(cases),
        {name: list(reversed(one)) for name, one in shuffled(own).items()},
        chance.sample(before, len(before)),
    )
    assert mixed == distribute(cases, own, before)


@given(counts, areas)
def test_of_villages_that_the_same_officers_have_few_are_divided(villages, own):
    """Where nobody has anything yet: at most as many as there are officers, less one."""
    cases = cases_of(villages)
    spread = distribute(cases, own)
    pairs = {(cases[case], name) for case, name in spread.officers.items()}
    for able in {frozenset(n for n, one in own.items() if is_covered(v, one)) for v in villages}:
        alike = [v for v in villages if able == {n for n, one in own.items() if is_covered(v, one)}]
        assert len([pair for pair in pairs if pair[0] in alike]) <= len(alike) + max(len(able) - 1, 0)


def test_cases_are_handed_on_by_way_of_others():
    """Asha shares no village with Dedi, who has most: he gives to Citra, she to Budi, he to Asha."""
    a, b, c, d = VILLAGES[:4]
    own = {"asha": [a], "budi": [a, b], "citra": [b, c], "dedi": [c, d]}
    spread = distribute(cases_of({a: 4, b: 4, c: 4, d: 8}), own)
    assert loads_of(spread, own, []) == {"asha": 4, "budi": 4, "citra": 4, "dedi": 8}
    spread = distribute(cases_of({a: 4, b: 4, c: 12}), own)
    assert loads_of(spread, own, []) == {"asha": 4, "budi": 4, "citra": 6, "dedi": 6}
    spread = distribute(cases_of({b: 4, c: 12}), {**own, "budi": [a, b]}, [("budi", a)] * 1)
    assert sorted(loads_of(spread, own, [("budi", a)]).values()) == [0, 5, 6, 6]


def test_who_knows_a_village_goes_on_there():
    cases = cases_of({VILLAGES[0]: 2, VILLAGES[1]: 2})
    own = {"asha": VILLAGES[:2], "budi": VILLAGES[:2]}
    spread = distribute(cases, own, [("asha", VILLAGES[1]), ("budi", VILLAGES[0])])
    assert {(cases[case], name) for case, name in spread.officers.items()} == {
        (VILLAGES[1], "asha"),
        (VILLAGES[0], "budi"),
    }
