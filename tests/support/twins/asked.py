"""What questions to both implementations are made of."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from domain.canonical import Json
from domain.compose import Piece
from domain.dossier import Dossier, Seen
from domain.merge import RecordState, Survivor, fold
from domain.operations import Change, Operation, read_operation

Deed: TypeAlias = Callable[[Any], Any]


def read_text(text: str) -> Any:
    """JSON that stands in a text: so it may hold what no JSON library writes, such as half a letter."""
    return json.loads(text)


def state_of(record: str, sent: Sequence[Json]) -> RecordState:
    """The state of a record after these operations."""
    return fold(None, [read_operation(one) for one in sent], record)


def dossier_of(given: Mapping[str, Any]) -> Dossier:
    """The dossier of ``submission`` and ``parts``, each a list of operations by its record."""
    (submission,) = given["submission"].items()
    return Dossier(state_of(*submission), tuple(state_of(*part) for part in given.get("parts", {}).items()))


def change_of(row: Sequence[Any]) -> Change:
    """``[path, value, preds]``."""
    return Change(row[0], row[1], tuple(row[2]))


def row_of(change: Change) -> list[Any]:
    """The same, told."""
    return [change.path, change.value, list(change.preds)]


def row_of_piece(piece: Piece) -> list[Any]:
    """A change with its record and kind before it."""
    return [piece.record, piece.kind, *row_of(piece.change)]


def row_of_seen(one: Seen) -> list[Any]:
    """All that is on the screen of a value."""
    return [one.path, one.record, one.id, one.value, one.author, one.time]


def ids_of(found: Mapping[str, Sequence[Survivor]]) -> dict[str, list[str]]:
    """The operations behind some places, in their order."""
    return {path: [one.id for one in rows] for path, rows in found.items()}


def told_of(operation: Operation) -> dict[str, Any]:
    """All that is read in an operation."""
    return {
        "id": operation.id,
        "replica": operation.replica,
        "n": operation.n,
        "author": operation.author,
        "time": operation.time,
        "form": operation.form,
        "parts": [
            [part.record, part.kind, [row_of(one) for one in part.changes]] for part in operation.parts
        ],
        "records": operation.records,
        "submissions": operation.submissions,
        "without": [list(place) for place in operation.without],
    }
