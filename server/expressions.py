"""Regular expressions of forms by RE2, and the moment at which a form is looked at."""

from typing import Final

import re2

from domain.forms.ecmascript import rewritten
from domain.forms.patterns import LONGEST, Pattern, Patterns
from domain.forms.program import Context

MEMORY: Final = 1 << 20
"""Bytes for one expression and its states."""


def _read(pattern: str) -> Pattern | None:
    """The expression; none for one that RE2 does not know, such as one that looks ahead."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY
    try:
        found = re2.compile(pattern, options)
    except re2.error:
        return None
    return Pattern(lambda text: found.search(text) is not None, found.programsize)


def reads_pattern(pattern: str) -> bool:
    """Whether the expression can be evaluated; publishing refuses the others."""
    return len(pattern) <= LONGEST and _read(rewritten(pattern)) is not None


PATTERNS: Final = Patterns(_read)


def context_at(moment: int, *, username: str = "", chance: str = "") -> Context:
    """
    What the rules may know besides the answers; `moment` is in milliseconds since 1970.

    `chance` is what random values are made from: another one for each time that they shall differ.
    """
    return Context(moment, PATTERNS, username=username, chance=chance)
