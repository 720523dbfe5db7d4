"""The vectors that laptops and phones share are what Python says now.

`officer_app/tests/vectors.test.ts` asks the phone's own code for the same.
"""

import json

import pytest

from tests.support.vectors import FOLDER, KINDS, made

MOST_BYTES = 425_000


@pytest.mark.parametrize("name", KINDS)
def test_the_vectors_are_what_python_says(name: str) -> None:
    """Broken on purpose: `fold` that keeps what is named; a dossier that shows the oldest answer first."""
    written = (FOLDER / f"{name}.json").read_text("ascii")
    assert written == made(name), "run `python -m tests.support.vectors`, and look at what changed"


def test_every_file_of_vectors_is_made_by_somebody_and_all_are_small() -> None:
    files = sorted(FOLDER.iterdir())
    assert [file.stem for file in files] == sorted(KINDS)
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_each_claim_stands_for_one_case() -> None:
    for name in KINDS:
        cases = json.loads((FOLDER / f"{name}.json").read_text("ascii"))["cases"]
        claims = [(case["deed"], case["claim"]) for case in cases]
        assert len(set(claims)) == len(claims), name
