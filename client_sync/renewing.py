"""
A form that was left out, filed once more with what is corrected: pure.

Nothing of it is on the server, so a change alone would begin a record that is all but
empty there, and the person who sees the whole form would never learn it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

from domain.compose import Edit, Piece
from domain.dossier import Dossier
from domain.merge import RecordState
from domain.operations import (
    DEAD,
    OF,
    RESTRICTED,
    RESTRICTED_PART,
    REVIEW,
    VILLAGE,
    Change,
    Operation,
    Value,
    is_marker,
)

Found: TypeAlias = Mapping[str, tuple[Sequence[Value], Mapping[str, tuple[str, ...]]]]
"""By path the distinct values, and the ids behind them by record."""


@dataclass(frozen=True)
class Renewal:
    """
    What is entered anew; the members of `removed` are removed again by an operation that has seen it.

    `void` are the operations that were left out.
    """

    edits: tuple[Edit, ...] = ()
    pieces: tuple[Piece, ...] = ()
    removed: tuple[str, ...] = ()
    void: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        return bool(self.edits or self.pieces or self.removed)


def is_left_out(record: str, void: Iterable[Operation], unaccepted: Set[str]) -> bool:
    """Whether what began the record is void: it puts it into a village, seeing nothing that was accepted."""
    parts = (op.part_of(record) for op in void if record in op.records)
    return any(
        path == VILLAGE and set(preds) <= unaccepted
        for part in parts
        for path, preds in zip(part.paths, part.preds, strict=True)
    )


def renewal_of(
    dossier: Dossier, void: Collection[str], edits: Sequence[Edit], pieces: Sequence[Piece]
) -> Renewal:
    """
    Everything of a form that stands in view by void operations alone, and is not changed by `edits`.

    It names those, so that their marks are answered; what they removed stays removed, unless `pieces` bring
    it back. Where two of them disagree nothing is chosen: it stays in view, marked.
    """
    entered = {edit.path for edit in edits}
    found = _void_survivors(dossier, void)
    carried = [
        Edit(path, value, preds)
        for path, (values, preds) in found.items()
        if path not in entered and len(values) == 1 and not is_marker(value := values[0], DEAD)
    ]
    is_moved = VILLAGE in entered or VILLAGE in found
    return Renewal(
        edits=tuple(carried),
        pieces=tuple(_heads(dossier.parts, void, () if is_moved else (VILLAGE,))),
        removed=tuple(_removed(dossier, found, pieces)),
        void=frozenset(void),
    )


def _void_survivors(dossier: Dossier, void: Collection[str]) -> Found:
    """An answer that is readable stands in the place of the marker that there is one."""
    found: dict[str, tuple[list[Value], dict[str, tuple[str, ...]]]] = {}
    for state in (*dossier.parts, dossier.submission):
        for survivor in state.survivors:
            is_head = survivor.path in (REVIEW, OF) or (survivor.path == VILLAGE and state in dossier.parts)
            if survivor.id not in void or is_head:
                continue
            values, preds = found.setdefault(survivor.path, ([], {}))
            is_told = values and is_marker(survivor.value, RESTRICTED)
            if survivor.value not in values and not is_told:
                values.append(survivor.value)
            preds[state.record] = (*preds.get(state.record, ()), survivor.id)
    return found


def _heads(parts: Iterable[RecordState], void: Collection[str], further: Sequence[str]) -> Iterator[Piece]:
    """To which submission the restricted parts belong, and where they are if that is not said anyway."""
    for part in parts:
        for path in (OF, *further):
            ids = tuple(one.id for one in part.at(path) if one.id in void)
            if ids:
                value = next(one.value for one in part.at(path) if one.id in void)
                yield Piece(part.record, RESTRICTED_PART, Change(path, value, ids))


def _removed(dossier: Dossier, found: Found, pieces: Sequence[Piece]) -> Iterator[str]:
    asked = {piece.change.path: piece.change.value for piece in pieces}
    for path, value in asked.items():
        if is_marker(value, DEAD):
            yield path
    for path, (values, _) in found.items():
        if DEAD in values and path not in asked and path not in dossier.removals:
            yield path
