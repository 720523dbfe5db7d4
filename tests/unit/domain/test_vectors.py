"""The vectors in tests/vectors: written by a few lines of hashlib and json apart from the product.

Every implementation, the phone app's too, must come to the same ids, etags and digests.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.merge import RecordState, fold
from domain.operations import read_operation

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "versions.json").read_text("utf-8"))
RECORD = VECTORS["record"]
CASES = [pytest.param(case, id=case["claim"].partition(":")[0]) for case in VECTORS["cases"]]


@pytest.mark.parametrize("case", CASES)
def test_ids_etag_and_digest_are_those_of_the_vectors(case: dict[str, Any]) -> None:
    """Broken on purpose: an etag without all reserved paths; a digest of ids alone; pairs in UTF-16 order."""
    operations = [read_operation(sent) for sent in case["operations"]]
    state = fold(None, operations, RECORD)
    assert [one.id for one in operations] == case["ids"]
    assert [[one.path, one.id] for one in state.survivors] == case["survivors"]
    assert (state.etag, state.digest) == (case["etag"], case["digest"])
    again = RecordState.from_bytes(state.to_bytes())
    assert (again.etag, again.digest) == (case["etag"], case["digest"])
