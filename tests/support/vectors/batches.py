"""What is signed of a batch, and what a device says of what still waits."""

from collections.abc import Iterator
from typing import Any

from tests.support.vectors.cases import NOBODYS, Case, cases_of

OTHER = "_____________________w"
DIGEST = "A" * 43


def cases() -> Iterator[Case]:
    """All of them."""
    yield from cases_of("batch", *_batches())
    yield from cases_of("joined", *_ranges())
    yield from cases_of("keyDigest", ("of a key", DIGEST), ("of no key", ""))


def _batches() -> Iterator[tuple[str, Any]]:
    plain: dict[str, Any] = {
        "device": "device-1", "replica": "replica-1", "seq": 1, "before": "", "operations": [NOBODYS, OTHER],
        "again": [], "waiting": [], "drafts": 0,
    }  # fmt: skip
    yield "the first one", plain
    yield "a later one", {**plain, "seq": 2**53 - 1, "before": DIGEST}
    yield "without an operation", {**plain, "operations": []}
    yield "again", {**plain, "again": [DIGEST, NOBODYS]}
    yield "more waits, of several replicas", {
        **plain, "waiting": [["replica-2", [[1, 3], [7, 7]]], ["Replica-1", [[4, 9]]], ["__proto__", [[1,
        1]]]]
    }  # fmt: skip
    yield "forms are being filled", {**plain, "drafts": 12, "again": [DIGEST]}


def _ranges() -> Iterator[tuple[str, Any]]:
    yield "nothing waits", []
    yield "of two replicas, in turn", [["a", 1, 2], ["b", 1, 1], ["a", 4, 4]]
    yield (
        "too many are joined with the last",
        [["a", 2 * one, 2 * one] for one in range(501)] + [["b", 1, 1], ["b", 3, 3]],
    )
