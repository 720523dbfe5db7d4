"""Merging: a record is the fold of the set of its accepted operations.

Whatever the order, the batching and the number of times they arrive, the same
operations give the same state, down to the bytes. A value is replaced only by an
operation that names it: what nobody has seen, nobody can overwrite, and no clock
decides anything.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias, cast

from domain.canonical import Json, canonical_bytes, digest_of, encode_checked, encode_text
from domain.operations import ALIVE, DEAD, REVIEW, Operation, Part, Value, is_marker


class Origin(NamedTuple):
    """Who entered a surviving value, when by his device's clock, and with which form version."""

    author: str
    time: int
    form: str | None


class Survivor(NamedTuple):
    """A value that no operation has replaced; `seen` is what a removal names, else empty."""

    path: str
    id: str
    value: Value
    seen: tuple[str, ...] = ()


Row: TypeAlias = "tuple[str, str, Value, tuple[str, ...]]"
"""A survivor's members, as a plain tuple: most documents are written and read without looking at one."""
DIGITS: Final = re.compile(r"([0-9]+)")
_path_and_id, _id = itemgetter(0, 1), itemgetter(1)


@dataclass(frozen=True)
class RecordState:
    """What is left of a record's operations: the values that nobody has replaced.

    `rows` are the survivors, sorted by path and id. `missing` holds the (path, operation
    id) pairs that an operation names although the named one has not arrived: it is dead
    on arrival, in whatever order they come.
    """

    record: str
    kind: str
    origins: Mapping[str, Origin] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    missing: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def survivors(self) -> tuple[Survivor, ...]:
        """The rows with names for their members."""
        return tuple(map(Survivor._make, self.rows))

    @cached_property
    def by_path(self) -> dict[str, list[Survivor]]:
        """The survivors of each path, in the order of their ids."""
        grouped: dict[str, list[Survivor]] = {}
        for survivor in self.survivors:
            grouped.setdefault(survivor.path, []).append(survivor)
        return grouped

    def _range(self, path: str) -> tuple[int, int]:
        """Where the rows of one path begin and end."""
        start = end = bisect_left(self.rows, (path,))
        while end < len(self.rows) and self.rows[end][0] == path:
            end += 1
        return start, end

    def at(self, path: str) -> tuple[Survivor, ...]:
        """The survivors of one path, without grouping all others."""
        start, end = self._range(path)
        return tuple(map(Survivor._make, self.rows[start:end]))

    @cached_property
    def columns(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Value, ...]]:
        """The survivors' paths, ids and values.

        What is done to every value of every document is done by column: the loops then
        run inside the interpreter, in a third of the time.
        """
        if not self.rows:
            return (), (), ()
        paths, ids, values, _ = zip(*self.rows, strict=True)
        return paths, ids, values

    @cached_property
    def is_simple(self) -> bool:
        """Whether one text stands at each path: no conflict and no removal to think about."""
        paths, _, values = self.columns
        if set(map(type, values)) - {str}:
            return False
        # One operation says one thing at a path.
        return len(self.origins) == 1 or len(set(paths)) == len(paths)

    @cached_property
    def _names(self) -> list[str]:
        """The paths as canonical JSON."""
        return list(map(encode_text, self.columns[0]))

    def _digest(self, start: int = 0, end: int = 0) -> str:
        """The digest of the (path, id) pairs, without those from `start` to `end`."""
        names, ids = self._names, self.columns[1]
        if start < end:
            names, ids = names[:start] + names[end:], ids[:start] + ids[end:]
        pairs = '"],['.join(map(',"'.join, zip(names, ids, strict=True)))
        return digest_of(f'[[{pairs}"]]'.encode() if pairs else b"[]")

    @cached_property
    def etag(self) -> str:
        """The version of the record for approvals: everything that survives but the reviews themselves."""
        start, end = self._range(REVIEW)
        return self._digest(start, end) if start < end else self.digest

    @cached_property
    def digest(self) -> str:
        """The same over all survivors, for comparing what two sides hold."""
        return self._digest()

    def values_at(self, path: str) -> list[Value]:
        return [survivor.value for survivor in self.at(path)]

    @cached_property
    def form(self) -> str | None:
        """``form_id@version``, the newest among the survivors: the merged record is read with it."""
        forms = [origin.form for origin in self.origins.values() if origin.form]
        return max(forms, key=form_order, default=None)

    def to_bytes(self) -> bytes:
        """The canonical bytes of this state: what stores keep and what travels.

        Spelt by hand, member by member in the order of their names: one such document
        is written for each accepted operation.
        """
        ids = sorted(self.origins)
        index = {one: str(i) for i, one in enumerate(ids)}
        origins = ",".join(_encode_origin(one, self.origins[one]) for one in ids)
        rows = self._encode_texts(index) if self.is_simple else self._encode_values(index)
        head = f'{{"kind":"{self.kind}",'
        if self.missing:
            head += f'"missing":{encode_checked([list(pair) for pair in sorted(self.missing)]).decode()},'
        return f'{head}"ops":[{origins}],"record":"{self.record}","values":[{rows}]}}'.encode()

    def _encode_texts(self, index: Mapping[str, str]) -> str:
        _, ids, values = self.columns
        texts = map(encode_text, cast("tuple[str, ...]", values))
        rows = "],[".join(map(",".join, zip(self._names, texts, map(index.__getitem__, ids), strict=True)))
        return f"[{rows}]" if rows else ""

    def _encode_values(self, index: Mapping[str, str]) -> str:
        return ",".join(_encode_value(survivor, index) for survivor in self.survivors)

    @classmethod
    def from_bytes(cls, data: bytes | str) -> "RecordState":
        """The state whose `to_bytes` were `data`. Raises `ValueError` when they were not."""
        return cls.from_document(json.loads(data))

    @classmethod
    def from_document(cls, document: Json) -> "RecordState":
        """The same from JSON that is already read."""
        try:
            return _read_document(document)
        except (TypeError, KeyError, IndexError, AttributeError) as error:
            raise ValueError(f"not a record: {error!r}") from None


def form_order(form: str) -> tuple[str, bool, tuple[str | int, ...], str]:
    """Sorts the versions of a form: those of digits by their number, as XLSForm recommends them.

    Before them come all others, where each run of digits counts as a number: v9, v10; 1.9, 1.10.
    """
    form_id, _, version = form.partition("@")
    if version.isdecimal():
        return form_id, True, (int(version),), version
    pieces = DIGITS.split(version)
    runs = tuple(int(piece) if place % 2 else piece for place, piece in enumerate(pieces))
    return form_id, False, runs, version


def _encode_origin(one: str, origin: Origin) -> str:
    form = encode_text(origin.form) if origin.form else "null"
    return f'["{one}",{encode_text(origin.author)},{origin.time},{form}]'


def _encode_value(survivor: Survivor, index: Mapping[str, str]) -> str:
    path, one, value, seen = survivor
    text = encode_text(value) if value.__class__ is str else canonical_bytes(value).decode()
    if not seen:
        return f"[{encode_text(path)},{text},{index[one]}]"
    return f"[{encode_text(path)},{text},{index[one]},{encode_checked(list(seen)).decode()}]"


def _read_document(document: Json) -> RecordState:
    read = cast("dict[str, list[list[Json]]]", document)
    ids = [row[0] for row in read["ops"]]
    origins = {row[0]: Origin(*row[1:4]) for row in read["ops"]}  # type: ignore[arg-type]
    rows = tuple(_read_values(read["values"], cast("list[str]", ids)))
    missing = frozenset((path, one) for path, one in read.get("missing", []))
    return RecordState(str(document["record"]), str(document["kind"]), origins, rows, missing)  # type: ignore


def _read_values(values: list[list[Json]], ids: list[str]) -> Iterable[Row]:
    if values and set(map(len, values)) == {3}:  # no removal among them, as nearly everywhere
        paths, texts, indexes = zip(*values, strict=True)
        return zip(paths, map(ids.__getitem__, indexes), texts, repeat(()))
    return [(v[0], ids[v[2]], v[1], tuple(v[3]) if len(v) > 3 else ()) for v in values]  # type: ignore


# --- folding -------------------------------------------------------------------------------------


def unexplained(state: RecordState | None, batch: Iterable[Operation], record: str) -> set[str]:
    """The named operations of which `state` and `batch` do not tell whether they ever arrived.

    A store looks them up among the record's accepted operations before it folds.
    """
    operations = list(batch)
    named = {pred for op in operations for _, pred in op.part_of(record).named}
    return named - {op.id for op in operations} - (state.origins.keys() if state else set())


def fold(
    state: RecordState | None, batch: Iterable[Operation], record: str, accepted: Set[str] = frozenset()
) -> RecordState:
    """The state after the operations of `batch`, none of which `state` holds already.

    `accepted` are those of the ids that `unexplained` asked for which the record has.
    """
    parts = {op.id: (op, op.part_of(record)) for op in batch}
    known = parts.keys() | accepted | (state.origins.keys() if state else set())
    named = {pair for _, part in parts.values() for pair in part.named}
    if state:
        named |= state.missing
    rows = [row for row in state.rows if _path_and_id(row) not in named] if state else []
    for one, (_, part) in parts.items():
        rows += _assigned(one, part, named)
    rows.sort(key=_path_and_id)  # which no two of them share
    origins = dict(state.origins) if state else {}
    origins.update({one: Origin(op.author, op.time, op.form) for one, (op, _) in parts.items()})
    left = set(map(_id, rows))
    # Operations that disagree on the kind are refused before; the smallest keeps this a function of the set.
    kind = min([part.kind for _, part in parts.values()] + ([state.kind] if state else []))
    return RecordState(
        record,
        kind,
        {one: origin for one, origin in origins.items() if one in left},
        tuple(rows),
        frozenset(pair for pair in named if pair[1] not in known),
    )


def _assigned(one: str, part: Part, named: Set[tuple[str, str]]) -> Iterable[Row]:
    if not named:  # then nothing is replaced and nothing removed
        return zip(part.paths, repeat(one), part.values, repeat(()))
    return [
        (path, one, value, tuple(sorted(set(preds))) if is_marker(value, DEAD) else ())
        for path, value, preds in zip(part.paths, part.values, part.preds, strict=True)
        if (path, one) not in named
    ]


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """A record as a person sees it.

    `answers` hold one value a path, the provisional one where there is a conflict;
    `conflicts` the distinct values of a path, the provisional one first; `removals`
    the members whose removal somebody contests; `hidden` those that are removed.
    """

    answers: Mapping[str, Value]
    conflicts: Mapping[str, tuple[Survivor, ...]]
    removals: Mapping[str, tuple[Survivor, ...]]
    hidden: frozenset[str]

    @property
    def is_settled(self) -> bool:
        """Whether no conflict waits for a person."""
        return not self.conflicts and not self.removals


def is_under(path: str, root: str) -> bool:
    return path == root or path.startswith(root + "/")


def at_and_above(path: str) -> Iterator[str]:
    """The paths that `path` is under, itself first."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def view(state: RecordState) -> View:
    """What `state` shows. Reviews are a register of their own (`domain.review`) and not among the answers."""
    if state.is_simple:
        paths, _, values = state.columns
        answers = dict(zip(paths, values, strict=True))
        answers.pop(REVIEW, None)
        return View(answers, {}, {}, frozenset())
    removals, hidden = _removals(state)
    answers = {}
    conflicts: dict[str, tuple[Survivor, ...]] = {}
    for path, survivors in state.by_path.items():
        shown = [s for s in survivors if not is_removal_marker(s.value)]
        if not shown or path == REVIEW or (hidden and not hidden.isdisjoint(at_and_above(path))):
            continue
        if len(shown) > 1:
            shown.sort(key=lambda s: (state.origins[s.id].time, s.id), reverse=True)
            if any(s.value != shown[0].value for s in shown):
                conflicts[path] = tuple(shown)
        answers[path] = shown[0].value
    return View(answers, conflicts, removals, hidden)


def is_removal_marker(value: Value) -> bool:
    return value.__class__ is dict and value in (DEAD, ALIVE)


def _removals(state: RecordState) -> tuple[dict[str, tuple[Survivor, ...]], frozenset[str]]:
    """The contested removals by path, and the paths of those that hide."""
    by_root: dict[str, list[Survivor]] = {}
    for survivor in state.survivors:
        if is_marker(survivor.value, DEAD):
            by_root.setdefault(survivor.path, []).append(survivor)
    unseen = _not_seen_by_all(state, by_root)
    contested = {root: tuple(dead) for root, dead in by_root.items() if root in unseen}
    return contested, frozenset(by_root.keys() - unseen)


def _not_seen_by_all(state: RecordState, by_root: Mapping[str, list[Survivor]]) -> set[str]:
    """The removed members at or below which something survives that no removal of them has seen.

    From the values up to their members, not the other way round: a record may have
    thousands of both.
    """
    seen = {
        root: {one for removal in dead for one in (removal.id, *removal.seen)}
        for root, dead in by_root.items()
    }
    unseen: set[str] = set()
    for survivor in state.survivors if by_root else ():
        if not is_marker(survivor.value, DEAD):
            unseen.update(r for r in at_and_above(survivor.path) if r in seen and survivor.id not in seen[r])
    return unseen


# --- what a person who sees this state names -----------------------------------------------------


def preds_of_edit(state: RecordState | None, path: str) -> tuple[str, ...]:
    """What an answer entered at `path` replaces: every value that is on the screen there."""
    return tuple(s.id for s in state.by_path.get(path, [])) if state else ()


def preds_of_removal(state: RecordState, member: str) -> tuple[str, ...]:
    """What the removal of a member names: everything that survives at or below it."""
    return tuple(sorted({s.id for s in state.survivors if is_under(s.path, member)}))


def preds_of_restore(state: RecordState, member: str) -> tuple[str, ...]:
    """What bringing a member back names: its removals, and earlier ones that were taken back."""
    return tuple(s.id for s in state.by_path.get(member, []) if is_removal_marker(s.value))
