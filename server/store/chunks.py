"""
How many keys one query asks for.

PostgreSQL takes 65,535 parameters, SQLite 32,766, and a country has 84,000 villages.
"""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

T = TypeVar("T")
CHUNK: Final = 500


def chunks(keys: Iterable[T]) -> Iterator[list[T]]:
    """The keys in their order, each once, in lists that fit one query."""
    listed = list(dict.fromkeys(keys))
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
