"""The vectors of forms in words are what Python says; the phone app's tests say the same of TypeScript."""

from tests.support import form_vectors


def test_the_vectors_of_forms_are_what_python_says() -> None:
    """Broken on purpose: a member ordered by its length; a number that shows one digit more."""
    written = form_vectors.FILE.read_text("utf-8")
    assert written == form_vectors.text(), "write them anew: python -m tests.support.form_vectors"
