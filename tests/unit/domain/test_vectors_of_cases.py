"""The vectors of what examples say of cases are what Python makes; the phone app makes the same."""

from tests.support import case_vectors


def test_the_vectors_of_cases_are_what_python_makes() -> None:
    """Broken on purpose: a correction that says everything once more."""
    written = case_vectors.FILE.read_text("utf-8")
    assert written == case_vectors.text(), "write them anew: python -m tests.support.case_vectors"
