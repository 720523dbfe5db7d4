"""
From what a person entered to operations, on a device as in the office.

Restricted answers go to a record of their own, with a marker in the submission at
each of their paths. The marker is written anew with every restricted change: so the
submission's version moves, and an approval of what was there before becomes stale. A
filling that is too large for one operation becomes several, of which only the last
says that it is submitted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from domain.areas import is_covered
from domain.canonical import Json, canonical_bytes
from domain.dossier import Dossier
from domain.forms.definition import FormDefinition
from domain.merge import RecordState, preds_of_edit, preds_of_removal, preds_of_restore
from domain.operations import (
    ALIVE,
    DEAD,
    OF,
    RESTRICTED,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    VERSION,
    VILLAGE,
    Change,
    Operation,
    Value,
    named_bytes,
    read_operation,
)
from domain.review import SUBMITTED, Return

FILL_BYTES: Final = 60_000
"""Of canonical bytes, up to which an operation is filled; 64 KB are allowed."""
FILL_CHANGES: Final = 1_900
"""Likewise; 2,000 are allowed."""
FILL_NAMED: Final = 240_000
"""Likewise, of what is named; 256 KB are allowed."""
ENVELOPE: Final = 700
PER_PART: Final = 120
PER_CHANGE: Final = 4
"""The brackets of its preds and two commas, beside path and value in brackets of their own."""
PER_PRED: Final = 32
PAIR: Final = 2
"""A restricted answer and its marker."""
MARKERS: Final = (RESTRICTED, DEAD, ALIVE)
"""What is said about answers: it stands in the submission, wherever they do."""


class Piece(NamedTuple):
    """One change to one record."""

    record: str
    kind: str
    change: Change


class Edit(NamedTuple):
    """A value entered at a path; `preds` are the ids that were on the screen there, by record."""

    path: str
    value: Value
    preds: Mapping[str, tuple[str, ...]] = {}


@dataclass(frozen=True)
class Writer:
    """Who enters something, and the areas that he is responsible for.

    `fresh` is the id of the restricted part that he begins, should he need one.
    """

    author: str
    areas: tuple[str, ...]
    fresh: str


@dataclass(frozen=True)
class Stamp:
    """What an operation says of itself: from which counter of which replica, by whom and when."""

    replica: str
    n: int
    author: str
    time: int
    salt: str
    meta: Mapping[str, Json]


# --- pieces --------------------------------------------------------------------------------------


def pieces_of_new(
    record: str,
    part: str,
    village: str,
    answers: Mapping[str, str],
    definition: FormDefinition,
    beside: Sequence[Piece] = (),
) -> list[Piece]:
    """
    A new submission `record`; its restricted answers, if any, go into the new record `part`.

    `beside` is what it changes in cases: that stands before the last change, which says that it is submitted.
    """
    restricted = [path for path in answers if definition.is_restricted(path)]
    pieces = [_of_submission(record, VILLAGE, village)]
    if restricted:
        pieces += _heads_of_part(part, record, village)
    for path, value in answers.items():
        if path not in restricted:
            pieces.append(_of_submission(record, path, value))
            continue
        pieces.append(_of_submission(record, path, RESTRICTED))
        pieces.append(Piece(part, RESTRICTED_PART, Change(path, value, ())))
    return [*pieces, *beside, _of_submission(record, REVIEW, SUBMITTED)]


def _of_submission(record: str, path: str, value: Value) -> Piece:
    return Piece(record, SUBMISSION, Change(path, value, ()))


def _heads_of_part(part: str, submission: str, village: str) -> list[Piece]:
    return [
        Piece(part, RESTRICTED_PART, Change(OF, submission, ())),
        Piece(part, RESTRICTED_PART, Change(VILLAGE, village, ())),
    ]


def edit_of(dossier: Dossier, change: Change) -> Edit:
    """A change that names ids of any of the records, with what it names told apart by record."""
    seen = dossier.on_screen(change.path)
    named = {record: tuple(one for one in change.preds if one in ids) for record, ids in seen.items()}
    apart = {one for record, ids in seen.items() if record != dossier.record for one in ids}
    # What nobody knows here, such as an operation that is still on its way, is the submission's.
    own = tuple(p for p in change.preds if p in named.get(dossier.record, ()) or p not in apart)
    return Edit(change.path, change.value, {**named, dossier.record: own})


def pieces_of_edits(
    dossier: Dossier, edits: Sequence[Edit], definition: FormDefinition | None, writer: Writer
) -> list[Piece]:
    """Values entered into a record that is there, by the records that they belong into."""
    begun: list[Piece] = []
    pieces: list[Piece] = []
    for edit in edits:
        own = Piece(dossier.record, dossier.submission.kind, _change(edit, dossier.record))
        if not _is_restricted(dossier, edit, definition):
            pieces.append(own)
            pieces += _moves(dossier, edit) if edit.path == VILLAGE else []
            continue
        told = _told_in_parts(dossier, edit, writer)
        if writer.fresh in told and not begun:
            begun = _heads_of_part(writer.fresh, dossier.record, _village_for(dossier, edits, writer.areas))
        for part, value in told.items():
            pieces.append(Piece(part, RESTRICTED_PART, _change(edit._replace(value=value), part)))
        pieces.append(own._replace(change=own.change._replace(value=RESTRICTED)))
    return begun + pieces


def _change(edit: Edit, record: str) -> Change:
    return Change(edit.path, edit.value, edit.preds.get(record, ()))


def _moves(dossier: Dossier, edit: Edit) -> Iterator[Piece]:
    """The restricted parts move with their submission: whoever may read it there may read them there."""
    for part in dossier.parts:
        preds = preds_of_edit(part, VILLAGE)
        yield Piece(part.record, RESTRICTED_PART, Change(VILLAGE, edit.value, preds))


def _village_for(dossier: Dossier, edits: Sequence[Edit], areas: tuple[str, ...]) -> str:
    """Where a part begins: where the submission is, or is moved to; of several villages in its author's."""
    moved = [edit.value for edit in edits if edit.path == VILLAGE]
    villages = [*moved, dossier.village or "", *dossier.submission.values_at(VILLAGE)]
    texts = [village for village in villages if isinstance(village, str)]
    return next((village for village in texts if is_covered(village, areas)), texts[0])


def _is_restricted(dossier: Dossier, edit: Edit, definition: FormDefinition | None) -> bool:
    """By the form, or because it is answered that way already (a newer form may say otherwise)."""
    if dossier.submission.kind != SUBMISSION or edit.value in MARKERS:
        return False
    if definition and definition.is_restricted(edit.path):
        return True
    return RESTRICTED in dossier.submission.values_at(edit.path) or edit.path in dossier.restricted_values


def _told_in_parts(dossier: Dossier, edit: Edit, writer: Writer) -> dict[str, Value]:
    """
    What the restricted parts say once this is entered, by the part's record.

    Whose answers were the same, reads what it is now. Where they were not, the value stands in the parts of
    those who gave it, else in one of the writer's own, and the others say no more than that there is one:
    nobody reads in his part what somebody else entered in another.
    """
    named = {part.record: _named_texts(part, edit) for part in dossier.parts}
    answering = {record: texts for record, texts in named.items() if texts}
    different = _named_texts(dossier.submission, edit).union(*answering.values())
    own = [part.record for part in dossier.parts if _is_begun_by(part, writer.author)]
    if len(different) < 2:
        return dict.fromkeys(answering or own[:1] or [writer.fresh], edit.value)
    giving = [record for record, texts in answering.items() if edit.value in texts]
    kept = giving or [record for record in own if record in answering][:1] or own[:1] or [writer.fresh]
    return {**dict.fromkeys(answering, RESTRICTED), **dict.fromkeys(kept, edit.value)}


def _named_texts(state: RecordState, edit: Edit) -> set[str]:
    """The answers of a record that an edit replaces."""
    named = edit.preds.get(state.record, ())
    return {one.value for one in state.at(edit.path) if one.id in named and isinstance(one.value, str)}


def _is_begun_by(part: RecordState, author: str) -> bool:
    """Whether a restricted part is the author's, and not only written into by him."""
    return any(part.origins[one.id].author == author for one in part.at(OF))


def piece_of_removal(dossier: Dossier, member: str) -> Piece:
    """Hides a member with everything that is seen at and below it."""
    preds = preds_of_removal(dossier.submission, member)
    return Piece(dossier.record, dossier.submission.kind, Change(member, DEAD, preds))


def piece_of_restore(dossier: Dossier, member: str) -> Piece:
    """Takes the removals of a member back: everything under it is there again as it was."""
    preds = preds_of_restore(dossier.submission, member)
    return Piece(dossier.record, dossier.submission.kind, Change(member, ALIVE, preds))


def pieces_of_submission(
    dossier: Dossier, returns: Iterable[Return], *, is_renewed: bool = False
) -> Iterator[Piece]:
    """
    Answers the returns that were in view, each in the record in which it stands or stood.

    The submission is sent again where it was returned itself, or is filed once more (`is_renewed`): a return
    of a restricted part takes no approval of the submission away. It comes last, as in every filling.
    """
    named: dict[str, tuple[str, ...]] = {}
    for one in returns:
        named[one.record] = (*named.get(one.record, ()), one.id)
    own = named.pop(dossier.record, ())
    for part, ids in sorted(one for one in named.items() if one[0] in dossier.records):
        yield Piece(part, RESTRICTED_PART, Change(REVIEW, SUBMITTED, ids))
    if own or is_renewed:
        yield Piece(dossier.record, SUBMISSION, Change(REVIEW, SUBMITTED, own))


# --- operations ----------------------------------------------------------------------------------


def pack(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Divides pieces into operations that are not too large, in order: what comes last is in the last one.

    A restricted answer stays beside its marker, and what begins a restricted part beside what follows: the
    server takes neither without the other.
    """
    packed: list[list[Piece]] = []
    load = _Load()
    for some in _inseparable(pieces):
        if not packed or not load.takes(some):
            packed.append([])
            load = _Load()
        load.add(some)
        packed[-1] += some
    return packed


def _inseparable(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    some: list[Piece] = []
    for piece in pieces:
        if some and not _belongs_to(some[-1], piece):
            yield from _bearable(some)
            some = []
        some.append(piece)
    if some:
        yield from _bearable(some)


def _belongs_to(before: Piece, piece: Piece) -> bool:
    if RESTRICTED_PART not in (before.kind, piece.kind):
        return False
    begins_part = before.kind == RESTRICTED_PART and before.change.path in (OF, VILLAGE)
    return begins_part or before.change.path == piece.change.path


def _bearable(some: list[Piece]) -> Iterator[list[Piece]]:
    """The same; of what is too large for any operation each restricted answer with a marker of its own."""
    markers = [piece for piece in some if piece.change.value == RESTRICTED]
    if len(some) <= PAIR or not markers or _Load().takes(some):
        yield some
        return
    others = [piece for piece in some if piece.change.value != RESTRICTED]
    heads = [piece for piece in others if piece.change.path in (OF, VILLAGE)]
    answers = others[len(heads) :]
    yield [*heads, *answers[:1], *markers]
    for piece in answers[1:]:
        yield [piece, *markers]


class _Load:
    """How full an operation is, estimated from above."""

    def __init__(self) -> None:
        self.bytes = ENVELOPE
        self.changes = 0
        self.named = 0
        self.records: set[str] = set()
        self.preds: set[str] = set()

    def takes(self, pieces: Sequence[Piece]) -> bool:
        return (
            self.changes + len(pieces) <= FILL_CHANGES
            and self.bytes + sum(map(self._cost, pieces)) <= FILL_BYTES
            and self.named + sum(named_bytes(piece.change) for piece in pieces) <= FILL_NAMED
        )

    def add(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self.bytes += self._cost(piece)
            self.changes += 1
            self.named += named_bytes(piece.change)
            self.records.add(piece.record)
            self.preds.update(piece.change.preds)

    def _cost(self, piece: Piece) -> int:
        change = piece.change
        new = len(set(change.preds) - self.preds)
        part = 0 if piece.record in self.records else PER_PART
        said = len(canonical_bytes([change.path, change.value])) + PER_CHANGE
        return said + PER_PRED * new + 7 * len(change.preds) + part


def seal(pieces: Iterable[Piece], stamp: Stamp) -> Operation:
    """The operation of these pieces. Raises `MalformedOperation` when it could not be sent as it is."""
    preds: dict[str, int] = {}
    parts: dict[str, dict[str, Json]] = {}
    for record, kind, (path, value, named) in pieces:
        indexes: list[Json] = [preds.setdefault(one, len(preds)) for one in named]
        part = parts.setdefault(record, {"record": record, "kind": kind, "changes": []})
        changes = part["changes"]
        assert isinstance(changes, list)
        changes.append([path, value, indexes])
    sent: dict[str, Json] = {
        "v": VERSION,
        "replica": stamp.replica,
        "n": stamp.n,
        "author": stamp.author,
        "time": stamp.time,
        "salt": stamp.salt,
        "meta": dict(stamp.meta),
        "preds": list(preds),
        "parts": list(parts.values()),
    }
    return read_operation(sent)
