"""Hypothesis strategies for histories of a record: who saw what when he entered it."""

from hypothesis import strategies as st

from domain.merge import fold, preds_of_edit, preds_of_removal, preds_of_restore
from domain.operations import ALIVE, DEAD, Operation
from tests.support.builders import RECORD, operation

PATHS = ["a", "b", "m/m_1/x", "m/m_1/y", "m/m_1/s/m_2/z", "m/m_3/x"]
MEMBERS = ["m/m_1", "m/m_1/s/m_2", "m/m_3"]


@st.composite
def histories(draw: st.DrawFn, most: int = 9) -> list[Operation]:
    """A set of operations on one record, each made by somebody who had seen some of the earlier ones.

    Now and then one names what it has not seen, or what never existed: a forger, or a
    device whose operations arrive late.
    """
    made: list[Operation] = []
    for n in range(draw(st.integers(1, most))):
        seen = [op for op in made if draw(st.booleans())]
        state = fold(None, seen, RECORD) if seen else None
        kind = draw(st.sampled_from(["edit", "edit", "edit", "remove", "restore", "forge"]))
        path = draw(st.sampled_from(MEMBERS if kind in ("remove", "restore") else PATHS))
        value: object = draw(st.sampled_from(["0", "1", "2"]))
        preds: tuple[str, ...] = preds_of_edit(state, path)
        if kind == "remove":
            value, preds = DEAD, preds_of_removal(state, path) if state else ()
        elif kind == "restore":
            value, preds = ALIVE, preds_of_restore(state, path) if state else ()
        elif kind == "forge":
            preds = (*[op.id for op in made if draw(st.booleans())], "AAAAAAAAAAAAAAAAAAAAAA")
        made.append(operation([(path, value, preds)], n=n + 1, time=draw(st.integers(0, 3)), salt=f"s{n}"))  # type: ignore[list-item]
    return made
