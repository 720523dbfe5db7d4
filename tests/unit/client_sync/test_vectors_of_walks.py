"""The walks of a store are what Python's store does; the phone app's tests take the same steps."""

from tests.support import store_walks


def test_the_walks_are_what_python_takes() -> None:
    """Broken on purpose: an operation that is judged anew stays contained."""
    written = store_walks.FILE.read_text("utf-8")
    assert written == store_walks.text(), "write them anew: python -m tests.support.store_walks"
