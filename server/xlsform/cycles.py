"""
Calculations and conditions that wait for one another: no order of evaluation gives them a value.

A question depends on what its calculation and its condition speak of and on the groups around it; a group on
its condition, a repeat on its count too. ``.`` in a calculation and a member picked from the same repeat (the
one before) are no circle.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from server.faults import Fault, fault
from server.xlsform.logic import Placed, Reference, references
from server.xlsform.places import place_of
from server.xlsform.sheets import Workbook
from server.xlsform.xform import XForm

GIVING_VALUE: Final = ("calculate", "relevant", "count")
SHOWN: Final = 8
"""Names of a circle that a message shows."""


def cycles(placed: Iterable[Placed], workbook: Workbook, xform: XForm) -> Iterator[Fault]:
    """One fault a circle, at the first row in it."""
    by_node: defaultdict[str, list[Placed]] = defaultdict(list)
    for one in placed:
        if one.kind in GIVING_VALUE:
            by_node[one.node].append(one)
    needs = {node: _needs(node, by_node.get(node, ()), xform) for node in sorted(xform.nodes)}
    for circle in circles(needs):
        at = [one for node in circle for one in by_node.get(node, ())]
        places = sorted(
            (place_of(one, workbook, xform) for one in at), key=lambda place: place.row or 1_000_000
        )
        if places:
            names = [node.rpartition("/")[2] for node in circle]
            shown = " → ".join([*names[:SHOWN], "…" if len(names) > SHOWN else names[0]])
            yield fault("cycle-self" if len(names) == 1 else "cycle", places[0], names=shown, name=names[0])


def _needs(node: str, own: Iterable[Placed], xform: XForm) -> set[str]:
    """What a node waits for."""
    found = {
        reference.node for one in own for reference in references(one) if not _is_fine(one, reference, xform)
    }
    around = node.rpartition("/")[0]
    return (found | {around}) & xform.nodes


def _is_fine(placed: Placed, reference: Reference, xform: XForm) -> bool:
    if placed.kind == "calculate" and reference.is_self and reference.node == placed.node:
        return True
    return reference.is_chosen and any(
        f"{placed.node}/".startswith(f"{repeat}/") and f"{reference.node}/".startswith(f"{repeat}/")
        for repeat in xform.repeats
    )


def circles(needs: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """The circles of a graph, each as a walk along its arrows; those that share a node are told as one."""
    left = without_ends({node: set(needed) for node, needed in needs.items()})
    while left:
        circle = _walked(left)
        yield circle
        left = without_ends({node: needed for node, needed in left.items() if node not in circle})


def without_ends(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What is left of a graph when those that wait for nothing (any more) are taken out, again and again."""
    waiting_for = defaultdict(set)
    left = {node: {one for one in needed if one in needs} for node, needed in needs.items()}
    for node, needed in left.items():
        for one in needed:
            waiting_for[one].add(node)
    done = [node for node, needed in left.items() if not needed]
    while done:
        node = done.pop()
        del left[node]
        for one in waiting_for[node]:
            left[one].discard(node)
            if not left[one]:
                done.append(one)
    return left


def _walked(left: Mapping[str, set[str]]) -> list[str]:
    """From the first node on to one that it waits for, until a node is met again: each waits for one."""
    walk = [min(left)]
    places = {walk[0]: 0}
    while (following := min(left[walk[-1]])) not in places:
        places[following] = len(walk)
        walk.append(following)
    return walk[places[following] :]
