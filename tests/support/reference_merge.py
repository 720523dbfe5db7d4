"""The merge as an executable specification: small, slow, and written apart from the product.

The state of a record is a pure function of the set of operations on it. An operation
is ``{"id": str, "t": int, "c": [(path, value, (ids that it names, …)), …]}``. A named
(path, id) is replaced. DEAD at a path hides what is at and below it while every other
survivor there is named by a surviving DEAD of that path; otherwise it is contested and
hides nothing. It replaces nothing below itself: ALIVE, naming it, uncovers all.
"""

from collections.abc import Iterable
from typing import Any

DEAD, ALIVE = "\0dead", "\0alive"


def is_under(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")


def survivors_of(operations: Iterable[dict[str, Any]]) -> dict[str, list[tuple[int, str, str]]]:
    """path → [(time, id, value)] that no operation names there."""
    rows = [(op["id"], op["t"], *change) for op in operations for change in op["c"]]
    named = {(path, pred) for _, _, path, _, preds in rows for pred in preds}
    left: dict[str, list[tuple[int, str, str]]] = {}
    for one, time, path, value, _ in rows:
        if (path, one) not in named:
            left.setdefault(path, []).append((time, one, value))
    return left


def contested_in(operations: Iterable[dict[str, Any]]) -> set[tuple[str, str]]:
    """(id, path) of the surviving removals that hide nothing."""
    operations = list(operations)
    left = survivors_of(operations)
    seen: dict[str, set[str]] = {}
    for op in operations:
        for path, value, preds in op["c"]:
            if value == DEAD and any(one == op["id"] for _, one, _ in left.get(path, [])):
                seen.setdefault(path, set()).update(preds, {op["id"]})
    return {
        (dead, root)
        for root, ids in seen.items()
        if any(
            value != DEAD and one not in ids
            for path, rows in left.items()
            if is_under(path, root)
            for _, one, value in rows
        )
        for _, dead, value in left[root]
        if value == DEAD
    }


def state_of(
    operations: Iterable[dict[str, Any]],
) -> tuple[dict[str, str], dict[str, set[str]], set[str], list[tuple[str, str]]]:
    """(answers, conflicting values by path, paths of contested removals, sorted surviving pairs)."""
    operations = list(operations)
    left, contested = survivors_of(operations), contested_in(operations)
    hidden = {
        path
        for path, rows in left.items()
        for _, one, v in rows
        if v == DEAD and (one, path) not in contested
    }
    answers, conflicts = {}, {}
    for path, rows in left.items():
        values = sorted(row for row in rows if row[2] not in (DEAD, ALIVE))
        if values and not any(is_under(path, root) for root in hidden):
            answers[path] = values[-1][2]
            if len({v for _, _, v in values}) > 1:
                conflicts[path] = {v for _, _, v in values}
    pairs = sorted((path, one) for path, rows in left.items() for _, one, _ in rows)
    return answers, conflicts, {path for _, path in contested}, pairs
