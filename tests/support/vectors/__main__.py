"""Writes the vectors anew: see the package."""

from tests.support.vectors import write

write()
