"""Hypothesis strategies for histories of a record: who saw what when he entered it."""

from collections.abc import Sequence

from hypothesis import strategies as st

from domain.merge import fold, preds_of_edit, preds_of_removal, preds_of_restore
from domain.operations import ALIVE, DEAD, Operation, Value
from tests.support.builders import RECORD, operation

PATHS = ["a", "b", "$review", "$village", "m/m_1/x", "m/m_1/y", "m/m_1/s/m_2/z", "m/m_3/x"]
MEMBERS = ["m/m_1", "m/m_1/s/m_2", "m/m_3"]


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> list[Operation]:
    """A set of operations on one record, each made by somebody who had seen some of the earlier ones.

    Now and then one names what it has not seen, or what never existed: a forger, or a
    device whose operations arrive late. Every other history ends with two removals of the
    same member at once, by one who has seen everything and one who has not: what they
    have seen counts together.
    """
    made: list[Operation] = []
    for n in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(["edit", "edit", "edit", "remove", "restore", "forge"]))
        path = draw(st.sampled_from(MEMBERS if kind in ("remove", "restore") else PATHS))
        made.append(_entered(draw, kind, path, _some(draw, made), n, made))
    if draw(st.booleans()):
        member = draw(st.sampled_from(MEMBERS))
        whole, half = made[:], _some(draw, made)
        made += [_entered(draw, "remove", member, seen, most + i) for i, seen in enumerate((whole, half))]
    return made


def _some(draw: st.DrawFn, made: Sequence[Operation]) -> list[Operation]:
    return [op for op in made if draw(st.booleans())]


def _entered(
    draw: st.DrawFn, kind: str, path: str, seen: list[Operation], n: int, made: Sequence[Operation] = ()
) -> Operation:
    """An answer, a removal or an undo by who has `seen` these; a forger names any that were `made`."""
    state = fold(None, seen, RECORD) if seen else None
    value: Value = draw(st.sampled_from(["0", "1", "2"]))
    preds: tuple[str, ...] = preds_of_edit(state, path)
    if kind == "remove":
        value, preds = DEAD, preds_of_removal(state, path) if state else ()
    elif kind == "restore":
        value, preds = ALIVE, preds_of_restore(state, path) if state else ()
    elif kind == "forge":
        preds = (*[op.id for op in made if draw(st.booleans())], "AAAAAAAAAAAAAAAAAAAAAA")
    return operation([(path, value, preds)], n=n + 1, time=draw(st.integers(0, 3)), salt=f"s{n}")
