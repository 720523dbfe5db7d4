"""
Erasing: what of which operations is taken out when somebody's data are erased, and what stays.

Erased are whole records, and members of forms that stay (a child in the form of its family). An operation
that speaks of nothing else loses its bytes and keeps its id. One that also speaks of what stays is
*redacted*: it keeps its id and loses the erased parts; the rest folds to what it folded to before.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.canonical import Json, canonical_bytes
from domain.cases.naming import CASE, begun_by, list_of, member_of
from domain.merge import at_and_above, is_under
from domain.operations import (
    OF,
    RECORD_ID,
    RESTRICTED_PART,
    REVIEW,
    SUBMISSION,
    Operation,
    Part,
    Value,
    parse_raw,
)
from domain.planning import ASSIGNMENT

ERASED: Final = "erased"
"""The code of an operation of which nothing but the id is kept."""
BENEFICIARY: Final = "penerima_kasus"
"""The property in which a delivery names the case of whom it is for."""
KEPT_MEMBERS: Final = ("v", "replica", "n", "author", "time", "preds")
"""Of a redacted operation. The salt goes: with it the id would tell whether a guess at what is gone is right.
"""
KEPT_META: Final = ("form", "offset_ms", "import")


@dataclass(frozen=True)
class Erased:
    """`records` are erased whole; `members` are (record, path of a member) in records that stay."""

    records: frozenset[str] = frozenset()
    members: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, places: Iterable[Collection[str]]) -> "Erased":
        """From ``[record]`` and ``[record, member]``, as they travel and are kept."""
        listed = [tuple(place) for place in places]
        return cls(
            frozenset(place[0] for place in listed if len(place) == 1),
            frozenset((place[0], place[1]) for place in listed if len(place) == 2),
        )

    @property
    def places(self) -> list[list[str]]:
        """The same as lists, in order."""
        return [*([one] for one in sorted(self.records)), *(list(one) for one in sorted(self.members))]

    @property
    def touched(self) -> set[str]:
        """All records of which something is erased."""
        return {*self.records, *(record for record, _ in self.members)}

    def __or__(self, other: "Erased") -> "Erased":
        return Erased(self.records | other.records, self.members | other.members)

    def __sub__(self, other: "Erased") -> "Erased":
        """What the other does not cover."""
        records = self.records - other.records
        left = {one for one in self.members - other.members if one[0] not in other.records}
        return Erased(records, frozenset(left))

    def __bool__(self) -> bool:
        return bool(self.records or self.members)

    def covers(self, record: str, path: str) -> bool:
        """Whether what the record says at `path` is erased."""
        return record in self.records or any(
            one == record and is_under(path, root) for one, root in self.members
        )


NOTHING_ERASED: Final = Erased()


# --- what belongs to whom ------------------------------------------------------------------------


def ids_named(operation: Operation) -> set[str]:
    """Every record that an operation speaks of or names in an answer."""
    texts = (value for part in operation.parts for value in part.values if isinstance(value, str))
    named = {text for text in texts if len(text) == 36 and RECORD_ID.fullmatch(text)}
    return named | set(operation.records) | {step[2:] for step in _member_steps(operation)}


def _member_steps(operation: Operation) -> Iterator[str]:
    """The ids of members that stand for a case that was known when the form was opened."""
    for part in operation.parts:
        for path in part.paths:
            if "/m_" in path:
                yield from (s for s in path.split("/") if len(s) == 38 and RECORD_ID.fullmatch(s[2:]))


def reach(operations: Collection[Operation], erased: Erased) -> Erased:
    """
    All that is erased with `erased`, by what these operations say of it.

    Forms about an erased case, or that began it; the restricted parts of erased forms; deliveries to it and
    who was to visit it; and the members that name it, or that it began from, in forms about others.
    """
    while further := _further(operations, erased) - erased:
        erased = erased | further
    return erased


def _further(operations: Iterable[Operation], erased: Erased) -> Erased:
    records: set[str] = set()
    members: set[tuple[str, str]] = set()
    for operation in operations:
        lists = {list_of(p.kind) or "" for p in operation.parts if p.record in erased.records} - {""}
        for part in operation.parts:
            if part.record not in erased.records:
                if _belongs(part, erased, lists):
                    records.add(part.record)
                elif part.kind == SUBMISSION:
                    members |= {(part.record, one) for one in _members(part, erased, lists)}
        members |= set(_members_of_parts(operation, erased | Erased(members=frozenset(members))))
    return Erased(frozenset(records), frozenset(members))


def _belongs(part: Part, erased: Erased, lists: Collection[str]) -> bool:
    """Whether the whole record of a part goes with what is erased."""
    if part.kind == SUBMISSION:
        is_about = part.value_at(CASE) in erased.records
        return is_about or any(begun_by(part.record, "", one) in erased.records for one in lists)
    if part.kind == RESTRICTED_PART:
        return part.value_at(OF) in erased.records
    if part.kind == ASSIGNMENT:
        return part.value_at(CASE) in erased.records
    return part.value_at(BENEFICIARY) in erased.records


def _members(part: Part, erased: Erased, lists: Collection[str]) -> Iterator[str]:
    """The members of a form that are an erased case."""
    steps = {member_of(one) for one in erased.records}
    for path, value in zip(part.paths, part.values, strict=True):
        above = [one for one in at_and_above(path) if _last(one).startswith("m_")]
        yield from (one for one in above if _last(one) in steps)
        if above and isinstance(value, str) and value in erased.records:
            yield above[0]
        for member in above:
            if any(begun_by(part.record, member, one) in erased.records for one in lists):
                yield member


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _members_of_parts(operation: Operation, erased: Erased) -> Iterator[tuple[str, str]]:
    """What is erased in a form is erased in its restricted parts: they have the same paths."""
    for part in operation.parts:
        if part.kind != RESTRICTED_PART or part.record in erased.records:
            continue
        claimed = part.value_at(OF)
        forms = {claimed} if isinstance(claimed, str) else set(operation.records) - {part.record}
        yield from ((part.record, root) for form, root in erased.members if form in forms)


# --- taking it out -------------------------------------------------------------------------------


def redact(operation: Operation, erased: Erased) -> Operation | None:
    """
    The operation without what is erased: itself where that is nothing, none where nothing else is left.

    The id stays, and so does what the rest of it says and names.
    """
    if not erased.touched & set(operation.records):
        return operation
    sent: dict[str, Any] = json.loads(operation.raw)
    taken: list[Sequence[str]] = list(operation.without)
    parts = []
    for part in sent["parts"]:
        kept, gone = _part_without(part, erased)
        taken += gone
        if kept["changes"]:
            parts.append(kept)
    if len(taken) == len(operation.without):
        return operation
    if not parts:
        return None
    places = sorted({tuple(place) for place in taken})
    told: dict[str, Json] = {name: sent[name] for name in KEPT_MEMBERS if name in sent}
    told["meta"] = {name: one for name, one in (sent.get("meta") or {}).items() if name in KEPT_META}
    told["parts"] = list[Json](parts)
    told["redacted"] = {"id": operation.id, "without": [list[Json](place) for place in places]}
    return parse_raw(canonical_bytes(told))


def _part_without(part: dict[str, Any], erased: Erased) -> tuple[dict[str, Any], list[list[str]]]:
    record = part["record"]
    named = {"record": record, "kind": part["kind"]}
    if record in erased.records:
        return {**named, "changes": []}, [[record]]
    roots = sorted(root for one, root in erased.members if one == record)
    changes, taken = [], set()
    for path, value, preds, *_ in part["changes"]:
        root = next((one for one in roots if is_under(path, one)), None)
        if root is not None:
            taken.add(root)
            continue
        said = _review_without(value, roots) if path == REVIEW else value
        if said != value:
            taken.update(roots)
        changes.append([path, said, preds])
    return {**named, "changes": changes}, [[record, root] for root in sorted(taken)]


def _review_without(value: Value, roots: Collection[str]) -> Value:
    """A decision without what it remarks on erased members."""
    remarks = value.get("remarks") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(remarks, dict):
        return value
    kept = {path: one for path, one in remarks.items() if not any(is_under(path, root) for root in roots)}
    return {**value, "remarks": kept}
