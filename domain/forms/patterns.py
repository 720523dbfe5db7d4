"""
Regular expressions of forms, by an engine that is given: one whose time is bounded whatever the expression.

The rules use no regular expressions of Python for what comes from a workbook: a few characters can keep those
busy for years.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from domain.forms.ecmascript import rewritten

HALVES: Final = re.compile("[\ud800-\udfff]")
REPLACED: Final = "\ufffd"
"""In place of half a character, which no engine takes."""
MOST_KEPT: Final = 500
LONGEST: Final = 2_000
"""Characters of an expression."""
STEPS_A_CHARACTER: Final = 20
STEPS_AN_INSTRUCTION: Final = 4
STEPS_IN_VAIN: Final = 40_000
"""What reading takes, and what is read until it turns out to be too large: some ten milliseconds."""
LARGEST: Final = 20_000
"""Instructions of an expression; ``.{1,200}`` has about 2,000."""


@dataclass(frozen=True)
class Pattern:
    """
    A regular expression that was read: `found` searches a text, `size` is the number of its instructions.
    """

    found: Callable[[str], bool]
    size: int


Read: TypeAlias = Callable[[str], "Pattern | None"]
ANY: Final = Pattern(lambda _text: True, 1)
"""In place of what cannot be read: a rule that nobody can read refuses nothing. Publishing refuses it."""


class Patterns:
    """
    Says whether an expression, in the language of the phone, describes a part of a text.

    Each expression is read once.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._kept: dict[str, Pattern] = {}

    def __call__(self, pattern: str, text: str) -> bool:
        return self._pattern(pattern).found(HALVES.sub(REPLACED, text))

    def weight(self, pattern: str) -> int:
        """Instructions for each character of a text, at worst."""
        return self._pattern(pattern).size

    def steps_to_read(self, pattern: str) -> int:
        """What reading the expression takes, in steps of an evaluation; also of one that is kept."""
        found = self._pattern(pattern)
        if len(pattern) > LONGEST:
            return 0
        if found is ANY:
            return STEPS_IN_VAIN
        return len(pattern) * STEPS_A_CHARACTER + found.size * STEPS_AN_INSTRUCTION

    def _pattern(self, pattern: str) -> Pattern:
        if len(pattern) > LONGEST:
            return ANY
        found = self._kept.get(pattern)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._read(rewritten(HALVES.sub(REPLACED, pattern)))
            found = self._kept[pattern] = found if found and found.size <= LARGEST else ANY
        return found
