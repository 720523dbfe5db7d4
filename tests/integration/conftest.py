"""The office of each test, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import Office


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    """A fresh office with 237 villages and one form."""
    made = Office(database_url, tmp_path)
    yield made
    made.close()
