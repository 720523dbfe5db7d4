"""The vectors of deeds are what Python's device makes; the phone app's tests do the same deeds."""

from tests.support import deed_scenes


def test_the_vectors_of_deeds_are_what_python_makes() -> None:
    """Broken on purpose: an answer of a draft that names what is in view when it is finished."""
    written = deed_scenes.FILE.read_text("utf-8")
    assert written == deed_scenes.text(), "write them anew: python -m tests.support.deed_scenes"
