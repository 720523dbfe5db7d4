"""Canonical JSON, and operations as they are read."""

from typing import Any, Final

from domain.canonical import canonical_bytes, digest_of, to_bytes, to_text, xor_digest
from domain.merge import form_order
from domain.operations import Operation, id_of, parse_raw, read_operation, without_reviews
from tests.support.twins.asked import Deed, read_text, row_of, told_of


def _canonical(given: str) -> Any:
    data = canonical_bytes(read_text(given))
    return [data.decode(), digest_of(data)]


def _bytes(given: str) -> Any:
    data = to_bytes(given)
    return [data.hex(), to_text(data)]


def _operation(given: Any) -> Any:
    return told_of(read_operation(given))


def _stored(given: str) -> Any:
    """What a log holds, by which id, and whether it spells the same again."""
    raw = given.encode()
    operation = parse_raw(raw)
    return [id_of(raw), operation.raw == raw, told_of(operation)]


def _repeated(given: dict[str, Any]) -> Any:
    """An operation with as many changes as are asked for, each at a path and of a text of some length."""
    part = {**given["operation"]["parts"][0]}
    letters = given["letter"] * given["length"]
    named = list(range(len(given["operation"]["preds"])))
    part["changes"] = [[f"{letters}{one}", given["value"], named] for one in range(given["count"])]
    operation: Operation = read_operation({**given["operation"], "parts": [part]})
    return [operation.id, len(operation.raw)]


def _without_reviews(given: dict[str, Any]) -> Any:
    operation = without_reviews(read_operation(given))
    return [operation.id, [[row_of(one) for one in part.changes] for part in operation.parts]]


DEEDS: Final[dict[str, Deed]] = {
    "canonical": _canonical,
    "bytes": _bytes,
    "xor": lambda given: f"{xor_digest(given):016x}",
    "sorted": sorted,
    "versions": lambda given: sorted(given, key=form_order),
    "operation": _operation,
    "stored": _stored,
    "repeated": _repeated,
    "withoutReviews": _without_reviews,
}
