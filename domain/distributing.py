"""
Spreading cases evenly over officers: who gets which of those that nobody has.

What somebody has already stays with him and counts. Only an officer who has the village of a case gets it.
Loads are as equal as the villages allow: nobody could hand cases on, be it by way of others, to somebody who
has at least two fewer. Within these bounds villages stay together, neighbours by code beside each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.areas import is_covered

Officers = frozenset[str]
Shares = dict[str, int]
"""How many cases each officer gets."""


@dataclass(frozen=True)
class Distribution:
    """Who gets which case; `left` are those in villages that none of the officers has."""

    officers: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def distribute(
    cases: Mapping[str, str],
    areas: Mapping[str, Collection[str]],
    has: Iterable[tuple[str, str]] = (),
) -> Distribution:
    """
    Spreads `cases`, each with its village, over the officers, each with his areas.

    `has` are the villages of the cases that officers have already, one (officer, village) for each case;
    those of others make no difference. The order in which anything comes makes none either.
    """
    by_village: dict[str, list[str]] = {}
    for case, village in sorted(cases.items()):
        by_village.setdefault(village, []).append(case)
    had = [one for one in has if one[0] in areas]
    loads = dict.fromkeys(sorted(areas), 0)
    there: dict[str, Shares] = {}
    for officer, village in had:
        loads[officer] += 1
        there.setdefault(village, {}).setdefault(officer, 0)
        there[village][officer] += 1
    groups = _by_officers(by_village, areas)
    left = [case for village in groups.pop(frozenset(), []) for case in by_village[village]]
    sizes = {able: sum(len(by_village[one]) for one in villages) for able, villages in groups.items()}
    shares = _balanced(sizes, loads)
    chosen: dict[str, str] = {}
    for able, villages in groups.items():
        for village, officers in _kept_together(villages, by_village, shares[able], there).items():
            chosen |= dict(zip(by_village[village], officers, strict=True))
    return Distribution(chosen, tuple(sorted(left)))


def _by_officers(villages: Iterable[str], areas: Mapping[str, Collection[str]]) -> dict[Officers, list[str]]:
    """The villages by who has them: between those that the same officers have, cases can go to and fro."""
    found: dict[Officers, list[str]] = {}
    for village in sorted(villages):
        able = frozenset(name for name, own in areas.items() if is_covered(village, own))
        found.setdefault(able, []).append(village)
    return dict(sorted(found.items(), key=lambda one: (len(one[0]), sorted(one[0]))))


# --- how many --------------------------------------------------------------------------------------


def _balanced(sizes: Mapping[Officers, int], before: Mapping[str, int]) -> dict[Officers, Shares]:
    """
    How many of each group of villages each of its officers gets, the loads as equal as can be.

    Those with the fewest officers go first, each time to who has least; then whatever path of exchanges
    makes two loads more equal is gone (Harvey et al., Semi-matchings for bipartite graphs, 2006).
    """
    loads = dict(before)
    shares: dict[Officers, Shares] = {}
    for able, size in sizes.items():
        shares[able] = _filled_up(size, {name: loads[name] for name in sorted(able)})
        for name, more in shares[able].items():
            loads[name] += more
    while _hand_on_once(shares, loads):
        pass
    return shares


def _filled_up(size: int, loads: Mapping[str, int]) -> Shares:
    """`size` cases to who has least, one after the other, as water would run."""
    rising = sorted(loads, key=lambda one: (loads[one], one))
    taking = 1
    while taking < len(rising):
        room = sum(loads[rising[taking]] - loads[one] for one in rising[:taking])
        if room >= size:
            break
        taking += 1
    low = rising[:taking]
    level, rest = divmod(sum(loads[one] for one in low) + size, len(low))
    return {one: level - loads[one] + (number < rest) for number, one in enumerate(low)}


def _hand_on_once(shares: Mapping[Officers, Shares], loads: dict[str, int]) -> bool:
    """Hands cases on from somebody to one who has at least two fewer; gives whether there was anybody."""
    groups: dict[str, list[Officers]] = {}
    for able in shares:
        for name in able:
            groups.setdefault(name, []).append(able)
    settled: set[str] = set()
    for name in sorted(groups, key=lambda one: (-loads[one], one)):
        if name in settled:
            continue
        ways = _ways_from(name, shares, groups)
        least = min((name, *ways), key=lambda one: (loads[one], one))
        if loads[name] - loads[least] > 1:
            _hand_on(name, least, ways, shares, loads)
            return True
        settled |= ways.keys()  # nobody whom he reaches has more than he, or reaches further
    return False


Ways = dict[str, tuple[str, Officers]]
"""Whom cases may go to, from whom, and in which group of villages."""


def _ways_from(
    name: str, shares: Mapping[Officers, Shares], groups: Mapping[str, Sequence[Officers]]
) -> Ways:
    ways: Ways = {}
    reached, seen = [name], set[Officers]()
    for giver in reached:
        for able in groups[giver]:
            if able not in seen and shares[able].get(giver):
                seen.add(able)
                new = sorted(able - ways.keys() - {name})
                ways |= dict.fromkeys(new, (giver, able))
                reached += new
    return ways


def _hand_on(
    giver: str, taker: str, ways: Ways, shares: Mapping[Officers, Shares], loads: dict[str, int]
) -> None:
    path = []
    at = taker
    while at != giver:
        before, able = ways[at]
        path.append((before, at, able))
        at = before
    most = (loads[giver] - loads[taker]) // 2
    count = min(most, *(shares[able][before] for before, _, able in path))
    for before, after, able in path:
        shares[able][before] -= count
        shares[able][after] = shares[able].get(after, 0) + count
    loads[giver] -= count
    loads[taker] += count


# --- which -----------------------------------------------------------------------------------------


def _kept_together(
    villages: Sequence[str],
    cases: Mapping[str, Sequence[str]],
    shares: Mapping[str, int],
    there: Mapping[str, Mapping[str, int]],
) -> dict[str, list[str]]:
    """
    For each village its cases' officers, in the order of the cases.

    Who has cases in a village goes on there as far as his share allows; the others take one village after
    the other, so that at most as many villages are divided as there are officers.
    """
    left = dict(shares)
    taken: dict[str, list[str]] = {village: [] for village in villages}
    for village in villages:
        known = there.get(village, {})
        for name in sorted(known, key=lambda one: (-known[one], one)):
            _take(name, village, cases, left, taken)
    for village in villages:
        for name in sorted(left):
            _take(name, village, cases, left, taken)
    return taken


def _take(
    name: str,
    village: str,
    cases: Mapping[str, Sequence[str]],
    left: dict[str, int],
    taken: Mapping[str, list[str]],
) -> None:
    count = min(left.get(name, 0), len(cases[village]) - len(taken[village]))
    taken[village].extend([name] * count)
    if count:
        left[name] -= count
